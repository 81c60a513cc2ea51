/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: login. */
#include <stdlib.h>

#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "core/settings.h"
#include "hci/parseopt.h"
#include "hci/readline.h"

SELECT_IF(LOGIN_CMD);

static const struct command_syntax login_syntax = {NULL, 0, 0, 0};

static int login_exec(int argc, char **argv)
{
	struct editline name, password;
	char *text;
	int first;
	int rc;

	first = parse_options(argc, argv, &login_syntax, NULL);
	if (first < 0)
		return first;
	text = settings_fetch_text("username");
	editline_set(&name, text ? text : "");
	free(text);
	editline_set(&password, "");
	rc = readline_edit("User name: ", &name, false, -1);
	if (!rc)
		rc = readline_edit("Password: ", &password, true, -1);
	if (!rc)
		rc = settings_store_text("username", name.text);
	if (!rc)
		rc = settings_store_text("password", password.text);
	if (rc)
		console_printf("login: %s\n", error_text(rc));
	return rc;
}

static const struct command login_command = {
	"login", "", "Ask for user name and password", login_exec};
TABLE_REGISTER(commands, login_command);

COMMAND_EXAMPLE(
	login,
	"login && chain "
	"http://${username:uristring}:${password:uristring}@boot.example/"
	"menu.ipxe");
