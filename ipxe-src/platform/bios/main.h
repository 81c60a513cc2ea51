/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Start-up after unpacking, and base memory. */
#ifndef PLATFORM_BIOS_MAIN_H
#define PLATFORM_BIOS_MAIN_H

#include "platform/bios/unpack.h"

/* What the prefix said; all zero if it said nothing. */
extern struct prefix_info prefix;

/* Entered by payload_start of entry.S; does not return. INFO lies in memory
 * that does not last. */
void bios_main(const struct boot_info *info) __attribute__((noreturn));

/* Give the real-mode block's memory back to the BIOS's count of free base
 * memory; the block still works until something else uses it. */
void base_memory_release(void);

#endif
