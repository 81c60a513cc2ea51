/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: time. */
#include "core/command.h"
#include "core/console.h"
#include "core/platform.h"
#include "hci/parseopt.h"

SELECT_IF(TIME_CMD);

static const struct command_syntax time_syntax = {NULL, 0, 1, ARGS_MAX};

static int time_exec(int argc, char **argv)
{
	uint64_t start = platform_time_us();
	unsigned long tenths;
	int first;
	int rc;

	first = parse_options(argc, argv, &time_syntax, NULL);
	if (first < 0)
		return first;
	rc = exec_command(argc - first, argv + first);
	tenths = (unsigned long)((platform_time_us() - start) / 100000);
	console_printf("%s: %lu.%lu s\n", argv[first], tenths / 10,
		       tenths % 10);
	return rc;
}

static const struct command time_command = {"time", "<command> [word ...]",
					    "Tell how long a command takes",
					    time_exec};
TABLE_REGISTER(commands, time_command);

COMMAND_EXAMPLE(time, "time imgfetch http://boot.example/vmlinuz");
