/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What happened to each machine: the server's and the firmware's events. */
#ifndef RESOLVER_TIMELINE_H
#define RESOLVER_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts.h"
#include "said.h"
#include "state.h"

/* Longest kind and text of an event, with the NUL. */
#define EVENT_KIND_BYTES 24
#define EVENT_TEXT_BYTES 256

/* Machines that are remembered at most. */
#define TIMELINES_KEPT 16384

/* Events that are kept of one machine. */
#define TIMELINE_EVENTS_MAX 48

/* Room for a verdict. */
#define VERDICT_BYTES 768

/* Who saw it. */
enum event_source {
	EVENT_SERVER,	/* this resolver */
	EVENT_FIRMWARE, /* the machine's firmware, or what it booted */
	EVENT_PERSON,	/* somebody at the command line or the page */
};

/* One event. */
struct event {
	/* When, Unix milliseconds; of repeated ones the last. */
	int64_t at_ms;
	/* Who saw it. */
	enum event_source source;
	/* How often in a row. */
	unsigned int count;
	/* One word: asked, answered, fetched, confirmed, failed, set, ... */
	char kind[EVENT_KIND_BYTES];
	/* One line. */
	char text[EVENT_TEXT_BYTES];
};

/* What is known about a machine beside its events. */
struct sighting {
	/* Number of the last change, over all machines. */
	uint64_t sequence;
	/* When it was seen first and last, Unix milliseconds. */
	int64_t first_ms;
	int64_t last_ms;
	/* Is it in the site or adopted? */
	bool is_known;
	/* As machine_state.name. */
	char name[STATE_NAME_BYTES];
	/* The client's address. */
	char client[SAID_CLIENT_BYTES];
	/* What it said about itself; "" where it said nothing. */
	char mac[SAID_MAC_BYTES];
	char uuid[SAID_UUID_BYTES];
	char serial[SAID_SERIAL_BYTES];
	char product[SAID_PRODUCT_BYTES];
	char platform[SAID_PLATFORM_BYTES];
	char version[SAID_VERSION_BYTES];
};

/* All machines' events; any thread may use it. */
struct timeline;

/* Make an empty one; NULL when memory is used up. */
struct timeline *timeline_new(void);

/* Free it; NULL is accepted. */
void timeline_free(struct timeline *timeline);

/* A machine asked for its script, and was answered. */
struct timeline_boot {
	/* As machine_state.name, and table_hash() of it. */
	const char *name;
	uint32_t hash;
	/* Is it in the site or adopted? */
	bool is_known;
	/* Was it refused? */
	bool is_refused;
	/* What it said, and the address that it asked from, or NULL. */
	const struct facts *facts;
	const char *client;
	/* Question and answer, each in a line. */
	const char *asked;
	const char *answered;
	/* Stands for all that it said and was answered; or 0. */
	uint64_t digest;
};

/* Remember that. */
void timeline_boot(struct timeline *timeline, const struct timeline_boot *boot);

/*
 * It asked the same again, and was answered the same: as both of the above.
 * hash is table_hash() of its name.  False, and nothing is done, where the
 * digest is another than timeline_boot()'s, or something happened since.
 */
bool timeline_again(struct timeline *timeline, uint32_t hash, const char *name,
		    bool is_known, uint64_t digest, const char *client);

/* A timeline that is fetched from memory before it is needed: all zero but for
 * the name at first. */
struct timeline_foresight {
	/* table_hash() of the name of the machine that will be seen. */
	uint32_t name;
	/* Steps that were made. */
	int steps;
	/* What it has in memory, or will get; only its address is of use. */
	const void *place;
	/* Is it one that will get it? */
	bool is_new;
};

/*
 * Make the next step: have something fetched that leads to the timeline, or is
 * in it.  Returns whether there is another step.
 */
bool timeline_foresee(struct timeline *timeline, struct timeline_foresight *f);

/*
 * Put back what was kept of a machine: count events, oldest first.  What
 * happened since stays; what is there already is not put twice.
 */
void timeline_restore(struct timeline *timeline, const struct sighting *kept,
		      const struct event *events, int count);

/*
 * Name up to max machines that changed since they were named here last.
 * Returns how many.
 */
size_t timeline_take_changed(struct timeline *timeline,
			     char names[][STATE_NAME_BYTES], size_t max);

/* Have a machine named again by timeline_take_changed(). */
void timeline_touch(struct timeline *timeline, const char *name);

/*
 * Add an event (text is cut, control characters become spaces); machines that
 * were never seen begin here, as unknown ones.  at_ms 0 means now.
 */
void timeline_add(struct timeline *timeline, const char *name,
		  enum event_source source, const char *kind, int64_t at_ms,
		  const char *text);

/*
 * Find the machine's name by the address it asked from, its MAC (as
 * facts_format_mac()) or its UUID.  Returns whether one was found.
 */
bool timeline_find(struct timeline *timeline, const char *key,
		   char ret_name[STATE_NAME_BYTES]);

/*
 * Copy a machine's events, oldest first, at most TIMELINE_EVENTS_MAX, and what
 * is known about it; events may be NULL.  Returns how many, or -ENOENT.
 */
int timeline_get(struct timeline *timeline, const char *name,
		 struct sighting *ret_sighting, struct event *ret_events);

/* Number of the last change of any machine. */
uint64_t timeline_sequence(struct timeline *timeline);

/*
 * List machines whose last change is later than the number, at most max, to
 * *ret_list, which the caller frees.  Returns how many, or -ENOMEM.
 */
int timeline_list(struct timeline *timeline, uint64_t after, size_t max,
		  struct sighting **ret_list);

/* Machines that have a timeline. */
size_t timeline_count(struct timeline *timeline);

/* Say in a sentence how the machine stands; state may be NULL. */
void timeline_verdict(const struct event *events, size_t count,
		      const struct machine_state *state, int64_t now_ms,
		      char ret_verdict[VERDICT_BYTES]);

#endif
