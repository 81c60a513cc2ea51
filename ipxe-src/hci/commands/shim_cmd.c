/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Commands: shim, fdt: accepted where there is nothing to be done. */
#include <errno.h>

#include "config/general.h"
#include "core/command.h"
#include "core/console.h"
#include "hci/parseopt.h"

SELECT_IF(SHIM_CMD);

struct shim_options {
	unsigned long timeout_ms;
	bool is_quiet;
	bool require_loader, allow_pxe, allow_sbat;
};

static const struct option_descriptor shim_opts[] = {
	OPTION("timeout", 't', OPTION_NUMBER, struct shim_options, timeout_ms),
	OPTION("quiet", 'q', OPTION_FLAG, struct shim_options, is_quiet),
	OPTION("require-loader", 'l', OPTION_FLAG, struct shim_options,
	       require_loader),
	OPTION("allow-pxe", 'p', OPTION_FLAG, struct shim_options, allow_pxe),
	OPTION("allow-sbat", 's', OPTION_FLAG, struct shim_options, allow_sbat),
};

static const struct command_syntax shim_syntax =
	COMMAND_SYNTAX(shim_opts, 0, 1);

static int shim_exec(int argc, char **argv)
{
	struct shim_options options = {0};
	int first = parse_options(argc, argv, &shim_syntax, &options);

	if (first < 0)
		return first;
	if (SHIM_IS_DUMMY || !argv[first])
		return 0;
	console_printf("shim: another's shim is not loaded; sign the kernel, "
		       "or start this firmware through that shim\n");
	return -ENOSYS;
}

static const struct command shim_command = {
	"shim",
	"[--timeout <ms>] [--quiet] [--require-loader] [--allow-pxe] "
	"[--allow-sbat] [uri]",
	"Choose a UEFI shim: only none, as yet", shim_exec};
TABLE_REGISTER(commands, shim_command);

static const struct command_syntax fdt_syntax = {shim_opts, 2, 0, 1};

static int fdt_exec(int argc, char **argv)
{
	struct shim_options options = {0};
	int first = parse_options(argc, argv, &fdt_syntax, &options);

	if (first < 0)
		return first;
	if (!argv[first])
		return 0;
	console_printf("fdt: giving a device tree to the next program is not "
		       "built in\n");
	return -ENOSYS;
}

static const struct command fdt_command = {
	"fdt", "[--timeout <ms>] [--quiet] [uri]",
	"Choose a device tree: only the firmware's, as yet", fdt_exec};
TABLE_REGISTER(commands, fdt_command);

COMMAND_EXAMPLE(shim, "shim");
COMMAND_EXAMPLE(fdt, "fdt");
