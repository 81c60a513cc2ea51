/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Commands of iPXE's that are not built in: refused with a sentence. */
#include <errno.h>

#include "core/command.h"
#include "core/console.h"

SELECT_IF(ABSENT_CMD);

static int absent_exec(int argc __unused_arg, char **argv)
{
	console_printf("%s: this command of iPXE is not built in here\n",
		       argv[0]);
	return -ENOSYS;
}

/* What links such a command must take its line away here. */
#define ABSENT(ident, text_name)                                               \
	static const struct command absent_##ident = {text_name, "...", "",    \
						      absent_exec};            \
	TABLE_REGISTER(commands, absent_##ident)

ABSENT(certfree, "certfree");
ABSENT(certstat, "certstat");
ABSENT(certstore, "certstore");
ABSENT(colour, "colour");
ABSENT(config, "config");
ABSENT(console, "console");
ABSENT(cpair, "cpair");
ABSENT(fcels, "fcels");
ABSENT(fcstat, "fcstat");
ABSENT(fdt, "fdt");
ABSENT(gdbstub, "gdbstub");
ABSENT(ibstat, "ibstat");
ABSENT(imgdecrypt, "imgdecrypt");
ABSENT(imgextract, "imgextract");
ABSENT(imgmem, "imgmem");
ABSENT(imgtrust, "imgtrust");
ABSENT(imgverify, "imgverify");
ABSENT(iwlist, "iwlist");
ABSENT(iwstat, "iwstat");
ABSENT(lotest, "lotest");
ABSENT(pciscan, "pciscan");
ABSENT(profstat, "profstat");
ABSENT(pxebs, "pxebs");
ABSENT(sanhook, "sanhook");
ABSENT(sanunhook, "sanunhook");
ABSENT(shim, "shim");
ABSENT(startpxe, "startpxe");
ABSENT(stoppxe, "stoppxe");
ABSENT(usbscan, "usbscan");
