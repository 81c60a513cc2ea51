/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The Internet checksum over whole words; lwIP calls it for every frame. */
#include "core/compiler.h"
#include "lwip/arch.h"

/* A word that may be anywhere. Wide, because under emulation it is reads that
 * cost. */
struct word {
	unsigned long value;
} __packed;

/* The sum, a carry out of the top added at the bottom: RFC 1071 2 (B). */
static inline unsigned long add(unsigned long sum, unsigned long value)
{
	sum += value;
	return sum + (sum < value);
}

uint16_t net_checksum(const void *data, int len)
{
	const int block = 4 * sizeof(struct word);
	const struct word *word = data;
	const uint8_t *p;
	unsigned long sum = 0;
	uint64_t fold;

	for (; len >= block; len -= block, word += 4) {
		sum = add(sum, word[0].value);
		sum = add(sum, word[1].value);
		sum = add(sum, word[2].value);
		sum = add(sum, word[3].value);
	}
	fold = sum;
	fold = (fold & 0xffffffff) + (fold >> 32);
	p = (const uint8_t *)word;
	for (; len >= 2; len -= 2, p += 2)
		fold += get_le16(p);
	if (len)
		fold += *p;
	fold = (fold & 0xffff) + (fold >> 16);
	fold = (fold & 0xffff) + (fold >> 16);
	fold = (fold & 0xffff) + (fold >> 16);
	return (uint16_t)fold;
}
