/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Rendered scripts, kept for machines that ask again. */
#include "script_cache.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

/* Memory that one entry is reckoned with: key, script and names. */
#define ENTRY_BYTES 512

/* Entries whose keys' hashes lead to the same place. */
#define WAYS 3

/* Sets share locks, so that threads seldom wait for each other. */
#define LOCKS 64

/* What processors exchange at a time: no two locks are in one. */
#define CACHE_LINE 64

/* Sets in which room is looked for, for one entry. */
#define HAND_STEPS 16

/* For who reads without the lock. */
#define STORE(to, value) __atomic_store_n(to, value, __ATOMIC_RELAXED)
#define LOAD(from)	 __atomic_load_n(from, __ATOMIC_RELAXED)

/* Of an entry, what script_cache_foresee() has fetched. */
#define FORESEEN_BYTES (10 * CACHE_LINE)

/* An answer; its bytes follow: key, name of the machine, NUL, text, NUL, file
 * name, NUL. */
struct entry {
	uint64_t generation;
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
	/* Where room was looked for last, in steps of LOCKS sets. */
	uint32_t hand;
};

/*
 * Where the entries of a hash are, the newest first.  All that is to be known
 * before an entry is touched is here, in one line: another key's entry is
 * memory that is in no processor's cache.  __atomic, for who only foresees.
 */
struct set {
	/* NULL while empty. */
	_Alignas(CACHE_LINE) struct entry *entries[WAYS];
	/* Hashes of their keys, and of their machines' names. */
	uint32_t hashes[WAYS];
	uint32_t names[WAYS];
	/* The loads that they are of; all bits are in the entry. */
	uint16_t generations[WAYS];
	/* Were they found since room was looked for here? */
	bool is_used[WAYS];
	/* The key that found no room last.  It gets some when it comes again
	 * before another one does: where there are more machines than places,
	 * the ones that are kept are not driven out by each that is not. */
	uint32_t candidate;
};

struct script_cache {
	struct lock locks[LOCKS];
	/* By hash. */
	struct set *sets;
	uint32_t mask;
	/* Bytes that entries take and may take; __atomic. */
	size_t used;
	size_t limit;
};

int script_cache_open(size_t limit, struct script_cache **ret_cache)
{
	struct script_cache *cache = aligned_alloc(CACHE_LINE, sizeof(*cache));
	uint32_t sets = LOCKS;
	size_t i;

	if (!cache)
		return -ENOMEM;
	memset(cache, 0, sizeof(*cache));
	while (sets < limit / ENTRY_BYTES / WAYS)
		sets *= 2;
	cache->sets = aligned_alloc(CACHE_LINE, sets * sizeof(struct set));
	if (!cache->sets) {
		free(cache);
		return -ENOMEM;
	}
	memset(cache->sets, 0, sets * sizeof(struct set));
	cache->mask = sets - 1;
	cache->limit = limit;
	for (i = 0; i < LOCKS; i++)
		pthread_mutex_init(&cache->locks[i].mutex, NULL);
	*ret_cache = cache;
	return 0;
}

void script_cache_close(struct script_cache *cache)
{
	uint32_t i;
	int way;

	if (!cache)
		return;
	for (i = 0; i <= cache->mask; i++) {
		for (way = 0; way < WAYS; way++)
			free(cache->sets[i].entries[way]);
	}
	for (i = 0; i < LOCKS; i++)
		pthread_mutex_destroy(&cache->locks[i].mutex);
	free(cache->sets);
	free(cache);
}

static size_t entry_size(const struct entry *entry)
{
	return sizeof(*entry) + entry->key_len + entry->name_len + 1 +
	       entry->text_len + 1 + entry->file_len + 1;
}

static bool entry_is(const struct entry *entry, const char *key, size_t len)
{
	return entry->key_len == len && memcmp(entry->bytes, key, len) == 0;
}

static bool entry_copy(const struct entry *entry, struct arena *arena,
		       struct asker *ret_asker,
		       struct resolution *ret_resolution)
{
	const char *name = entry->bytes + entry->key_len;
	const char *text = name + entry->name_len + 1;
	size_t text_size = entry->text_len + 1UL;
	size_t file_size = entry->file_len + 1UL;
	char *copy = arena_alloc(arena, text_size + file_size);

