/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* CRC-32 of IEEE 802.3, four bits at a time: for the stub, which sums a whole
 * program at every start. core/crc32.c is smaller. */
#include "core/crc32.h"

/* What the lowest four bits of a CRC become. */
static const uint32_t crc32_of_bits[16] = {
	0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
	0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
	0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};

uint32_t crc32_ieee(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint32_t crc = 0xffffffff;

	while (len--) {
		crc ^= *p++;
		crc = crc >> 4 ^ crc32_of_bits[crc & 15];
		crc = crc >> 4 ^ crc32_of_bits[crc & 15];
	}
	return ~crc;
}
