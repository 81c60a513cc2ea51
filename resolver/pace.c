/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* How fast files are sent to each client. */
#include "pace.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Counters; clients whose addresses fall together share one, which makes
 * them slower and nothing worse. */
#define SLOTS 8192

struct pace {
	/* Bytes per second and client, 0 for no limit; __atomic. */
	uint64_t rate;
	/* Files being sent, by the hash of the client's address; __atomic. */
	uint32_t counts[SLOTS];
};

static bool unit_find(const char *end, uint64_t *ret_unit)
{
	static const char units[] = "KMG";
	const char *unit = strchr(units, toupper((unsigned char)*end));

	*ret_unit = 1;
	if (!*end)
		return true;
	if (!unit || end[1])
		return false;
	for (; unit >= units; unit--)
		*ret_unit *= 1000;
	return true;
}

int pace_parse(const char *value, uint64_t *ret_rate, struct reason *why)
{
	unsigned long long number;
	uint64_t unit;
	char *end;

	errno = 0;
	number = strtoull(value, &end, 10);
	if (errno || !isdigit((unsigned char)*value) ||
	    !unit_find(end, &unit) || number > UINT32_MAX ||
	    (number && number * unit < 1000))
		return reason_set(why, -EINVAL,
				  "asset-rate is to be a number of bytes per "
				  "second, such as 40M, at least 1K, or 0 for "
				  "no limit; not \"%.64s\".",
				  value);
	*ret_rate = number * unit;
	return 0;
}

struct pace *pace_new(void)
{
	return calloc(1, sizeof(struct pace));
}

void pace_free(struct pace *pace)
{
	free(pace);
}

void pace_set(struct pace *pace, uint64_t rate)
{
	__atomic_store_n(&pace->rate, rate, __ATOMIC_RELAXED);
}

static uint32_t *count_of(struct pace *pace, const char *client)
{
	uint32_t hash = 2166136261U;

	for (; *client; client++)
		hash = (hash ^ (unsigned char)*client) * 16777619U;
	return &pace->counts[(hash ^ hash >> 16) % SLOTS];
}

void pace_begin(struct pace *pace, const char *client)
{
	if (pace)
		__atomic_add_fetch(count_of(pace, client), 1, __ATOMIC_RELAXED);
}

void pace_end(struct pace *pace, const char *client)
{
	if (pace)
		__atomic_sub_fetch(count_of(pace, client), 1, __ATOMIC_RELAXED);
}

uint64_t pace_rate(struct pace *pace, const char *client)
{
	uint64_t rate =
		pace ? __atomic_load_n(&pace->rate, __ATOMIC_RELAXED) : 0;
	uint32_t count;

	if (!rate)
		return 0;
	count = __atomic_load_n(count_of(pace, client), __ATOMIC_RELAXED);
	return count > 1 ? rate / count : rate;
}
