/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Noticing that files of the site have changed. */
#ifndef RESOLVER_WATCH_H
#define RESOLVER_WATCH_H

#include <stdbool.h>

#include "snapshot.h"

struct watch;

/* Make a watch that looks at nothing yet.  Returns 0 or a negative errno. */
int watch_open(struct watch **ret_watch);

/* Free it; NULL is accepted. */
void watch_close(struct watch *watch);

/*
 * Look at the directories that the snapshot was read from, and at where the
 * site's path leads.  What cannot be watched is left out: SIGHUP still works.
 */
void watch_set(struct watch *watch, const struct site *site,
	       const struct snapshot *snapshot);

/* Look at one more directory, whose path is absolute; likewise. */
void watch_add(struct watch *watch, const char *path);

/* Return a descriptor that becomes readable when something changed. */
int watch_fd(const struct watch *watch);

/* Take the changes so far; returns whether there were any that count. */
bool watch_drain(struct watch *watch);

/* Does the site's path lead to another directory than when it was set? */
bool watch_is_moved(struct watch *watch, const struct site *site);

#endif
