/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What happened to each machine, in memory of a bounded size. */
#include "timeline.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "table.h"
#include "text.h"

/* Machines are spread over shards, each with a lock of its own. */
#define SHARDS	64
#define BUCKETS 256 /* of a shard */
/* Of a shard; the one unseen longest is forgotten. */
#define MACHINES_MAX (TIMELINES_KEPT / SHARDS)
#define KEYS	     1024 /* of a shard: addresses, MACs, UUIDs */

/*
 * How exactly it is known who was seen last.  Who asks many times a second is
 * not put in front each time, which would touch its neighbours' memory.
 */
#define RENEW_MS 1000

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
	/* Kind, NUL, text, NUL. */
	char kind[];
};

/*
 * A machine.  With ten thousand of them, what costs time is memory that is in
 * no cache; so what every request needs stands first, up to the name.
 */
struct entry {
	/* Next of its bucket; __atomic, as are the buckets. */
	struct entry *next;
	/* Of its name. */
	unsigned int hash;
	/* How often timeline_again() took note of the last two events since
	 * that was put into them, and when it did last. */
	unsigned int again;
	int64_t again_ms;
	/* Of timeline_answer(), while the last two events are its and
	 * timeline_sight()'s; else 0. */
	uint64_t digest;
	/* When what it said was put into sighting and keys. */
	int64_t said_ms;
	/* When it was put in front of those seen before. */
	int64_t renewed_ms;
	/* The last event, and the one before it; or NULL. */
	struct node *last;
	struct node *before;
	struct sighting sighting;
	/* Digest of what it said. */
	uint64_t said;
	/* What points to this one in its bucket. */
	struct entry **prev_next;
	/* Seen just after and just before it, of those as known as it is. */
	struct entry *newer;
	struct entry *older;
	/* The last change that timeline_take_changed() told. */
	uint64_t told;
	/* The oldest event. */
	struct node *first;
	unsigned int count;
};

#define ENTRY_BYTES                                                            \
	((sizeof(struct entry) + CACHE_LINE - 1) & ~(CACHE_LINE - 1UL))

/* Longest address, MAC or UUID, with its NUL. */
#define KEY_BYTES 64

/*
 * Leads from an address, MAC or UUID to a machine; overwritten at will.  Of an
 * address that many share all threads write; so both texts are in one place,
 * and seldom in two lines of a processor's cache.
 */
struct key {
	/* The key, NUL, the machine's name, NUL; all zeroes: nothing. */
	char text[KEY_BYTES + STATE_NAME_BYTES];
};

struct shard {
	_Alignas(CACHE_LINE) pthread_mutex_t lock;
	/* NULL before the first; __atomic. */
	struct key *keys;
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
	return sizeof(*node) + node->kind_len + 1 + strlen(node_text(node)) + 1;
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
	shard->bytes -= node_bytes(node);
	free(node);
}

static void entry_free(struct shard *shard, struct entry *entry)
{
	while (entry->first)
		entry_drop_first(shard, entry);
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
		free(shard->keys);
		pthread_mutex_destroy(&shard->lock);
	}
	free(timeline);
}

static void order_remove(struct shard *shard, struct entry *entry)
{
	bool which = entry->sighting.is_known;

	if (entry->newer)
		entry->newer->older = entry->older;
	else
		shard->newest[which] = entry->older;
	if (entry->older)
		entry->older->newer = entry->newer;
	else
		shard->oldest[which] = entry->newer;
}

static void order_append(struct shard *shard, struct entry *entry)
{
	bool which = entry->sighting.is_known;

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
	if (entry->sighting.is_known == is_known &&
	    is_recent(entry->renewed_ms, now))
		return;
	entry->renewed_ms = now;
	order_remove(shard, entry);
	entry->sighting.is_known = is_known;
	order_append(shard, entry);
}

/* The machine's timeline changes. */
static void entry_change(struct timeline *timeline, struct entry *entry)
{
	entry->sighting.sequence =
		__atomic_add_fetch(&timeline->sequence, 1, __ATOMIC_RELAXED);
}

