/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What of a boot image depends on the size and the bytes of its region. */
#ifndef RESOLVER_BOOT_FORMAT_H
#define RESOLVER_BOOT_FORMAT_H

#include "boot_image.h"

/* A container of boot programs. */
struct boot_format {
	/* Are the len bytes at data in this format? */
	bool (*is_it)(const uint8_t *data, size_t len);
	/*
	 * Which room, at least needed bytes, can the region have (ret_room),
	 * and how long is the file then (ret_len)?  The note was checked: the
	 * region is inside of the file, and needed is not above its limit.
	 * Returns 0, or -EBADMSG or -EFBIG with a sentence.
	 */
	int (*resize)(const uint8_t *data, size_t len,
		      const struct boot_image *image, size_t needed,
		      size_t *ret_room, size_t *ret_len, struct reason *why);
	/* Put sizes and checksums right in the new file. */
	void (*finish)(uint8_t *data, size_t len,
		       const struct boot_image *image);
};

/* The format of the len bytes at data; never NULL. */
const struct boot_format *boot_format_find(const uint8_t *data, size_t len);

/* Are the len bytes at data (at least its headers) a signed EFI program? */
bool boot_format_is_signed(const uint8_t *data, size_t len);

#endif
