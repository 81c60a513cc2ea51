/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Hash table from bytes to an index, for tables that only grow. */
#include "table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Slots of the first allocation. */
#define TABLE_SLOTS_MIN 64

/* What is mixed side by side, where there are several of them. */
#define BLOCK_BYTES 32

void table_fini(struct table *table)
{
	free(table->slots);
	*table = (struct table){0};
}

/* Each bit of the word has a part in the upper half, which comes down. */
static uint64_t mix_word(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15U;
	return hash << 32 | hash >> 32;
}

static uint64_t mix_bytes(uint64_t hash, const unsigned char *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return mix_word(hash, word);
}

/* Mix in so many blocks, each of their words into a hash of its own: it does
 * not have to wait for the word before it. */
static uint64_t mix_blocks(uint64_t hash, const unsigned char *bytes,
			   size_t blocks)
{
	uint64_t a = hash, b = hash + 1, c = hash + 2, d = hash + 3;

	for (; blocks; blocks--, bytes += BLOCK_BYTES) {
		a = mix_bytes(a, bytes);
		b = mix_bytes(b, bytes + 8);
		c = mix_bytes(c, bytes + 16);
		d = mix_bytes(d, bytes + 24);
	}
	return mix_word(mix_word(mix_word(a, b), c), d);
}

uint64_t table_mix(uint64_t hash, const void *data, size_t len)
{
	const unsigned char *bytes = data, *end = bytes + len;
	size_t blocks = len / BLOCK_BYTES;
	uint64_t word = 0;

	hash = mix_word(hash, len);
	if (blocks > 1) {
		hash = mix_blocks(hash, bytes, blocks);
		bytes += blocks * BLOCK_BYTES;
	}
	if (len < sizeof(word)) {
		while (bytes < end)
			word = word << 8 | *bytes++;
		return mix_word(hash, word);
	}
	for (; end - bytes > (ptrdiff_t)sizeof(word); bytes += sizeof(word))
		hash = mix_bytes(hash, bytes);
	/* The last word begins in the one before it, where need be. */
	return mix_bytes(hash, end - sizeof(word));
}

uint32_t table_hash(const void *data, size_t len)
{
	/* Neighbouring keys differ in few bits; spread them. */
	return (uint32_t)mix_word(table_mix(0, data, len), 0);
}

static void slot_put(struct table_slot *slots, uint32_t mask,
		     struct table_slot slot)
{
	uint32_t i = slot.hash & mask;

	while (slots[i].index)
		i = (i + 1) & mask;
	slots[i] = slot;
}

static int table_grow(struct table *table)
{
	uint32_t count = table->slots ? (table->mask + 1) * 2 : TABLE_SLOTS_MIN;
	struct table_slot *slots;
	uint32_t i;

	if (!count)
		return -ENOMEM;
	slots = calloc(count, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (i = 0; table->slots && i <= table->mask; i++) {
		if (table->slots[i].index)
			slot_put(slots, count - 1, table->slots[i]);
	}
	free(table->slots);
	table->slots = slots;
	table->mask = count - 1;
	return 0;
}

int table_put(struct table *table, uint32_t hash, uint32_t index)
{
	int rc;

	if (!table->slots || table->used >= table->mask / 4 * 3) {
		rc = table_grow(table);
		if (rc)
			return rc;
	}
	slot_put(table->slots, table->mask,
		 (struct table_slot){hash, index + 1});
	table->used++;
	return 0;
}

uint32_t table_next(const struct table *table, uint32_t hash, uint32_t *cursor)
{
	const struct table_slot *slot;

	if (!table->slots)
		return TABLE_END;
	for (;;) {
		slot = &table->slots[*cursor & table->mask];
		if (!slot->index)
			return TABLE_END;
		++*cursor;
		if (slot->hash == hash)
			return slot->index - 1;
	}
}

void table_prefetch(const struct table *table, uint32_t hash)
{
	if (table->slots)
		__builtin_prefetch(&table->slots[hash & table->mask]);
}