/* The same, and it is by the machine, which is as known as before. */
static void entry_see(struct timeline *timeline, struct shard *shard,
		      struct entry *entry, int64_t now)
{
	entry->sighting.last_ms = now;
	entry_renew(shard, entry, entry->sighting.is_known, now);
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
	while (entry->first)
		entry_drop_first(shard, entry);
	shard->count--;
	return entry;
}

static struct entry *entry_find(struct shard *shard, unsigned int hash,
				const char *name)
{
	struct entry *entry = *bucket_of(shard, hash);

	while (entry &&
	       (entry->hash != hash || !text_is(entry->sighting.name, name)))
		entry = entry->next;
	return entry;
}

/* Find or make the entry, with the shard's lock held; NULL without memory. */
static struct entry *entry_get(struct shard *shard, unsigned int hash,
			       const char *name, int64_t now)
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
		entry = aligned_alloc(CACHE_LINE, ENTRY_BYTES);
	if (!entry)
		return NULL;
	memset(entry, 0, sizeof(*entry));
	memcpy(entry->sighting.name, name,
	       strnlen(name, sizeof(entry->sighting.name) - 1));
	entry->sighting.first_ms = now;
	entry->renewed_ms = now;
	entry->hash = hash;
	entry->next = *bucket;
	entry->prev_next = bucket;
	if (entry->next)
		entry->next->prev_next = &entry->next;
	__atomic_store_n(bucket, entry, __ATOMIC_RELAXED);
	order_append(shard, entry);
	shard->count++;
	return entry;
}

void timeline_prefetch(struct timeline *timeline, uint32_t name)
{
	__builtin_prefetch(bucket_of(shard_of(timeline, name), name));
}

/* Have the first bytes of an entry fetched, to be written to. */
static void entry_prefetch(const struct entry *entry, size_t end)
{
	size_t i;

	for (i = 0; i < end; i += CACHE_LINE)
		__builtin_prefetch((const char *)entry + i, 1);
}

/* Have what leads from an entry fetched; is_new: it is to be forgotten. */
static void entry_foresee(const struct entry *entry, bool is_new)
{
	__builtin_prefetch(entry->first);
	__builtin_prefetch(entry->last);
	__builtin_prefetch(entry->before);
	if (!is_new)
		return;
	/* Its neighbours are written to when it goes. */
	__builtin_prefetch(entry->next, 1);
	if (entry->newer)
		__builtin_prefetch(&entry->newer->older, 1);
}

/* The same with the shard's lock held, and behind the first turn. */
static bool shard_foresee(const struct shard *shard, struct entry *entry,
			  uint32_t name, int turn)
{
	bool is_new;

	while (entry && entry->hash != name)
		entry = entry->next;
	/* Who asks the same again needs nothing more. */
	if (entry && entry->digest)
		return false;
	is_new = !entry;
	if (is_new && shard->count >= MACHINES_MAX)
		entry = shard_oldest(shard);
	if (!entry)
		return false;
	if (turn > 1)
		entry_foresee(entry, is_new);
	else
		entry_prefetch(entry, is_new ? sizeof(*entry)
					     : 3 * (size_t)CACHE_LINE);
	return turn == 1;
}

bool timeline_foresee(struct timeline *timeline, uint32_t name, int turn)
{
	struct shard *shard = shard_of(timeline, name);
	struct entry **bucket = bucket_of(shard, name);
	bool has_more;

	if (turn == 0) {
		/* Not ours without the lock: its address is all we take. */
		entry_prefetch(__atomic_load_n(bucket, __ATOMIC_RELAXED),
			       2 * (size_t)CACHE_LINE);
		return true;
	}
	pthread_mutex_lock(&shard->lock);
	has_more = shard_foresee(shard, *bucket, name, turn);
	pthread_mutex_unlock(&shard->lock);
	return has_more;
}

