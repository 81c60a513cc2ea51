/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Words that every file may use: selection, attributes, byte order. */
#ifndef CORE_COMPILER_H
#define CORE_COMPILER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Link this file only when NAME is #defined in config/. The build reads the
 * line; the compiler sees nothing. */
#define SELECT_IF(name) _Static_assert(1, #name)

#define __unused_arg __attribute__((unused))
#define __packed     __attribute__((packed))
#define __printf(format_index, first)                                          \
	__attribute__((format(printf, format_index, first)))

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define container_of(ptr, type, field)                                         \
	((type *)((char *)(ptr)-offsetof(type, field)))

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* Unaligned access in network byte order (get/put a value at a pointer). */
static inline uint16_t get_be16(const void *ptr)
{
	const uint8_t *p = ptr;

	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t get_be32(const void *ptr)
{
	const uint8_t *p = ptr;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static inline void put_be16(void *ptr, uint16_t value)
{
	uint8_t *p = ptr;

	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static inline void put_be32(void *ptr, uint32_t value)
{
	uint8_t *p = ptr;

	p[0] = (uint8_t)(value >> 24);
	p[1] = (uint8_t)(value >> 16);
	p[2] = (uint8_t)(value >> 8);
	p[3] = (uint8_t)value;
}

/* Unaligned access in little-endian order. */
static inline uint16_t get_le16(const void *ptr)
{
	const uint8_t *p = ptr;

	return (uint16_t)(p[1] << 8 | p[0]);
}

static inline uint32_t get_le32(const void *ptr)
{
	const uint8_t *p = ptr;

	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[1] << 8 | p[0];
}

static inline uint64_t get_le64(const void *ptr)
{
	const uint8_t *p = ptr;

	return (uint64_t)get_le32(p + 4) << 32 | get_le32(p);
}

static inline void put_le16(void *ptr, uint16_t value)
{
	uint8_t *p = ptr;

	p[0] = (uint8_t)value;
	p[1] = (uint8_t)(value >> 8);
}

static inline void put_le32(void *ptr, uint32_t value)
{
	uint8_t *p = ptr;

	p[0] = (uint8_t)value;
	p[1] = (uint8_t)(value >> 8);
	p[2] = (uint8_t)(value >> 16);
	p[3] = (uint8_t)(value >> 24);
}

#endif
