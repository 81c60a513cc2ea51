/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Commands: set, clear. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "core/settings.h"
#include "hci/parseopt.h"

SELECT_IF(NVO_CMD);

static const struct command_syntax set_syntax = {NULL, 0, 1, ARGS_MAX};
static const struct command_syntax clear_syntax = {NULL, 0, 1, 1};

/* Store VALUE (NULL deletes) in NAME, saying what fails. */
static int store(const char *command, const char *name, const char *value)
{
	int rc = settings_store_text(name, value);

	if (rc)
		console_printf("%s: could not store %s: %s\n", command, name,
			       error_text(rc));
	return rc;
}

static int set_exec(int argc, char **argv)
{
	char *value;
	int first;
	int rc;

	first = parse_options(argc, argv, &set_syntax, NULL);
	if (first < 0)
		return first;
	value = join_words(argv + first + 1);
	if (!value)
		return -ENOMEM;
	rc = store(argv[0], argv[first], value);
	free(value);
	return rc;
}

static const struct command set_command = {"set", "<setting> [value ...]",
					   "Store a setting", set_exec};
TABLE_REGISTER(commands, set_command);

static int clear_exec(int argc, char **argv)
{
	int first = parse_options(argc, argv, &clear_syntax, NULL);

	if (first < 0)
		return first;
	return store(argv[0], argv[first], NULL);
}

static const struct command clear_command = {"clear", "<setting>",
					     "Delete a setting", clear_exec};
TABLE_REGISTER(commands, clear_command);

COMMAND_EXAMPLE(set, "set console ttyS0");
COMMAND_EXAMPLE(clear, "clear console");
