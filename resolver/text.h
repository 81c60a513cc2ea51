/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Comparing texts of a few characters, where a call would cost more than the
 * loop does; copying lines; writing numbers. */
#ifndef RESOLVER_TEXT_H
#define RESOLVER_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/*
 * How much of a text goes into a buffer of size bytes, with a NUL behind it?
 * What does not fit is cut, but not inside of a UTF-8 sequence.
 */
size_t text_line_len(const char *text, size_t size);

/* Is there a control character among len bytes? */
bool text_has_control(const char *text, size_t len);

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

/* Most digits of a number. */
#define TEXT_NUMBER_MAX 20

/*
 * Put a number in decimal, with zeros in front to make it so many digits,
 * without a NUL.  Returns the number of digits: no more than that, or
 * TEXT_NUMBER_MAX.
 */
size_t text_put_number(char *buf, uint64_t number, size_t width);

#endif
