/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The identity note: how a build of this product is recognised.
 *
 * Every image of ours, in every format, has this note uncompressed in its
 * first IDENTITY_SCAN_LEN bytes, on a 16-byte boundary of the file.
 */
#ifndef CORE_IDENTITY_H
#define CORE_IDENTITY_H

#include "core/compiler.h"

#define IDENTITY_SCAN_LEN 65536
#define IDENTITY_ALIGN	  16

/* The note. All integers little-endian. scripts/identity.py writes it. */
struct identity_note {
	uint8_t magic[16];    /* "\x7fUnloop identity": see identity.c */
	uint8_t product[16];  /* UUID of the product */
	uint8_t build_id[16]; /* first bytes of a SHA-256 of what was linked */
	char version[16];     /* "0.1.0", NUL-padded */
	char format[32];      /* "undionly.kpxe", "x86_64-efi/snponly.efi" */
	char config[16];      /* CONFIG= that it was built with, NUL-padded */
	/* The customisation region (core/region.h): its place in the file (0:
	 * this format has none), bytes that the file has for it, and up to how
	 * many it may be made to have. */
	uint32_t region_offset;
	uint32_t region_len;
	uint32_t region_max;
	uint32_t crc32; /* IEEE 802.3, of the bytes before it */
} __packed;

/* Our own note, as the build filled it in. */
extern const struct identity_note identity_self;

/* What a file turned out to be. */
enum identity {
	IDENTITY_FOREIGN, /* no note: not a build of ours */
	IDENTITY_OTHER,	  /* another build of this product */
	IDENTITY_SELF,	  /* this very build */
};

/* Look for the note in the first LEN bytes of a file (more than
 * IDENTITY_SCAN_LEN are not looked at). RET_NOTE (may be NULL) points into
 * DATA, or is NULL. A damaged note is none. */
enum identity identity_scan(const void *data, size_t len,
			    const struct identity_note **ret_note);

/* ${buildid}: 32 hexadecimal digits of our own build ID. */
const char *identity_build_id(void);

#endif
