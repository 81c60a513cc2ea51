/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Rendered scripts, kept for machines that ask again. */
#ifndef RESOLVER_SCRIPT_CACHE_H
#define RESOLVER_SCRIPT_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "resolve.h"
#include "state.h"

/* Longest key and longest script that are kept, in bytes. */
#define SCRIPT_CACHE_KEY_MAX  1024
#define SCRIPT_CACHE_TEXT_MAX (16 * 1024)

/* Who asks, as far as the state and the timeline want to know it. */
struct asker {
	/* As machine_state.name; "" for one that says too little. */
	char name[STATE_NAME_BYTES];
	/* table_hash() of the name. */
	uint32_t hash;
	/* Is it a machine of the site, and one that is not to boot? */
	bool is_known;
	bool is_disabled;
};

/* Bounded memory; any thread may use it. */
struct script_cache;

/* Make a cache that holds at most limit bytes.  Returns 0 or -ENOMEM. */
int script_cache_open(size_t limit, struct script_cache **ret_cache);

/* Free it; NULL is accepted, here and below. */
void script_cache_close(struct script_cache *cache);

/*
 * Look for the answer to a key (len bytes: all that the answer depends on)
 * from the snapshot of that generation.  The hash is of the key, or of a part
 * of it in which keys differ.  The arena owns what is returned: text, len,
 * file, etag and kind of the resolution.
 */
bool script_cache_find(struct script_cache *cache, uint64_t generation,
		       uint32_t hash, const char *key, size_t len,
		       struct arena *arena, struct asker *ret_asker,
		       struct resolution *ret_resolution);

/*
 * Keep an answer, in place of one of an earlier load where there is no room;
 * of one of the same load, which nobody found of late, only when the key was
 * put before, just so.
 */
void script_cache_put(struct script_cache *cache, uint64_t generation,
		      uint32_t hash, const char *key, size_t len,
		      const struct asker *asker,
		      const struct resolution *resolution);

/* Have what leads to the key's answer fetched from memory. */
void script_cache_prefetch(struct script_cache *cache, uint32_t hash);

/*
 * Then, have the answer itself fetched, and tell table_hash() of the name of
 * the machine that asks; false where there is most likely none.
 */
bool script_cache_foresee(struct script_cache *cache, uint32_t hash,
			  uint32_t *ret_name);

#endif
