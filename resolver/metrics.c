/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Counters and gauges for Prometheus; all labels are from closed sets. */
#include "metrics.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define COUNTER "counter"
#define GAUGE	"gauge"

/* All of them; rows of one name follow each other. */
static const struct metric_row {
	/* Name without the prefix. */
	const char *name;
	/* Label in braces, or "". */
	const char *label;
	/* Kind, for the TYPE line. */
	const char *type;
	/* One sentence, for the HELP line. */
	const char *help;
} rows[METRIC_COUNT] = {
	[METRIC_REPLY_2XX] = {"replies_total", "{class=\"2xx\"}", COUNTER,
			      "Replies to clients by the class of status."},
	[METRIC_REPLY_3XX] = {"replies_total", "{class=\"3xx\"}", COUNTER, ""},
	[METRIC_REPLY_4XX] = {"replies_total", "{class=\"4xx\"}", COUNTER, ""},
	[METRIC_REPLY_5XX] = {"replies_total", "{class=\"5xx\"}", COUNTER, ""},
	[METRIC_BOOT_ORDINARY] = {"boots_total", "{intent=\"ordinary\"}",
				  COUNTER,
				  "Machines that asked, by what they do."},
	[METRIC_BOOT_LOCAL] = {"boots_total", "{intent=\"local\"}", COUNTER,
			       ""},
	[METRIC_BOOT_INSTALL] = {"boots_total", "{intent=\"install\"}", COUNTER,
				 ""},
	[METRIC_BOOT_RUN] = {"boots_total", "{intent=\"run\"}", COUNTER, ""},
	[METRIC_BOOT_RESCUE] = {"boots_total", "{intent=\"rescue\"}", COUNTER,
				""},
	[METRIC_BOOT_WAIT] = {"boots_total", "{intent=\"wait\"}", COUNTER, ""},
	[METRIC_BOOT_UNKNOWN] = {"boots_unknown_total", "", COUNTER,
				 "Machines that asked and are not known."},
	[METRIC_CONFIRM_OK] = {"confirmations_total", "{result=\"ok\"}",
			       COUNTER, "Reports by one-time token."},
	[METRIC_CONFIRM_FAILED] = {"confirmations_total", "{result=\"failed\"}",
				   COUNTER, ""},
	[METRIC_CONFIRM_REFUSED] = {"confirmations_total",
				    "{result=\"refused\"}", COUNTER, ""},
	[METRIC_STATE_LOST] = {"state_lost_answers_total", "", COUNTER,
			       "Safe answers for want of the database."},
	[METRIC_STATE_UP] = {"state_up", "", GAUGE,
			     "1 while the database of the state answers."},
	[METRIC_STATE_CHANGES] = {"state_changes_total", "", COUNTER,
				  "Accepted changes of what machines do."},
	[METRIC_EVENTS] = {"events_total", "", COUNTER,
			   "Events of machines that were taken."},
	[METRIC_EVENTS_REFUSED] = {"events_refused_total", "", COUNTER,
				   "Events of machines that were refused."},
	[METRIC_MACHINES_SEEN] = {"machines_seen", "", GAUGE,
				  "Machines that have a timeline."},
	[METRIC_SITE_LOADED] = {"site_loaded", "", GAUGE,
				"1 while the site's files are in use as they "
				"are; 0 while an older version is."},
	[METRIC_SITE_LOAD_FAILURES] = {"site_load_failures_total", "", COUNTER,
				       "Versions of the site that were not "
				       "taken."},
	[METRIC_SITE_MACHINES] = {"site_machines", "", GAUGE,
				  "Machines in the site's files."},
	[METRIC_IDENTITY_TIES] = {"identity_ties_total", "", COUNTER,
				  "Requests that fit several machines."},
	[METRIC_ADMISSION_REFUSED] = {"admission_refused_total", "", COUNTER,
				      "Requests told to come again later."},
};

/* Threads are dealt to this many sets of counters. */
#define SETS 16

/* Counters, whose sums count; what processors exchange at a time is 64 bytes,
 * so that threads that count need not wait for each other's memory. */
static struct set {
	_Alignas(64) uint64_t counts[METRIC_COUNT];
} sets[SETS];

static uint64_t gauges[METRIC_COUNT];

/* This thread's set; NULL before it counts. */
static __thread struct set *own;

void metric_add(enum metric metric, uint64_t n)
{
	static unsigned int next;

	if (!own)
		own = &sets[__atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) %
			    SETS];
	__atomic_fetch_add(&own->counts[metric], n, __ATOMIC_RELAXED);
}

void metric_set(enum metric metric, uint64_t value)
{
	__atomic_store_n(&gauges[metric], value, __ATOMIC_RELAXED);
}

uint64_t metric_read(enum metric metric)
{
	uint64_t sum = __atomic_load_n(&gauges[metric], __ATOMIC_RELAXED);
	size_t i;

	for (i = 0; i < SETS; i++)
		sum += __atomic_load_n(&sets[i].counts[metric],
				       __ATOMIC_RELAXED);
	return sum;
}

void metric_add_reply(unsigned int status)
{
	static const enum metric classes[] = {
		METRIC_REPLY_2XX,
		METRIC_REPLY_3XX,
		METRIC_REPLY_4XX,
		METRIC_REPLY_5XX,
	};

	if (status >= 200 && status < 600)
		metric_add(classes[status / 100 - 2], 1);
}

static void row_print(FILE *out, size_t i)
{
	bool is_first = i == 0 || strcmp(rows[i - 1].name, rows[i].name) != 0;

	if (is_first)
		fprintf(out, "# HELP unloop_%s %s\n# TYPE unloop_%s %s\n",
			rows[i].name, rows[i].help, rows[i].name, rows[i].type);
	fprintf(out, "unloop_%s%s %" PRIu64 "\n", rows[i].name, rows[i].label,
		metric_read((enum metric)i));
}

int metrics_format(struct arena *arena, const char **ret_text, size_t *ret_len)
{
	const size_t room = METRIC_COUNT * 256;
	char *text = arena_alloc(arena, room);
	FILE *out = text ? fmemopen(text, room, "w") : NULL;
	size_t i;
	long len;

	if (!out)
		return -ENOMEM;
	for (i = 0; i < METRIC_COUNT; i++)
		row_print(out, i);
	fflush(out);
	len = ftell(out);
	fclose(out);
	if (len < 0)
		return -EIO;
	*ret_text = text;
	*ret_len = (size_t)len;
	return 0;
}
