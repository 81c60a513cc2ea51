/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: shell. */
#include "core/command.h"
#include "hci/parseopt.h"
#include "hci/shell.h"

SELECT_IF(SHELL_CMD);

static const struct command_syntax shell_syntax = {NULL, 0, 0, 0};

static int shell_exec(int argc, char **argv)
{
	int first = parse_options(argc, argv, &shell_syntax, NULL);

	return first < 0 ? first : shell();
}

static const struct command shell_command = {
	"shell", "", "Start the command line; exit leaves it", shell_exec};
TABLE_REGISTER(commands, shell_command);

COMMAND_EXAMPLE(shell, "shell");
