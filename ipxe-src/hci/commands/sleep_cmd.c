/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: sleep. */
#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "core/loopguard.h"
#include "core/poll.h"
#include "hci/parseopt.h"

SELECT_IF(SLEEP_CMD);

static const struct command_syntax sleep_syntax = {NULL, 0, 1, 1};

static int sleep_exec(int argc, char **argv)
{
	unsigned long seconds;
	int first;
	int rc;

	first = parse_options(argc, argv, &sleep_syntax, NULL);
	if (first < 0)
		return first;
	rc = parse_number(argv[0], argv[first], &seconds);
	if (rc)
		return rc;
	for (; seconds && !rc; seconds--)
		rc = poll_sleep(1000);
	loopguard_progress();
	if (rc)
		console_printf("sleep: %s\n", error_text(rc));
	return rc;
}

static const struct command sleep_command = {"sleep", "<seconds>", "Wait",
					     sleep_exec};
TABLE_REGISTER(commands, sleep_command);

COMMAND_EXAMPLE(sleep, "sleep 5");
