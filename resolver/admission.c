/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Who has to wait when everybody boots at once: token buckets. */
#include "admission.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Subnets that are told apart; the one unused longest makes room. */
#define SUBNETS 1024
/* Places that are looked at for one subnet. */
#define PROBES 8
/* Tokens are counted in thousandths, which makes a rate per second one per
 * millisecond. */
#define TOKEN 1000
/* Largest setting. */
#define RATE_MAX 1000000

/* A token bucket, and how many were sent away. */
struct bucket {
	/* Thousandths of a token. */
	uint64_t tokens;
	/* Thousandths of requests that were told to come again. */
	uint64_t backlog;
	/* When it was filled last, monotonic ms. */
	uint64_t filled_ms;
};

/* A subnet's bucket. */
struct subnet {
	/* Prefix; its family stands in front, 0 for a free place. */
	uint8_t key[9];
	/* Its bucket. */
	struct bucket bucket;
};

struct admission {
	struct admission_options options;
	/* Is there any limit?  __atomic: it is asked without the lock. */
	bool is_on;
	/* Guards everything below. */
	pthread_mutex_t lock;
	/* Of everybody. */
	struct bucket all;
	/* State of the generator of jitter. */
	uint32_t jitter;
	/* Of each subnet. */
	struct subnet subnets[SUBNETS];
};

static const struct key {
	const char *name;
	size_t offset;
} keys[] = {
	{"admission-rate", offsetof(struct admission_options, rate)},
	{"admission-burst", offsetof(struct admission_options, burst)},
	{"admission-subnet-rate",
	 offsetof(struct admission_options, subnet_rate)},
	{"admission-subnet-burst",
	 offsetof(struct admission_options, subnet_burst)},
};

int admission_options_set(struct admission_options *options, const char *key,
			  const char *value, struct reason *why)
{
	unsigned long number;
	char *end;
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(keys[i].name, key) != 0)
			continue;
		errno = 0;
		number = strtoul(value, &end, 10);
		if (errno || end == value || *end || *value == '-' ||
		    number > RATE_MAX)
			return reason_set(why, -EINVAL,
					  "%s is to be a number from 0 to %d, "
					  "not \"%.64s\".",
					  key, RATE_MAX, value);
		*(unsigned int *)((char *)options + keys[i].offset) =
			(unsigned int)number;
		return 0;
	}
	return -ENOENT;
}

void admission_configure(struct admission *admission,
			 const struct admission_options *options)
{
	pthread_mutex_lock(&admission->lock);
	admission->options = *options;
	if (!options->burst)
		admission->options.burst = options->rate;
	if (!options->subnet_burst)
		admission->options.subnet_burst = options->subnet_rate;
	__atomic_store_n(&admission->is_on,
			 options->rate || options->subnet_rate,
			 __ATOMIC_RELAXED);
	pthread_mutex_unlock(&admission->lock);
}

int admission_open(const struct admission_options *options,
		   struct admission **ret_admission)
{
	struct admission *admission = calloc(1, sizeof(*admission));

	if (!admission)
		return -ENOMEM;
	pthread_mutex_init(&admission->lock, NULL);
	admission_configure(admission, options);
	admission->all.tokens = (uint64_t)admission->options.burst * TOKEN;
	admission->jitter = 2463534242U;
	*ret_admission = admission;
	return 0;
}

void admission_close(struct admission *admission)
{
	if (!admission)
		return;
	pthread_mutex_destroy(&admission->lock);
	free(admission);
}

/* Fill a bucket for the time that has passed. */
static void bucket_fill(struct bucket *bucket, unsigned int rate,
			unsigned int burst, uint64_t now_ms)
{
	uint64_t most = (uint64_t)burst * TOKEN, gained;
	uint64_t passed =
		now_ms > bucket->filled_ms ? now_ms - bucket->filled_ms : 0;

	/* Longer pauses fill any bucket, and must not overflow. */
	if (passed > 1000 * 3600)
		passed = 1000 * 3600;
	gained = passed * rate;
	bucket->filled_ms = now_ms;
	bucket->tokens =
		gained > most - bucket->tokens ? most : bucket->tokens + gained;
	/* Those who were sent away use up what is gained. */
	bucket->backlog =
		gained > bucket->backlog ? 0 : bucket->backlog - gained;
}

