/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: exit. */
#include "core/command.h"
#include "hci/parseopt.h"

static const struct command_syntax exit_syntax = {NULL, 0, 0, 1};

static int exit_exec(int argc, char **argv)
{
	unsigned long status = 0;
	int first;
	int rc;

	first = parse_options(argc, argv, &exit_syntax, NULL);
	if (first < 0)
		return first;
	if (first < argc) {
		rc = parse_number(argv[0], argv[first], &status);
		if (rc)
			return rc;
	}
	exec_stop_set(EXEC_STOP_EXIT);
	return (int)(status & 0x7fffffff);
}

static const struct command exit_command = {
	"exit", "[status]", "Leave this script or shell", exit_exec};
TABLE_REGISTER(commands, exit_command);

COMMAND_EXAMPLE(exit, "exit 1");
