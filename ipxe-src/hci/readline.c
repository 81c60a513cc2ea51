/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Read a line that a person edits. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/console.h"
#include "core/loopguard.h"
#include "core/utf8.h"
#include "hci/readline.h"

/* Columns that prompt and text may take; longer lines scroll sideways. */
#define WIDTH 79

/* Lines remembered. */
#define HISTORY_MAX 16

#define CTRL(letter) ((letter)&0x1f)

static char *history[HISTORY_MAX]; /* oldest first, NULL behind the last */

void editline_set(struct editline *line, const char *text)
{
	line->len = MIN(strlen(text), sizeof(line->text) - 1);
	memcpy(line->text, text, line->len);
	line->text[line->len] = '\0';
	line->cursor = line->len;
}

/* Remove what lies from FROM up to TO; the cursor goes to FROM. */
static bool editline_cut(struct editline *line, size_t from, size_t to)
{
	if (from == to)
		return false;
	memmove(line->text + from, line->text + to, line->len - to + 1);
	line->len -= to - from;
	line->cursor = from;
	return true;
}

static bool editline_insert(struct editline *line, char c)
{
	if (line->len + 1 >= sizeof(line->text))
		return false;
	memmove(line->text + line->cursor + 1, line->text + line->cursor,
		line->len - line->cursor + 1);
	line->text[line->cursor++] = c;
	line->len++;
	return true;
}

static bool editline_move(struct editline *line, size_t cursor)
{
	bool has_moved = cursor != line->cursor;

	line->cursor = cursor;
	return has_moved;
}

/* Where the character before AT begins; the first is at 0. */
static size_t character_before(const struct editline *line, size_t at)
{
	while (at && utf8_is_tail(line->text[--at]))
		;
	return at;
}

/* Where the character after the one at AT begins. */
static size_t character_after(const struct editline *line, size_t at)
{
	if (at < line->len)
		at++;
	while (utf8_is_tail(line->text[at]))
		at++;
	return at;
}

/* Where the word before the cursor begins. */
static size_t word_start(const struct editline *line)
{
	size_t start = line->cursor;

	while (start && line->text[start - 1] == ' ')
		start--;
	while (start && line->text[start - 1] != ' ')
		start--;
	return start;
}

bool editline_key(struct editline *line, int key)
{
	size_t cursor = line->cursor;

	switch (key) {
	case KEY_LEFT:
	case CTRL('B'):
		return editline_move(line, character_before(line, cursor));
	case KEY_RIGHT:
	case CTRL('F'):
		return editline_move(line, character_after(line, cursor));
	case KEY_HOME:
	case CTRL('A'):
		return editline_move(line, 0);
	case KEY_END:
	case CTRL('E'):
		return editline_move(line, line->len);
	case '\b':
	case 0x7f:
		return editline_cut(line, character_before(line, cursor),
				    cursor);
	case KEY_DELETE:
	case CTRL('D'):
		return editline_cut(line, cursor,
				    character_after(line, cursor));
	case CTRL('K'):
		return editline_cut(line, cursor, line->len);
	case CTRL('U'):
		return editline_cut(line, 0, cursor);
	case CTRL('W'):
		return editline_cut(line, word_start(line), cursor);
	default:
		if (key < ' ' || key > 0xff)
			return false;
		return editline_insert(line, (char)key);
	}
}

/* Remember TEXT unless it is empty or just was the last one. */
static void history_add(const char *text)
{
	unsigned int count;
	char *copy;

	for (count = 0; count < HISTORY_MAX && history[count]; count++)
		;
	if (!*text || (count && !strcmp(history[count - 1], text)))
		return;
	copy = strdup(text);
	if (!copy)
		return;
	if (count == HISTORY_MAX) {
		free(history[0]);
		memmove(history, history + 1, (--count) * sizeof(history[0]));
	}
	history[count] = copy;
}

/* Is what is typed now not to be seen? */
static bool is_masked;

/* Columns that LEN bytes of TEXT take. */
static size_t columns(const char *text, size_t len)
{
	size_t count = 0;

	while (len--)
		count += !utf8_is_tail(*text++);
	return count;
}

