/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The JSON API and the page, on a Unix socket or with tokens on TCP. */
#ifndef RESOLVER_API_H
#define RESOLVER_API_H

#include "reason.h"

struct control;

/* A listener with its threads. */
struct api;

/*
 * Listen on options.socket: whoever may open the socket may do everything.
 * A socket that a living process answers on is left to it, with a log line;
 * *ret_api is then NULL.  Returns 0 or a negative errno with a reason.
 */
int api_start_unix(struct control *control, struct api **ret_api,
		   struct reason *why);

/*
 * Listen on options.listen (ADDRESS:PORT); every request but for the page
 * itself needs a token.  It is refused without a certificate, as tokens would
 * travel in clear.
 * Returns 0 or a negative errno with a reason.
 */
int api_start_tcp(struct control *control, struct api **ret_api,
		  struct reason *why);

/* Stop; NULL is accepted. */
void api_stop(struct api *api);

#endif
