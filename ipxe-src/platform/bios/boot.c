/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Starting other programs in real mode. */
#include "platform/bios/boot.h"
#include "platform/bios/real.h"

/* In the block: see boot_real.S. */
extern uint8_t real_boot[];
extern struct real_boot_regs {
	uint16_t ss, sp, cs, ip, ds;
	uint32_t edx;
} __packed real_boot_regs;

void boot_real(uint16_t seg, uint16_t sp, uint32_t target, uint32_t edx)
{
	struct real_boot_regs *regs = real_ptr(real_boot_regs);

	regs->ss = seg;
	regs->sp = sp;
	regs->cs = (uint16_t)(target >> 16);
	regs->ip = (uint16_t)target;
	regs->ds = seg;
	regs->edx = edx;
	real_call(real_begin(), real_far((uintptr_t)real_boot));
	__builtin_unreachable();
}
