/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The one cooperative loop: what must run while anything waits. */
#ifndef CORE_POLL_H
#define CORE_POLL_H

#include "core/compiler.h"
#include "core/table.h"

/* Something that wants to run regularly. Registered in the table "pollers". */
struct poller {
	/* Do a bounded piece of work. Returns true if there was some, so that
	 * the loop does not rest before it comes round again. */
	bool (*poll)(void);
};

TABLE_DECLARE(pollers, const struct poller);

/* Run every poller once, and rest (platform_idle) if none had work. Calls
 * from inside a poller return at once. */
void poll_all(void);

/* Is this called from inside a poller? */
bool poll_is_running(void);

/* Poll until DONE(CTX) is true. Returns 0, -ETIMEDOUT after TIMEOUT_MS (not
 * if negative), or -ECANCELED on Ctrl-C. */
int poll_until(bool (*done)(void *ctx), void *ctx, int timeout_ms);

/* Poll for MS milliseconds. Returns 0, or -ECANCELED on Ctrl-C. */
int poll_sleep(unsigned int ms);

#endif
