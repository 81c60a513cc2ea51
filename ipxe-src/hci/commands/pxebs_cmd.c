/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: pxebs. */
#include <errno.h>
#include <limits.h>

#include "core/command.h"
#include "core/console.h"
#include "hci/parseopt.h"
#include "net/pxebs.h"
#include "usr/pxemgmt.h"

SELECT_IF(PXEBS_CMD);

struct pxebs_options {
	unsigned long timeout_ms;
};

static const struct option_descriptor pxebs_opts[] = {
	OPTION("timeout", 't', OPTION_NUMBER, struct pxebs_options, timeout_ms),
};

static const struct command_syntax pxebs_syntax =
	COMMAND_SYNTAX(pxebs_opts, 2, 2);

static int pxebs_exec(int argc, char **argv)
{
	struct pxebs_options options = {0};
	struct net_device *netdev;
	unsigned long type;
	int timeout = -1;
	int first, rc;

	first = parse_options(argc, argv, &pxebs_syntax, &options);
	if (first < 0)
		return first;
	netdev = netdev_find(argv[first]);
	if (!netdev) {
		console_printf("%s: there is no interface %s\n", argv[0],
			       argv[first]);
		return -ENODEV;
	}
	rc = parse_number(argv[0], argv[first + 1], &type);
	if (rc)
		return rc;
	if (type > UINT16_MAX) {
		console_printf("%s: %s is not a type of boot server (0 to "
			       "65535)\n",
			       argv[0], argv[first + 1]);
		return -EINVAL;
	}
	if (options.timeout_ms)
		timeout = (int)MIN(options.timeout_ms, (unsigned long)INT_MAX);
	return pxebs(netdev, pxebs_type(netdev, (uint16_t)type), timeout);
}

static const struct command pxebs_command = {
	"pxebs", "[--timeout <ms>] <interface> <type>",
	"Find a PXE boot server, into the block pxebs", pxebs_exec};
TABLE_REGISTER(commands, pxebs_command);

COMMAND_EXAMPLE(pxebs, "pxebs net0 32768 && "
		       "chain tftp://${pxebs/next-server}/${pxebs/filename}");
