/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: isset. */
#include <errno.h>

#include "core/command.h"
#include "hci/parseopt.h"

static const struct command_syntax isset_syntax = {NULL, 0, 1, 1};

static int isset_exec(int argc, char **argv)
{
	int first = parse_options(argc, argv, &isset_syntax, NULL);

	if (first < 0)
		return first;
	return argv[first][0] ? 0 : -ENOENT;
}

static const struct command isset_command = {
	"isset", "<value>", "Succeed if the value is not empty", isset_exec};
TABLE_REGISTER(commands, isset_command);

COMMAND_EXAMPLE(isset, "isset ${ip} || dhcp");
