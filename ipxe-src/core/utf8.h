/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* UTF-8 (RFC 3629), byte by byte. */
#ifndef CORE_UTF8_H
#define CORE_UTF8_H

#include "core/compiler.h"

/* Stands for what cannot be shown: malformed UTF-8, beyond U+FFFF. */
#define UTF8_REPLACEMENT 0xfffd

/* A decoder of UTF-8 that is fed one byte after the other. */
struct utf8_decoder {
	uint32_t code;	     /* bits so far */
	uint32_t minimum;    /* least code that needs so many bytes */
	unsigned int expect; /* continuation bytes still to come */
};

/* Feed the byte C. Returns the character (below 0x10000) that it completes, or
 * -1 if more bytes are needed. Malformed input gives UTF8_REPLACEMENT. */
int utf8_feed(struct utf8_decoder *decoder, uint8_t c);

/* Precision and width that make printf() fill COLUMNS columns with TEXT, UTF-8:
 * a character takes one, however many bytes it has. */
size_t utf8_width(const char *text, size_t columns);

/* Is C a byte of a character, but not its first one? */
static inline bool utf8_is_tail(char c)
{
	return ((uint8_t)c & 0xc0) == 0x80;
}

#endif
