/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The system address map, and what of it can be used. */
#include <errno.h>

#include "platform/bios/e820.h"

#define PAGE 4096u

/* The address behind ENTRY. */
static uint64_t entry_end(const struct e820_entry *entry)
{
	uint64_t end = entry->base + entry->len;

	return end < entry->base ? UINT64_MAX : end;
}

/* Is the memory at ADDRESS usable? RET_NEXT is where that may change. */
static bool is_usable(const struct e820_map *map, uint64_t address,
		      uint64_t *ret_next)
{
	bool is_ram = false;
	bool is_other = false;
	uint64_t next = UINT64_MAX;
	uint32_t i;

	for (i = 0; i < map->count; i++) {
		const struct e820_entry *entry = &map->entry[i];
		uint64_t end = entry_end(entry);

		if (entry->base > address) {
			next = MIN(next, entry->base);
		} else if (end > address) {
			next = MIN(next, end);
			if (entry->type == E820_RAM)
				is_ram = true;
			else
				is_other = true;
		}
	}
	*ret_next = next;
	return is_ram && !is_other;
}

/* Add START to END, shrunk to whole pages, to COUNT ranges; where there is
 * no room the smallest goes. Returns the new count. */
static unsigned int range_add(struct mem_range *ranges, unsigned int count,
			      unsigned int max, uint64_t start, uint64_t end)
{
	unsigned int smallest = 0;
	unsigned int i;

	start = (start + PAGE - 1) & ~(uint64_t)(PAGE - 1);
	end &= ~(uint64_t)(PAGE - 1);
	if (start >= end || !max)
		return count;
	if (count == max) {
		for (i = 1; i < count; i++) {
			if (ranges[i].end - ranges[i].start <
			    ranges[smallest].end - ranges[smallest].start)
				smallest = i;
		}
		if (end - start <=
		    ranges[smallest].end - ranges[smallest].start)
			return count;
		count--;
		for (i = smallest; i < count; i++)
			ranges[i] = ranges[i + 1];
	}
	ranges[count].start = (uint32_t)start;
	ranges[count].end = (uint32_t)end;
	return count + 1;
}

unsigned int e820_usable(const struct e820_map *map, uint32_t from,
			 uint64_t limit, struct mem_range *ranges,
			 unsigned int max)
{
	unsigned int count = 0;
	uint64_t start = 0;
	uint64_t at = from;
	uint64_t next;
	bool in_range = false;

	/* The last page is left alone: its end has no 32-bit address. */
	limit = MIN(limit, 0xfffff000ULL);
	while (at < limit) {
		if (is_usable(map, at, &next)) {
			if (!in_range)
				start = at;
			in_range = true;
		} else if (in_range) {
			count = range_add(ranges, count, max, start, at);
			in_range = false;
		}
		at = next;
	}
	if (in_range)
		count = range_add(ranges, count, max, start, limit);
	return count;
}

int e820_region(const struct e820_map *map, unsigned int index,
		uint64_t *ret_start, uint64_t *ret_len)
{
	uint64_t at = 0;
	uint64_t start, next;

	while (at < UINT64_MAX) {
		start = at;
		while (at < UINT64_MAX && is_usable(map, at, &next))
			at = next;
		if (at > start && !index--) {
			*ret_start = start;
			*ret_len = at - start;
			return 0;
		}
		if (at < UINT64_MAX && at == start)
			at = next;
	}
	return -ENOENT;
}
