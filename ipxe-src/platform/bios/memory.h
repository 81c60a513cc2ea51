/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What memory there is, beside core/memory.h: for loaders and for hiding. */
#ifndef PLATFORM_BIOS_MEMORY_H
#define PLATFORM_BIOS_MEMORY_H

#include "platform/bios/unpack.h"

/* The system address map as the BIOS gave it at the start. */
extern struct e820_map memory_map;

/* Where the firmware itself is. */
extern struct mem_range memory_self;

/* Learn what memory there is; before the first bulk_realloc(). */
void memory_init(const struct boot_info *info);

/* The range from the lowest address in use by us (firmware or image data)
 * above 1 MiB to the end of the firmware: what a program that may return to
 * us must not touch. */
struct mem_range memory_held(void);

/* Hide from INT 15h what is ours: memory_held(), the RAM disk that our loader
 * gave us, the real-mode block. And end that, unless somebody else has hooked
 * it since; may be called at any time. NULL in images without PXE_STACK. */
void memory_hide(void) __attribute__((weak));
void memory_unhide(void) __attribute__((weak));

/* Ask the BIOS again, while we are hidden: what has been taken since the start
 * is not given out any more. */
void memory_learn(void);

/* Give out nothing that MAP does not call RAM either. */
void memory_limit(const struct e820_map *map);

#endif
