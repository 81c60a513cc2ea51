/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The system address map, and what of it can be used. */
#ifndef PLATFORM_BIOS_E820_H
#define PLATFORM_BIOS_E820_H

#include "core/compiler.h"

#define E820_RAM      1
#define E820_RESERVED 2

#define E820_MAX 64 /* entries that are kept; firmware gives 10 or so */

/* One entry as INT 15h AX=E820h gives it. ACPI 6.5 15.1. */
struct e820_entry {
	uint64_t base;
	uint64_t len;
	uint32_t type;
} __packed;

/* A system address map in any order, entries may overlap. */
struct e820_map {
	uint32_t count;
	struct e820_entry entry[E820_MAX];
};

/* A range of addresses below 4 GiB: from start up to end, without end. */
struct mem_range {
	uint32_t start;
	uint32_t end;
};

/* Find the usable memory of MAP between FROM and LIMIT.
 *
 * Writes up to MAX ranges, ascending, page aligned, without anything that is
 * not RAM in any entry; returns how many. With more than MAX ranges the
 * smallest ones are left out. */
unsigned int e820_usable(const struct e820_map *map, uint32_t from,
			 uint64_t limit, struct mem_range *ranges,
			 unsigned int max);

/* Range number INDEX, ascending, of the usable memory of MAP, wherever it is.
 * Returns 0, or -ENOENT if there are not so many. */
int e820_region(const struct e820_map *map, unsigned int index,
		uint64_t *ret_start, uint64_t *ret_len);

#endif
