/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Comparing texts of a few characters, where a call would cost more than the
 * loop does. */
#ifndef RESOLVER_TEXT_H
#define RESOLVER_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Are the texts the same? */
static inline bool text_is(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

/* Return what follows the prefix in the text, or NULL where it has another. */
static inline const char *text_skip(const char *text, const char *prefix)
{
	for (; *prefix; prefix++) {
		if (*text++ != *prefix)
			return NULL;
	}
	return text;
}

#endif
