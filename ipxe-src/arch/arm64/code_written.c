/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Code that was written as data, on arm64: the instruction cache does not see
 * it by itself (Arm Architecture Reference Manual B2.4.4). */
#include "platform/efi/packed/packed.h"

/* CTR_EL0: logarithms of the smallest lines' lengths, in words of 4 bytes. */
#define CTR_ILINE(ctr) (4U << ((ctr)&0xf))
#define CTR_DLINE(ctr) (4U << ((ctr) >> 16 & 0xf))

void arch_code_written(const void *start, size_t len)
{
	uintptr_t end = (uintptr_t)start + len;
	uintptr_t at;
	uint64_t ctr;

	__asm__ volatile("mrs %0, ctr_el0" : "=r"(ctr));
	/* To where both caches meet, then out of the instruction cache. */
	for (at = (uintptr_t)start & -(uintptr_t)CTR_DLINE(ctr); at < end;
	     at += CTR_DLINE(ctr))
		__asm__ volatile("dc cvau, %0" ::"r"(at) : "memory");
	__asm__ volatile("dsb ish" ::: "memory");
	for (at = (uintptr_t)start & -(uintptr_t)CTR_ILINE(ctr); at < end;
	     at += CTR_ILINE(ctr))
		__asm__ volatile("ic ivau, %0" ::"r"(at) : "memory");
	__asm__ volatile("dsb ish\n\tisb" ::: "memory");
}
