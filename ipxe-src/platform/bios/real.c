/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Calls into real mode: the 32-bit side of entry.S. */
#include <string.h>

#include "platform/bios/io.h"
#include "platform/bios/real.h"

/* What in the block depends on where it is; see entry.S. */
extern uint16_t real_stack[2];
extern uint16_t real_vector[2];
extern uint32_t flat_vector[];
extern uint64_t gdt[5];
extern uint8_t gdt_pointer[6];

/* Access bytes of the block's descriptors, as in entry.S. */
#define ACCESS_CODE16 0x9bu
#define ACCESS_DATA16 0x93u

uint8_t *real_base = (uint8_t *)LOAD_BASE;

void real_move(uint8_t *base)
{
	uint32_t delta = base - real_base;

	memmove(base, real_base, REAL_PXE);
	real_base = base;
	(*real_ptr(real_stack))[0] = REAL_STACK;
	(*real_ptr(real_stack))[1] = real_seg();
	(*real_ptr(real_vector))[1] = real_seg();
	(*real_ptr(flat_vector))[0] += delta;
	/* A descriptor's base, below 1 MiB, is in its bits 16 to 39. */
	put_le32((uint8_t *)&(*real_ptr(gdt))[SEL_CODE16 / 8] + 2,
		 (uintptr_t)base | ACCESS_CODE16 << 24);
	put_le32((uint8_t *)&(*real_ptr(gdt))[SEL_DATA16 / 8] + 2,
		 (uintptr_t)base | ACCESS_DATA16 << 24);
	put_le32(*real_ptr(gdt_pointer) + 2, (uintptr_t)real_ptr(gdt));
	asm volatile("lgdt %0" : : "m"(*real_ptr(gdt_pointer)));
}

struct real_regs *real_begin(void)
{
	struct real_regs *regs = real_ptr(real_regs);

	memset(regs, 0, sizeof(*regs));
	regs->ds = real_seg();
	regs->es = real_seg();
	return regs;
}

void real_call(struct real_regs *regs, uint32_t target)
{
	regs->target = target;
	((void (*)(void)) * real_ptr(real_call32))();
}

bool real_int(struct real_regs *regs, uint8_t vector)
{
	regs->stack[0] = FLAG_IF;
	regs->is_int = 1;
	real_call(regs, *low_ptr(uint32_t, vector * 4));
	return regs->flags & FLAG_CF;
}