/* Copy one line: what is not printable becomes a space. */
static size_t line_copy(char *buf, size_t size, const char *text)
{
	size_t len;

	for (len = 0; *text && len < size - 1; len++) {
		unsigned char c = (unsigned char)*text++;

		buf[len] = c < 0x20 || c == 0x7f ? ' ' : (char)c;
	}
	/* Do not end inside of a UTF-8 sequence. */
	if (*text && (*text & 0xc0) == 0x80) {
		while (len && (buf[len - 1] & 0xc0) == 0x80)
			len--;
		if (len)
			len--;
	}
	buf[len] = '\0';
	return len;
}

/* Is it the same again? */
static bool node_repeats(const struct node *node, enum event_source source,
			 const char *kind, const char *text)
{
	return node && node->source == source &&
	       strcmp(node->kind, kind) == 0 &&
	       strcmp(node_text(node), text) == 0;
}

/* Count an event again; NULL when it is another than the last two. */
static struct node *entry_repeat(struct entry *entry, enum event_source source,
				 const char *kind, int64_t at_ms,
				 const char *text)
{
	struct node *node = entry->last;

	/* Who asks again is answered again: two events that take turns. */
	if (!node_repeats(node, source, kind, text))
		node = entry->before;
	if (!node_repeats(node, source, kind, text))
		return NULL;
	node->count++;
	node->at_ms = at_ms;
	return node;
}

/* Add an event or count it again; returns which it is, NULL without memory. */
static struct node *entry_add(struct shard *shard, struct entry *entry,
			      enum event_source source, const char *kind,
			      int64_t at_ms, const char *text)
{
	char line[EVENT_TEXT_BYTES], word[EVENT_KIND_BYTES];
	size_t len, word_len;
	struct node *node;

	entry_settle(entry);
	/* Mostly they come as they are kept. */
	node = entry_repeat(entry, source, kind, at_ms, text);
	if (node)
		return node;
	len = line_copy(line, sizeof(line), text);
	word_len = line_copy(word, sizeof(word), kind);
	node = entry_repeat(entry, source, word, at_ms, line);
	if (node)
		return node;
	node = malloc(sizeof(*node) + word_len + 1 + len + 1);
	if (!node)
		return NULL;
	entry->digest = 0;
	node->next = NULL;
	node->at_ms = at_ms;
	node->count = 1;
	node->source = (uint8_t)source;
	node->kind_len = (uint8_t)word_len;
	memcpy(node->kind, word, word_len + 1);
	memcpy(node->kind + word_len + 1, line, len + 1);
	if (entry->last)
		entry->last->next = node;
	else
		entry->first = node;
	entry->before = entry->last;
	entry->last = node;
	entry->count++;
	shard->bytes += node_bytes(node);
	while (entry->count > TIMELINE_EVENTS_MAX ||
	       (shard->bytes > SHARD_BYTES && entry->count > EVENTS_IF_FULL))
		entry_drop_first(shard, entry);
	return node;
}

/* A key will be put soon. */
static void key_prefetch(struct timeline *timeline, const char *text)
{
	unsigned int hash = text_hash(text);
	const struct key *keys = __atomic_load_n(
		&shard_of(timeline, hash)->keys, __ATOMIC_RELAXED);

	if (!*text || !keys)
		return;
	keys += hash / SHARDS % KEYS;
	__builtin_prefetch(keys, 1);
}

/* Which machine does the key lead to?  NULL: it is another key. */
static const char *key_name(const struct key *key, const char *text)
{
	const char *rest = text_skip(key->text, text);

	return rest && !*rest ? rest + 1 : NULL;
}

