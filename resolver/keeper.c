/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Timelines that survive a restart: a thread that keeps them in the state. */
#include "keeper.h"

#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "log.h"

/* How often changes are looked for, and how many machines are kept then. */
#define ROUND_MS  1000
#define ROUND_MAX 128

/* Rounds that the last words may take. */
#define STOP_ROUNDS_MAX 16

struct keeper {
	struct state *state;
	struct timeline *timeline;
	char writer[STATE_WRITER_BYTES];
	pthread_t thread;
	/* Guards is_stopping. */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool is_stopping;
	/* Was the past brought back? */
	bool is_restored;
};

/* Members of what is kept of a machine, beside its events. */
static const struct member {
	const char *name;
	size_t offset;
	size_t size;
} members[] = {
#define MEMBER(field)                                                          \
	{                                                                      \
#field, offsetof(struct sighting, field),                      \
			sizeof(((struct sighting *)0)->field)                  \
	}
	MEMBER(client),	 MEMBER(mac),	   MEMBER(uuid),    MEMBER(serial),
	MEMBER(product), MEMBER(platform), MEMBER(version),
#undef MEMBER
};

/* Writing. */

static json_t *events_pack(const struct event *events, int count)
{
	json_t *list = json_array();
	int i;

	for (i = 0; i < count; i++)
		json_array_append_new(
			list,
			json_pack("[I,i,i,s,s]", (json_int_t)events[i].at_ms,
				  (int)events[i].source, (int)events[i].count,
				  events[i].kind, events[i].text));
	return list;
}

/* The text that is kept of a machine; NULL where it is gone, or no memory. */
static char *machine_pack(struct keeper *keeper, const char *name,
			  int64_t *ret_at)
{
	struct event events[TIMELINE_EVENTS_MAX];
	struct sighting sighting;
	int count = timeline_get(keeper->timeline, name, &sighting, events);
	json_t *machine;
	char *text;
	size_t i;

	if (count < 0)
		return NULL;
	machine =
		json_pack("{s:b,s:I,s:I,s:o}", "known", (int)sighting.is_known,
			  "first", (json_int_t)sighting.first_ms, "last",
			  (json_int_t)sighting.last_ms, "events",
			  events_pack(events, count));
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		json_object_set_new(
			machine, members[i].name,
			json_string((char *)&sighting + members[i].offset));
	text = json_dumps(machine, JSON_COMPACT);
	json_decref(machine);
	*ret_at = sighting.last_ms / 1000;
	return text;
}

/* Keep some of what changed; returns how many were to be kept. */
static size_t keep_some(struct keeper *keeper)
{
	char names[ROUND_MAX][STATE_NAME_BYTES];
	struct state_note notes[ROUND_MAX];
	size_t changed, count = 0, i;
	struct reason why;
	int rc;

	changed = timeline_take_changed(keeper->timeline, names, ROUND_MAX);
	for (i = 0; i < changed; i++) {
		struct state_note *note = &notes[count];

		note->name = names[i];
		note->text = machine_pack(keeper, names[i], &note->at);
		count += note->text != NULL;
	}
	rc = count ? state_notes_keep(keeper->state, keeper->writer, notes,
				      count, &why)
		   : 0;
	for (i = 0; i < count; i++) {
		/* Another time. */
		if (rc)
			timeline_touch(keeper->timeline, notes[i].name);
		free((char *)notes[i].text);
	}
	return rc ? 0 : changed;
}

/* Reading. */

static int events_unpack(const json_t *list, struct event *events)
{
	size_t size = json_array_size(list), i;
	int count = 0;

	for (i = 0; i < size && count < TIMELINE_EVENTS_MAX; i++) {
		struct event *event = &events[count];
		const char *kind, *text;
		json_int_t at;
		int source, times;

		if (json_unpack(json_array_get(list, i), "[I,i,i,s,s]", &at,
				&source, &times, &kind, &text) ||
		    source < 0 || source > EVENT_PERSON || times < 1)
			continue;
		event->at_ms = at;
		event->source = (enum event_source)source;
		event->count = (unsigned int)times;
		snprintf(event->kind, sizeof(event->kind), "%s", kind);
		snprintf(event->text, sizeof(event->text), "%s", text);
		count++;
	}
	return count;
}

