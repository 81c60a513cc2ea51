/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The head of a reply. */
#ifndef RESOLVER_RESPONSE_H
#define RESOLVER_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "http.h"

/* Room for a date as header fields have it, with the NUL. */
#define RESPONSE_DATE_BYTES 32

/* What a reply's head says beside what the routes want. */
struct response_options {
	/* The date now, as response_format_date() writes it. */
	const char *date;
	/* Is the connection closed behind the reply? */
	bool is_last;
	/* Does the client have to be told that it is not (HTTP/1.0)? */
	bool is_old;
};

/* Write a time as RFC 9110 5.6.7 wants it. */
void response_format_date(time_t when, char buf[RESPONSE_DATE_BYTES]);

/*
 * Write status line and header fields of a reply, with the empty line.
 * Returns their length, or 0 when they do not fit into size bytes.
 */
size_t response_format(char *buf, size_t size, const struct http_reply *reply,
		       const struct response_options *options);

#endif