	if (!copy)
		return false;
	memcpy(copy, text, text_size + file_size);
	memcpy(ret_asker->name, name, entry->name_len + 1UL);
	ret_asker->is_known = entry->is_known;
	ret_asker->is_disabled = entry->is_disabled;
	ret_resolution->text = copy;
	ret_resolution->len = entry->text_len;
	ret_resolution->file = copy + text_size;
	ret_resolution->kind = entry->kind;
	memcpy(ret_resolution->etag, entry->etag, sizeof(entry->etag));
	return true;
}

/* Take the lock of the set in which a key may be; and give it back. */
static struct set *set_lock(struct script_cache *cache, uint32_t hash)
{
	pthread_mutex_lock(&cache->locks[hash % LOCKS].mutex);
	return &cache->sets[hash & cache->mask];
}

static void set_unlock(struct script_cache *cache, uint32_t hash)
{
	pthread_mutex_unlock(&cache->locks[hash % LOCKS].mutex);
}

/* Where in the set is the key?  WAYS: nowhere. */
static int set_find(const struct set *set, uint32_t hash, const char *key,
		    size_t len)
{
	int way;

	for (way = 0; way < WAYS; way++) {
		if (set->hashes[way] == hash && set->entries[way] &&
		    entry_is(set->entries[way], key, len))
			break;
	}
	return way;
}

bool script_cache_find(struct script_cache *cache, uint64_t generation,
		       uint32_t hash, const char *key, size_t len,
		       struct arena *arena, struct asker *ret_asker,
		       struct resolution *ret_resolution)
{
	const struct entry *entry;
	bool is_found = false;
	struct set *set;
	int way;

	if (!cache)
		return false;
	set = set_lock(cache, hash);
	way = set_find(set, hash, key, len);
	if (way < WAYS) {
		entry = set->entries[way];
		is_found = entry->generation == generation &&
			   entry_copy(entry, arena, ret_asker, ret_resolution);
		ret_asker->hash = set->names[way];
		/* Most of the time it is said already: no need to write. */
		if (!set->is_used[way])
			set->is_used[way] = true;
	}
	set_unlock(cache, hash);
	return is_found;
}

static char *bytes_put(char *bytes, const void *data, size_t len)
{
	memcpy(bytes, data, len);
	return bytes + len;
}

/* An entry without its bytes. */
static struct entry entry_head(uint64_t generation, size_t key_len,
			       const struct asker *asker,
			       const struct resolution *resolution)
{
	struct entry head = {
		.generation = generation,
		.key_len = (uint32_t)key_len,
		.name_len = (uint32_t)strlen(asker->name),
		.text_len = (uint32_t)resolution->len,
		.file_len = (uint32_t)strlen(resolution->file),
		.kind = resolution->kind,
		.is_known = asker->is_known,
		.is_disabled = asker->is_disabled,
	};

	memcpy(head.etag, resolution->etag, sizeof(head.etag));
	return head;
}

static struct entry *entry_make(const struct entry *head, const char *key,
				const struct asker *asker,
				const struct resolution *resolution)
{
	struct entry *entry = malloc(entry_size(head));
	char *bytes;

	if (!entry)
		return NULL;
	*entry = *head;
	bytes = bytes_put(entry->bytes, key, head->key_len);
	bytes = bytes_put(bytes, asker->name, head->name_len + 1UL);
	bytes = bytes_put(bytes, resolution->text, head->text_len + 1UL);
	bytes_put(bytes, resolution->file, head->file_len + 1UL);
	return entry;
}

/* Does the key that found no room last come again, before another one does? */
static bool set_asks_again(struct set *set, uint32_t hash)
{
	bool is_again = set->candidate == hash;

	set->candidate = hash;
	return is_again;
}

/* The oldest answer that was not found since this was asked; WAYS: none. */
static int set_victim(struct set *set)
{
	int way;

	for (way = WAYS - 1; way >= 0; way--) {
		if (!set->entries[way])
			continue;
		if (!set->is_used[way])
			return way;
		set->is_used[way] = false;
	}
	return WAYS;
}

/*
 * Which place of a set does a new entry get: that of an older answer to the
 * same, an empty one, one of an earlier load, or of one that nobody asked for
 * of late; WAYS: none.
 */
static int set_choose(struct set *set, uint64_t generation, uint32_t hash,
		      const char *key, size_t len)
{
	int way = set_find(set, hash, key, len);

	if (way < WAYS)
		return way;
	for (way = 0; way < WAYS; way++) {
		if (!set->entries[way] ||
		    set->generations[way] != (uint16_t)generation)
			return way;
	}
	return set_asks_again(set, hash) ? set_victim(set) : WAYS;
}

