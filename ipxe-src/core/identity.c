/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The identity note: how a build of this product is recognised. */
#include <stdio.h>
#include <string.h>

#include "config/branding.h"
#include "core/crc32.h"
#include "core/identity.h"

/* The placeholder that scripts/identity.py finds by magic and fills in: build
 * ID, format and checksum. Volatile to the optimiser: it changes afterwards. */
__attribute__((used, section(".identity"), aligned(IDENTITY_ALIGN)))
const struct identity_note identity_self = {
	.magic = "\x7f"
		 "Unloop note v1",
	.product = {0x6f, 0x1d, 0x0b, 0x52, 0x3c, 0x8e, 0x4a, 0x77, 0x9b, 0x21,
		    0x5e, 0xc4, 0x0a, 0x9d, 0x73, 0xe8},
	.version = PRODUCT_VERSION BUILD_TAG,
	.config = BUILD_CONFIG,
};

/* Is the note at DATA, sizeof(struct identity_note) bytes, whole? */
static bool is_note(const uint8_t *data)
{
	const struct identity_note *note = (const void *)data;

	return !memcmp(note->magic, identity_self.magic, sizeof(note->magic)) &&
	       !memcmp(note->product, identity_self.product,
		       sizeof(note->product)) &&
	       get_le32(&note->crc32) ==
		       crc32_ieee(data, offsetof(struct identity_note, crc32));
}

enum identity identity_scan(const void *data, size_t len,
			    const struct identity_note **ret_note)
{
	const uint8_t *bytes = data;
	const struct identity_note *self = &identity_self;
	size_t at;

	if (ret_note)
		*ret_note = NULL;
	len = MIN(len, (size_t)IDENTITY_SCAN_LEN);
	for (at = 0; at + sizeof(*self) <= len; at += IDENTITY_ALIGN) {
		if (!is_note(bytes + at))
			continue;
		if (ret_note)
			*ret_note = (const void *)(bytes + at);
		/* Hide SELF's bytes from the optimiser: see above. */
		asm("" : "+r"(self));
		if (!memcmp(bytes + at +
				    offsetof(struct identity_note, build_id),
			    self->build_id, sizeof(self->build_id)))
			return IDENTITY_SELF;
		return IDENTITY_OTHER;
	}
	return IDENTITY_FOREIGN;
}

const char *identity_build_id(void)
{
	static char text[2 * sizeof(identity_self.build_id) + 1];
	const struct identity_note *self = &identity_self;
	size_t i;

	asm("" : "+r"(self));
	for (i = 0; i < sizeof(self->build_id); i++)
		snprintf(text + 2 * i, 3, "%02x", self->build_id[i]);
	return text;
}
