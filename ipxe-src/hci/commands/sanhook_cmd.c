/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Commands: sanhook, sanunhook. There is no SAN protocol, so nothing is hooked.
 */
#include <errno.h>

#include "core/command.h"
#include "core/console.h"
#include "hci/parseopt.h"
#include "usr/san_drive.h"

SELECT_IF(SANHOOK_CMD);

struct sanhook_options {
	unsigned long drive;
	bool no_describe;
};

/* sanunhook takes the first of them. */
static const struct option_descriptor sanhook_opts[] = {
	OPTION("drive", 'd', OPTION_NUMBER, struct sanhook_options, drive),
	OPTION("no-describe", 'n', OPTION_FLAG, struct sanhook_options,
	       no_describe),
};

static const struct command_syntax sanhook_syntax =
	COMMAND_SYNTAX(sanhook_opts, 1, ARGS_MAX);

static const struct command_syntax sanunhook_syntax = {sanhook_opts, 1, 0, 0};

static int sanhook_exec(int argc, char **argv)
{
	struct sanhook_options options = {.drive = san_drive()};
	int first;

	first = parse_options(argc, argv, &sanhook_syntax, &options);
	if (first < 0)
		return first;
	for (; argv[first]; first++)
		console_printf("%s: %s: no SAN protocol is built in, so it is "
			       "not hooked as disk %#lx\n",
			       argv[0], argv[first], options.drive);
	return -ENOSYS;
}

static const struct command sanhook_command = {
	"sanhook", "[--drive <number>] [--no-describe] <uri ...>",
	"Make a disk of a SAN's, of which no kind is built in", sanhook_exec};
TABLE_REGISTER(commands, sanhook_command);

static int sanunhook_exec(int argc, char **argv)
{
	struct sanhook_options options = {.drive = san_drive()};
	int first;

	first = parse_options(argc, argv, &sanunhook_syntax, &options);
	if (first < 0)
		return first;
	/* In iPXE too this is no failure. */
	console_printf("%s: disk %#lx is not a hooked one; nothing is done\n",
		       argv[0], options.drive);
	return 0;
}

static const struct command sanunhook_command = {
	"sanunhook", "[--drive <number>]", "Let go of a hooked disk",
	sanunhook_exec};
TABLE_REGISTER(commands, sanunhook_command);

COMMAND_EXAMPLE(sanhook, "sanhook --drive 0x81 ${root-path} || echo no SAN");
COMMAND_EXAMPLE(sanunhook, "sanunhook --drive 0x81");
