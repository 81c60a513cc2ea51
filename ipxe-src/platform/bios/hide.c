/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Hiding our memory from programs and drivers that look for some. */
#include "platform/bios/io.h"
#include "platform/bios/main.h"
#include "platform/bios/memory.h"
#include "platform/bios/real.h"

SELECT_IF(PXE_STACK);

#define MIB   0x100000u
#define INT15 (0x15 * 4)  /* its vector */
#define SMAP  0x534d4150u /* "SMAP" */

/* In the block: see hide_real.S. */
extern uint8_t real_int15[];
extern struct real_hidden {
	uint32_t start, end;
	uint16_t kb, blocks;
	uint32_t base_start, base_end;
} __packed real_hidden;
extern uint32_t real_int15_next;

void memory_hide(void)
{
	struct real_hidden *hidden = real_ptr(real_hidden);
	struct mem_range held = memory_held();

	if (prefix.initrd_len) {
		held.start = MIN(held.start, prefix.initrd);
		held.end = MAX(held.end, prefix.initrd + prefix.initrd_len);
	}
	hidden->start = held.start;
	hidden->end = held.end;
	hidden->base_start = (uintptr_t)real_base;
	hidden->kb = (uint16_t)(MIN(held.start - MIB, 15 * MIB) / 1024);
	hidden->blocks = held.start > 16 * MIB
				 ? (uint16_t)((held.start - 16 * MIB) >> 16)
				 : 0;
	*real_ptr(real_int15_next) = *low_ptr(uint32_t, INT15);
	*low_ptr(uint32_t, INT15) = real_far((uintptr_t)real_int15);
}

void memory_unhide(void)
{
	if (*low_ptr(uint32_t, INT15) == real_far((uintptr_t)real_int15))
		*low_ptr(uint32_t, INT15) = *real_ptr(real_int15_next);
	/* If somebody else has hooked it since, ours has nothing to hide. */
	real_ptr(real_hidden)->end = 0;
	real_ptr(real_hidden)->base_start = UINT32_MAX;
}

void memory_learn(void)
{
	struct e820_map map = {0};
	struct real_regs *regs;
	uint32_t next = 0;

	do {
		regs = real_begin();
		regs->eax = 0xe820;
		regs->ebx = next;
		regs->ecx = sizeof(map.entry[0]);
		regs->edx = SMAP;
		regs->edi = (uintptr_t)real_e820;
		if (real_int(regs, 0x15) || regs->eax != SMAP)
			break;
		next = regs->ebx;
		map.entry[map.count++] =
			*(struct e820_entry *)real_ptr(real_e820);
	} while (next && map.count < E820_MAX);
	if (map.count)
		memory_limit(&map);
}
