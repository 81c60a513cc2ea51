/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* UTF-8, which we speak inside, and UCS-2, which UEFI speaks. */
#ifndef PLATFORM_EFI_UCS2_H
#define PLATFORM_EFI_UCS2_H

#include "core/utf8.h"

/* Bytes of UTF-8 for the UCS-2 character C into BUF; returns 1 to 3. */
size_t utf8_from_ucs2(uint16_t c, uint8_t buf[3]);

/* Convert TEXT (UTF-8) into BUF of COUNT characters, always terminated if
 * COUNT > 0. Returns the number of characters of the whole text, without the
 * terminator. */
size_t ucs2_from_utf8(const char *text, uint16_t *buf, size_t count);

#endif
