/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* memcpy() and friends by pairs of registers. Addresses need not be aligned:
 * UEFI leaves alignment checking off (UEFI 2.10 2.3.6). */
#include <stdint.h>
#include <string.h>

/* Bytes that one step moves. */
#define STEP 32

/* Copy one step. All of it is read before any of it is written. */
static inline void step_copy(uint8_t *to, const uint8_t *from)
{
	uint64_t a, b, c, d;

	__asm__ volatile("ldp %0, %1, [%4]\n\t"
			 "ldp %2, %3, [%4, #16]\n\t"
			 "stp %0, %1, [%5]\n\t"
			 "stp %2, %3, [%5, #16]"
			 : "=&r"(a), "=&r"(b), "=&r"(c), "=&r"(d)
			 : "r"(from), "r"(to)
			 : "memory");
}

void *memcpy(void *restrict dst, const void *restrict src, size_t len)
{
	uint8_t *to = dst;
	const uint8_t *from = src;

	for (; len >= STEP; len -= STEP, to += STEP, from += STEP)
		step_copy(to, from);
	for (; len; len--)
		*to++ = *from++;
	return dst;
}

void *memmove(void *dst, const void *src, size_t len)
{
	uint8_t *to = dst;
	const uint8_t *from = src;

	/* Forwards is right unless the target begins within the source. */
	if ((uintptr_t)to - (uintptr_t)from >= len)
		return memcpy(dst, src, len);
	for (; len >= STEP; len -= STEP)
		step_copy(to + len - STEP, from + len - STEP);
	while (len--)
		to[len] = from[len];
	return dst;
}

void *memset(void *dst, int c, size_t len)
{
	uint64_t pattern = (uint8_t)c * (~0UL / 255);
	uint8_t *to = dst;

	for (; len >= 16; len -= 16, to += 16)
		__asm__ volatile("stp %0, %0, [%1]"
				 :
				 : "r"(pattern), "r"(to)
				 : "memory");
	for (; len; len--)
		*to++ = (uint8_t)c;
	return dst;
}
