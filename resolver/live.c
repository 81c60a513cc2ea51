/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The snapshot that is being served, and its replacement. */
#include "live.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "log.h"
#include "metrics.h"

struct live {
	/* What is loaded. */
	const struct site *site;
	/* Guards everything below. */
	pthread_mutex_t lock;
	/* The snapshot that is served; live itself is one of its users.
	 * __atomic: whether it is still the same is asked without the lock. */
	struct snapshot *current;
	struct live_status status;
};

static void on_mistake(void *ctx, bool is_fatal, const char *sentence)
{
	(void)ctx;
	log_line(is_fatal ? LOG_ERR : LOG_WARNING, "%s", sentence);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Give a snapshot back with the lock held; returns it when it is to go. */
static struct snapshot *live_drop(struct snapshot *snapshot)
{
	return --snapshot->users ? NULL : snapshot;
}

static void live_note_failure(struct live *live, const struct reason *why)
{
	pthread_mutex_lock(&live->lock);
	live->status.loads++;
	live->status.failures++;
	live->status.is_stale = true;
	live->status.why = *why;
	pthread_mutex_unlock(&live->lock);
	metric_add(METRIC_SITE_LOAD_FAILURES, 1);
}

/* Serve a snapshot from here on. */
static void live_swap(struct live *live, struct snapshot *snapshot,
		      uint64_t load_ms)
{
	struct live_status *status = &live->status;
	struct snapshot *old;

	pthread_mutex_lock(&live->lock);
	status->loads++;
	status->is_stale = false;
	status->machines = snapshot->machine_count;
	status->profiles = snapshot->profile_count;
	status->rules = snapshot->rule_count;
	status->dropins = snapshot->dropin_count;
	status->loaded_at = time(NULL);
	status->load_ms = (uint32_t)load_ms;
	snapshot->generation = status->loads;
	snapshot->users = 1;
	old = live->current;
	__atomic_store_n(&live->current, snapshot, __ATOMIC_RELEASE);
	if (old)
		old = live_drop(old);
	pthread_mutex_unlock(&live->lock);
	snapshot_free(old);
	metric_set(METRIC_SITE_LOADED, 1);
	metric_set(METRIC_SITE_MACHINES, snapshot->machine_count);
}

static int live_load(struct live *live, struct reason *why)
{
	struct load_report report = {.tell = on_mistake};
	struct snapshot *snapshot;
	uint64_t start = now_ms();
	int rc;

	rc = snapshot_load(live->site, &report, &snapshot);
	if (rc) {
		live_note_failure(live, &report.first);
		*why = report.first;
		return rc;
	}
	live_swap(live, snapshot, now_ms() - start);
	return 0;
}

int live_open(const struct site *site, struct live **ret_live,
	      struct reason *why)
{
	struct live *live = calloc(1, sizeof(*live));
	int rc;

	if (!live)
		return reason_set(why, -ENOMEM, "Out of memory.");
	live->site = site;
	pthread_mutex_init(&live->lock, NULL);
	rc = live_load(live, why);
	if (rc) {
		live_close(live);
		return rc;
	}
	*ret_live = live;
	return 0;
}

void live_close(struct live *live)
{
	if (!live)
		return;
	snapshot_free(live->current);
	pthread_mutex_destroy(&live->lock);
	free(live);
}

const struct snapshot *live_get(struct live *live)
{
	struct snapshot *snapshot;

	pthread_mutex_lock(&live->lock);
	snapshot = live->current;
	snapshot->users++;
	pthread_mutex_unlock(&live->lock);
	return snapshot;
}

void live_put(struct live *live, const struct snapshot *snapshot)
{
	struct snapshot *gone;

	pthread_mutex_lock(&live->lock);
	gone = live_drop((struct snapshot *)snapshot);
	pthread_mutex_unlock(&live->lock);
	snapshot_free(gone);
}

const struct snapshot *live_look(struct live *live, struct live_hold *hold)
{
	/* While it is held no other one can have its address. */
	if (hold->snapshot &&
	    __atomic_load_n(&live->current, __ATOMIC_ACQUIRE) == hold->snapshot)
		return hold->snapshot;
	live_release(live, hold);
	hold->snapshot = live_get(live);
	return hold->snapshot;
}

void live_release(struct live *live, struct live_hold *hold)
{
	if (hold->snapshot)
		live_put(live, hold->snapshot);
	hold->snapshot = NULL;
}

int live_reload(struct live *live)
{
	struct live_status status;
	struct reason why;
	int rc;

	rc = live_load(live, &why);
	if (rc) {
		log_line(LOG_ERR,
			 "The site %s does not load; machines go on getting "
			 "what the last one that did says.",
			 live->site->path);
		return rc;
	}
	live_status(live, &status);
	log_line(LOG_NOTICE,
		 "Loaded the site %s in %u ms: %u machines, %u profiles, "
		 "%u rules, %u scripts of their own.",
		 live->site->path, status.load_ms, status.machines,
		 status.profiles, status.rules, status.dropins);
	return 0;
}

void live_status(struct live *live, struct live_status *ret_status)
{
	pthread_mutex_lock(&live->lock);
	*ret_status = live->status;
	pthread_mutex_unlock(&live->lock);
}