/* Let the entry of one place be in another one. */
static void set_move(struct set *set, int from, int to)
{
	STORE(&set->entries[to], set->entries[from]);
	STORE(&set->hashes[to], set->hashes[from]);
	STORE(&set->names[to], set->names[from]);
	set->generations[to] = set->generations[from];
	set->is_used[to] = set->is_used[from];
}

/* Put the entry in front, those before its place one back. */
static void set_insert(struct set *set, int way, struct entry *entry,
		       uint32_t hash, uint32_t name)
{
	free(set->entries[way]);
	for (; way > 0; way--)
		set_move(set, way - 1, way);
	STORE(&set->entries[0], entry);
	STORE(&set->hashes[0], hash);
	STORE(&set->names[0], name);
	set->generations[0] = (uint16_t)entry->generation;
	set->is_used[0] = false;
}

/* Is there room for an entry of that size in place of the way's? Two threads
 * may both be told so, and then pass the limit, by an entry each. */
static bool has_room(const struct script_cache *cache, const struct set *set,
		     int way, size_t size)
{
	const struct entry *old = set->entries[way];
	size_t used = LOAD(&cache->used);

	return used + size - (old ? entry_size(old) : 0) <= cache->limit;
}

/* Drop an entry of a set that nobody asked for of late, if there is one. */
static void set_shrink(struct script_cache *cache, struct set *set)
{
	int way = set_victim(set);

	if (way == WAYS)
		return;
	__atomic_sub_fetch(&cache->used, entry_size(set->entries[way]),
			   __ATOMIC_RELAXED);
	free(set->entries[way]);
	STORE(&set->entries[way], NULL);
}

/*
 * Make room for an entry of that size in place of the set's way, at the
 * expense of sets with the same lock, one after the other: answers that nobody
 * asks for any more have to go some time.  Returns whether there is room.
 */
static bool room_make(struct script_cache *cache, uint32_t hash,
		      const struct set *set, int way, size_t size)
{
	struct lock *lock = &cache->locks[hash % LOCKS];
	int steps;

	for (steps = 0; steps < HAND_STEPS; steps++) {
		uint32_t at;

		if (has_room(cache, set, way, size))
			return true;
		lock->hand += LOCKS;
		at = lock->hand + hash % LOCKS;
		set_shrink(cache, &cache->sets[at & cache->mask]);
	}
	return has_room(cache, set, way, size);
}

void script_cache_put(struct script_cache *cache, uint64_t generation,
		      uint32_t hash, const char *key, size_t len,
		      const struct asker *asker,
		      const struct resolution *resolution)
{
	struct entry head, *entry = NULL;
	struct set *set;
	size_t size;
	int way;

	if (!cache || len > SCRIPT_CACHE_KEY_MAX ||
	    resolution->len > SCRIPT_CACHE_TEXT_MAX)
		return;
	set = set_lock(cache, hash);
	way = set_choose(set, generation, hash, key, len);
	/* Mostly there is no place, where there are more machines. */
	if (way < WAYS) {
		head = entry_head(generation, len, asker, resolution);
		size = entry_size(&head);
		if (has_room(cache, set, way, size) ||
		    (set_asks_again(set, hash) &&
		     room_make(cache, hash, set, way, size)))
			entry = entry_make(&head, key, asker, resolution);
	}
	if (entry) {
		size_t old =
			set->entries[way] ? entry_size(set->entries[way]) : 0;

		__atomic_add_fetch(&cache->used, entry_size(entry) - old,
				   __ATOMIC_RELAXED);
		set_insert(set, way, entry, hash, asker->hash);
	}
	set_unlock(cache, hash);
}

void script_cache_prefetch(struct script_cache *cache, uint32_t hash)
{
	if (cache)
		__builtin_prefetch(&cache->sets[hash & cache->mask]);
}

bool script_cache_foresee(struct script_cache *cache, uint32_t hash,
			  uint32_t *ret_name)
{
	const struct set *set;
	const char *entry;
	size_t i;
	int way;

	if (!cache)
		return false;
	set = &cache->sets[hash & cache->mask];
	for (way = 0; way < WAYS; way++) {
		if (LOAD(&set->hashes[way]) != hash)
			continue;
		/* Not ours without the lock: its address is all we take. */
		entry = (const char *)LOAD(&set->entries[way]);
		if (!entry)
			continue;
		for (i = 0; i < FORESEEN_BYTES; i += CACHE_LINE)
			__builtin_prefetch(entry + i);
		*ret_name = LOAD(&set->names[way]);
		return true;
	}
	return false;
}
