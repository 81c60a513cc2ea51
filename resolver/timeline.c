/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What happened to each machine, in memory of a bounded size. */
#include "timeline.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "said.h"
#include "table.h"
#include "text.h"

/* Machines are spread over shards, each with a lock of its own. */
#define SHARDS	64
#define BUCKETS 1024 /* of a shard */
/* Of a shard; the one unseen longest is forgotten. */
#define MACHINES_MAX (TIMELINES_KEPT / SHARDS)
/* Addresses, MACs and UUIDs that lead to machines. */
#define KEYS (4 * TIMELINES_KEPT)

/*
 * How exactly it is known who was seen last.  Who asks many times a second is
 * not put in front each time, which would touch its neighbours' memory.
 */
#define RENEW_MS 1000

/* Bytes in a machine's own memory for its first events: most have no others. */
#define ROOM_BYTES 192

/* When a shard's events take more bytes, new ones push out all but a few. */
#define SHARD_BYTES    (256 * 1024)
#define EVENTS_IF_FULL 4

/* What processors exchange at a time. */
#define CACHE_LINE 64

/* An event as it is kept. */
struct node {
	struct node *next;
	int64_t at_ms;
	unsigned int count;
	/* An enum event_source. */
	uint8_t source;
	uint8_t kind_len;
	uint8_t text_len;
	/* Kind, NUL, text, NUL. */
	char kind[];
};

#define NODE_ALIGN _Alignof(struct node)

/*
 * A machine.  With ten thousand of them, what costs time is memory that is in
 * no cache; so what every request needs stands together, up to the name, and
 * texts take no more than they need.
 */
struct entry {
	/* What points to this one in its bucket. */
	_Alignas(CACHE_LINE) struct entry **prev_next;
	/* Seen just after and just before it, of those as known as it is; what
	 * was before the oldest one is of no meaning, so that nobody has to
	 * touch its memory when that goes. */
	struct entry *newer;
	struct entry *older;
	/* The oldest event, the last, and the one before that; or NULL. */
	struct node *first;
	struct node *last;
	struct node *before;
	int64_t first_ms;
	/* The last change that timeline_take_changed() told. */
	uint64_t told;

	/* Next of its bucket; __atomic, as are the buckets. */
	_Alignas(CACHE_LINE) struct entry *next;
	/* Of its name. */
	unsigned int hash;
	uint16_t said_len;
	uint8_t name_len;
	/* Is it in the site or adopted? */
	bool is_known;
	/* Of events, and the memory that they take. */
	uint16_t count;
	uint16_t bytes;
	/* How often timeline_again() took note of the last two events since
	 * that was put into them, and when it did last. */
	unsigned int again;
	int64_t again_ms;
	/* Of timeline_boot(), while the last two events are its; else 0. */
	uint64_t digest;
	/* Number of the last change, and when it was seen last. */
	uint64_t sequence;
	int64_t last_ms;
	/* When it was put in front of those seen before. */
	int64_t renewed_ms;

	/* When what it said was put into said and keys. */
	int64_t said_ms;
	/* Of room: what is used, and by how many events. */
	uint16_t room_used;
	uint16_t room_nodes;
	/* Its name, NUL, what it said (said.h). */
	char name[STATE_NAME_BYTES + SAID_BYTES];

	_Alignas(struct node) char room[ROOM_BYTES];
};

/* Of an entry, what every request needs, and what it takes in most cases. */
#define HOT_BEGIN offsetof(struct entry, next)
#define HOT_END	  (HOT_BEGIN + 2 * CACHE_LINE)

/* The same of the room for the first events. */
#define ROOM_BEGIN offsetof(struct entry, room)
#define ROOM_END   (ROOM_BEGIN + 2 * CACHE_LINE)

struct shard {
	_Alignas(CACHE_LINE) pthread_mutex_t lock;
	/* Memory that its events take. */
	size_t bytes;
	size_t count;
	/* Unknown machines [0] and known ones [1]: seen longest ago, last. */
	struct entry *oldest[2];
	struct entry *newest[2];
	struct entry *buckets[BUCKETS];
};

struct timeline {
	struct shard shards[SHARDS];
	/* Last number given to a change. */
	uint64_t sequence;
	/* The shard that timeline_take_changed() looks at next. */
	size_t next;
	/* See key_put_hash(); 0: nothing.  __atomic. */
	uint64_t keys[KEYS];
};

