/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Menus, on any console: nothing is needed of it but \r.
 *
 * The items are printed once, a page of them at a time. What is selected
 * stands in the last line, which is written anew for every key and second.
 * So a menu looks the same on a screen, on a serial line and in its log, but
 * for its colours, where there are the commands for them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/console.h"
#include "core/loopguard.h"
#include "core/platform.h"
#include "core/utf8.h"
#include "hci/menu.h"
#include "usr/graphics.h"

SELECT_IF(MENU_CMD);

/* Items printed at once; with the title they fit on 25 lines. */
#define PAGE_ROWS 20

/* Columns of an item's text on its page. */
#define ITEM_WIDTH 70

/* Columns of the last line, and of the words in front of the item. */
#define STATUS_WIDTH  79
#define SECONDS_WIDTH 14

/* Without the commands for colours there are none. */
__attribute__((weak)) void cpair_line(enum cpair pair __unused_arg)
{
}

__attribute__((weak)) void cpair_end(void)
{
}

static struct list_head menus = {&menus, &menus};

struct menu *menu_find(const char *name)
{
	struct menu *menu;

	list_for_each_entry(menu, &menus, list) {
		if (!strcmp(menu->name, name ? name : ""))
			return menu;
	}
	return NULL;
}

/* Copy NAME and TEXT to BUF, which has room; where the text begins. */
static char *put_texts(char *buf, const char *name, const char *text)
{
	size_t len = strlen(name) + 1;

	memcpy(buf, name, len);
	return strcpy(buf + len, text);
}

struct menu *menu_create(const char *name, const char *title)
{
	struct menu *menu;

	if (!name)
		name = "";
	menu_free(menu_find(name));
	menu = malloc(sizeof(*menu) + strlen(name) + strlen(title) + 2);
	if (!menu)
		return NULL;
	list_init(&menu->items);
	menu->title = put_texts(menu->name, name, title);
	list_add_tail(&menu->list, &menus);
	return menu;
}

void menu_free(struct menu *menu)
{
	struct menu_item *item, *next;

	if (!menu)
		return;
	list_for_each_entry_safe(item, next, &menu->items, list)
		free(item);
	list_del(&menu->list);
	free(menu);
}

struct menu_item *menu_add(struct menu *menu, const char *name,
			   const char *text)
{
	struct menu_item *item;

	item = calloc(1, sizeof(*item) + strlen(name) + strlen(text) + 2);
	if (!item)
		return NULL;
	item->text = put_texts(item->name, name, text);
	list_add_tail(&item->list, &menu->items);
	return item;
}

/* Item number INDEX of MENU, NULL if there are not so many. */
static struct menu_item *item_at(struct menu *menu, int index)
{
	struct menu_item *item;

	list_for_each_entry(item, &menu->items, list) {
		if (!index--)
			return item;
	}
	return NULL;
}

/* The nearest item that can be chosen, from number INDEX on in steps of STEP
 * (1 or -1). Its number, or -1. */
static int seek(struct menu *menu, int index, int step)
{
	struct menu_item *item;

	for (; index >= 0 && (item = item_at(menu, index)); index += step) {
		if (!item->is_gap)
			return index;
	}
	return -1;
}

/* Which item is selected at first: its number, or -1. */
static int first_selected(struct menu *menu, const char *select)
{
	struct menu_item *item;
	int preset = -1;
	int index = 0;

	list_for_each_entry(item, &menu->items, list) {
		if (!item->is_gap) {
			if (select && !strcmp(item->name, select))
				return index;
			if (item->is_default && preset < 0)
				preset = index;
		}
		index++;
	}
	return preset < 0 ? seek(menu, 0, 1) : preset;
}

/* Print the page of MENU that holds item number SELECTED. */
static void page_show(struct menu *menu, int selected)
{
	int index = selected - selected % PAGE_ROWS;
	struct menu_item *item;
	int row;

	cpair_line(CPAIR_NORMAL);
	console_printf("\n%s\n\n", menu->title);
	for (row = 0; row < PAGE_ROWS; row++) {
		item = item_at(menu, index++);
		if (!item)
			break;
		cpair_line(item->is_gap ? CPAIR_SEPARATOR : CPAIR_NORMAL);
		console_printf(
			" %c  %.*s\n",
			item->key > ' ' && item->key < 0x7f ? item->key : ' ',
			(int)utf8_width(item->text, ITEM_WIDTH), item->text);
	}
	cpair_line(CPAIR_DEFAULT);
	console_putchar('\n');
}

