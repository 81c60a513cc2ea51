/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Hash table from bytes to an index, for tables that only grow. */
#ifndef RESOLVER_TABLE_H
#define RESOLVER_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* What table_next() returns when there is nothing more. */
#define TABLE_END UINT32_MAX

/*
 * Open addressing with linear probing.  It knows hashes and indices only; what
 * lies behind an index, and whether two keys are equal, is the caller's.
 */
struct table {
	/* The slots; index is one more than what was put, 0 is empty. */
	struct table_slot {
		/* Hash of the key. */
		uint32_t hash;
		/* Index, plus one. */
		uint32_t index;
	} * slots;
	/* Number of slots less one; a power of two less one. */
	uint32_t mask;
	/* Slots in use. */
	uint32_t used;
};

/* Free the slots; an empty table is all zeroes. */
void table_fini(struct table *table);

/*
 * Mix len bytes into a hash, which is any number at first; what was mixed in
 * before, and where it ended, matters.
 */
uint64_t table_mix(uint64_t hash, const void *data, size_t len);

/* Hash len bytes. */
uint32_t table_hash(const void *data, size_t len);

/* Put an index under a hash.  Returns 0 or -ENOMEM. */
int table_put(struct table *table, uint32_t hash, uint32_t index);

/*
 * Step through the indices under a hash: *cursor is the hash before the first
 * call.  Returns an index, whose key the caller compares, or TABLE_END.
 */
uint32_t table_next(const struct table *table, uint32_t hash, uint32_t *cursor);

/* Have what table_next() looks at first fetched from memory. */
void table_prefetch(const struct table *table, uint32_t hash);

#endif
