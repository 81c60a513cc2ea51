/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: echo. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/command.h"
#include "core/console.h"
#include "hci/parseopt.h"

struct echo_options {
	bool no_newline;
};

static const struct option_descriptor echo_opts[] = {
	OPTION("n", 'n', OPTION_FLAG, struct echo_options, no_newline),
};

static const struct command_syntax echo_syntax =
	COMMAND_SYNTAX(echo_opts, 0, ARGS_MAX);

static int echo_exec(int argc, char **argv)
{
	struct echo_options options = {0};
	char *text;
	int first;

	first = parse_options(argc, argv, &echo_syntax, &options);
	if (first < 0)
		return first;
	text = join_words(argv + first);
	if (!text)
		return -ENOMEM;
	console_write(text, strlen(text));
	free(text);
	if (!options.no_newline)
		console_putchar('\n');
	return 0;
}

static const struct command echo_command = {"echo", "[-n] [text ...]",
					    "Print text", echo_exec};
TABLE_REGISTER(commands, echo_command);

COMMAND_EXAMPLE(echo, "echo This is ${net0/mac} at ${ip}");
