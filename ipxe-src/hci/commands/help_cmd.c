/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: help. */
#include <errno.h>
#include <string.h>

#include "core/command.h"
#include "core/console.h"
#include "hci/parseopt.h"

SELECT_IF(HELP_CMD);

static const struct command_syntax help_syntax = {NULL, 0, 0, 1};

/* The command whose name is the next one behind NAME in the alphabet, of those
 * that have a help text. */
static const struct command *next_command(const char *name)
{
	const struct command *command, *next = NULL;

	for_each_table_entry(command, commands) {
		if (command->help[0] && strcmp(command->name, name) > 0 &&
		    (!next || strcmp(command->name, next->name) < 0))
			next = command;
	}
	return next;
}

static int help_exec(int argc, char **argv)
{
	const struct command *command;
	int first;

	first = parse_options(argc, argv, &help_syntax, NULL);
	if (first < 0)
		return first;
	if (first < argc) {
		for_each_table_entry(command, commands) {
			if (!strcmp(command->name, argv[first])) {
				print_usage(argv[first]);
				return 0;
			}
		}
		console_printf("help: there is no command %s\n", argv[first]);
		return -ENOENT;
	}
	for (command = next_command(""); command;
	     command = next_command(command->name))
		console_printf("%-10s %s\n", command->name, command->help);
	return 0;
}

static const struct command help_command = {
	"help", "[command]", "List the commands, or show how one is used",
	help_exec};
TABLE_REGISTER(commands, help_command);

COMMAND_EXAMPLE(help, "help chain");
