/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Fetching the beginning of a file by TFTP or HTTP, within bounds. */
#ifndef RESOLVER_CLI_FETCH_H
#define RESOLVER_CLI_FETCH_H

#include <stddef.h>
#include <stdint.h>

#include "reason.h"

/* Most bytes of a file that are fetched. */
#define FETCH_MAX (2 * 1024 * 1024)
/* Most time that one file may take, ms. */
#define FETCH_WAIT_MS 6000

/* What was fetched. */
struct fetched {
	/* The first bytes of the file; fetched_fini() frees them. */
	uint8_t *data;
	/* How many there are, at most FETCH_MAX. */
	size_t len;
	/* Size of the whole file, bytes; len where it was not told. */
	uint64_t size;
	/* Media type that came with it, or "". */
	char type[64];
};

/*
 * Fetch url, "tftp://HOST/PATH" or "http://HOST[:PORT]/PATH"; agent is the
 * User-Agent of the request.  Sockets use the routes of this machine.
 * Returns 0; -EPROTONOSUPPORT for another scheme; -ENOENT when the server says
 * that there is no such file; else a negative errno; all with a reason, which
 * is a clause that goes behind "could not be fetched: ".
 */
int fetch_url(const char *url, const char *agent, struct fetched *ret_fetched,
	      struct reason *why);

/* Free what was fetched; an empty object is accepted. */
void fetched_fini(struct fetched *fetched);

#endif
