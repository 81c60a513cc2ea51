/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Memory that lives exactly as long as one request. */
#include "arena.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Payload of an ordinary block: enough for all but the largest scripts. */
#define ARENA_BLOCK_BYTES 8128

struct arena_block {
	struct arena_block *next;
	size_t used;
	size_t size;
	alignas(max_align_t) char data[];
};

void arena_init(struct arena *arena, size_t limit)
{
	arena->blocks = NULL;
	arena->left = limit;
}

void arena_fini(struct arena *arena)
{
	struct arena_block *block;

	if (!arena)
		return;
	while ((block = arena->blocks)) {
		arena->blocks = block->next;
		free(block);
	}
}

void arena_reset(struct arena *arena, size_t limit)
{
	struct arena_block *block, *kept = NULL;

	while ((block = arena->blocks)) {
		arena->blocks = block->next;
		if (kept || block->size != ARENA_BLOCK_BYTES)
			free(block);
		else
			kept = block;
	}
	if (kept) {
		kept->next = NULL;
		kept->used = 0;
	}
	arena->blocks = kept;
	arena->left = limit;
}

static struct arena_block *arena_grow(struct arena *arena, size_t size)
{
	struct arena_block *block;

	if (size < ARENA_BLOCK_BYTES)
		size = ARENA_BLOCK_BYTES;
	block = malloc(sizeof(*block) + size);
	if (!block)
		return NULL;
	block->next = arena->blocks;
	block->used = 0;
	block->size = size;
	arena->blocks = block;
	return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	const size_t align = alignof(max_align_t);
	struct arena_block *block = arena->blocks;
	void *data;

	if (size > arena->left || arena->left - size < align)
		return NULL;
	size = (size + align - 1) & ~(align - 1);
	if (!block || size > block->size - block->used)
		block = arena_grow(arena, size);
	if (!block)
		return NULL;
	data = block->data + block->used;
	block->used += size;
	arena->left -= size;
	return data;
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);

	if (!copy)
		return NULL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		return NULL;
	text = arena_alloc(arena, (size_t)len + 1);
	if (!text)
		return NULL;
	va_start(args, format);
	vsnprintf(text, (size_t)len + 1, format, args);
	va_end(args);
	return text;
}
