/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What each path of the resolver answers. */
#ifndef RESOLVER_ROUTES_H
#define RESOLVER_ROUTES_H

#include "http.h"
#include "live.h"
#include "service.h"

/* A request on its way through a route's function. */
struct exchange {
	/* What is served. */
	const struct service *service;
	/* The thread's hold on the compiled site. */
	struct live_hold *hold;
	/* The request. */
	struct http_request *request;
	/* The reply that is to be filled. */
	struct http_reply *reply;
	/* How the client addressed us. */
	const char *server;
	/* Decoded path; for a folder's route only what follows the folder. */
	const char *path;
	/* Query, not decoded. */
	const char *query;
};

/*
 * How long a body may a POST to this target have, in bytes?  0: none is taken.
 */
size_t routes_body_max(const char *target);

/*
 * Answer a request; always leaves a complete reply.  hold is the thread's, for
 * what it looks at of the site.
 */
void routes_answer(const struct service *service, struct live_hold *hold,
		   struct http_request *request, struct http_reply *reply);

#endif