static void key_put(struct timeline *timeline, const char *text,
		    const char *name)
{
	unsigned int hash = text_hash(text);
	struct shard *shard = shard_of(timeline, hash);
	size_t len = strlen(text);
	const char *now;
	struct key *key;

	if (!len || len >= KEY_BYTES)
		return;
	pthread_mutex_lock(&shard->lock);
	if (!shard->keys)
		__atomic_store_n(&shard->keys,
				 calloc(KEYS, sizeof(*shard->keys)),
				 __ATOMIC_RELAXED);
	if (shard->keys) {
		key = &shard->keys[hash / SHARDS % KEYS];
		now = key_name(key, text);
		if (!now)
			memcpy(key->text, text, len + 1);
		if (!now || !text_is(now, name))
			line_copy(key->text + len + 1, STATE_NAME_BYTES, name);
	}
	pthread_mutex_unlock(&shard->lock);
}

bool timeline_find(struct timeline *timeline, const char *key,
		   char ret_name[STATE_NAME_BYTES])
{
	unsigned int hash = text_hash(key);
	struct shard *shard = shard_of(timeline, hash);
	const char *name = NULL;

	pthread_mutex_lock(&shard->lock);
	if (shard->keys) {
		name = key_name(&shard->keys[hash / SHARDS % KEYS], key);
		if (*key && name)
			strcpy(ret_name, name);
	}
	pthread_mutex_unlock(&shard->lock);
	return *key && name;
}

static void field_copy(char *buf, size_t size, const char *text)
{
	if (text)
		line_copy(buf, size, text);
}

/* Remember what it said, and where from. */
static void sighting_fill(struct sighting *s, const struct facts *facts,
			  const char *client)
{
	field_copy(s->client, sizeof(s->client), client);
	field_copy(s->mac, sizeof(s->mac), facts->mac_name);
	field_copy(s->uuid, sizeof(s->uuid), facts->uuid_name);
	field_copy(s->serial, sizeof(s->serial), facts->value[FACT_SERIAL]);
	field_copy(s->product, sizeof(s->product), facts->value[FACT_PRODUCT]);
	field_copy(s->platform, sizeof(s->platform),
		   facts->value[FACT_PLATFORM]);
	field_copy(s->version, sizeof(s->version), facts->value[FACT_VERSION]);
}

/* A digest of all that sighting_fill() takes; never 0. */
static uint64_t said_digest(const struct facts *facts, const char *client)
{
	const char *const texts[] = {
		client,
		facts->mac_name,
		facts->uuid_name,
		facts->value[FACT_SERIAL],
		facts->value[FACT_PRODUCT],
		facts->value[FACT_PLATFORM],
		facts->value[FACT_VERSION],
	};
	uint64_t hash = 0;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		/* Nothing is not the same as "". */
		if (texts[i])
			hash = table_mix(hash, texts[i], strlen(texts[i]));
		else
			hash += i;
	}
	return hash | 1;
}

const void *timeline_sight(struct timeline *timeline, const char *name,
			   bool is_known, const struct facts *facts,
			   const char *client, const char *text)
{
	unsigned int hash = text_hash(name);
	struct shard *shard = shard_of(timeline, hash);
	uint64_t said = said_digest(facts, client);
	int64_t now = now_ms();
	bool is_same = false;
	const struct node *asked = NULL;
	struct entry *entry;

	key_prefetch(timeline, facts->mac_name);
	pthread_mutex_lock(&shard->lock);
	entry = entry_get(shard, hash, name, now);
	if (entry) {
		is_same = entry->said == said && is_recent(entry->said_ms, now);
		if (!is_same) {
			sighting_fill(&entry->sighting, facts, client);
			entry->said = said;
			entry->said_ms = now;
		}
		entry->sighting.last_ms = now;
		entry_renew(shard, entry, is_known, now);
		asked = entry_add(shard, entry, EVENT_SERVER, "asked", now,
				  text);
		entry_change(timeline, entry);
	}
	pthread_mutex_unlock(&shard->lock);
	/* Many may share an address: it leads to the one that asked last. */
	if (client)
		key_put(timeline, client, name);
	if (is_same)
		return asked;
	key_put(timeline, facts->mac_name, name);
	key_put(timeline, facts->uuid_name, name);
	return asked;
}

/* Are these the last two events, in either order?  By their addresses alone,
 * as they may be gone. */
