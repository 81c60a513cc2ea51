/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: prompt. */
#include <errno.h>
#include <stdlib.h>

#include "core/command.h"
#include "hci/parseopt.h"
#include "usr/prompt.h"

struct prompt_options {
	int key;
	unsigned long timeout_ms;
};

static const struct option_descriptor prompt_opts[] = {
	OPTION("key", 'k', OPTION_KEY, struct prompt_options, key),
	OPTION("timeout", 't', OPTION_NUMBER, struct prompt_options,
	       timeout_ms),
};

static const struct command_syntax prompt_syntax =
	COMMAND_SYNTAX(prompt_opts, 0, ARGS_MAX);

static int prompt_exec(int argc, char **argv)
{
	struct prompt_options options = {0};
	char *text;
	int first;
	int rc;

	first = parse_options(argc, argv, &prompt_syntax, &options);
	if (first < 0)
		return first;
	text = join_words(argv + first);
	if (!text)
		return -ENOMEM;
	rc = prompt(text, options.timeout_ms, options.key);
	free(text);
	return rc;
}

static const struct command prompt_command = {
	"prompt", "[--key <key>] [--timeout <ms>] [text ...]", "Wait for a key",
	prompt_exec};
TABLE_REGISTER(commands, prompt_command);

COMMAND_EXAMPLE(prompt,
		"prompt --key 0x02 --timeout 3000 Press Ctrl-B && shell ||");
