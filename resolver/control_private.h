/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What the files of the control share. */
#ifndef RESOLVER_CONTROL_PRIVATE_H
#define RESOLVER_CONTROL_PRIVATE_H

#include "audit.h"
#include "control.h"
#include "timeline.h"

struct api;
struct keeper;

struct control {
	/* As control_start() was given them. */
	struct control_options options;
	struct control_site site;
	/* NULL where no state is kept. */
	struct state *state;
	/* NULL where there is no directory for it. */
	struct audit *audit;
	struct timeline *timeline;
	/* Keeps the timelines; NULL where no state is kept. */
	struct keeper *keeper;
	/* The API's listeners; NULL where there is none. */
	struct api *api_unix;
	struct api *api_tcp;
};

/*
 * Change what a machine is to do, on behalf of change->by: state, audit log,
 * timeline.  As state_set().
 */
int control_set(struct control *control, const struct state_change *change,
		struct machine_state *ret_new, struct reason *why);

/* Find the site's name of a machine by that, its MAC or its UUID.  False: the
 * site does not have it. */
static inline bool control_find_in_site(const struct control *control,
					const char *text,
					char ret_name[STATE_NAME_BYTES])
{
	const struct control_site *site = &control->site;
	bool is_known = false;

	return site->find_name &&
	       site->find_name(site->ctx, text, ret_name, &is_known) == 0 &&
	       is_known;
}

/* Write what an intent is in words: "install debian12". */
void control_format_intent(const struct machine_state *machine, char *buf,
			   size_t size);

#endif
