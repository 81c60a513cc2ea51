/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Counters and gauges for Prometheus; all labels are from closed sets. */
#ifndef RESOLVER_METRICS_H
#define RESOLVER_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"

/* One number each, in the order of the table in metrics.c; add a row there. */
enum metric {
	METRIC_REPLY_2XX,
	METRIC_REPLY_3XX,
	METRIC_REPLY_4XX,
	METRIC_REPLY_5XX,
	METRIC_BOOT_ORDINARY,
	METRIC_BOOT_LOCAL,
	METRIC_BOOT_INSTALL,
	METRIC_BOOT_RUN,
	METRIC_BOOT_RESCUE,
	METRIC_BOOT_WAIT,
	METRIC_BOOT_UNKNOWN,
	METRIC_CONFIRM_OK,
	METRIC_CONFIRM_FAILED,
	METRIC_CONFIRM_REFUSED,
	METRIC_STATE_LOST,
	METRIC_STATE_UP,
	METRIC_STATE_CHANGES,
	METRIC_EVENTS,
	METRIC_EVENTS_REFUSED,
	METRIC_MACHINES_SEEN,
	METRIC_SITE_LOADED,
	METRIC_SITE_LOAD_FAILURES,
	METRIC_SITE_MACHINES,
	METRIC_IDENTITY_TIES,
	METRIC_ADMISSION_REFUSED,
	METRIC_COUNT
};

/* Add to a counter; any thread, no lock. */
void metric_add(enum metric metric, uint64_t n);

/* Set a gauge; any thread, no lock. */
void metric_set(enum metric metric, uint64_t value);

/* Read one number. */
uint64_t metric_read(enum metric metric);

/* Count a reply by the hundreds of its status. */
void metric_add_reply(unsigned int status);

/*
 * Write all of them in Prometheus' text format 0.0.4.  The arena owns the
 * text.  Returns 0 or -ENOMEM.
 */
int metrics_format(struct arena *arena, const char **ret_text, size_t *ret_len);

#endif
