/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: ntp. */
#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "hci/parseopt.h"
#include "net/ntp.h"

SELECT_IF(NTP_CMD);

static const struct command_syntax ntp_syntax = {NULL, 0, 1, 1};

static int ntp_exec(int argc, char **argv)
{
	int64_t correction;
	int first;
	int rc;

	first = parse_options(argc, argv, &ntp_syntax, NULL);
	if (first < 0)
		return first;
	rc = ntp_set_clock(argv[first], &correction);
	if (rc)
		console_printf("ntp: could not get the time from %s: %s\n",
			       argv[first], error_text(rc));
	return rc;
}

static const struct command ntp_command = {
	"ntp", "<server>", "Set the clock from a time server", ntp_exec};
TABLE_REGISTER(commands, ntp_command);

COMMAND_EXAMPLE(ntp, "ntp pool.ntp.org");
