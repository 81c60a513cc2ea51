/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Rendered scripts, kept for machines that ask again. */
#include "script_cache.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

/* Memory that one slot is reckoned with; key, script and file name take more,
 * but with many slots few machines meet in one. */
#define SLOT_BYTES 256

/* Slots share locks, so that threads seldom wait for each other. */
#define LOCKS 64

/* An answer; its bytes follow: key, text, NUL, file name, NUL. */
struct entry {
	uint64_t generation;
	uint32_t hash;
	uint32_t key_len;
	uint32_t text_len;
	uint32_t file_len;
	enum resolution_kind kind;
	char etag[RESOLUTION_ETAG_BYTES];
	char bytes[];
};

struct script_cache {
	pthread_mutex_t locks[LOCKS];
	/* One entry each, by hash; NULL while empty. */
	struct entry **slots;
	uint32_t mask;
	/* Bytes that entries take and may take; __atomic. */
	size_t used;
	size_t limit;
};

int script_cache_open(size_t limit, struct script_cache **ret_cache)
{
	struct script_cache *cache = calloc(1, sizeof(*cache));
	uint32_t slots = LOCKS;
	size_t i;

	if (!cache)
		return -ENOMEM;
	while (slots < limit / SLOT_BYTES)
		slots *= 2;
	cache->slots = calloc(slots, sizeof(struct entry *));
	if (!cache->slots) {
		free(cache);
		return -ENOMEM;
	}
	cache->mask = slots - 1;
	cache->limit = limit;
	for (i = 0; i < LOCKS; i++)
		pthread_mutex_init(&cache->locks[i], NULL);
	*ret_cache = cache;
	return 0;
}

void script_cache_close(struct script_cache *cache)
{
	uint32_t i;

	if (!cache)
		return;
	for (i = 0; i <= cache->mask; i++)
		free(cache->slots[i]);
	for (i = 0; i < LOCKS; i++)
		pthread_mutex_destroy(&cache->locks[i]);
	free(cache->slots);
	free(cache);
}

static size_t entry_size(const struct entry *entry)
{
	return sizeof(*entry) + entry->key_len + entry->text_len + 1 +
	       entry->file_len + 1;
}

static bool entry_copy(const struct entry *entry, struct arena *arena,
		       struct resolution *ret_resolution)
{
	const char *text = entry->bytes + entry->key_len;
	char *copy = arena_strndup(arena, text, entry->text_len);
	char *file = arena_strndup(arena, text + entry->text_len + 1,
				   entry->file_len);

	if (!copy || !file)
		return false;
	*ret_resolution = (struct resolution){
		.text = copy,
		.len = entry->text_len,
		.file = file,
		.kind = entry->kind,
	};
	memcpy(ret_resolution->etag, entry->etag, sizeof(entry->etag));
	return true;
}

bool script_cache_find(struct script_cache *cache, uint64_t generation,
		       const char *key, size_t len, struct arena *arena,
		       struct resolution *ret_resolution)
{
	uint32_t hash = table_hash(key, len);
	const struct entry *entry;
	pthread_mutex_t *lock;
	bool is_found;

	if (!cache)
		return false;
	lock = &cache->locks[hash % LOCKS];
	pthread_mutex_lock(lock);
	entry = cache->slots[hash & cache->mask];
	is_found = entry && entry->generation == generation &&
		   entry->hash == hash && entry->key_len == len &&
		   memcmp(entry->bytes, key, len) == 0 &&
		   entry_copy(entry, arena, ret_resolution);
	pthread_mutex_unlock(lock);
	return is_found;
}

static struct entry *entry_make(uint64_t generation, const char *key,
				size_t len, const struct resolution *resolution)
{
	struct entry head = {
		.generation = generation,
		.hash = table_hash(key, len),
		.key_len = (uint32_t)len,
		.text_len = (uint32_t)resolution->len,
		.file_len = (uint32_t)strlen(resolution->file),
		.kind = resolution->kind,
	};
	struct entry *entry = malloc(entry_size(&head));
	char *bytes;

	if (!entry)
		return NULL;
	*entry = head;
	memcpy(entry->etag, resolution->etag, sizeof(entry->etag));
	bytes = entry->bytes;
	memcpy(bytes, key, len);
	bytes += len;
	memcpy(bytes, resolution->text, head.text_len + 1UL);
	bytes += head.text_len + 1UL;
	memcpy(bytes, resolution->file, head.file_len + 1UL);
	return entry;
}

void script_cache_put(struct script_cache *cache, uint64_t generation,
		      const char *key, size_t len,
		      const struct resolution *resolution)
{
	struct entry *entry, **slot;
	pthread_mutex_t *lock;
	size_t old = 0, size;

	if (!cache || len > SCRIPT_CACHE_KEY_MAX ||
	    resolution->len > SCRIPT_CACHE_TEXT_MAX)
		return;
	entry = entry_make(generation, key, len, resolution);
	if (!entry)
		return;
	size = entry_size(entry);
	lock = &cache->locks[entry->hash % LOCKS];
	pthread_mutex_lock(lock);
	slot = &cache->slots[entry->hash & cache->mask];
	if (*slot)
		old = entry_size(*slot);
	/* Two threads may both pass the limit here, by an entry each. */
	if (__atomic_load_n(&cache->used, __ATOMIC_RELAXED) + size - old <=
	    cache->limit) {
		__atomic_add_fetch(&cache->used, size - old, __ATOMIC_RELAXED);
		free(*slot);
		*slot = entry;
		entry = NULL;
	}
	pthread_mutex_unlock(lock);
	free(entry);
}
