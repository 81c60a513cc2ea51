/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Menus: named lists of items, from which a person chooses one. */
#ifndef HCI_MENU_H
#define HCI_MENU_H

#include "core/compiler.h"
#include "core/list.h"

/* One line of a menu. */
struct menu_item {
	struct list_head list; /* in menu->items */
	const char *text;      /* shown; behind the name */
	int key;	       /* chooses it at once; 0: none */
	bool is_gap;	       /* cannot be chosen */
	bool is_default;       /* selected at first */
	bool is_secret;	       /* of a form: what is typed is not shown */
	char name[];	       /* the value that choosing it gives */
};

/* A menu. */
struct menu {
	struct list_head list; /* among all menus */
	struct list_head items;
	const char *title; /* behind the name */
	char name[];	   /* "" for the one without a name */
};

/* The menu called NAME (NULL: the one without a name), or NULL. */
struct menu *menu_find(const char *name);

/* A new, empty menu, in place of one of that name. NULL: no memory. */
struct menu *menu_create(const char *name, const char *title);

/* Free MENU and its items; accepts NULL. */
void menu_free(struct menu *menu);

/* Add an item behind the others. NULL: no memory. The flags are the
 * caller's to set. */
struct menu_item *menu_add(struct menu *menu, const char *name,
			   const char *text);

/* Let a person choose. TIMEOUT_MS (0: none) of silence choose what is selected;
 * once a key was pressed, RETIMEOUT_MS do. SELECT names the item selected at
 * first (NULL: the one marked so, else the first). Returns 0 and the item,
 * -ECANCELED on Esc or Ctrl-C, -ENOENT if nothing can be chosen. */
int menu_choose(struct menu *menu, const char *select, unsigned long timeout_ms,
		unsigned long retimeout_ms, struct menu_item **ret_item);

#endif
