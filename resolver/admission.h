/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Who has to wait when everybody boots at once: token buckets. */
#ifndef RESOLVER_ADMISSION_H
#define RESOLVER_ADMISSION_H

#include <stdbool.h>
#include <stdint.h>

#include "reason.h"

/* Longest wait that is asked for, seconds. */
#define ADMISSION_WAIT_MAX_S 120

/* Settings; a rate of 0 lets everybody in. */
struct admission_options {
	/* Scripts per second, of all machines together. */
	unsigned int rate;
	/* How many may come at once after a pause; 0: one second's worth. */
	unsigned int burst;
	/* The same for each subnet, /24 of IPv4 and /64 of IPv6. */
	unsigned int subnet_rate;
	unsigned int subnet_burst;
};

struct admission;

/*
 * Take a setting of site.conf: admission-rate, admission-burst,
 * admission-subnet-rate, admission-subnet-burst.  Returns 0, -ENOENT for
 * another key, -EINVAL with a reason.
 */
int admission_options_set(struct admission_options *options, const char *key,
			  const char *value, struct reason *why);

/* Make the buckets.  Returns 0 or -ENOMEM. */
int admission_open(const struct admission_options *options,
		   struct admission **ret_admission);

/* Take other settings from now on; the buckets stay as full as they are. */
void admission_configure(struct admission *admission,
			 const struct admission_options *options);

/* Free them; NULL is accepted. */
void admission_close(struct admission *admission);

/* Is there any limit at all?  NULL has none. */
bool admission_is_on(struct admission *admission);

/*
 * May this client (a numeric address) have its script at this time (monotonic
 * ms)?  Returns 0, or the seconds after which it is to ask again, for
 * Retry-After: those that are refused are spread, with jitter, over the time
 * that answering all of them takes.  Any thread may call it; NULL lets
 * everybody in.
 */
unsigned int admission_take(struct admission *admission, const char *client,
			    uint64_t now_ms);

#endif
