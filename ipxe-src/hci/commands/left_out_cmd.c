/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Commands that other images of ours have and this one has not: their names,
 * so that they are refused by name, not as unknown. */
#include <stdbool.h>
#include <string.h>

#include "core/command.h"

SELECT_IF(LEFT_OUT_CMD);

static const char names[] = ""
#include "hci/commands/left_out_names.h"
	;

bool command_is_left_out(const char *name)
{
	const char *left_out;

	for (left_out = names; *left_out; left_out += strlen(left_out) + 1) {
		if (!strcmp(left_out, name))
			return true;
	}
	return false;
}