static int64_t now_ms(void)
{
	struct timespec now;

	/* A few milliseconds late at most, and read in no time. */
	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static unsigned int text_hash(const char *text)
{
	return table_hash(text, strlen(text));
}

static struct shard *shard_of(struct timeline *timeline, unsigned int hash)
{
	return &timeline->shards[hash % SHARDS];
}

static struct entry **bucket_of(struct shard *shard, unsigned int hash)
{
	return &shard->buckets[hash / SHARDS % BUCKETS];
}

static const char *node_text(const struct node *node)
{
	return node->kind + node->kind_len + 1;
}

static size_t node_bytes(const struct node *node)
{
	return sizeof(*node) + node->kind_len + 1 + node->text_len + 1UL;
}

/* Put into the last two events what timeline_again() left to be put there. */
static void entry_settle(struct entry *entry)
{
	if (!entry->again)
		return;
	entry->last->count += entry->again;
	entry->last->at_ms = entry->again_ms;
	entry->before->count += entry->again;
	entry->before->at_ms = entry->again_ms;
	entry->again = 0;
}

static void node_free(struct entry *entry, struct node *node)
{
	const char *at = (const char *)node;

	if (at < entry->room || at >= entry->room + sizeof(entry->room))
		free(node);
	else if (!--entry->room_nodes)
		entry->room_used = 0;
}

static void entry_drop_first(struct shard *shard, struct entry *entry)
{
	struct node *node = entry->first;

	entry->first = node->next;
	if (!entry->first)
		entry->last = NULL;
	if (entry->before == node)
		entry->before = NULL;
	entry->count--;
	entry->digest = 0;
	entry->bytes = (uint16_t)(entry->bytes - node_bytes(node));
	shard->bytes -= node_bytes(node);
	node_free(entry, node);
}

/* Forget all events of a machine that goes itself, without a look at those in
 * its own memory. */
static void entry_drop_all(struct shard *shard, struct entry *entry)
{
	if (entry->room_nodes == entry->count) {
		shard->bytes -= entry->bytes;
		entry->first = NULL;
	}
	while (entry->first)
		entry_drop_first(shard, entry);
}

static void entry_free(struct shard *shard, struct entry *entry)
{
	entry_drop_all(shard, entry);
	free(entry);
}

struct timeline *timeline_new(void)
{
	struct timeline *timeline =
		aligned_alloc(CACHE_LINE, sizeof(*timeline));
	size_t i;

	if (!timeline)
		return NULL;
	memset(timeline, 0, sizeof(*timeline));
	for (i = 0; i < SHARDS; i++)
		pthread_mutex_init(&timeline->shards[i].lock, NULL);
	return timeline;
}

void timeline_free(struct timeline *timeline)
{
	struct entry *entry;
	size_t i, j;

	if (!timeline)
		return;
	for (i = 0; i < SHARDS; i++) {
		struct shard *shard = &timeline->shards[i];

		for (j = 0; j < BUCKETS; j++) {
			while ((entry = shard->buckets[j])) {
				shard->buckets[j] = entry->next;
				entry_free(shard, entry);
			}
		}
		pthread_mutex_destroy(&shard->lock);
	}
	free(timeline);
}

static void order_remove(struct shard *shard, struct entry *entry)
{
	bool which = entry->is_known;
	bool is_oldest = shard->oldest[which] == entry;

	if (!entry->newer)
		shard->newest[which] = is_oldest ? NULL : entry->older;
	else if (!is_oldest)
		entry->newer->older = entry->older;
	if (is_oldest)
		shard->oldest[which] = entry->newer;
	else
		entry->older->newer = entry->newer;
}

static void order_append(struct shard *shard, struct entry *entry)
{
	bool which = entry->is_known;

	entry->newer = NULL;
	entry->older = shard->newest[which];
	if (entry->older)
		entry->older->newer = entry;
	else
		shard->oldest[which] = entry;
	shard->newest[which] = entry;
}

/* Less than RENEW_MS ago?  The clock may have been set back since. */
static bool is_recent(int64_t then, int64_t now)
{
	return now >= then && now - then < RENEW_MS;
}

/* The machine was seen now, and is known or not. */
static void entry_renew(struct shard *shard, struct entry *entry, bool is_known,
			int64_t now)
{
	if (entry->is_known == is_known && is_recent(entry->renewed_ms, now))
		return;
	entry->renewed_ms = now;
	order_remove(shard, entry);
	entry->is_known = is_known;
	order_append(shard, entry);
}

/* The machine's timeline changes. */
static void entry_change(struct timeline *timeline, struct entry *entry)
{
	entry->sequence =
		__atomic_add_fetch(&timeline->sequence, 1, __ATOMIC_RELAXED);
}

/* The same, and it is by the machine, which is as known as before. */
static void entry_see(struct timeline *timeline, struct shard *shard,
		      struct entry *entry, int64_t now)
{
	entry->last_ms = now;
	entry_renew(shard, entry, entry->is_known, now);
	entry_change(timeline, entry);
}

/* The machine that is forgotten first: unseen longest, strangers first. */
static struct entry *shard_oldest(const struct shard *shard)
{
	return shard->oldest[0] ? shard->oldest[0] : shard->oldest[1];
}

/* Forget a machine, so that another gets its memory; NULL: there is none. */
static struct entry *shard_evict(struct shard *shard)
{
	struct entry *entry = shard_oldest(shard);

	if (!entry)
		return NULL;
	__atomic_store_n(entry->prev_next, entry->next, __ATOMIC_RELAXED);
	if (entry->next)
		entry->next->prev_next = entry->prev_next;
	order_remove(shard, entry);
	entry_drop_all(shard, entry);
	shard->count--;
	return entry;
}

static struct entry *entry_find(struct shard *shard, unsigned int hash,
				const char *name)
{
	struct entry *entry = *bucket_of(shard, hash);

	while (entry && (entry->hash != hash || !text_is(entry->name, name)))
		entry = entry->next;
	return entry;
}

static const char *entry_said(const struct entry *entry)
{
	return entry->name + entry->name_len + 1;
}

/* Begin a machine that said nothing. */
static void entry_begin(struct entry *entry, const char *name, int64_t now)
{
	size_t len = 0;

	memset(entry, 0, offsetof(struct entry, name));
	/* A call to copy so little would cost more. */
	for (; len < STATE_NAME_BYTES - 1 && name[len]; len++)
		entry->name[len] = name[len];
	memset(entry->name + len, 0, 1 + SAID_COUNT);
	entry->name_len = (uint8_t)len;
	entry->said_len = SAID_COUNT;
	entry->first_ms = entry->renewed_ms = now;
}

/* Find the entry, or make one that is as known as that, with the shard's lock
 * held; NULL without memory. */
static struct entry *entry_get(struct shard *shard, unsigned int hash,
			       const char *name, bool is_known, int64_t now)
{
	struct entry *entry = entry_find(shard, hash, name);
	struct entry **bucket = bucket_of(shard, hash);

	if (entry) {
		/* They are looked at soon, and are in no cache. */
		__builtin_prefetch(entry->last);
		__builtin_prefetch(entry->before);
		return entry;
	}
	if (shard->count >= MACHINES_MAX)
		entry = shard_evict(shard);
	if (!entry)
		entry = aligned_alloc(CACHE_LINE, sizeof(*entry));
	if (!entry)
		return NULL;
	entry_begin(entry, name, now);
	entry->hash = hash;
	entry->is_known = is_known;
	entry->next = *bucket;
	entry->prev_next = bucket;
	if (entry->next)
		entry->next->prev_next = &entry->next;
	__atomic_store_n(bucket, entry, __ATOMIC_RELAXED);
	order_append(shard, entry);
	shard->count++;
	return entry;
}

/* Have these bytes of an entry fetched, to be written to. */
static void entry_prefetch(const void *entry, size_t begin, size_t end)
{
	size_t i;

	for (i = begin; i < end; i += CACHE_LINE)
		__builtin_prefetch((const char *)entry + i, 1);
}

/* Where will the machine's timeline be?  NULL: it has one, and will only be
 * counted there, or there is no telling.  The shard's lock is held. */
static const struct entry *shard_foresee(const struct shard *shard,
					 const struct entry *entry,
					 uint32_t name, bool *ret_is_new)
{
	while (entry && entry->hash != name)
		entry = entry->next;
	*ret_is_new = !entry;
	if (entry)
		return entry->digest ? NULL : entry;
	return shard->count >= MACHINES_MAX ? shard_oldest(shard) : NULL;
}

/* The steps with the shard's lock held, in which nothing is waited for. */
static bool place_find(struct timeline *timeline, struct timeline_foresight *f)
{
	struct shard *shard = shard_of(timeline, f->name);

	pthread_mutex_lock(&shard->lock);
	f->place = shard_foresee(shard, *bucket_of(shard, f->name), f->name,
				 &f->is_new);
	pthread_mutex_unlock(&shard->lock);
	return f->place != NULL;
}

/* It may be another machine's meanwhile: then this is of no use. */
static void events_prefetch(struct timeline *timeline,
			    const struct timeline_foresight *f)
{
	struct shard *shard = shard_of(timeline, f->name);
	const struct entry *entry = f->place;

	pthread_mutex_lock(&shard->lock);
	__builtin_prefetch(entry->first);
	__builtin_prefetch(entry->last);
	__builtin_prefetch(entry->before);
	pthread_mutex_unlock(&shard->lock);
}

bool timeline_foresee(struct timeline *timeline, struct timeline_foresight *f)
{
	struct entry **bucket = bucket_of(shard_of(timeline, f->name), f->name);

	/* What is fetched without the lock is not ours: its address is all we
	 * take.  Nothing else is done there, so that processors can fetch for
	 * several requests at once. */
	switch (f->steps++) {
	case 0:
		__builtin_prefetch(bucket);
		return true;
	case 1:
		entry_prefetch(__atomic_load_n(bucket, __ATOMIC_RELAXED),
			       HOT_BEGIN, HOT_END);
		return true;
	case 2:
		return place_find(timeline, f);
	case 3:
		entry_prefetch(f->place, 0, HOT_END);
		if (f->is_new)
			entry_prefetch(f->place, ROOM_BEGIN, ROOM_END);
		return !f->is_new;
	default:
		events_prefetch(timeline, f);
		return false;
	}
}

/* What happened, as long as it is kept. */
struct happening {
	enum event_source source;
	int64_t at_ms;
	const char *kind;
	size_t kind_len;
	const char *text;
	size_t text_len;
};

/* Is it the same again? */
static bool node_repeats(const struct node *node,
			 const struct happening *happening)
{
	return node && node->source == happening->source &&
	       node->kind_len == happening->kind_len &&
	       node->text_len == happening->text_len &&
	       memcmp(node->kind, happening->kind, node->kind_len) == 0 &&
	       memcmp(node_text(node), happening->text, node->text_len) == 0;
}

/* Count an event again; NULL when it is another than the last two. */
static struct node *entry_repeat(struct entry *entry,
				 const struct happening *happening)
{
	struct node *node = entry->last;

	/* Who asks again is answered again: two events that take turns. */
	if (!node_repeats(node, happening))
		node = entry->before;
	if (!node_repeats(node, happening))
		return NULL;
	node->count++;
	node->at_ms = happening->at_ms;
	return node;
}

/* Memory for an event, its machine's own where that has room. */
static void *node_alloc(struct entry *entry, size_t size)
{
	char *node = entry->room + entry->room_used;

	if (size > sizeof(entry->room) - entry->room_used)
		return malloc(size);
	size = (size + NODE_ALIGN - 1) & ~(NODE_ALIGN - 1);
	entry->room_used = (uint16_t)(entry->room_used + size);
	entry->room_nodes++;
	return node;
}

/* Make an event that happened once; NULL without memory.  is_same: it is
 * printable, and kept to the letter. */
static struct node *node_new(struct entry *entry,
			     const struct happening *happening,
			     bool *ret_is_same)
{
	struct node *node =
		node_alloc(entry, sizeof(*node) + happening->kind_len + 1 +
					  happening->text_len + 1);
	bool is_kind_same, is_text_same;

	if (!node)
		return NULL;
	node->next = NULL;
	node->at_ms = happening->at_ms;
	node->count = 1;
	node->source = (uint8_t)happening->source;
	node->kind_len = (uint8_t)happening->kind_len;
	node->text_len = (uint8_t)happening->text_len;
	is_kind_same = text_copy_printable(node->kind, happening->kind,
					   happening->kind_len);
	is_text_same =
		text_copy_printable(node->kind + node->kind_len + 1,
				    happening->text, happening->text_len);
	*ret_is_same = is_kind_same && is_text_same;
	return node;
}

static void entry_append(struct shard *shard, struct entry *entry,
			 struct node *node)
{
	entry->digest = 0;
	if (entry->last)
		entry->last->next = node;
	else
		entry->first = node;
	entry->before = entry->last;
	entry->last = node;
	entry->count++;
	entry->bytes = (uint16_t)(entry->bytes + node_bytes(node));
	shard->bytes += node_bytes(node);
	while (entry->count > TIMELINE_EVENTS_MAX ||
	       (shard->bytes > SHARD_BYTES && entry->count > EVENTS_IF_FULL))
		entry_drop_first(shard, entry);
}

/* Add an event or count it again; returns which it is, NULL without memory. */
static struct node *entry_add(struct shard *shard, struct entry *entry,
			      enum event_source source, const char *kind,
			      int64_t at_ms, const char *text)
{
	struct happening happening = {
		.source = source,
		.at_ms = at_ms,
		.kind = kind,
		.kind_len = text_line_len(kind, EVENT_KIND_BYTES),
		.text = text,
		.text_len = text_line_len(text, EVENT_TEXT_BYTES),
	};
	struct node *node, *again;
	bool is_same;

	entry_settle(entry);
	again = entry_repeat(entry, &happening);
	if (again)
		return again;
	node = node_new(entry, &happening, &is_same);
	if (!node)
		return NULL;
	/* As it is kept it may be one that was there. */
	happening.kind = node->kind;
	happening.text = node_text(node);
	again = is_same ? NULL : entry_repeat(entry, &happening);
	if (again) {
		node_free(entry, node);
		return again;
	}
	entry_append(shard, entry, node);
	return node;
}

/*
 * Have an address, MAC or UUID lead to a machine, both given by their hashes:
 * the first is in the upper half of its place.  Overwritten at will.
 */
static void key_put_hash(struct timeline *timeline, uint32_t key, uint32_t name)
{
	__atomic_store_n(&timeline->keys[key % KEYS],
			 (uint64_t)key << 32 | name, __ATOMIC_RELAXED);
}

static void key_put(struct timeline *timeline, const char *key, uint32_t name)
{
	if (*key)
		key_put_hash(timeline, text_hash(key), name);
}

/* Is this the machine's address, its MAC or its UUID? */
static bool entry_is_known_by(const struct entry *entry, const char *key)
{
	const char *texts[SAID_COUNT];

	said_unpack(entry_said(entry), texts);
	return strcmp(texts[SAID_CLIENT], key) == 0 ||
	       strcmp(texts[SAID_MAC], key) == 0 ||
	       strcmp(texts[SAID_UUID], key) == 0;
}

bool timeline_find(struct timeline *timeline, const char *key,
		   char ret_name[STATE_NAME_BYTES])
{
	uint32_t hash = text_hash(key);
	uint64_t place =
		__atomic_load_n(&timeline->keys[hash % KEYS], __ATOMIC_RELAXED);
	uint32_t name = (uint32_t)place;
	struct shard *shard = shard_of(timeline, name);
	struct entry *entry;

	if (!*key || place >> 32 != hash)
		return false;
	pthread_mutex_lock(&shard->lock);
	entry = *bucket_of(shard, name);
	while (entry && (entry->hash != name || !entry_is_known_by(entry, key)))
		entry = entry->next;
	if (entry)
		strcpy(ret_name, entry->name);
	pthread_mutex_unlock(&shard->lock);
	return entry != NULL;
}

/*
 * Remember what a machine says now; what it does not say stays.  Returns
 * whether it is something else than before, or was not said for a while.
 */
static bool entry_hear(struct entry *entry, const char *const texts[SAID_COUNT],
		       int64_t now)
{
	char said[SAID_BYTES], *old = entry->name + entry->name_len + 1;
	/* Most that begin are in no cache yet: they are not to be read. */
	bool is_mute = entry->said_len == SAID_COUNT;
	size_t len = said_pack(texts, is_mute ? NULL : old, said);

	if (is_recent(entry->said_ms, now) && entry->said_len == len &&
	    memcmp(old, said, len) == 0)
		return false;
	memcpy(old, said, len);
	entry->said_len = (uint16_t)len;
	entry->said_ms = now;
	return true;
}

static void entry_read(const struct entry *entry, struct sighting *ret_s)
{
	const char *texts[SAID_COUNT];

	said_unpack(entry_said(entry), texts);
	ret_s->sequence = entry->sequence;
	ret_s->first_ms = entry->first_ms;
	ret_s->last_ms = entry->last_ms;
	ret_s->is_known = entry->is_known;
	strcpy(ret_s->name, entry->name);
	strcpy(ret_s->client, texts[SAID_CLIENT]);
	strcpy(ret_s->mac, texts[SAID_MAC]);
	strcpy(ret_s->uuid, texts[SAID_UUID]);
	strcpy(ret_s->serial, texts[SAID_SERIAL]);
	strcpy(ret_s->product, texts[SAID_PRODUCT]);
	strcpy(ret_s->platform, texts[SAID_PLATFORM]);
	strcpy(ret_s->version, texts[SAID_VERSION]);
}

/* Are these the last two events, in either order? */
static bool entry_ends_with(const struct entry *entry, const struct node *a,
			    const struct node *b)
{
	return (entry->last == a && entry->before == b) ||
	       (entry->last == b && entry->before == a);
}

/* Note what was asked and answered, with the shard's lock held. */
static void entry_note(struct shard *shard, struct entry *entry,
		       const struct timeline_boot *boot, int64_t now)
{
	const struct node *asked, *answered;

	asked = entry_add(shard, entry, EVENT_SERVER, "asked", now,
			  boot->asked);
	answered = entry_add(shard, entry, EVENT_SERVER,
			     boot->is_refused ? "refused" : "answered", now,
			     boot->answered);
	if (asked && answered && entry_ends_with(entry, asked, answered))
		entry->digest = boot->digest;
}

void timeline_boot(struct timeline *timeline, const struct timeline_boot *boot)
{
	const struct facts *facts = boot->facts;
	const char *const texts[SAID_COUNT] = {
		[SAID_CLIENT] = boot->client,
		[SAID_MAC] = facts->mac_name,
		[SAID_UUID] = facts->uuid_name,
		[SAID_SERIAL] = facts->value[FACT_SERIAL],
		[SAID_PRODUCT] = facts->value[FACT_PRODUCT],
		[SAID_PLATFORM] = facts->value[FACT_PLATFORM],
		[SAID_VERSION] = facts->value[FACT_VERSION],
	};
	struct shard *shard = shard_of(timeline, boot->hash);
	unsigned int mac_hash = text_hash(facts->mac_name);
	int64_t now = now_ms();
	bool is_news = false;
	struct entry *entry;

	__builtin_prefetch(&timeline->keys[mac_hash % KEYS], 1);
	pthread_mutex_lock(&shard->lock);
	entry = entry_get(shard, boot->hash, boot->name, boot->is_known, now);
	if (entry) {
		is_news = entry_hear(entry, texts, now);
		entry_note(shard, entry, boot, now);
		entry->last_ms = now;
		entry_renew(shard, entry, boot->is_known, now);
		entry_change(timeline, entry);
	}
	pthread_mutex_unlock(&shard->lock);
	/* Many may share an address: it leads to the one that asked last. */
	if (boot->client)
		key_put(timeline, boot->client, boot->hash);
	if (!is_news)
		return;
	if (*facts->mac_name)
		key_put_hash(timeline, mac_hash, boot->hash);
	key_put(timeline, facts->uuid_name, boot->hash);
}

bool timeline_again(struct timeline *timeline, uint32_t hash, const char *name,
		    bool is_known, uint64_t digest, const char *client)
{
	struct shard *shard = shard_of(timeline, hash);
	int64_t now = now_ms();
	bool is_same, is_due = false;
	struct sighting said;
	struct entry *entry;

	pthread_mutex_lock(&shard->lock);
	entry = entry_find(shard, hash, name);
	is_same =
		entry && entry->digest == digest && entry->is_known == is_known;
	if (is_same) {
		entry->again++;
		entry->again_ms = now;
		entry_see(timeline, shard, entry, now);
		is_due = !is_recent(entry->said_ms, now);
	}
	if (is_due) {
		entry->said_ms = now;
		entry_read(entry, &said);
	}
	pthread_mutex_unlock(&shard->lock);
	if (is_same && client)
		key_put(timeline, client, hash);
	if (is_due) {
		key_put(timeline, said.mac, hash);
		key_put(timeline, said.uuid, hash);
	}
	return is_same;
}

static void node_copy(struct event *event, const struct node *node)
{
	event->at_ms = node->at_ms;
	event->source = (enum event_source)node->source;
	event->count = node->count;
	strcpy(event->kind, node->kind);
	strcpy(event->text, node_text(node));
}

/* Put back what was known about a machine where nothing newer is. */
static void entry_restore(struct entry *entry, const struct sighting *kept)
{
	const char *const texts[SAID_COUNT] = {
		[SAID_CLIENT] = kept->client,
		[SAID_MAC] = kept->mac,
		[SAID_UUID] = kept->uuid,
		[SAID_SERIAL] = kept->serial,
		[SAID_PRODUCT] = kept->product,
		[SAID_PLATFORM] = kept->platform,
		[SAID_VERSION] = kept->version,
	};

	/* Who asked meanwhile has an address. */
	if (entry->last_ms <= kept->last_ms || !*entry_said(entry))
		entry_hear(entry, texts, 0);
	/* The keys are put again when it asks. */
	entry->said_ms = 0;
	if (kept->first_ms && kept->first_ms < entry->first_ms)
		entry->first_ms = kept->first_ms;
	if (kept->last_ms > entry->last_ms)
		entry->last_ms = kept->last_ms;
}

/* Take the events out of an entry; returns how many there were. */
static int entry_take(struct shard *shard, struct entry *entry,
		      struct event *ret_events)
{
	int count = 0;

	entry_settle(entry);
	while (entry->first) {
		node_copy(&ret_events[count++], entry->first);
		entry_drop_first(shard, entry);
	}
	return count;
}

static bool event_equals(const struct event *a, const struct event *b)
{
	return a->at_ms == b->at_ms && a->source == b->source &&
	       strcmp(a->kind, b->kind) == 0 && strcmp(a->text, b->text) == 0;
}

static void entry_put(struct shard *shard, struct entry *entry,
		      const struct event *event)
{
	entry_add(shard, entry, event->source, event->kind, event->at_ms,
		  event->text);
	if (entry->last && entry->last->at_ms == event->at_ms)
		entry->last->count = event->count;
}

/* Put the events of two lists, each oldest first, into an empty entry. */
static void entry_merge(struct shard *shard, struct entry *entry,
			const struct event *a, int a_count,
			const struct event *b, int b_count)
{
	int i = 0, j = 0;

	while (i < a_count || j < b_count) {
		if (i < a_count && j < b_count && event_equals(&a[i], &b[j]))
			i++;
		else if (j == b_count ||
			 (i < a_count && a[i].at_ms <= b[j].at_ms))
			entry_put(shard, entry, &a[i++]);
		else
			entry_put(shard, entry, &b[j++]);
	}
}

void timeline_restore(struct timeline *timeline, const struct sighting *kept,
		      const struct event *events, int count)
{
	struct event now[TIMELINE_EVENTS_MAX];
	unsigned int hash = text_hash(kept->name);
	struct shard *shard = shard_of(timeline, hash);
	struct entry *entry;

	pthread_mutex_lock(&shard->lock);
	entry = entry_get(shard, hash, kept->name, kept->is_known,
			  kept->first_ms);
	if (entry) {
		entry_restore(entry, kept);
		entry->renewed_ms = 0;
		entry_renew(shard, entry, entry->is_known || kept->is_known,
			    now_ms());
		entry_merge(shard, entry, events, count, now,
			    entry_take(shard, entry, now));
		entry_change(timeline, entry);
		entry->told = entry->sequence;
	}
	pthread_mutex_unlock(&shard->lock);
	key_put(timeline, kept->client, hash);
	key_put(timeline, kept->mac, hash);
	key_put(timeline, kept->uuid, hash);
}

static size_t shard_take_changed(struct shard *shard,
				 char names[][STATE_NAME_BYTES], size_t max)
{
	struct entry *entry;
	size_t count = 0, i;

	for (i = 0; i < BUCKETS; i++) {
		for (entry = shard->buckets[i]; entry && count < max;
		     entry = entry->next) {
			if (entry->told == entry->sequence)
				continue;
			entry->told = entry->sequence;
			strcpy(names[count++], entry->name);
		}
	}
	return count;
}

size_t timeline_take_changed(struct timeline *timeline,
			     char names[][STATE_NAME_BYTES], size_t max)
{
	size_t count = 0, i;

	for (i = 0; i < SHARDS && count < max; i++) {
		struct shard *shard = &timeline->shards[timeline->next];

		pthread_mutex_lock(&shard->lock);
		count += shard_take_changed(shard, names + count, max - count);
		pthread_mutex_unlock(&shard->lock);
		/* One that may have more comes first the next time. */
		if (count < max)
			timeline->next = (timeline->next + 1) % SHARDS;
	}
	return count;
}

void timeline_touch(struct timeline *timeline, const char *name)
{
	unsigned int hash = text_hash(name);
	struct shard *shard = shard_of(timeline, hash);
	struct entry *entry;

	pthread_mutex_lock(&shard->lock);
	entry = entry_find(shard, hash, name);
	if (entry)
		entry->told = 0;
	pthread_mutex_unlock(&shard->lock);
}

void timeline_add(struct timeline *timeline, const char *name,
		  enum event_source source, const char *kind, int64_t at_ms,
		  const char *text)
{
	unsigned int hash = text_hash(name);
	struct shard *shard = shard_of(timeline, hash);
	int64_t now = now_ms();
	struct entry *entry;

	pthread_mutex_lock(&shard->lock);
	entry = entry_get(shard, hash, name, false, now);
	if (entry) {
		entry_add(shard, entry, source, kind, at_ms ? at_ms : now,
			  text);
		if (source == EVENT_PERSON)
			entry_change(timeline, entry);
		else
			entry_see(timeline, shard, entry, now);
	}
	pthread_mutex_unlock(&shard->lock);
}

int timeline_get(struct timeline *timeline, const char *name,
		 struct sighting *ret_sighting, struct event *ret_events)
{
	unsigned int hash = text_hash(name);
	struct shard *shard = shard_of(timeline, hash);
	struct entry *entry;
	struct node *node;
	int count = 0;

	pthread_mutex_lock(&shard->lock);
	entry = entry_find(shard, hash, name);
	if (entry) {
		entry_settle(entry);
		entry_read(entry, ret_sighting);
		for (node = entry->first; node && ret_events; node = node->next)
			node_copy(&ret_events[count++], node);
	}
	pthread_mutex_unlock(&shard->lock);
	return entry ? count : -ENOENT;
}

uint64_t timeline_sequence(struct timeline *timeline)
{
	return __atomic_load_n(&timeline->sequence, __ATOMIC_RELAXED);
}

/* Add the entries of a shard that changed; the lock is held. */
static size_t shard_list(struct shard *shard, uint64_t after,
			 struct sighting *list, size_t room)
{
	struct entry *entry;
	size_t count = 0;
	size_t i;

	for (i = 0; i < BUCKETS; i++) {
		for (entry = shard->buckets[i]; entry; entry = entry->next) {
			if (entry->sequence > after && count < room)
				entry_read(entry, &list[count++]);
		}
	}
	return count;
}

int timeline_list(struct timeline *timeline, uint64_t after, size_t max,
		  struct sighting **ret_list)
{
	struct sighting *list = NULL;
	size_t count = 0;
	size_t i;

	for (i = 0; i < SHARDS && count < max; i++) {
		struct shard *shard = &timeline->shards[i];
		size_t room;
		void *more;

		pthread_mutex_lock(&shard->lock);
		room = shard->count < max - count ? shard->count : max - count;
		if (room) {
			more = realloc(list, (count + room) * sizeof(*list));
			if (!more) {
				pthread_mutex_unlock(&shard->lock);
				free(list);
				return -ENOMEM;
			}
			list = more;
			count += shard_list(shard, after, list + count, room);
		}
		pthread_mutex_unlock(&shard->lock);
	}
	*ret_list = list;
	return (int)count;
}

size_t timeline_count(struct timeline *timeline)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < SHARDS; i++) {
		pthread_mutex_lock(&timeline->shards[i].lock);
		count += timeline->shards[i].count;
		pthread_mutex_unlock(&timeline->shards[i].lock);
	}
	return count;
}
