/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: goto. */
#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "hci/parseopt.h"
#include "image/script.h"

SELECT_IF(IMAGE_SCRIPT);

static const struct command_syntax goto_syntax = {NULL, 0, 1, 1};

static int goto_exec(int argc, char **argv)
{
	int first;
	int rc;

	first = parse_options(argc, argv, &goto_syntax, NULL);
	if (first < 0)
		return first;
	rc = script_goto(argv[first]);
	if (rc)
		console_printf("goto: %s\n", error_text(rc));
	return rc;
}

static const struct command goto_command = {
	"goto", "<label>", "Go on behind a label of this script", goto_exec};
TABLE_REGISTER(commands, goto_command);

COMMAND_EXAMPLE(goto, "goto start");
