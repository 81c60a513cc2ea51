/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Commands: menu, form, item, choose. */
#include <errno.h>
#include <stdlib.h>

#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "core/settings.h"
#include "hci/menu.h"
#include "hci/parseopt.h"

SELECT_IF(MENU_CMD);

struct menu_options {
	const char *menu;
	const char *select;
	unsigned long timeout_ms;
	unsigned long retimeout_ms;
	int key;
	bool is_delete; /* menu --delete, item --default */
	bool is_secret;
	bool is_gap;
	bool is_kept;
};

static const struct option_descriptor menu_opts[] = {
	OPTION("name", 'n', OPTION_STRING, struct menu_options, menu),
	OPTION("delete", 'd', OPTION_FLAG, struct menu_options, is_delete),
};

static const struct command_syntax menu_syntax =
	COMMAND_SYNTAX(menu_opts, 0, ARGS_MAX);

/* The menu called NAME; says so if there is none. */
static struct menu *find(const char *command, const char *name)
{
	struct menu *menu = menu_find(name);

	if (!menu)
		console_printf("%s: there is no menu %s\n", command,
			       name ? name : "yet");
	return menu;
}

static int menu_exec(int argc, char **argv)
{
	struct menu_options options = {0};
	struct menu *menu;
	char *title;
	int first;

	first = parse_options(argc, argv, &menu_syntax, &options);
	if (first < 0)
		return first;
	if (options.is_delete) {
		menu = find(argv[0], options.menu);
		menu_free(menu);
		return menu ? 0 : -ENOENT;
	}
	title = join_words(argv + first);
	menu = title ? menu_create(options.menu, title) : NULL;
	free(title);
	return menu ? 0 : -ENOMEM;
}

#define MENU_USAGE "[--name <menu>] [--delete] [title ...]"

static const struct command menu_command = {"menu", MENU_USAGE, "Begin a menu",
					    menu_exec};
TABLE_REGISTER(commands, menu_command);

static const struct command form_command = {"form", MENU_USAGE, "Begin a form",
					    menu_exec};
TABLE_REGISTER(commands, form_command);

static const struct option_descriptor item_opts[] = {
	OPTION("menu", 'm', OPTION_STRING, struct menu_options, menu),
	OPTION("form", 'f', OPTION_STRING, struct menu_options, menu),
	OPTION("key", 'k', OPTION_KEY, struct menu_options, key),
	OPTION("default", 'd', OPTION_FLAG, struct menu_options, is_delete),
	OPTION("secret", 's', OPTION_FLAG, struct menu_options, is_secret),
	OPTION("gap", 'g', OPTION_FLAG, struct menu_options, is_gap),
};

static const struct command_syntax item_syntax =
	COMMAND_SYNTAX(item_opts, 0, ARGS_MAX);

static int item_exec(int argc, char **argv)
{
	struct menu_options options = {0};
	const char *name = "";
	struct menu_item *item;
	struct menu *menu;
	char *text;
	int first;

	first = parse_options(argc, argv, &item_syntax, &options);
	if (first < 0)
		return first;
	menu = find(argv[0], options.menu);
	if (!menu)
		return -ENOENT;
	if (!argv[first])
		options.is_gap = true;
	if (!options.is_gap)
		name = argv[first++];
	text = join_words(argv + first);
	item = text ? menu_add(menu, name, text) : NULL;
	free(text);
	if (!item)
		return -ENOMEM;
	item->key = options.key;
	item->is_gap = options.is_gap;
	item->is_default = options.is_delete;
	item->is_secret = options.is_secret;
	return 0;
}

static const struct command item_command = {
	"item",
	"[--menu <menu>] [--key <key>] [--default] [--secret] "
	"[--gap] [name [text ...]]",
	"Add an item to a menu or form", item_exec};
TABLE_REGISTER(commands, item_command);

static const struct option_descriptor choose_opts[] = {
	OPTION("menu", 'm', OPTION_STRING, struct menu_options, menu),
	OPTION("default", 'd', OPTION_STRING, struct menu_options, select),
	OPTION("timeout", 't', OPTION_NUMBER, struct menu_options, timeout_ms),
	OPTION("retimeout", 'r', OPTION_NUMBER, struct menu_options,
	       retimeout_ms),
	OPTION("keep", 'k', OPTION_FLAG, struct menu_options, is_kept),
};

static const struct command_syntax choose_syntax =
	COMMAND_SYNTAX(choose_opts, 1, 1);

static int choose_exec(int argc, char **argv)
{
	struct menu_options options = {0};
	struct menu_item *item;
	struct menu *menu;
	int first;
	int rc;

	first = parse_options(argc, argv, &choose_syntax, &options);
	if (first < 0)
		return first;
	menu = find(argv[0], options.menu);
	if (!menu)
		return -ENOENT;
	rc = menu_choose(menu, options.select, options.timeout_ms,
			 options.retimeout_ms, &item);
	if (!rc)
		rc = settings_store_text(argv[first], item->name);
	if (!options.is_kept)
		menu_free(menu);
	if (rc)
		console_printf("choose: %s\n", error_text(rc));
	return rc;
}

static const struct command choose_command = {
	"choose",
	"[--menu <menu>] [--default <name>] [--timeout <ms>] "
	"[--retimeout <ms>] [--keep] <setting>",
	"Let a person choose from a menu", choose_exec};
TABLE_REGISTER(commands, choose_command);

COMMAND_EXAMPLE(menu, "menu Choose a system");
COMMAND_EXAMPLE(form, "form Who are you?");
COMMAND_EXAMPLE(item, "item --key d debian Debian");
COMMAND_EXAMPLE(
	choose,
	"choose --default debian --timeout 5000 target && goto ${target}");
