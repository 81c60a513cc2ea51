/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Fetches from memory what requests need before it is their turn. */
#ifndef RESOLVER_FORESIGHT_H
#define RESOLVER_FORESIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service.h"
#include "snapshot.h"
#include "timeline.h"

/*
 * A request that was received and is not looked at yet.  Each step has memory
 * fetched to which the next one is led by it.  What is foreseen may be wrong:
 * then time is lost, and nothing else.
 */
struct foresight {
	/* What is done; NULL: nothing more is to be foreseen. */
	void (*step)(const struct service *service,
		     const struct snapshot *snapshot, struct foresight *f);
	/* The query, in the request's bytes. */
	const char *query;
	size_t query_len;
	/* Of the query: foresight_hash(). */
	uint32_t hash;
	/* Of the MAC, as identity_hash(). */
	uint32_t mac;
	/* What was found of the site. */
	const struct evidence *evidence;
	/* The machine's timeline. */
	struct timeline_foresight timeline;
};

/*
 * Where in the script cache is the answer to a query?  By whatever sets
 * machines apart.
 */
uint32_t foresight_hash(const struct snapshot *snapshot, const char *client,
			const char *query, size_t len);

/* Begin with what was received: data, len bytes, from that client. */
void foresight_begin(const struct service *service,
		     const struct snapshot *snapshot, const char *client,
		     const char *data, size_t len, struct foresight *ret_f);

/*
 * Go one step further; the data is where it was, the snapshot the same.
 * Returns whether there is another step.
 */
bool foresight_go(const struct service *service,
		  const struct snapshot *snapshot, struct foresight *f);

#endif