/* Write the last line: what is selected, and the seconds left (-1: none). */
static void status_show(const struct menu_item *item, long seconds)
{
	size_t columns = STATUS_WIDTH - 2;
	int pad;

	if (seconds >= 0)
		columns -= SECONDS_WIDTH;
	pad = (int)utf8_width(item->text, columns);
	cpair_line(CPAIR_SELECT);
	console_printf("\r> %-*.*s", pad, pad, item->text);
	if (seconds >= 0)
		console_printf("%*ld s ", SECONDS_WIDTH - 3, seconds);
	cpair_end();
}

/* The number of the item that KEY moves to from SELECTED, -1 for none. */
static int move(struct menu *menu, int selected, int key)
{
	int last;

	switch (key) {
	case KEY_UP:
		return seek(menu, selected - 1, -1);
	case KEY_DOWN:
		return seek(menu, selected + 1, 1);
	case KEY_HOME:
		return seek(menu, 0, 1);
	case KEY_PPAGE:
		return seek(menu, MAX(selected - PAGE_ROWS, 0), 1);
	case KEY_NPAGE:
	case KEY_END:
		last = key == KEY_END ? -1
				      : seek(menu, selected + PAGE_ROWS, 1);
		if (last >= 0)
			return last;
		for (last = 0; item_at(menu, last); last++)
			;
		return seek(menu, last - 1, -1);
	default:
		return -1;
	}
}

/* The item that has the shortcut KEY, or NULL. */
static struct menu_item *item_of_key(struct menu *menu, int key)
{
	struct menu_item *item;

	list_for_each_entry(item, &menu->items, list) {
		if (item->key && item->key == key && !item->is_gap)
			return item;
	}
	return NULL;
}

/* Has a person pressed KEY? Noise of a serial line makes other bytes, and must
 * not stop the time for ever. */
static bool is_pressed(int key)
{
	return (key >= ' ' && key < 0x7f) || key > 0xff || key == '\r' ||
	       key == '\n' || key == '\b' || key == '\t' || key == KEY_ESC ||
	       key == CTRL_C;
}

int menu_choose(struct menu *menu, const char *select, unsigned long timeout_ms,
		unsigned long retimeout_ms, struct menu_item **ret_item)
{
	uint64_t end = platform_time_us() + timeout_ms * 1000ULL;
	int selected = first_selected(menu, select);
	unsigned long left_ms;
	struct menu_item *item;
	uint64_t now;
	int key, next;

	if (selected < 0)
		return -ENOENT;
	page_show(menu, selected);
	for (;;) {
		item = item_at(menu, selected);
		now = platform_time_us();
		if (timeout_ms && now >= end)
			break;
		left_ms = (unsigned long)((end - now) / 1000);
		if (timeout_ms) {
			status_show(item, (long)(left_ms / 1000) + 1);
			key = console_getkey((int)(left_ms % 1000) + 1);
		} else {
			status_show(item, -1);
			key = console_getkey(-1);
		}
		if (!is_pressed(key))
			continue;
		timeout_ms = retimeout_ms;
		end = platform_time_us() + timeout_ms * 1000ULL;
		if (key == '\r' || key == '\n')
			break;
		if (item_of_key(menu, key)) {
			item = item_of_key(menu, key);
			break;
		}
		if (key == KEY_ESC || key == CTRL_C) {
			console_putchar('\n');
			return -ECANCELED;
		}
		next = move(menu, selected, key);
		if (next < 0)
			continue;
		if (next / PAGE_ROWS != selected / PAGE_ROWS)
			page_show(menu, next);
		selected = next;
	}
	status_show(item, -1);
	console_putchar('\n');
	loopguard_progress();
	*ret_item = item;
	return 0;
}
