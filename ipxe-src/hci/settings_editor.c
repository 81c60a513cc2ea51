/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The full-screen editor of settings: 80 columns, 25 rows, any terminal that
 * knows how to move its cursor and to clear. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/general.h"
#include "core/console.h"
#include "core/error.h"
#include "core/utf8.h"
#include "hci/readline.h"
#include "hci/settings_editor.h"
#include "usr/graphics.h"

SELECT_IF(CONFIG_CMD);

#define ROWS_MAX    256 /* of one block */
#define PAGE_ROWS   17
#define PAGE_TOP    4 /* lines of the screen, from 1 */
#define HELP_LINE   22
#define ABOUT_LINE  23
#define EDIT_LINE   24
#define NAME_WIDTH  24
#define VALUE_WIDTH 50

#define CTRL_D 0x04
#define CTRL_X 0x18

/* A row: a block below or above the one shown, or a setting. */
struct row {
	struct settings *block; /* NULL: it is a setting */
	bool is_parent;		/* of block: the way up */
	struct setting setting;
	char name[SETTING_NAME_MAX];
};

struct editor {
	struct settings *settings; /* the block shown */
	struct row *rows;
	unsigned int count;
	unsigned int selected;
	unsigned int first; /* row shown at the top */
	const char *error;  /* said in the edit line; NULL: nothing */
};

/* A new row, or NULL if there are too many. */
static struct row *row_add(struct editor *editor)
{
	struct row *row;

	if (editor->count == ROWS_MAX)
		return NULL;
	row = &editor->rows[editor->count++];
	memset(row, 0, sizeof(*row));
	return row;
}

static void row_add_block(struct editor *editor, struct settings *block,
			  bool is_parent)
{
	struct row *row = row_add(editor);

	if (!row)
		return;
	row->block = block;
	row->is_parent = is_parent;
	snprintf(row->name, sizeof(row->name), "%s",
		 is_parent ? ".." : block->name);
}

/* Is SETTING a row already? */
static bool row_exists(const struct editor *editor,
		       const struct setting *setting)
{
	const struct setting *other;
	unsigned int i;

	for (i = 0; i < editor->count; i++) {
		other = &editor->rows[i].setting;
		if (editor->rows[i].block)
			continue;
		if (setting->tag && other->tag
			    ? setting->tag == other->tag
			    : !strcmp(setting->name, editor->rows[i].name))
			return true;
	}
	return false;
}

/* Add a setting in the order of names, behind the blocks. */
static void row_add_setting(struct editor *editor,
			    const struct setting *setting)
{
	const char *name = setting->name ? setting->name : "";
	unsigned int at = editor->count;
	struct row *row;

	if (row_exists(editor, setting) || !row_add(editor))
		return;
	while (at && !editor->rows[at - 1].block &&
	       strcmp(editor->rows[at - 1].name, name) > 0)
		at--;
	row = &editor->rows[at];
	memmove(row + 1, row, (editor->count - 1 - at) * sizeof(*row));
	memset(row, 0, sizeof(*row));
	row->setting = *setting;
	if (name[0])
		snprintf(row->name, sizeof(row->name), "%s", name);
	else
		snprintf(row->name, sizeof(row->name), "%lu",
			 (unsigned long)setting->tag);
	row->setting.name = NULL; /* rows move: see row_setting() */
}

/* The setting of ROW, with its name. */
static struct setting row_setting(const struct row *row)
{
	struct setting setting = row->setting;

	setting.name = row->name;
	return setting;
}

/* List what the block has. */
static void rows_list(struct editor *editor)
{
	const struct setting *known;
	struct settings *child;
	struct setting stored;
	unsigned int i;

	editor->count = 0;
	if (editor->settings->parent)
		row_add_block(editor, editor->settings->parent, true);
	list_for_each_entry(child, &editor->settings->children, siblings)
		row_add_block(editor, child, false);
	for_each_table_entry(known, settings) {
		if (settings_may_have(editor->settings, known))
			row_add_setting(editor, known);
	}
	for (i = 0; settings_value_at(editor->settings, i, &stored); i++)
		row_add_setting(editor, &stored);
}

/* The colours of what is printed next, where colours can be chosen. */
static void use(enum cpair pair)
{
	if (cpair_use)
		cpair_use(pair);
	else
		console_printf("\033[0%sm", pair == CPAIR_SELECT ? ";7" : "");
}

/* Go to LINE (from 1) and clear it. */
static void line_begin(unsigned int line, enum cpair pair)
{
	use(pair);
	console_printf("\033[%u;1H\033[K", line);
}

/* The value of ROW as text for the caller to free, NULL if it is not set. */
static char *row_value(struct editor *editor, const struct row *row)
{
	struct setting setting = row_setting(row);

	return settings_format(editor->settings, &setting);
}

/* Is ROW's value one that nobody shall read over a person's shoulder? */
static bool is_secret(const struct row *row)
{
	static const char names[][20] = {"password", "reverse-password",
					 "privkey", "key"};
	size_t i;

	if (row->setting.tag == setting_password.tag)
		return true;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(row->name, names[i]))
			return true;
	}
	return false;
}

/* Print row number INDEX. */
static void row_show(struct editor *editor, unsigned int index)
{
	bool is_selected = index == editor->selected;
	const struct row *row = &editor->rows[index];
	char *value = NULL;

	line_begin(PAGE_TOP + index - editor->first,
		   is_selected ? CPAIR_SELECT : CPAIR_NORMAL);
	if (index >= editor->count)
		return;
	console_printf("%c ", is_selected ? '>' : ' ');
	if (row->block) {
		console_printf("[%.*s]", NAME_WIDTH, row->name);
		return;
	}
	value = row_value(editor, row);
	if (value && is_secret(row))
		memset(value, '*', strlen(value));
	console_printf("%-*.*s  %.*s", NAME_WIDTH, NAME_WIDTH, row->name,
		       (int)utf8_width(value ? value : "-", VALUE_WIDTH),
		       value ? value : "-");
	free(value);
}

