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

/* Write what an intent is in words: "install debian12". */
void control_format_intent(const struct machine_state *machine, char *buf,
			   size_t size);

#endif
