/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The head of a request: HTTP/1.1 as RFC 9112 has it, and nothing looser. */
#ifndef RESOLVER_REQUEST_H
#define RESOLVER_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "http.h"

/* Longest head: request line and header fields, bytes. */
#define REQUEST_HEAD_MAX (16 * 1024)

/* Most header fields of a request. */
#define REQUEST_FIELDS_MAX 100

/* What the transport has to know beside the request itself. */
struct request_head {
	/* Its length in bytes, to the end of the empty line. */
	size_t len;
	/* How often Host and Content-Length came; once at most is right. */
	unsigned int hosts;
	unsigned int lengths;
	/* Content-Length as text, or NULL. */
	const char *length;
	/* Was there a Transfer-Encoding? */
	bool is_chunked;
	/* Is it HTTP/1.0? */
	bool is_old;
	/* Does the client want the connection closed behind the reply? */
	bool is_last;
	/* Does the client wait for 100 Continue before it sends the body? */
	bool awaits_continue;
};

/*
 * Read a request's head from the len bytes at buf.  Method, target and fields
 * of the request then point into buf, which was written to.
 * Returns 0, -EAGAIN while the head is not whole (nothing was changed), or the
 * negative status that is to be answered (RFC 9110 15.5, 15.6): -400, -414,
 * -431, -505; method and target may be set even then.
 */
int request_parse(char *buf, size_t len, struct http_request *request,
		  struct request_head *ret_head);

#endif
