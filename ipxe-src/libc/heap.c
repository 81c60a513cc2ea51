/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* malloc() and friends: first fit over an address-ordered free list. */
#include <stdlib.h>
#include <string.h>

#include "core/heap.h"

/* Every block begins with its size; a free one is also on the list. */
struct block {
	size_t size;	    /* of the whole block, header included, bytes */
	struct block *next; /* free blocks only, ascending addresses */
};

#define BLOCK_ALIGN  (2 * sizeof(void *))
#define BLOCK_HEADER BLOCK_ALIGN
#define BLOCK_MIN    (2 * BLOCK_ALIGN)

static struct block *free_list;
static size_t used, peak;

size_t heap_used(void)
{
	return used;
}

size_t heap_peak(void)
{
	return peak;
}

/* Put BLOCK on the free list, joining it with its neighbours. */
static void block_release(struct block *block)
{
	struct block **link = &free_list;
	struct block *prev = NULL;

	while (*link && *link < block) {
		prev = *link;
		link = &(*link)->next;
	}
	block->next = *link;
	*link = block;
	if (block->next && (char *)block + block->size == (char *)block->next) {
		block->size += block->next->size;
		block->next = block->next->next;
	}
	if (prev && (char *)prev + prev->size == (char *)block) {
		prev->size += block->size;
		prev->next = block->next;
	}
}

void heap_add(void *base, size_t len)
{
	uintptr_t start = ((uintptr_t)base + BLOCK_ALIGN - 1) &
			  ~(uintptr_t)(BLOCK_ALIGN - 1);
	uintptr_t end = ((uintptr_t)base + len) & ~(uintptr_t)(BLOCK_ALIGN - 1);
	struct block *block = (struct block *)start;

	if (end < start || end - start < BLOCK_MIN)
		return;
	block->size = end - start;
	block_release(block);
}

void *malloc(size_t size)
{
	struct block **link;
	struct block *block, *rest;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + BLOCK_HEADER + BLOCK_ALIGN - 1) & ~(BLOCK_ALIGN - 1);
	size = size < BLOCK_MIN ? BLOCK_MIN : size;
	for (link = &free_list; (block = *link); link = &block->next) {
		if (block->size >= size)
			break;
	}
	if (!block)
		return NULL;
	if (block->size - size >= BLOCK_MIN) {
		rest = (struct block *)((char *)block + size);
		rest->size = block->size - size;
		rest->next = block->next;
		*link = rest;
		block->size = size;
	} else {
		*link = block->next;
	}
	used += block->size;
	peak = MAX(peak, used);
	return (char *)block + BLOCK_HEADER;
}

void free(void *ptr)
{
	struct block *block;

	if (!ptr)
		return;
	block = (struct block *)((char *)ptr - BLOCK_HEADER);
	used -= block->size;
	block_release(block);
}

void *calloc(size_t count, size_t size)
{
	void *ptr;

	if (size && count > SIZE_MAX / size)
		return NULL;
	ptr = malloc(count * size);
	if (ptr)
		memset(ptr, 0, count * size);
	return ptr;
}

void *realloc(void *old, size_t size)
{
	struct block *block;
	size_t old_size;
	void *ptr;

	if (!old)
		return malloc(size);
	block = (struct block *)((char *)old - BLOCK_HEADER);
	old_size = block->size - BLOCK_HEADER;
	if (size <= old_size)
		return old;
	ptr = malloc(size);
	if (!ptr)
		return NULL;
	memcpy(ptr, old, old_size);
	free(old);
	return ptr;
}
