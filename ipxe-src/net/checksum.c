/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The Internet checksum over whole words; lwIP calls it for every frame. */
#include "core/compiler.h"
#include "lwip/arch.h"

/* Four bytes that may be anywhere. */
struct word32 {
	uint32_t value;
} __packed;

uint16_t net_checksum(const void *data, int len)
{
	const uint8_t *p = data;
	const struct word32 *word = data;
	uint64_t sum = 0;

	for (; len >= 16; len -= 16, word += 4) {
		sum += word[0].value;
		sum += word[1].value;
		sum += word[2].value;
		sum += word[3].value;
	}
	p = (const uint8_t *)word;
	for (; len >= 2; len -= 2, p += 2)
		sum += get_le16(p);
	if (len)
		sum += *p;
	/* In little-endian order a carry out of any word may be added back at
	 * the bottom: RFC 1071 section 2 (B). */
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}
