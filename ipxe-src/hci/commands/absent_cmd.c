/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Commands of iPXE's that are not built in: refused with a sentence. */
#include <errno.h>
#include <string.h>

#include "core/command.h"
#include "core/console.h"

SELECT_IF(ABSENT_CMD);

/* A command that is not here, and why. */
struct absent {
	struct command command;
	const char *why;
};

TABLE_DECLARE(absents, const struct absent);

static int absent_exec(int argc __unused_arg, char **argv)
{
	const struct absent *absent;
	const char *why = "";

	for_each_table_entry(absent, absents) {
		if (!strcmp(absent->command.name, argv[0]))
			why = absent->why;
	}
	console_printf("%s: not built in: %s\n", argv[0], why);
	return -ENOSYS;
}

/* What links such a command must take its line away here. */
#define ABSENT(ident, reason)                                                  \
	static const struct absent absent_##ident = {                          \
		{#ident, "...", "", absent_exec}, reason};                     \
	TABLE_REGISTER(absents, absent_##ident);                               \
	static const struct command *const absent_command_##ident              \
		__attribute__((used, section("tbl_commands"))) =               \
			&absent_##ident.command

#define WANTS_TLS   "certificates come with HTTPS"
#define WANTS_RADIO "there are no drivers for wireless cards"
#define WANTS_FC    "there are no drivers for Fibre Channel"

ABSENT(certfree, WANTS_TLS);
ABSENT(certstat, WANTS_TLS);
ABSENT(certstore, WANTS_TLS);
ABSENT(imgdecrypt, WANTS_TLS);
ABSENT(imgtrust, WANTS_TLS);
ABSENT(iwlist, WANTS_RADIO);
ABSENT(iwstat, WANTS_RADIO);
ABSENT(fcels, WANTS_FC);
ABSENT(fcstat, WANTS_FC);
ABSENT(ibstat, "there are no drivers for Infiniband");
ABSENT(gdbstub, "use QEMU's own, and tests/lab/run --interactive");
ABSENT(lotest, "a test of drivers; the lab's boots test them");
ABSENT(md4sum, "MD4 protects nothing; use sha256sum");
ABSENT(profstat, "nothing is profiled; make bench measures");
ABSENT(startpxe, "the native PXE stays as it is");
ABSENT(stoppxe, "the native PXE stays as it is");
