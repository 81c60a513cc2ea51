/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Circular doubly linked lists, the link being a field of the element. */
#ifndef CORE_LIST_H
#define CORE_LIST_H

#include "core/compiler.h"

/* A link; also the head of a list. */
struct list_head {
	struct list_head *next; /* the head itself when the list is empty */
	struct list_head *prev;
};

#define LIST_HEAD(name) struct list_head name = {&name, &name}

/* Make HEAD an empty list. */
static inline void list_init(struct list_head *head)
{
	head->next = head;
	head->prev = head;
}

static inline bool list_is_empty(const struct list_head *head)
{
	return head->next == head;
}

/* Add LINK behind the last element of HEAD. */
static inline void list_add_tail(struct list_head *link, struct list_head *head)
{
	link->prev = head->prev;
	link->next = head;
	head->prev->next = link;
	head->prev = link;
}

/* Add LINK before the first element of HEAD. */
static inline void list_add(struct list_head *link, struct list_head *head)
{
	list_add_tail(link, head->next);
}

/* Take LINK out of its list and leave it an empty list of its own. */
static inline void list_del(struct list_head *link)
{
	link->next->prev = link->prev;
	link->prev->next = link->next;
	list_init(link);
}

/* The object of TYPE whose FIELD is LINK. */
#define list_entry(link, type, field) container_of(link, type, field)

#define list_for_each_entry(pos, head, field)                                  \
	for (pos = list_entry((head)->next, __typeof__(*pos), field);          \
	     &pos->field != (head);                                            \
	     pos = list_entry(pos->field.next, __typeof__(*pos), field))

/* The same where POS may be removed inside the loop; TMP is a second one. */
#define list_for_each_entry_safe(pos, tmp, head, field)                        \
	for (pos = list_entry((head)->next, __typeof__(*pos), field),          \
	    tmp = list_entry(pos->field.next, __typeof__(*pos), field);        \
	     &pos->field != (head); pos = tmp,                                 \
	    tmp = list_entry(tmp->field.next, __typeof__(*tmp), field))

#endif
