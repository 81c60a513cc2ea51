/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: sync. */
#include <limits.h>

#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "hci/parseopt.h"
#include "usr/sync.h"

SELECT_IF(SYNC_CMD);

struct sync_options {
	unsigned long timeout_ms;
};

static const struct option_descriptor sync_opts[] = {
	OPTION("timeout", 't', OPTION_NUMBER, struct sync_options, timeout_ms),
};

static const struct command_syntax sync_syntax =
	COMMAND_SYNTAX(sync_opts, 0, 0);

static int sync_exec(int argc, char **argv)
{
	struct sync_options options = {0};
	int first;
	int rc;

	first = parse_options(argc, argv, &sync_syntax, &options);
	if (first < 0)
		return first;
	rc = sync_network(options.timeout_ms ? (int)MIN(options.timeout_ms,
							(unsigned long)INT_MAX)
					     : -1);
	if (rc)
		console_printf("sync: %s\n", error_text(rc));
	return rc;
}

static const struct command sync_command = {"sync", "[--timeout <ms>]",
					    "Wait until connections are closed",
					    sync_exec};
TABLE_REGISTER(commands, sync_command);

COMMAND_EXAMPLE(sync, "sync");