/* Bring one machine back; what cannot be read is left out. */
static void on_note(void *ctx, const struct state_note *note)
{
	struct keeper *keeper = ctx;
	json_t *machine = json_loads(note->text, JSON_REJECT_DUPLICATES, NULL);
	struct event events[TIMELINE_EVENTS_MAX];
	struct sighting sighting = {0};
	size_t i;

	if (!json_is_object(machine)) {
		json_decref(machine);
		return;
	}
	snprintf(sighting.name, sizeof(sighting.name), "%s", note->name);
	sighting.is_known = json_is_true(json_object_get(machine, "known"));
	sighting.first_ms =
		json_integer_value(json_object_get(machine, "first"));
	sighting.last_ms = json_integer_value(json_object_get(machine, "last"));
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		const char *text = json_string_value(
			json_object_get(machine, members[i].name));

		snprintf((char *)&sighting + members[i].offset, members[i].size,
			 "%s", text ? text : "");
	}
	timeline_restore(
		keeper->timeline, &sighting, events,
		events_unpack(json_object_get(machine, "events"), events));
	json_decref(machine);
}

static void restore(struct keeper *keeper)
{
	struct reason why;

	keeper->is_restored = state_notes_read(keeper->state, TIMELINES_KEPT,
					       on_note, keeper, &why) == 0;
}

/* The thread. */

/* Wait for the next round; false when it is the last. */
static bool round_wait(struct keeper *keeper)
{
	struct timespec end;
	bool is_stopping;
	int rc = 0;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += ROUND_MS / 1000;
	pthread_mutex_lock(&keeper->lock);
	while (!keeper->is_stopping && rc == 0)
		rc = pthread_cond_timedwait(&keeper->wake, &keeper->lock, &end);
	is_stopping = keeper->is_stopping;
	pthread_mutex_unlock(&keeper->lock);
	return !is_stopping;
}

static void *keeper_run(void *ctx)
{
	struct keeper *keeper = ctx;
	int i;

	do {
		if (!keeper->is_restored)
			restore(keeper);
		if (keeper->is_restored)
			keep_some(keeper);
	} while (round_wait(keeper));
	for (i = 0; i < STOP_ROUNDS_MAX && keeper->is_restored; i++) {
		if (keep_some(keeper) < ROUND_MAX)
			break;
	}
	return NULL;
}

int keeper_start(struct state *state, struct timeline *timeline,
		 const char *writer, struct keeper **ret_keeper)
{
	struct keeper *keeper;
	int rc;

	*ret_keeper = NULL;
	if (!state)
		return 0;
	keeper = calloc(1, sizeof(*keeper));
	if (!keeper)
		return -ENOMEM;
	keeper->state = state;
	keeper->timeline = timeline;
	snprintf(keeper->writer, sizeof(keeper->writer), "%s", writer);
	pthread_mutex_init(&keeper->lock, NULL);
	pthread_cond_init(&keeper->wake, NULL);
	rc = pthread_create(&keeper->thread, NULL, keeper_run, keeper);
	if (rc) {
		free(keeper);
		return -rc;
	}
	*ret_keeper = keeper;
	return 0;
}

void keeper_stop(struct keeper *keeper)
{
	if (!keeper)
		return;
	pthread_mutex_lock(&keeper->lock);
	keeper->is_stopping = true;
	pthread_cond_signal(&keeper->wake);
	pthread_mutex_unlock(&keeper->lock);
	pthread_join(keeper->thread, NULL);
	pthread_cond_destroy(&keeper->wake);
	pthread_mutex_destroy(&keeper->lock);
	free(keeper);
}