/* When may one more come, ms? */
static uint64_t bucket_refuse(struct bucket *bucket, unsigned int rate)
{
	uint64_t most = (uint64_t)rate * ADMISSION_WAIT_MAX_S * TOKEN;

	if (bucket->backlog < most)
		bucket->backlog += TOKEN;
	return bucket->backlog / rate + 1;
}

/* The network of an address: family, then 24 or 64 bits; false: none. */
static bool subnet_key(const char *client, uint8_t key[9])
{
	struct in6_addr v6;
	struct in_addr v4;

	memset(key, 0, 9);
	if (inet_pton(AF_INET, client, &v4) == 1) {
		key[0] = 4;
		memcpy(key + 1, &v4, 3);
		return true;
	}
	if (inet_pton(AF_INET6, client, &v6) == 1) {
		key[0] = 6;
		memcpy(key + 1, &v6, 8);
		return true;
	}
	return false;
}

/* Find the subnet's bucket, or give it the place unused longest. */
static struct bucket *subnet_find(struct admission *admission,
				  const uint8_t key[9])
{
	uint32_t hash = 2166136261U;
	struct subnet *oldest = NULL;
	size_t i;

	for (i = 0; i < 9; i++)
		hash = (hash ^ key[i]) * 16777619U;
	for (i = 0; i < PROBES; i++) {
		struct subnet *subnet =
			&admission->subnets[(hash + i) % SUBNETS];

		if (memcmp(subnet->key, key, 9) == 0)
			return &subnet->bucket;
		if (!oldest ||
		    subnet->bucket.filled_ms < oldest->bucket.filled_ms)
			oldest = subnet;
	}
	memcpy(oldest->key, key, 9);
	memset(&oldest->bucket, 0, sizeof(oldest->bucket));
	oldest->bucket.tokens =
		(uint64_t)admission->options.subnet_burst * TOKEN;
	return &oldest->bucket;
}

/* A number below limit (xorshift; nothing depends on its quality). */
static uint64_t jitter(struct admission *admission, uint64_t limit)
{
	admission->jitter ^= admission->jitter << 13;
	admission->jitter ^= admission->jitter >> 17;
	admission->jitter ^= admission->jitter << 5;
	return limit ? admission->jitter % limit : 0;
}

static uint64_t take_locked(struct admission *admission, const char *client,
			    uint64_t now_ms)
{
	const struct admission_options *options = &admission->options;
	struct bucket *subnet = NULL;
	uint8_t key[9];
	uint64_t wait = 0, other;

	if (options->rate)
		bucket_fill(&admission->all, options->rate, options->burst,
			    now_ms);
	if (options->subnet_rate && subnet_key(client, key)) {
		subnet = subnet_find(admission, key);
		bucket_fill(subnet, options->subnet_rate, options->subnet_burst,
			    now_ms);
	}
	/* Nothing is taken from one bucket when the other is empty. */
	if (subnet && subnet->tokens < TOKEN)
		wait = bucket_refuse(subnet, options->subnet_rate);
	if (options->rate && admission->all.tokens < TOKEN) {
		other = bucket_refuse(&admission->all, options->rate);
		wait = other > wait ? other : wait;
	}
	if (wait)
		return wait + jitter(admission, 1000 + wait / 4);
	if (subnet)
		subnet->tokens -= TOKEN;
	if (options->rate)
		admission->all.tokens -= TOKEN;
	return 0;
}

bool admission_is_on(struct admission *admission)
{
	return admission &&
	       __atomic_load_n(&admission->is_on, __ATOMIC_RELAXED);
}

unsigned int admission_take(struct admission *admission, const char *client,
			    uint64_t now_ms)
{
	uint64_t wait;

	if (!admission_is_on(admission))
		return 0;
	pthread_mutex_lock(&admission->lock);
	wait = take_locked(admission, client, now_ms);
	pthread_mutex_unlock(&admission->lock);
	if (!wait)
		return 0;
	wait = (wait + 999) / 1000;
	return wait > ADMISSION_WAIT_MAX_S ? ADMISSION_WAIT_MAX_S
					   : (unsigned int)wait;
}
