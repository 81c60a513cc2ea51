/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* UTF-8 (RFC 3629), byte by byte. */
#include "core/utf8.h"

/* The character of a whole sequence, or its replacement. */
static int utf8_finish(const struct utf8_decoder *decoder)
{
	uint32_t code = decoder->code;

	if (code < decoder->minimum || code > 0xffff ||
	    (code >= 0xd800 && code <= 0xdfff))
		return UTF8_REPLACEMENT;
	return (int)code;
}

/* C is the first byte of a sequence, or all of it. */
static int utf8_begin(struct utf8_decoder *decoder, uint8_t c)
{
	if (c < 0x80)
		return c;
	if (c < 0xc2 || c > 0xf4)
		return UTF8_REPLACEMENT;
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

size_t utf8_width(const char *text, size_t columns)
{
	size_t len;

	for (len = 0; text[len]; len++) {
		if (utf8_is_tail(text[len]))
			columns++;
		else if (len == columns)
			break;
	}
	return columns;
}
