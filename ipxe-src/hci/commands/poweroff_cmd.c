/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: poweroff. */
#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "core/platform.h"
#include "hci/parseopt.h"

SELECT_IF(POWEROFF_CMD);

static const struct command_syntax poweroff_syntax = {NULL, 0, 0, 0};

static int poweroff_exec(int argc, char **argv)
{
	int first;
	int rc;

	first = parse_options(argc, argv, &poweroff_syntax, NULL);
	if (first < 0)
		return first;
	rc = platform_poweroff();
	if (rc)
		console_printf("poweroff: could not switch the machine off: "
			       "%s\n",
			       error_text(rc));
	return rc;
}

static const struct command poweroff_command = {
	"poweroff", "", "Switch the machine off", poweroff_exec};
TABLE_REGISTER(commands, poweroff_command);

COMMAND_EXAMPLE(poweroff, "poweroff");
