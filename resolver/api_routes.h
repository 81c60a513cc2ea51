/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What the API answers. */
#ifndef RESOLVER_API_ROUTES_H
#define RESOLVER_API_ROUTES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "control.h"
#include "http.h"

/* Largest body of a request, bytes. */
#define API_BODY_MAX (64 * 1024)

/* A client that follows what happens. */
struct api_stream;

/* Is this path without secrets, so that it needs no token? */
bool api_is_open(const char *path);

/*
 * Reply to a request that was admitted; by names who asks.  A reply of type
 * text/event-stream has no body yet: api_stream_read() gives it.
 */
void api_answer(struct control *control, struct http_request *request,
		const char *by, const char *body, size_t len,
		struct http_reply *reply);

/*
 * Begin to follow; it ends when *is_stopping becomes true.  Returns NULL when
 * memory is used up, or when too many follow.
 */
struct api_stream *api_stream_open(struct control *control,
				   const bool *is_stopping);

/*
 * Wait for news, at most a second, and write up to max bytes of it, at least a
 * comment.  Returns how many, or a negative errno at the end.
 */
ssize_t api_stream_read(struct api_stream *stream, char *buf, size_t max);

/* End it; NULL is accepted. */
void api_stream_close(struct api_stream *stream);

#endif
