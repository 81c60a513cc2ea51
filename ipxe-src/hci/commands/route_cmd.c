/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: route. */
#include "core/command.h"
#include "hci/parseopt.h"
#include "usr/ifmgmt.h"

SELECT_IF(ROUTE_CMD);

static const struct command_syntax route_syntax = {NULL, 0, 0, 0};

static int route_exec(int argc, char **argv)
{
	int first = parse_options(argc, argv, &route_syntax, NULL);

	if (first < 0)
		return first;
	route();
	return 0;
}

static const struct command route_command = {
	"route", "", "Show addresses and routes", route_exec};
TABLE_REGISTER(commands, route_command);

COMMAND_EXAMPLE(route, "route");
