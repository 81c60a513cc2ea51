/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* UTF-8, which we speak inside, and UCS-2, which UEFI speaks. */
#ifndef PLATFORM_EFI_UCS2_H
#define PLATFORM_EFI_UCS2_H

#include "core/compiler.h"

/* Stands for what cannot be shown: malformed UTF-8, beyond U+FFFF. */
#define UCS2_REPLACEMENT 0xfffd

/* A decoder of UTF-8 that is fed one byte after the other. */
struct utf8_decoder {
	uint32_t code;	     /* bits so far */
	uint32_t minimum;    /* least code that needs so many bytes */
	unsigned int expect; /* continuation bytes still to come */
};

/* Feed the byte C. Returns the UCS-2 character that it completes, or -1 if
 * more bytes are needed. Malformed input gives UCS2_REPLACEMENT. */
int utf8_feed(struct utf8_decoder *decoder, uint8_t c);

/* Bytes of UTF-8 for the UCS-2 character C into BUF; returns 1 to 3. */
size_t utf8_from_ucs2(uint16_t c, uint8_t buf[3]);

/* Convert TEXT (UTF-8) into BUF of COUNT characters, always terminated if
 * COUNT > 0. Returns the number of characters of the whole text, without the
 * terminator. */
size_t ucs2_from_utf8(const char *text, uint16_t *buf, size_t count);

#endif
