/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What an HTTP request has besides its URI: method, header fields, a body. */
#ifndef NET_HTTP_FORM_H
#define NET_HTTP_FORM_H

#include "core/compiler.h"
#include "core/table.h"
#include "core/uri.h"

/* One allocation with all that it points to: end it with free(). */
struct http_form {
	const char *method;  /* "GET", "HEAD", "POST", "PUT" */
	const char *headers; /* whole lines with their ends, or "" */
	const char *query;   /* form to be sent in the URI, or "" */
	const char *body;    /* form to be sent as a body, or NULL */
	size_t body_len;     /* bytes of it */
};

/* Where forms come from. Table "http_form_sources"; one at most. */
struct http_form_source {
	/* Take what the fragment of URI names, and the fragment. Returns 0 with
	 * *RET_FORM (untouched if URI names nothing), -ENOENT with a sentence
	 * or -ENOMEM. */
	int (*take)(struct uri *uri, struct http_form **ret_form);
};

TABLE_DECLARE(http_form_sources, const struct http_form_source);

#endif
