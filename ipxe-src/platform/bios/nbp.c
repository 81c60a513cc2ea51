/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Running a network boot program, with us hidden behind it. */
#include <string.h>

#include "platform/bios/boot.h"
#include "platform/bios/io.h"
#include "platform/bios/memory.h"
#include "platform/bios/pxe.h"
#include "platform/bios/real.h"

SELECT_IF(IMAGE_PXE);

#define STACK_LEN 46 /* our saved registers and the ROM's return address */

/* In the block: see nbp_real.S. */
extern uint8_t real_nbp[];

/* Where the block is while a network boot program runs. */
static uint8_t *nbp_block(void)
{
	uintptr_t top = (uintptr_t)real_base + REAL_LEN;

	return (uint8_t *)((top - REAL_LEN_MIN) & ~1023u);
}

uint32_t boot_nbp_room(void)
{
	return nbp_block() - (uint8_t *)LOAD_BASE;
}

uint16_t boot_nbp(void)
{
	const struct real_entry *entry = real_ptr(real_entry);
	uint8_t *stack = (uint8_t *)(entry->ss * 16u + entry->sp);
	volatile uint16_t *base_kb = low_ptr(uint16_t, BDA_BASE_KB);
	uint16_t saved_kb = *base_kb;
	uint8_t *block = real_base;
	uint8_t saved[STACK_LEN];
	struct real_regs *regs;
	uint16_t status;

	memcpy(saved, stack, sizeof(saved));
	real_move(nbp_block());
	pxe_pretend_undi_at(real_seg());
	*base_kb = (uint16_t)((uintptr_t)real_base / 1024);
	memory_hide();
	regs = real_begin();
	real_call(regs, real_far((uintptr_t)real_nbp));
	status = (uint16_t)regs->eax;
	memory_unhide();
	pxe_pretend_undi_at(0);
	real_move(block);
	*base_kb = saved_kb;
	memcpy(stack, saved, sizeof(saved));
	return status;
}
