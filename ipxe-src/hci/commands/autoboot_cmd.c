/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: autoboot. */
#include "core/command.h"
#include "hci/ifcommon.h"
#include "hci/parseopt.h"
#include "usr/autoboot.h"

SELECT_IF(AUTOBOOT_CMD);

static const struct command_syntax autoboot_syntax = {NULL, 0, 0, ARGS_MAX};

static int autoboot_verb(struct net_device *netdev, void *ctx __unused_arg)
{
	return netboot(netdev);
}

static int autoboot_exec(int argc, char **argv)
{
	int first = parse_options(argc, argv, &autoboot_syntax, NULL);

	if (first < 0)
		return first;
	return ifcommon_exec(argv[0], argv + first, autoboot_verb, NULL, false);
}

static const struct command autoboot_command = {
	"autoboot", "[interface ...]", "Boot what DHCP says", autoboot_exec};
TABLE_REGISTER(commands, autoboot_command);

COMMAND_EXAMPLE(autoboot, "autoboot net0");