static bool entry_ends_with(const struct entry *entry, const void *a,
			    const void *b)
{
	return (entry->last == a && entry->before == b) ||
	       (entry->last == b && entry->before == a);
}

void timeline_answer(struct timeline *timeline, const char *name,
		     const void *asked, uint64_t digest, const char *text)
{
	unsigned int hash = text_hash(name);
	struct shard *shard = shard_of(timeline, hash);
	int64_t now = now_ms();
	const struct node *node;
	struct entry *entry;

	pthread_mutex_lock(&shard->lock);
	entry = entry_get(shard, hash, name, now);
	if (entry) {
		node = entry_add(shard, entry, EVENT_SERVER, "answered", now,
				 text);
		entry_see(timeline, shard, entry, now);
		if (node && entry_ends_with(entry, asked, node))
			entry->digest = digest;
	}
	pthread_mutex_unlock(&shard->lock);
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
	is_same = entry && entry->digest == digest &&
		  entry->sighting.is_known == is_known;
	if (is_same) {
		entry->again++;
		entry->again_ms = now;
		entry_see(timeline, shard, entry, now);
		is_due = !is_recent(entry->said_ms, now);
	}
	if (is_due) {
		entry->said_ms = now;
		said = entry->sighting;
	}
	pthread_mutex_unlock(&shard->lock);
	if (is_same && client)
		key_put(timeline, client, name);
	if (is_due) {
		key_put(timeline, said.mac, name);
		key_put(timeline, said.uuid, name);
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

/* Copy what is known about a machine where nothing newer is. */
static void sighting_restore(struct sighting *now, const struct sighting *kept)
{
	struct sighting merged = *kept;

	if (now->last_ms > kept->last_ms && *now->client)
		merged = *now;
	merged.is_known = now->is_known;
	merged.first_ms = kept->first_ms && kept->first_ms < now->first_ms
				  ? kept->first_ms
				  : now->first_ms;
	if (now->last_ms > merged.last_ms)
		merged.last_ms = now->last_ms;
	merged.sequence = now->sequence;
	memcpy(merged.name, now->name, sizeof(merged.name));
	*now = merged;
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
	entry = entry_get(shard, hash, kept->name, kept->first_ms);
	if (entry) {
		sighting_restore(&entry->sighting, kept);
		entry->said = 0;
		entry->renewed_ms = 0;
		entry_renew(shard, entry,
			    entry->sighting.is_known || kept->is_known,
			    now_ms());
		entry_merge(shard, entry, events, count, now,
			    entry_take(shard, entry, now));
		entry_change(timeline, entry);
		entry->told = entry->sighting.sequence;
	}
	pthread_mutex_unlock(&shard->lock);
	key_put(timeline, kept->client, kept->name);
	key_put(timeline, kept->mac, kept->name);
	key_put(timeline, kept->uuid, kept->name);
}

static size_t shard_take_changed(struct shard *shard,
				 char names[][STATE_NAME_BYTES], size_t max)
{
	struct entry *entry;
	size_t count = 0, i;

	for (i = 0; i < BUCKETS; i++) {
		for (entry = shard->buckets[i]; entry && count < max;
		     entry = entry->next) {
			if (entry->told == entry->sighting.sequence)
				continue;
			entry->told = entry->sighting.sequence;
			strcpy(names[count++], entry->sighting.name);
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

void timeline_know(struct timeline *timeline, const char *name)
{
	unsigned int hash = text_hash(name);
	struct shard *shard = shard_of(timeline, hash);
	struct entry *entry;

	pthread_mutex_lock(&shard->lock);
	entry = entry_find(shard, hash, name);
	if (entry && !entry->sighting.is_known)
		entry_renew(shard, entry, true, now_ms());
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
	entry = entry_get(shard, hash, name, now);
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
		*ret_sighting = entry->sighting;
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
			if (entry->sighting.sequence > after && count < room)
				list[count++] = entry->sighting;
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
