/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The one cooperative loop. */
#include <errno.h>

#include "core/console.h"
#include "core/platform.h"
#include "core/poll.h"

/* How often a wait looks for Ctrl-C: a look at a keyboard costs. */
#define CANCEL_LOOK_US 5000

static bool is_polling;

bool poll_is_running(void)
{
	return is_polling;
}

void poll_all(void)
{
	const struct poller *poller;
	bool worked = false;

	if (is_polling)
		return;
	is_polling = true;
	for_each_table_entry(poller, pollers)
		worked |= poller->poll();
	is_polling = false;
	if (!worked)
		platform_idle();
}

int poll_until(bool (*done)(void *ctx), void *ctx, int timeout_ms)
{
	uint64_t start = platform_time_us();
	uint64_t next_look = start;
	uint64_t now;

	while (!done(ctx)) {
		now = platform_time_us();
		if (timeout_ms >= 0 &&
		    now - start >= (uint64_t)timeout_ms * 1000)
			return -ETIMEDOUT;
		if (now >= next_look) {
			if (console_is_cancelled())
				return -ECANCELED;
			next_look = now + CANCEL_LOOK_US;
		}
		poll_all();
	}
	return 0;
}

/* Nothing ends a sleep but time and Ctrl-C. */
static bool poll_never(void *ctx __unused_arg)
{
	return false;
}

int poll_sleep(unsigned int ms)
{
	int rc = poll_until(poll_never, NULL, (int)ms);

	return rc == -ETIMEDOUT ? 0 : rc;
}
