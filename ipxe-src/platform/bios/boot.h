/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Starting other programs in real mode. */
#ifndef PLATFORM_BIOS_BOOT_H
#define PLATFORM_BIOS_BOOT_H

#include "core/compiler.h"

/* Jump to CS:IP (in TARGET, CS << 16 | IP) with SEG in all data segments and
 * the stack at SEG:SP. All other registers are 0 but EDX; interrupts are off.
 */
void boot_real(uint16_t seg, uint16_t sp, uint32_t target, uint32_t edx)
	__attribute__((noreturn));

/* The longest network boot program that boot_nbp() can run, bytes. */
uint32_t boot_nbp_room(void);

/* Run the network boot program that is at 0:7C00, in the environment that
 * the PXE ROM made for us. The memory that we hold is hidden from it. Returns
 * its exit status (AX; PXE 2.1 4.4.5: 0 is success) if it comes back. */
uint16_t boot_nbp(void);

#endif
