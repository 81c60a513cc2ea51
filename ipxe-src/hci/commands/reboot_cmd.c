/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: reboot. */
#include <errno.h>

#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "core/platform.h"
#include "hci/parseopt.h"

SELECT_IF(REBOOT_CMD);

struct reboot_options {
	bool warm;
	bool setup;
};

static const struct option_descriptor reboot_opts[] = {
	OPTION("warm", 'w', OPTION_FLAG, struct reboot_options, warm),
	OPTION("setup", 's', OPTION_FLAG, struct reboot_options, setup),
};

static const struct command_syntax reboot_syntax =
	COMMAND_SYNTAX(reboot_opts, 0, 0);

static int reboot_exec(int argc, char **argv)
{
	struct reboot_options options = {0};
	int first;
	int rc;

	first = parse_options(argc, argv, &reboot_syntax, &options);
	if (first < 0)
		return first;
	rc = options.setup ? platform_request_setup() : 0;
	if (!rc)
		rc = platform_reboot(options.warm);
	if (rc)
		console_printf("reboot: %s\n", error_text(rc));
	return rc;
}

static const struct command reboot_command = {
	"reboot", "[--warm] [--setup]", "Restart the machine", reboot_exec};
TABLE_REGISTER(commands, reboot_command);

COMMAND_EXAMPLE(reboot, "reboot");
