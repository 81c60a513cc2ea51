/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Mistakes in a boot script that can be seen without running it. */
#ifndef RESOLVER_LINT_H
#define RESOLVER_LINT_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"

/* What the lint of a script finds. */
struct lint_sink {
	/* A mistake at a line and column (byte) from 1; the sentence lasts as
	 * long as the call. */
	void (*mistake)(void *ctx, unsigned int line, unsigned int column,
			const char *sentence);
	/*
	 * A path below this server, such as assets/vmlinuz, that the script
	 * fetches; decided when it runs where it has ${.  May be NULL.
	 */
	void (*fetch)(void *ctx, unsigned int line, const char *path);
	void *ctx;
	/* Also what is odd rather than wrong: lines that are never reached,
	 * variables that nothing sets, failures that nothing catches. */
	bool is_thorough;
};

/*
 * Look at an expanded script of len bytes: commands and options that there are
 * not, labels that a goto misses or that stand twice.  server is what
 * {{server}} became. The arena is used for notes.
 */
void lint_script(const char *text, size_t len, const char *server,
		 struct arena *arena, const struct lint_sink *sink);

#endif
