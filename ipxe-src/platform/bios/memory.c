/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Image memory: blocks of the RAM that the BIOS reports, from the top down.
 *
 * Memory below 2 GiB is preferred, for Linux takes its RAM disk from there;
 * so most often it can stay where it was downloaded to.
 */
#include <string.h>

#include "core/memory.h"
#include "core/platform.h"
#include "platform/bios/memory.h"

#define MIB	     0x100000u
#define PREFER_BELOW 0x80000000u
#define RANGES_MAX   16
#define BLOCKS_MAX   128

struct e820_map memory_map;
struct mem_range memory_self;

static struct mem_range ranges[RANGES_MAX];
static unsigned int range_count;

/* Blocks in use, in no order. */
static struct mem_range blocks[BLOCKS_MAX];
static unsigned int block_count;

void memory_init(const struct boot_info *info)
{
	struct e820_map map = info->map;

	memory_map = info->map;
	memory_self.start = info->base;
	memory_self.end = info->base + info->memory_len;
	if (map.count == E820_MAX)
		map.count--;
	map.entry[map.count].base = info->base;
	map.entry[map.count].len = info->memory_len;
	map.entry[map.count].type = E820_RESERVED;
	map.count++;
	range_count = e820_usable(&map, MIB, UINT64_MAX, ranges, RANGES_MAX);
}

void memory_limit(const struct e820_map *map)
{
	range_count = e820_usable(map, MIB, UINT64_MAX, ranges, RANGES_MAX);
}

struct mem_range memory_held(void)
{
	struct mem_range held = memory_self;
	unsigned int i;

	for (i = 0; i < block_count; i++) {
		held.start = MIN(held.start, blocks[i].start);
		held.end = MAX(held.end, blocks[i].end);
	}
	return held;
}

/* The highest block that overlaps START to END, but for SKIP; or NULL. */
static struct mem_range *block_overlapping(uint32_t start, uint32_t end,
					   const struct mem_range *skip)
{
	struct mem_range *found = NULL;
	unsigned int i;

	for (i = 0; i < block_count; i++) {
		if (&blocks[i] == skip || blocks[i].start >= end ||
		    blocks[i].end <= start)
			continue;
		if (!found || blocks[i].start > found->start)
			found = &blocks[i];
	}
	return found;
}

/* Is START to END inside one range, and free but for SKIP? */
static bool is_free(uint32_t start, uint32_t end, const struct mem_range *skip)
{
	unsigned int i;

	if (start >= end || block_overlapping(start, end, skip))
		return false;
	for (i = 0; i < range_count; i++) {
		if (start >= ranges[i].start && end <= ranges[i].end)
			return true;
	}
	return false;
}

/* The highest free address for LEN bytes that end by LIMIT; 0: none. */
static uint32_t find_space(uint32_t len, uint32_t limit)
{
	const struct mem_range *block;
	unsigned int i;
	uint32_t top;

	for (i = range_count; i-- > 0;) {
		top = MIN(ranges[i].end, limit);
		while (top > ranges[i].start && top - ranges[i].start >= len) {
			block = block_overlapping(top - len, top, NULL);
			if (!block)
				return top - len;
			top = block->start;
		}
	}
	return 0;
}

/* A free place for LEN bytes; 0: none. Small blocks go next to the firmware,
 * so that memory_held() is not the whole machine. */
static uint32_t choose_space(uint32_t len)
{
	uint32_t start = len < MIB ? 0 : find_space(len, PREFER_BELOW);

	return start ? start : find_space(len, UINT32_MAX);
}

/* Make BLOCK LEN bytes long (it is shorter), keeping its bytes. False if
 * there is no place for that. */
static bool block_grow(struct mem_range *block, uint32_t len)
{
	uint32_t old_len = block->end - block->start;
	uint32_t start = block->start;

	if (is_free(start, start + len, block)) {
		block->end = start + len;
		return true;
	}
	/* Down into what is free below it, else somewhere else. */
	start = block->end - len;
	if (block->end < len || !is_free(start, block->end, block))
		start = choose_space(len);
	if (!start)
		return false;
	memmove((void *)start, (void *)block->start, old_len);
	block->start = start;
	block->end = start + len;
	return true;
}

void *bulk_realloc(void *old, size_t old_len __unused_arg, size_t new_len)
{
	struct mem_range *block = NULL;
	uint32_t len;
	unsigned int i;

	if (new_len > UINT32_MAX - BULK_ALIGN)
		return NULL;
	len = (new_len + BULK_ALIGN - 1) & ~(BULK_ALIGN - 1);
	for (i = 0; old && i < block_count; i++) {
		if (blocks[i].start == (uintptr_t)old)
			block = &blocks[i];
	}
	if (!len) {
		if (block)
			*block = blocks[--block_count];
		return NULL;
	}
	if (!block) {
		uint32_t start = choose_space(len);

		if (!start || block_count == BLOCKS_MAX)
			return NULL;
		block = &blocks[block_count++];
		block->start = start;
		block->end = start + len;
	} else if (len <= block->end - block->start) {
		block->end = block->start + len;
	} else if (!block_grow(block, len)) {
		return NULL;
	}
	return (void *)block->start;
}

uint64_t bulk_available(void)
{
	const struct mem_range *block;
	uint32_t best = 0;
	uint32_t top;
	unsigned int i;

	for (i = 0; i < range_count; i++) {
		top = ranges[i].end;
		while ((block = block_overlapping(ranges[i].start, top,
						  NULL))) {
			best = MAX(best, top - block->end);
			top = block->start;
		}
		best = MAX(best, top - ranges[i].start);
	}
	return best;
}

int platform_ram_region(unsigned int index, uint64_t *ret_start,
			uint64_t *ret_len)
{
	return e820_region(&memory_map, index, ret_start, ret_len);
}
