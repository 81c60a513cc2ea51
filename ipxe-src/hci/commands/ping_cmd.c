/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: ping. */
#include <limits.h>

#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "hci/parseopt.h"
#include "usr/ping.h"

SELECT_IF(PING_CMD);

#define DEFAULT_SIZE	   32
#define DEFAULT_TIMEOUT_MS 1000

static const struct option_descriptor ping_opts[] = {
	OPTION("size", 's', OPTION_NUMBER, struct ping_options, size),
	OPTION("timeout", 't', OPTION_NUMBER, struct ping_options, timeout_ms),
	OPTION("count", 'c', OPTION_NUMBER, struct ping_options, count),
	OPTION("quiet", 'q', OPTION_FLAG, struct ping_options, is_quiet),
};

static const struct command_syntax ping_syntax =
	COMMAND_SYNTAX(ping_opts, 1, 1);

static int ping_exec(int argc, char **argv)
{
	struct ping_options options = {
		.size = DEFAULT_SIZE,
		.timeout_ms = DEFAULT_TIMEOUT_MS,
	};
	int first;
	int rc;

	first = parse_options(argc, argv, &ping_syntax, &options);
	if (first < 0)
		return first;
	options.timeout_ms = MIN(options.timeout_ms, (unsigned long)INT_MAX);
	rc = ping(argv[first], &options);
	if (rc)
		console_printf("ping: no answer from %s: %s\n", argv[first],
			       error_text(rc));
	return rc;
}

static const struct command ping_command = {
	"ping",
	"[--size <bytes>] [--timeout <ms>] [--count <number>] [--quiet] <host>",
	"Ask a host for an answer, until Ctrl-C", ping_exec};
TABLE_REGISTER(commands, ping_command);

COMMAND_EXAMPLE(ping, "ping --count 3 ${gateway}");
