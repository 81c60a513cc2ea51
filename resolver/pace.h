/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* How fast files are sent to each client. */
#ifndef RESOLVER_PACE_H
#define RESOLVER_PACE_H

#include <stdint.h>

#include "reason.h"

/* The limit, and how many files each client is being sent. */
struct pace;

/*
 * Read the value of the setting asset-rate: bytes per second, with K, M or G
 * for thousands of them; 0 for no limit.  Returns 0 or -EINVAL with *why set.
 */
int pace_parse(const char *value, uint64_t *ret_rate, struct reason *why);

/* Make one without a limit; NULL when memory is used up. */
struct pace *pace_new(void);

/* Free it; NULL is accepted. */
void pace_free(struct pace *pace);

/* Set the limit; any thread may, at any time. */
void pace_set(struct pace *pace, uint64_t rate);

/* A file begins to be sent to a client (NULL as pace is accepted). */
void pace_begin(struct pace *pace, const char *client);

/* It is sent, or broken off. */
void pace_end(struct pace *pace, const char *client);

/*
 * How many bytes per second may each of this client's files be sent at now?
 * 0: there is no limit.
 */
uint64_t pace_rate(struct pace *pace, const char *client);

#endif
