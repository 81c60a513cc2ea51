/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What each path of the resolver answers. */
#ifndef RESOLVER_ROUTES_H
#define RESOLVER_ROUTES_H

#include "http.h"
#include "site.h"

/* Answer a request from the site; always leaves a complete reply. */
void routes_answer(const struct site *site, struct http_request *request,
		   struct http_reply *reply);

#endif
