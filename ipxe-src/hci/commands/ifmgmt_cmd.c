/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Commands: ifopen, ifclose, ifstat. */
#include "core/command.h"
#include "hci/ifcommon.h"
#include "hci/parseopt.h"
#include "usr/ifmgmt.h"

SELECT_IF(IFMGMT_CMD);

static const struct command_syntax syntax = {NULL, 0, 0, ARGS_MAX};

/* Parse the words and do VERB to each interface. */
static int if_exec(int argc, char **argv,
		   int (*verb)(struct net_device *netdev, void *ctx))
{
	int first = parse_options(argc, argv, &syntax, NULL);

	if (first < 0)
		return first;
	return ifcommon_exec(argv[0], argv + first, verb, NULL, false);
}

static int ifopen_verb(struct net_device *netdev, void *ctx __unused_arg)
{
	return ifopen(netdev);
}

static int ifopen_exec(int argc, char **argv)
{
	return if_exec(argc, argv, ifopen_verb);
}

static const struct command ifopen_command = {
	"ifopen", "[interface ...]", "Open network interfaces", ifopen_exec};
TABLE_REGISTER(commands, ifopen_command);

static int ifclose_verb(struct net_device *netdev, void *ctx __unused_arg)
{
	ifclose(netdev);
	return 0;
}

static int ifclose_exec(int argc, char **argv)
{
	return if_exec(argc, argv, ifclose_verb);
}

static const struct command ifclose_command = {
	"ifclose", "[interface ...]", "Close network interfaces", ifclose_exec};
TABLE_REGISTER(commands, ifclose_command);

static int ifstat_verb(struct net_device *netdev, void *ctx __unused_arg)
{
	ifstat(netdev);
	return 0;
}

static int ifstat_exec(int argc, char **argv)
{
	return if_exec(argc, argv, ifstat_verb);
}

static const struct command ifstat_command = {
	"ifstat", "[interface ...]", "Show network interfaces", ifstat_exec};
TABLE_REGISTER(commands, ifstat_command);

COMMAND_EXAMPLE(ifopen, "ifopen net0");
COMMAND_EXAMPLE(ifclose, "ifclose net1");
COMMAND_EXAMPLE(ifstat, "ifstat");
