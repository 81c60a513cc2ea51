/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Comparing texts of a few characters, where a call would cost more than the
 * loop does; and copying lines. */
#ifndef RESOLVER_TEXT_H
#define RESOLVER_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

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

/* memcpy(3) for a few bytes, up to 32 without a call. */
static inline void text_copy(char *to, const char *from, size_t len)
{
	if (len > 32) {
		memcpy(to, from, len);
	} else if (len >= 16) {
		memcpy(to, from, 16);
		memcpy(to + len - 16, from + len - 16, 16);
	} else if (len >= 8) {
		memcpy(to, from, 8);
		memcpy(to + len - 8, from + len - 8, 8);
	} else if (len >= 4) {
		memcpy(to, from, 4);
		memcpy(to + len - 4, from + len - 4, 4);
	} else {
		while (len--)
			*to++ = *from++;
	}
}

/*
 * How much of a text goes into a buffer of size bytes, with a NUL behind it?
 * What does not fit is cut, but not inside of a UTF-8 sequence.
 */
size_t text_line_len(const char *text, size_t size);

/*
 * Copy len bytes and a NUL, control characters as spaces.  Returns whether
 * there were none.
 */
bool text_copy_printable(char *buf, const char *text, size_t len);

/*
 * Both: copy one line into a buffer of size bytes.  Returns the length of the
 * copy, without its NUL.
 */
size_t text_copy_line(char *buf, size_t size, const char *text);

#endif
