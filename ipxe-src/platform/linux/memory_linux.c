/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Image memory of the program for Linux. */
#include <string.h>
#include <sys/mman.h>

#include "core/memory.h"
#include "platform/linux/linux.h"

uint64_t linux_bulk_limit = 1ULL << 30;
uint64_t linux_bulk_used;

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
