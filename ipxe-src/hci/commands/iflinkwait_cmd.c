/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: iflinkwait. */
#include <limits.h>

#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "hci/ifcommon.h"
#include "hci/parseopt.h"
#include "usr/ifmgmt.h"

SELECT_IF(IFLINKWAIT_CMD);

struct iflinkwait_options {
	unsigned long timeout_ms;
};

static const struct option_descriptor iflinkwait_opts[] = {
	OPTION("timeout", 't', OPTION_NUMBER, struct iflinkwait_options,
	       timeout_ms),
};

static const struct command_syntax iflinkwait_syntax =
	COMMAND_SYNTAX(iflinkwait_opts, 0, ARGS_MAX);

static int iflinkwait_verb(struct net_device *netdev, void *ctx)
{
	const struct iflinkwait_options *options = ctx;
	int timeout = -1;
	int rc;

	rc = ifopen(netdev);
	if (rc)
		return rc;
	if (options->timeout_ms)
		timeout = (int)MIN(options->timeout_ms, (unsigned long)INT_MAX);
	rc = netdev_wait_link(netdev, timeout);
	if (rc)
		console_printf("%s: %s\n", netdev->name, error_text(rc));
	return rc;
}

static int iflinkwait_exec(int argc, char **argv)
{
	struct iflinkwait_options options = {0};
	int first;

	first = parse_options(argc, argv, &iflinkwait_syntax, &options);
	if (first < 0)
		return first;
	return ifcommon_exec(argv[0], argv + first, iflinkwait_verb, &options,
			     true);
}

static const struct command iflinkwait_command = {
	"iflinkwait", "[--timeout <ms>] [interface ...]", "Wait for a link",
	iflinkwait_exec};
TABLE_REGISTER(commands, iflinkwait_command);

COMMAND_EXAMPLE(iflinkwait, "iflinkwait --timeout 5000 net0");
