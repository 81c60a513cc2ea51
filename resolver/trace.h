/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* How a decision came about, line by line, for people. */
#ifndef RESOLVER_TRACE_H
#define RESOLVER_TRACE_H

#include <stddef.h>

#include "arena.h"

/* The lines so far; functions accept NULL, which records nothing. */
struct trace {
	/* Owns the lines. */
	struct arena *arena;
	/* First line, and where the next is linked. */
	struct trace_line {
		struct trace_line *next;
		/* One line, without its newline. */
		const char *text;
	} * lines, **tail;
};

/* Start without lines. */
void trace_init(struct trace *trace, struct arena *arena);

/* Add a line (printf(3)); left out when memory is used up.  Hardly any request
 * is traced, so no arguments are made ready for the others. */
#define trace_add(trace, ...)                                                  \
	do {                                                                   \
		if (trace)                                                     \
			trace_add_line(trace, __VA_ARGS__);                    \
	} while (0)

/* The same for a trace that is there. */
void trace_add_line(struct trace *trace, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Return all lines as one text, or NULL when memory is used up. */
const char *trace_text(const struct trace *trace, size_t *ret_len);

#endif