/* Print what belongs to the row selected. */
static void about_show(struct editor *editor)
{
	const struct row *row = &editor->rows[editor->selected];

	line_begin(ABOUT_LINE, CPAIR_NORMAL);
	if (row->is_parent)
		console_printf("The block above");
	else if (row->block)
		console_printf("A block of settings");
	else if (row->setting.description)
		console_printf("%s (%s)", row->setting.description,
			       row->setting.type->name);
	line_begin(EDIT_LINE, editor->error ? CPAIR_ALERT : CPAIR_NORMAL);
	if (editor->error)
		console_printf("%.78s", editor->error);
	editor->error = NULL;
	use(CPAIR_NORMAL);
}

/* Print everything. */
static void screen_show(struct editor *editor)
{
	const char *path = settings_path(editor->settings);
	unsigned int i;

	use(CPAIR_NORMAL);
	console_printf("\033[2J");
	line_begin(2, CPAIR_NORMAL);
	console_printf("Settings of %s", *path ? path : "the whole machine");
	for (i = 0; i < PAGE_ROWS; i++) {
		if (editor->first + i < editor->count)
			row_show(editor, editor->first + i);
	}
	line_begin(HELP_LINE, CPAIR_SEPARATOR);
	console_printf("Enter: change, or go there   Ctrl-D: delete   "
		       "Esc: up   Ctrl-X: leave");
	about_show(editor);
}

/* Select row number INDEX, scrolling if it is not to be seen. */
static void row_select(struct editor *editor, unsigned int index)
{
	unsigned int old = editor->selected;

	editor->selected = MIN(index, editor->count - 1);
	if (editor->selected >= editor->first &&
	    editor->selected < editor->first + PAGE_ROWS) {
		row_show(editor, old);
		row_show(editor, editor->selected);
		about_show(editor);
		return;
	}
	editor->first = editor->selected - editor->selected % PAGE_ROWS;
	screen_show(editor);
}

/* Show SETTINGS. */
static void block_enter(struct editor *editor, struct settings *settings)
{
	if (settings->ops && settings->ops->redirect)
		settings = settings->ops->redirect(settings);
	if (settings)
		editor->settings = settings;
	rows_list(editor);
	editor->selected = 0;
	editor->first = 0;
	screen_show(editor);
}

/* Store TEXT (NULL deletes) in the setting selected, and show what became of
 * it. */
static void row_store(struct editor *editor, const char *text)
{
	const struct row *row = &editor->rows[editor->selected];
	const char *path = settings_path(editor->settings);
	char name[2 * SETTING_NAME_MAX];
	int rc;

	snprintf(name, sizeof(name), "%s%s%s%s%s", path, *path ? "/" : "",
		 row->name, row->setting.type ? ":" : "",
		 row->setting.type ? row->setting.type->name : "");
	rc = settings_store_text(name, text);
	if (rc)
		editor->error = error_text(rc);
	row_show(editor, editor->selected);
	about_show(editor);
}

/* Let the value of the setting selected be edited. */
static void row_edit(struct editor *editor)
{
	const struct row *row = &editor->rows[editor->selected];
	char label[NAME_WIDTH + 3];
	char *value = row_value(editor, row);
	struct editline line;
	int rc;

	editline_set(&line, value ? value : "");
	free(value);
	snprintf(label, sizeof(label), "%.*s: ", NAME_WIDTH, row->name);
	line_begin(EDIT_LINE, CPAIR_EDIT);
	rc = readline_edit(label, &line, is_secret(row), -1);
	if (!rc)
		row_store(editor, line.text[0] ? line.text : NULL);
	else
		about_show(editor);
}

/* Do what KEY asks for. */
static void key_do(struct editor *editor, int key)
{
	const struct row *row = &editor->rows[editor->selected];
	unsigned int page = PAGE_ROWS;

	switch (key) {
	case KEY_UP:
		row_select(editor, editor->selected - (editor->selected > 0));
		break;
	case KEY_DOWN:
		row_select(editor, editor->selected + 1);
		break;
	case KEY_PPAGE:
		row_select(editor,
			   editor->selected - MIN(editor->selected, page));
		break;
	case KEY_NPAGE:
		row_select(editor, editor->selected + page);
		break;
	case KEY_HOME:
		row_select(editor, 0);
		break;
	case KEY_END:
		row_select(editor, editor->count - 1);
		break;
	case '\r':
	case '\n':
	case KEY_RIGHT:
		if (row->block)
			block_enter(editor, row->block);
		else if (key != KEY_RIGHT)
			row_edit(editor);
		break;
	case KEY_ESC:
	case KEY_LEFT:
	case '\b':
		if (editor->settings->parent)
			block_enter(editor, editor->settings->parent);
		break;
	case CTRL_D:
	case KEY_DELETE:
		if (!row->block)
			row_store(editor, NULL);
		break;
	}
}

int settings_editor(struct settings *settings)
{
	struct editor editor = {0};
	int key;

	editor.rows = calloc(ROWS_MAX, sizeof(*editor.rows));
	if (!editor.rows)
		return -ENOMEM;
	editor.settings = settings;
	block_enter(&editor, settings);
	for (;;) {
		key = console_getkey(-1);
		if (key == CTRL_X || key == CTRL_C)
			break;
		if (editor.count)
			key_do(&editor, key);
	}
	free(editor.rows);
	use(CPAIR_DEFAULT);
	console_printf("\033[2J\033[H");
	return 0;
}
