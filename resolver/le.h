/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Little-endian integers anywhere in memory. */
#ifndef RESOLVER_LE_H
#define RESOLVER_LE_H

#include <stdint.h>

static inline uint16_t le16_get(const uint8_t *data)
{
	return (uint16_t)(data[0] | data[1] << 8);
}

static inline uint32_t le32_get(const uint8_t *data)
{
	return le16_get(data) | (uint32_t)le16_get(data + 2) << 16;
}

static inline void le16_put(uint8_t *data, uint16_t value)
{
	data[0] = (uint8_t)value;
	data[1] = (uint8_t)(value >> 8);
}

static inline void le32_put(uint8_t *data, uint32_t value)
{
	le16_put(data, (uint16_t)value);
	le16_put(data + 2, (uint16_t)(value >> 16));
}

#endif
