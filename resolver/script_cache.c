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

/* What processors exchange at a time: no two locks are in one. */
#define CACHE_LINE 64

/* An answer; its bytes follow: key, name of the machine, NUL, text, NUL, file
 * name, NUL. */
struct entry {
	uint64_t generation;
	uint32_t hash;
	uint32_t key_len;
	uint32_t name_len;
	uint32_t text_len;
	uint32_t file_len;
	enum resolution_kind kind;
	bool is_known;
	bool is_disabled;
	char etag[RESOLUTION_ETAG_BYTES];
	char bytes[];
};

/* A lock in a line of its own. */
struct lock {
	_Alignas(CACHE_LINE) pthread_mutex_t mutex;
};

struct script_cache {
	struct lock locks[LOCKS];
	/* Pairs of slots, by hash; the first of a pair is the newer.  NULL
	 * while empty. */
	struct entry **slots;
	uint32_t mask;
	/* Bytes that entries take and may take; __atomic. */
	size_t used;
	size_t limit;
};

int script_cache_open(size_t limit, struct script_cache **ret_cache)
{
	struct script_cache *cache = aligned_alloc(CACHE_LINE, sizeof(*cache));
	uint32_t slots = 2 * LOCKS;
	size_t i;

	if (!cache)
		return -ENOMEM;
	memset(cache, 0, sizeof(*cache));
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
		pthread_mutex_init(&cache->locks[i].mutex, NULL);
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
		pthread_mutex_destroy(&cache->locks[i].mutex);
	free(cache->slots);
	free(cache);
}

static size_t entry_size(const struct entry *entry)
{
	return sizeof(*entry) + entry->key_len + entry->name_len + 1 +
	       entry->text_len + 1 + entry->file_len + 1;
}

static bool entry_is(const struct entry *entry, uint32_t hash, const char *key,
		     size_t len)
{
	return entry && entry->hash == hash && entry->key_len == len &&
	       memcmp(entry->bytes, key, len) == 0;
}

static bool entry_copy(const struct entry *entry, struct arena *arena,
		       struct asker *ret_asker,
		       struct resolution *ret_resolution)
{
	const char *name = entry->bytes + entry->key_len;
	const char *text = name + entry->name_len + 1;
	char *copy = arena_strndup(arena, text, entry->text_len);
	char *file = arena_strndup(arena, text + entry->text_len + 1,
				   entry->file_len);

	if (!copy || !file)
		return false;
	memcpy(ret_asker->name, name, entry->name_len + 1UL);
	ret_asker->is_known = entry->is_known;
	ret_asker->is_disabled = entry->is_disabled;
	*ret_resolution = (struct resolution){
		.text = copy,
		.len = entry->text_len,
		.file = file,
		.kind = entry->kind,
	};
	memcpy(ret_resolution->etag, entry->etag, sizeof(entry->etag));
	return true;
}

/* The two slots in which a key may be; *ret_lock guards them. */
static struct entry **pair_of(struct script_cache *cache, uint32_t hash,
			      pthread_mutex_t **ret_lock)
{
	*ret_lock = &cache->locks[hash / 2 % LOCKS].mutex;
	return &cache->slots[hash & cache->mask & ~1U];
}

bool script_cache_find(struct script_cache *cache, uint64_t generation,
		       const char *key, size_t len, struct arena *arena,
		       struct asker *ret_asker,
		       struct resolution *ret_resolution)
{
	uint32_t hash = table_hash(key, len);
	const struct entry *entry;
	pthread_mutex_t *lock;
	struct entry **pair;
	bool is_found;

	if (!cache)
		return false;
	pair = pair_of(cache, hash, &lock);
	pthread_mutex_lock(lock);
	entry = entry_is(pair[0], hash, key, len) ? pair[0] : pair[1];
	is_found = entry_is(entry, hash, key, len) &&
		   entry->generation == generation &&
		   entry_copy(entry, arena, ret_asker, ret_resolution);
	pthread_mutex_unlock(lock);
	return is_found;
}

static char *bytes_put(char *bytes, const void *data, size_t len)
{
	memcpy(bytes, data, len);
	return bytes + len;
}

static struct entry *entry_make(uint64_t generation, const char *key,
				size_t len, const struct asker *asker,
				const struct resolution *resolution)
{
	struct entry head = {
		.generation = generation,
		.hash = table_hash(key, len),
		.key_len = (uint32_t)len,
		.name_len = (uint32_t)strlen(asker->name),
		.text_len = (uint32_t)resolution->len,
		.file_len = (uint32_t)strlen(resolution->file),
		.kind = resolution->kind,
		.is_known = asker->is_known,
		.is_disabled = asker->is_disabled,
	};
	struct entry *entry = malloc(entry_size(&head));
	char *bytes;

	if (!entry)
		return NULL;
	*entry = head;
	memcpy(entry->etag, resolution->etag, sizeof(entry->etag));
	bytes = bytes_put(entry->bytes, key, len);
	bytes = bytes_put(bytes, asker->name, head.name_len + 1UL);
	bytes = bytes_put(bytes, resolution->text, head.text_len + 1UL);
	bytes_put(bytes, resolution->file, head.file_len + 1UL);
	return entry;
}

/* Which slot of a pair is a new entry worth more than? */
static struct entry **pair_choose(struct entry **pair,
				  const struct entry *entry)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (entry_is(pair[i], entry->hash, entry->bytes,
			     entry->key_len))
			return &pair[i];
	}
	for (i = 0; i < 2; i++) {
		if (!pair[i] || pair[i]->generation != entry->generation)
			return &pair[i];
	}
	return &pair[1];
}

void script_cache_put(struct script_cache *cache, uint64_t generation,
		      const char *key, size_t len, const struct asker *asker,
		      const struct resolution *resolution)
{
	struct entry *entry, **pair, **slot;
	pthread_mutex_t *lock;
	size_t old, size;

	if (!cache || len > SCRIPT_CACHE_KEY_MAX ||
	    resolution->len > SCRIPT_CACHE_TEXT_MAX)
		return;
	entry = entry_make(generation, key, len, asker, resolution);
	if (!entry)
		return;
	size = entry_size(entry);
	pair = pair_of(cache, entry->hash, &lock);
	pthread_mutex_lock(lock);
	slot = pair_choose(pair, entry);
	old = *slot ? entry_size(*slot) : 0;
	/* Two threads may both pass the limit here, by an entry each. */
	if (__atomic_load_n(&cache->used, __ATOMIC_RELAXED) + size - old <=
	    cache->limit) {
		__atomic_add_fetch(&cache->used, size - old, __ATOMIC_RELAXED);
		free(*slot);
		/* The newer one moves to where room was made. */
		*slot = pair[0];
		pair[0] = entry;
		entry = NULL;
	}
	pthread_mutex_unlock(lock);
	free(entry);
}
