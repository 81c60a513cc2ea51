/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Looking at eight characters at a time, where most texts have nothing of what
 * is looked for. */
#ifndef RESOLVER_WORD_H
#define RESOLVER_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A word whose eight characters are all this one. */
static inline uint64_t word_of(unsigned char c)
{
	return UINT64_MAX / 255 * c;
}

/* Is there a character below c, which is at most 0x80? */
static inline uint64_t word_has_below(uint64_t word, unsigned char c)
{
	return (word - word_of(c)) & ~word & word_of(0x80);
}

/* Is there this character? */
static inline uint64_t word_has(uint64_t word, unsigned char c)
{
	return word_has_below(word ^ word_of(c), 1);
}

/*
 * Is there, among len bytes, one that such a function finds in a word?  It
 * finds no '0', with which a shorter text is filled up.
 */
static inline __attribute__((always_inline)) bool
words_have(const char *text, size_t len, uint64_t (*find)(uint64_t word))
{
	uint64_t word = word_of('0');
	uint64_t found = 0;
	size_t i;

	if (len < sizeof(word)) {
		for (i = 0; i < len; i++)
			word = word << 8 | (unsigned char)text[i];
		return find(word) != 0;
	}
	for (i = 0; len - i > sizeof(word); i += sizeof(word)) {
		memcpy(&word, text + i, sizeof(word));
		found |= find(word);
	}
	/* The last word begins in the one before it. */
	memcpy(&word, text + len - sizeof(word), sizeof(word));
	return (found | find(word)) != 0;
}

#endif
