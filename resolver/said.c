/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What a machine said about itself, in as few bytes as it takes. */
#include "said.h"

#include <string.h>

#include "text.h"

static const unsigned char sizes[SAID_COUNT] = {
	[SAID_CLIENT] = SAID_CLIENT_BYTES,
	[SAID_MAC] = SAID_MAC_BYTES,
	[SAID_UUID] = SAID_UUID_BYTES,
	[SAID_SERIAL] = SAID_SERIAL_BYTES,
	[SAID_PRODUCT] = SAID_PRODUCT_BYTES,
	[SAID_PLATFORM] = SAID_PLATFORM_BYTES,
	[SAID_VERSION] = SAID_VERSION_BYTES,
};

size_t said_pack(const char *const texts[SAID_COUNT], const char *old,
		 char ret_packed[SAID_BYTES])
{
	size_t used = 0, i;

	for (i = 0; i < SAID_COUNT; i++) {
		const char *text = texts[i] ? texts[i] : old;

		if (text && *text)
			used += text_copy_line(ret_packed + used, sizes[i],
					       text);
		ret_packed[used++] = '\0';
		if (old)
			old += strlen(old) + 1;
	}
	return used;
}

void said_unpack(const char *packed, const char *ret_texts[SAID_COUNT])
{
	size_t i;

	for (i = 0; i < SAID_COUNT; i++) {
		ret_texts[i] = packed;
		packed += strlen(packed) + 1;
	}
}
