/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: present. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/command.h"
#include "core/console.h"
#include "core/error.h"
#include "core/settings.h"
#include "core/utf8.h"
#include "hci/menu.h"
#include "hci/parseopt.h"
#include "hci/readline.h"
#include "usr/graphics.h"

SELECT_IF(FORM_CMD);

/* Columns that the label of a field may take, of at most 4 bytes each. */
#define LABEL_WIDTH 30
#define LABEL_BYTES (4 * LABEL_WIDTH)

struct form_options {
	const char *form;
	bool is_kept;
};

static const struct option_descriptor form_opts[] = {
	OPTION("form", 'f', OPTION_STRING, struct form_options, form),
	OPTION("keep", 'k', OPTION_FLAG, struct form_options, is_kept),
};

static const struct command_syntax form_syntax =
	COMMAND_SYNTAX(form_opts, 0, 0);

/* Print TEXT as a line in the colours of PAIR. */
static void line_show(enum cpair pair, const char *text)
{
	cpair_line(pair);
	console_printf("%s", text);
	cpair_end();
	console_putchar('\n');
}

/* Let a person edit the setting of ITEM until it takes the value. 0, or
 * -ECANCELED. */
static int field_edit(const struct menu_item *item)
{
	size_t len = MIN(utf8_width(item->text, LABEL_WIDTH), LABEL_BYTES);
	char label[LABEL_BYTES + 3];
	struct editline line;
	char *text;
	int rc;

	snprintf(label, sizeof(label), "%.*s: ", (int)len, item->text);
	text = settings_fetch_text(item->name);
	editline_set(&line, text ? text : "");
	free(text);
	for (;;) {
		cpair_line(CPAIR_EDIT);
		rc = readline_edit(label, &line, item->is_secret, -1);
		/* The line is ended: the next one is not to be coloured. */
		cpair_line(CPAIR_DEFAULT);
		if (rc)
			return rc;
		rc = settings_store_text(item->name, line.text);
		if (!rc)
			return 0;
		line_show(CPAIR_ALERT, error_text(rc));
	}
}

static int present_exec(int argc, char **argv)
{
	struct form_options options = {0};
	struct menu_item *item;
	struct menu *form;
	int first;
	int rc = 0;

	first = parse_options(argc, argv, &form_syntax, &options);
	if (first < 0)
		return first;
	form = menu_find(options.form);
	if (!form) {
		console_printf("present: there is no form %s\n",
			       options.form ? options.form : "yet");
		return -ENOENT;
	}
	console_putchar('\n');
	line_show(CPAIR_NORMAL, form->title);
	console_putchar('\n');
	list_for_each_entry(item, &form->items, list) {
		if (item->is_gap)
			line_show(CPAIR_SEPARATOR, item->text);
		else
			rc = field_edit(item);
		if (rc)
			break;
	}
	if (!options.is_kept)
		menu_free(form);
	if (rc)
		console_printf("present: %s\n", error_text(rc));
	return rc;
}

static const struct command present_command = {
	"present", "[--form <form>] [--keep]", "Let a person fill in a form",
	present_exec};
TABLE_REGISTER(commands, present_command);

COMMAND_EXAMPLE(present, "present && echo Hello ${name} ||");
