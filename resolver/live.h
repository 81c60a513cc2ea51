/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The snapshot that is being served, and its replacement. */
#ifndef RESOLVER_LIVE_H
#define RESOLVER_LIVE_H

#include <stdint.h>

#include "reason.h"
#include "snapshot.h"

/* Holds the current snapshot; any thread may use it. */
struct live;

/* How the last loads went. */
struct live_status {
	/* Loads that were tried, and how many of them failed. */
	uint64_t loads;
	uint64_t failures;
	/* Is the site on disk not the one that is served? */
	bool is_stale;
	/* Then: the first error, with file and line. */
	struct reason why;
	/* Size of what is served. */
	uint32_t machines;
	uint32_t profiles;
	uint32_t rules;
	uint32_t dropins;
	/* When it was loaded, Unix seconds, and how long that took. */
	int64_t loaded_at;
	uint32_t load_ms;
};

/* Load the site for the first time.  Returns 0 or -errno with a reason. */
int live_open(const struct site *site, struct live **ret_live,
	      struct reason *why);

/* Free it when nobody uses a snapshot any more; NULL is accepted. */
void live_close(struct live *live);

/* Take the current snapshot; give it back with live_put(). */
const struct snapshot *live_get(struct live *live);

/* Give a snapshot back; the last one frees it when it was replaced. */
void live_put(struct live *live, const struct snapshot *snapshot);

/*
 * What one thread took and has not given back, so that it need not take a lock
 * that all threads want, twice for each request.  All zeroes: nothing.
 */
struct live_hold {
	/* The snapshot, or NULL. */
	const struct snapshot *snapshot;
};

/*
 * Return the snapshot that is current at this moment.  It is there until the
 * hold is looked at or released again; the hold's thread alone does that.
 */
const struct snapshot *live_look(struct live *live, struct live_hold *hold);

/* Give back what the hold has; before a thread sleeps, as a replaced snapshot
 * takes memory until then. */
void live_release(struct live *live, struct live_hold *hold);

/*
 * Load the site again and serve it from here on; when it does not load, log
 * why and keep the old one.  One caller at a time.  Returns 0 or -errno.
 */
int live_reload(struct live *live);

/* Say how things stand. */
void live_status(struct live *live, struct live_status *ret_status);

#endif
