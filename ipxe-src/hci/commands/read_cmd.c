/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: read. */
#include <limits.h>
#include <stdlib.h>

#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "core/settings.h"
#include "hci/parseopt.h"
#include "hci/readline.h"

SELECT_IF(READ_CMD);

struct read_options {
	unsigned long timeout_ms;
};

static const struct option_descriptor read_opts[] = {
	OPTION("timeout", 't', OPTION_NUMBER, struct read_options, timeout_ms),
};

static const struct command_syntax read_syntax =
	COMMAND_SYNTAX(read_opts, 1, 1);

static int read_exec(int argc, char **argv)
{
	struct read_options options = {0};
	struct editline line;
	int timeout = -1;
	char *text;
	int first;
	int rc;

	first = parse_options(argc, argv, &read_syntax, &options);
	if (first < 0)
		return first;
	if (options.timeout_ms)
		timeout = (int)MIN(options.timeout_ms, (unsigned long)INT_MAX);
	text = settings_fetch_text(argv[first]);
	editline_set(&line, text ? text : "");
	free(text);
	rc = readline_edit("", &line, false, timeout);
	if (!rc)
		rc = settings_store_text(argv[first], line.text);
	if (rc)
		console_printf("read: could not read %s: %s\n", argv[first],
			       error_text(rc));
	return rc;
}

static const struct command read_command = {
	"read", "[--timeout <ms>] <setting>", "Let a person edit a setting",
	read_exec};
TABLE_REGISTER(commands, read_command);

COMMAND_EXAMPLE(read, "read hostname");
