/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Memory that lives exactly as long as one request. */
#ifndef RESOLVER_ARENA_H
#define RESOLVER_ARENA_H

#include <stddef.h>

struct arena_block;

/* A bump allocator; nothing is freed singly, arena_fini() frees it all. */
struct arena {
	/* Newest block first; NULL while nothing was allocated. */
	struct arena_block *blocks;
	/* Bytes that may still be allocated before requests are refused. */
	size_t left;
};

/* Make an empty arena that hands out at most limit bytes in its life. */
void arena_init(struct arena *arena, size_t limit);

/* Free everything that was allocated from the arena; NULL is accepted. */
void arena_fini(struct arena *arena);

/* Free all but one ordinary block, and begin anew with limit bytes. */
void arena_reset(struct arena *arena, size_t limit);

/*
 * Return size bytes, aligned for any object and not cleared, or NULL when
 * the limit or the machine's memory is used up.  The arena owns them.
 */
void *arena_alloc(struct arena *arena, size_t size);

/* Return a copy of len bytes of text with a NUL behind it, or NULL. */
char *arena_strndup(struct arena *arena, const char *text, size_t len);

/* Return the formatted text (printf(3)), or NULL when memory is used up. */
char *arena_format(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
