/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Finished boot images: what they are, and putting a region into them.
 *
 * Works on a whole file in memory.  The identity note
 * (ipxe-src/core/identity.h) says where the customisation region is; what else
 * of a file depends on its size or its bytes is put right by its format: PE
 * (section, image size, checksum), option ROM (sizes, checksum), Linux boot
 * protocol (size).  Nothing is believed that the file says before it is
 * compared with its length.
 */
#ifndef RESOLVER_BOOT_IMAGE_H
#define RESOLVER_BOOT_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reason.h"
#include "region.h"

/* Only so many bytes of a file may hold the identity note. */
#define BOOT_IMAGE_SCAN_LEN 65536

/* What an image says of itself. */
struct boot_image {
	/* Offset of the identity note in the file. */
	size_t note_at;
	/* Version, NUL-terminated. */
	char version[17];
	/* Format such as "undionly.kpxe", NUL-terminated. */
	char format[33];
	/* CONFIG= of the build, NUL-terminated, often "". */
	char config[17];
	/* Build ID in hexadecimal, NUL-terminated. */
	char build_id[33];
	/* Offset of the region in the file; 0: the format has none. */
	size_t region_at;
	/* Bytes that the file has for it. */
	size_t region_len;
	/* How many it may be made to have. */
	size_t region_max;
	/* Is it an EFI program with a signature (PE format, 5.7)? */
	bool is_signed;
};

/*
 * Look for the identity note in the first len bytes of a file.  Returns 0 or
 * -ENOENT.  Whether the region is inside of the file is not looked at.
 */
int boot_image_find(const uint8_t *data, size_t len,
		    struct boot_image *ret_image);

/*
 * Read the region of an image that is the len bytes at data.  Returns 0 (also
 * when it is empty), -EBADMSG (the region is damaged, or the file cut short)
 * or -ENOMEM.  ret_region is freed by region_fini(), and empty on failure.
 */
int boot_image_region(const uint8_t *data, size_t len,
		      const struct boot_image *image, struct region *ret_region,
		      struct reason *why);

/*
 * Make a copy of the image in the len bytes at data with another region in
 * it.  Returns 0 and in ret_data, which the caller frees, the ret_len bytes of
 * the new file; or -ENOENT (not an image of ours), -ENOTSUP (its format has no
 * region), -EPERM (it is signed), -EFBIG (the region is too long for it),
 * -EBADMSG (the file is damaged), -ENOMEM; with a sentence without "the file
 * NAME: " before it.
 */
int boot_image_customise(const uint8_t *data, size_t len,
			 const struct region *region, uint8_t **ret_data,
			 size_t *ret_len, struct reason *why);

#endif
