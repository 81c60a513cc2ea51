/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Timelines that survive a restart: a thread that keeps them in the state. */
#ifndef RESOLVER_KEEPER_H
#define RESOLVER_KEEPER_H

#include "state.h"
#include "timeline.h"

/* The thread. */
struct keeper;

/*
 * Bring back what was kept, as soon as the database answers, and from then on
 * keep what changes, a bounded number of machines each second.  Nobody waits
 * for it: what happened in the last second or two before the process is killed
 * may be lost.  writer names this resolver among several with one database.
 * Returns 0, and NULL where no state is kept; or -ENOMEM, -EAGAIN.
 */
int keeper_start(struct state *state, struct timeline *timeline,
		 const char *writer, struct keeper **ret_keeper);

/* Keep what is not kept yet, within a bound, and end; NULL is accepted. */
void keeper_stop(struct keeper *keeper);

#endif
