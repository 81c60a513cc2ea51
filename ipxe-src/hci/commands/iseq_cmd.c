/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: iseq. */
#include <errno.h>
#include <string.h>

#include "core/command.h"
#include "hci/parseopt.h"

static const struct command_syntax iseq_syntax = {NULL, 0, 2, 2};

static int iseq_exec(int argc, char **argv)
{
	int first = parse_options(argc, argv, &iseq_syntax, NULL);

	if (first < 0)
		return first;
	return strcmp(argv[first], argv[first + 1]) ? -ERANGE : 0;
}

static const struct command iseq_command = {
	"iseq", "<value> <value>", "Succeed if both values are the same",
	iseq_exec};
TABLE_REGISTER(commands, iseq_command);

COMMAND_EXAMPLE(iseq, "iseq ${platform} efi && goto efi || goto bios");
