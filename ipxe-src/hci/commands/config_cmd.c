/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: config. */
#include <errno.h>

#include "core/command.h"
#include "core/console.h"
#include "hci/parseopt.h"
#include "hci/settings_editor.h"

SELECT_IF(CONFIG_CMD);

static const struct command_syntax config_syntax = {NULL, 0, 0, 1};

static int config_exec(int argc, char **argv)
{
	struct settings *settings;
	int first;

	first = parse_options(argc, argv, &config_syntax, NULL);
	if (first < 0)
		return first;
	settings = settings_find(argv[first] ? argv[first] : "", false);
	if (!settings) {
		console_printf("config: there is no block %s\n", argv[first]);
		return -ENOENT;
	}
	return settings_editor(settings);
}

static const struct command config_command = {
	"config", "[<block>]", "Look through the settings and change them",
	config_exec};
TABLE_REGISTER(commands, config_command);