/* Show LEN bytes of TEXT, or as many stars as they have characters. */
static void show(const char *text, size_t len)
{
	for (; len--; text++) {
		if (!is_masked)
			console_putchar((uint8_t)*text);
		else if (!utf8_is_tail(*text))
			console_putchar('*');
	}
}

/* A byte was inserted at the end of LINE, and all of it can be seen: show just
 * that. Returns false if more must be drawn. */
static bool draw_appended(const char *prompt, const struct editline *line,
			  int key, size_t *shown)
{
	if (key < ' ' || key > 0xff || line->cursor != line->len ||
	    columns(line->text, line->len - 1) != *shown ||
	    line->len + strlen(prompt) > WIDTH)
		return false;
	show(line->text + line->len - 1, 1);
	*shown = columns(line->text, line->len);
	return true;
}

/* Write what is visible of LINE; *SHOWN is how many columns were. */
static void redraw(const char *prompt, const struct editline *line,
		   size_t *shown)
{
	size_t width = WIDTH - columns(prompt, strlen(prompt));
	size_t first = 0;
	size_t end = line->len;
	size_t len, i;

	while (columns(line->text + first, line->cursor - first) > width)
		first = character_after(line, first);
	while (columns(line->text + first, end - first) > width)
		end = character_before(line, end);
	console_printf("\r%s", prompt);
	show(line->text + first, end - first);
	len = columns(line->text + first, end - first);
	for (i = len; i < *shown; i++)
		console_putchar(' ');
	len = MAX(len, *shown);
	for (i = columns(line->text + first, line->cursor - first); i < len;
	     i++)
		console_putchar('\b');
	*shown = columns(line->text + first, end - first);
}

/* Replace LINE by the history entry before or behind *PLACE; the line that
 * was being typed is kept in TYPED. */
static bool history_move(struct editline *line, int key, unsigned int *place,
			 char **typed)
{
	unsigned int count;
	const char *text;

	for (count = 0; count < HISTORY_MAX && history[count]; count++)
		;
	if (*place > count)
		*place = count;
	if (key == KEY_UP) {
		if (!*place)
			return false;
		if (*place == count) {
			free(*typed);
			*typed = strdup(line->text);
		}
		--*place;
	} else {
		if (*place == count)
			return false;
		++*place;
	}
	text = *place < count ? history[*place] : *typed;
	editline_set(line, text ? text : "");
	return true;
}

/* Edit LINE until it is finished. Returns 0, -ECANCELED on Ctrl-C, -ETIMEDOUT
 * if TIMEOUT_MS (negative: never) pass without a key, or KEY_UP or KEY_DOWN,
 * which are the caller's to obey. *SHOWN as in redraw(). */
static int edit(const char *prompt, struct editline *line, int timeout_ms,
		size_t *shown)
{
	int key;

	for (;;) {
		key = console_getkey(timeout_ms);
		switch (key) {
		case '\r':
		case '\n':
			return 0;
		case CTRL_C:
			return -ECANCELED;
		case KEY_UP:
		case CTRL('P'):
			return KEY_UP;
		case KEY_DOWN:
		case CTRL('N'):
			return KEY_DOWN;
		}
		if (key < 0)
			return key;
		if (editline_key(line, key) &&
		    !draw_appended(prompt, line, key, shown))
			redraw(prompt, line, shown);
	}
}

int readline(const char *prompt, struct editline *line)
{
	unsigned int place = HISTORY_MAX;
	char *typed = NULL;
	size_t shown = 0;
	int rc;

	editline_set(line, "");
	console_printf("%s", prompt);
	for (;;) {
		rc = edit(prompt, line, -1, &shown);
		if (rc <= 0)
			break;
		if (history_move(line, rc, &place, &typed))
			redraw(prompt, line, &shown);
	}
	console_putchar('\n');
	free(typed);
	if (!rc)
		history_add(line->text);
	return rc;
}

int readline_edit(const char *prompt, struct editline *line, bool is_secret,
		  int timeout_ms)
{
	size_t shown = 0;
	int rc;

	is_masked = is_secret;
	redraw(prompt, line, &shown);
	do
		rc = edit(prompt, line, timeout_ms, &shown);
	while (rc > 0);
	is_masked = false;
	console_putchar('\n');
	loopguard_progress();
	return rc;
}
