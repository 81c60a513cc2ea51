/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* CRC-32 of IEEE 802.3, bit by bit: what it checks is a few bytes. */
#include "core/crc32.h"

uint32_t crc32_ieee(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint32_t crc = 0xffffffff;
	unsigned int bit;

	while (len--) {
		crc ^= *p++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? CRC32_POLYNOMIAL : 0);
	}
	return ~crc;
}
