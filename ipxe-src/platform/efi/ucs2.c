/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* UTF-8 (RFC 3629) and UCS-2, one as the other. */
#include "platform/efi/ucs2.h"

size_t utf8_from_ucs2(uint16_t c, uint8_t buf[3])
{
	if (c < 0x80) {
		buf[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		buf[0] = (uint8_t)(0xc0 | c >> 6);
		buf[1] = (uint8_t)(0x80 | (c & 0x3f));
		return 2;
	}
	buf[0] = (uint8_t)(0xe0 | c >> 12);
	buf[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	buf[2] = (uint8_t)(0x80 | (c & 0x3f));
	return 3;
}

size_t ucs2_from_utf8(const char *text, uint16_t *buf, size_t count)
{
	struct utf8_decoder decoder = {0};
	size_t used = 0;
	int c;

	for (; *text; text++) {
		c = utf8_feed(&decoder, (uint8_t)*text);
		if (c < 0)
			continue;
		if (used + 1 < count)
			buf[used] = (uint16_t)c;
		used++;
	}
	if (count)
		buf[used < count ? used : count - 1] = 0;
	return used;
}
