/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The customisation region: what a site put into a finished image.
 *
 * `unloop customise` (resolver/region.c) writes it, region.c here reads it.
 * Where it is in the file, and how large it may become, says the identity
 * note (core/identity.h). The same bytes travel as a file of their own, called
 * REGION_FILE_NAME, beside an image that cannot be changed (it is signed), and
 * on USB sticks and discs, where the note of the medium points into that file.
 *
 * All integers little-endian, nothing aligned, lengths in bytes:
 *
 *    0  7  magic: 0x7f "Uregn"  NUL
 *    7  1  version: 1
 *    8  4  length of the entries, L
 *   12  L  entries, one behind the other
 *   12+L 4 CRC-32 (IEEE 802.3) of the 12+L bytes before it
 *
 * What is behind that is not looked at. Bytes that begin with a zero are an
 * empty region. An entry:
 *
 *    0  1  kind: enum region_kind; one that is not known is passed over
 *    1  1  length of the name, N
 *    2  4  length of the value, V
 *    6  N  name: of a setting, as `set` takes it; else empty
 *    6+N V value: text of the script, or of the setting; a certificate in DER
 *
 * A region that is damaged is ignored as a whole: nothing of it is executed
 * or set.
 */
#ifndef CORE_REGION_H
#define CORE_REGION_H

#include "core/compiler.h"

#define REGION_FILE_NAME "unloop.region"
#define REGION_MAGIC	 "\x7fUregn"
#define REGION_VERSION	 1
#define REGION_HEAD_LEN	 12
#define REGION_CRC_LEN	 4
#define REGION_ENTRY_LEN 6	/* without name and value */
#define REGION_LEN_MAX	 262144 /* of a region, in whatever format */

enum region_kind {
	REGION_SCRIPT = 1,  /* run first, instead of the embedded one */
	REGION_SETTING = 2, /* name=value, as if the script began with `set` */
	REGION_TRUST = 3,   /* a trusted root certificate, X.509 in DER */
};

/* An entry, in place. Neither name nor value ends in NUL. */
struct region_entry {
	uint8_t kind; /* enum region_kind, or another */
	uint8_t name_len;
	uint32_t value_len;
	const char *name;
	const uint8_t *value;
};

/* Is there a region in the LEN bytes at DATA, and is it whole? Returns 0 and
 * the length of its entries; -ENOENT: it is empty; -EBADMSG (with a sentence):
 * it is damaged, or of another version. */
int region_check(const uint8_t *data, size_t len, size_t *ret_entries_len);

/* The entry at *AT of the LEN bytes at ENTRIES; moves *AT behind it. False at
 * the end, and where what is left cannot be an entry (*AT stays). */
bool region_next(const uint8_t *entries, size_t len, size_t *at,
		 struct region_entry *ret_entry);

/* The region that the platform found, before firmware_main(); its bytes stay
 * valid. NULL, 0: none. One that comes with the image (it is in the file)
 * goes before one that travels beside it: REGION_FILE_NAME on the volume, or,
 * for Linux-protocol images, an initrd. */
extern const uint8_t *region_data;
extern size_t region_len;

/* Does the image want a region from beside it, over the network? True where
 * it is signed and has none of its own. */
extern bool region_is_wanted;

#endif
