/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* UTF-8 (RFC 3629) and UCS-2, one as the other. */
#include "platform/efi/ucs2.h"

/* The character of a whole sequence, or its replacement. */
static int utf8_finish(const struct utf8_decoder *decoder)
{
	uint32_t code = decoder->code;

	if (code < decoder->minimum || code > 0xffff ||
	    (code >= 0xd800 && code <= 0xdfff))
		return UCS2_REPLACEMENT;
	return (int)code;
}

/* C is the first byte of a sequence, or all of it. */
static int utf8_begin(struct utf8_decoder *decoder, uint8_t c)
{
	if (c < 0x80)
		return c;
	if (c < 0xc2 || c > 0xf4)
		return UCS2_REPLACEMENT;
	if (c < 0xe0)
		*decoder = (struct utf8_decoder){c & 0x1f, 0x80, 1};
	else if (c < 0xf0)
		*decoder = (struct utf8_decoder){c & 0x0f, 0x800, 2};
	else
		*decoder = (struct utf8_decoder){c & 0x07, 0x10000, 3};
	return -1;
}

int utf8_feed(struct utf8_decoder *decoder, uint8_t c)
{
	if (!decoder->expect)
		return utf8_begin(decoder, c);
	if ((c & 0xc0) != 0x80) {
		/* The sequence is cut short: C begins the next one; what was
		 * cut is not shown, unless C stands for itself anyway. */
		decoder->expect = 0;
		return utf8_begin(decoder, c);
	}
	decoder->code = decoder->code << 6 | (c & 0x3f);
	if (--decoder->expect)
		return -1;
	return utf8_finish(decoder);
}

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
