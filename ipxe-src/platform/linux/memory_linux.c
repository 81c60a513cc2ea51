/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Image memory of the program for Linux. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/platform.h"
#include "platform/linux/linux.h"

uint64_t linux_bulk_limit = 1ULL << 30;
uint64_t linux_bulk_used;
uint64_t linux_ram, linux_ram_hole;

static size_t page_round(size_t len)
{
	return (len + BULK_ALIGN - 1) & ~(size_t)(BULK_ALIGN - 1);
}

void *bulk_realloc(void *old, size_t old_len, size_t new_len)
{
	size_t rounded = page_round(new_len);
	void *block = NULL;

	old_len = old ? page_round(old_len) : 0;
	if (new_len) {
		if (rounded < new_len ||
		    linux_bulk_used - old_len + rounded > linux_bulk_limit)
			return NULL;
		block = mmap(NULL, rounded, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (block == MAP_FAILED)
			return NULL;
		if (old)
			memcpy(block, old,
			       old_len < rounded ? old_len : rounded);
	}
	if (old)
		munmap(old, old_len);
	linux_bulk_used = linux_bulk_used - old_len + rounded;
	return block;
}

uint64_t bulk_available(void)
{
	return linux_bulk_limit > linux_bulk_used
		       ? linux_bulk_limit - linux_bulk_used
		       : 0;
}

int platform_ram_region(unsigned int index, uint64_t *ret_start,
			uint64_t *ret_len)
{
	uint64_t half;

	if (!linux_ram)
		linux_ram = (uint64_t)sysconf(_SC_PHYS_PAGES) *
			    (uint64_t)sysconf(_SC_PAGESIZE);
	half = linux_ram_hole ? linux_ram / 2 : linux_ram;
	if (index > (linux_ram_hole ? 1 : 0))
		return -ENOENT;
	*ret_start = index ? half + linux_ram_hole : 0;
	*ret_len = index ? linux_ram - half : half;
	return 0;
}
