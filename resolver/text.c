/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Copying texts of a line. */
#include "text.h"

#include <stdint.h>
#include <string.h>

#include "word.h"

/* Of a word, is there a control character?  DEL is one. */
static inline uint64_t find_control(uint64_t word)
{
	return word_has_below(word, 0x20) | word_has(word, 0x7f);
}

bool text_has_control(const char *text, size_t len)
{
	return words_have(text, len, find_control);
}

static char printable(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f ? ' ' : c;
}

/* The longest start of a text of so many bytes that does not end inside of a
 * UTF-8 sequence; the text goes on. */
static size_t utf8_cut(const char *text, size_t len)
{
	if ((text[len] & 0xc0) != 0x80)
		return len;
	while (len && (text[len - 1] & 0xc0) == 0x80)
		len--;
	return len ? len - 1 : 0;
}

size_t text_line_len(const char *text, size_t size)
{
	size_t len = strnlen(text, size - 1);

	return text[len] ? utf8_cut(text, len) : len;
}

/* Copy a word's bytes.  Returns whether no control character is among them. */
static bool copy_word(char *buf, const char *text)
{
	uint64_t word;

	memcpy(&word, text, sizeof(word));
	memcpy(buf, &word, sizeof(word));
	return !find_control(word);
}

bool text_copy_printable(char *buf, const char *text, size_t len)
{
	const size_t step = sizeof(uint64_t);
	bool is_same = true;
	size_t i = 0;

	while (len - i >= step && copy_word(buf + i, text + i))
		i += step;
	/* The last word begins in the one before it. */
	if (i && len - i < step &&
	    copy_word(buf + len - step, text + len - step))
		i = len;
	for (; i < len; i++) {
		buf[i] = printable(text[i]);
		is_same &= buf[i] == text[i];
	}
	buf[len] = '\0';
	return is_same;
}

size_t text_copy_line(char *buf, size_t size, const char *text)
{
	size_t len = text_line_len(text, size);

	text_copy_printable(buf, text, len);
	return len;
}

size_t text_put_number(char *buf, uint64_t number, size_t width)
{
	uint64_t power = 10;
	size_t len = 1, i;

	while (len < TEXT_NUMBER_MAX && number >= power) {
		power *= 10;
		len++;
	}
	if (len < width)
		len = width;
	for (i = len; i--; number /= 10)
		buf[i] = (char)('0' + number % 10);
	return len;
}
