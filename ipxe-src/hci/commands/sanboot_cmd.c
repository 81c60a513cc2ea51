/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Commands: sanboot, localboot, of local disks. */
#include <errno.h>

#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "core/platform.h"
#include "hci/parseopt.h"
#include "net/netdevice.h"
#include "usr/san_drive.h"

SELECT_IF(SANBOOT_CMD);

struct sanboot_options {
	struct platform_disk disk;
	bool no_describe;
	bool keep;
};

static const struct option_descriptor sanboot_opts[] = {
	OPTION("drive", 'd', OPTION_NUMBER, struct sanboot_options, disk.drive),
	OPTION("no-describe", 'n', OPTION_FLAG, struct sanboot_options,
	       no_describe),
	OPTION("keep", 'k', OPTION_FLAG, struct sanboot_options, keep),
	OPTION("filename", 'f', OPTION_STRING, struct sanboot_options,
	       disk.filename),
	OPTION("extra", 'e', OPTION_STRING, struct sanboot_options, disk.extra),
	OPTION("label", 'l', OPTION_STRING, struct sanboot_options, disk.label),
	OPTION("uuid", 'u', OPTION_STRING, struct sanboot_options, disk.uuid),
};

static const struct command_syntax sanboot_syntax =
	COMMAND_SYNTAX(sanboot_opts, 0, ARGS_MAX);

static int sanboot_exec(int argc, char **argv)
{
	struct sanboot_options options = {
		.disk.drive = HAS_SAN_DRIVE ? san_drive() : SAN_DRIVE_DEFAULT};
	int first, rc;

	first = parse_options(argc, argv, &sanboot_syntax, &options);
	if (first < 0)
		return first;
	if (argv[first]) {
		console_printf("%s: %s: booting from a SAN is not built "
			       "in, only from local disks\n",
			       argv[0], argv[first]);
		return -ENOSYS;
	}
	netdev_pause_all();
	rc = platform_boot_disk(&options.disk);
	netdev_resume_all();
	console_printf("%s: could not boot from a local disk: %s\n", argv[0],
		       error_text(rc));
	return rc;
}

#define USAGE                                                                  \
	"[--drive <number>] [--no-describe] [--keep] [--filename <file>] "     \
	"[--extra <file>] [--label <volume>] [--uuid <partition>]"

static const struct command sanboot_command = {
	"sanboot", USAGE, "Boot from a local disk", sanboot_exec};
TABLE_REGISTER(commands, sanboot_command);

static const struct command localboot_command = {
	"localboot", USAGE, "Boot from a local disk", sanboot_exec};
TABLE_REGISTER(commands, localboot_command);

COMMAND_EXAMPLE(sanboot, "sanboot --drive 0x80");
COMMAND_EXAMPLE(localboot, "localboot || shell");
