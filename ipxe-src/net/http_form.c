/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Forms of HTTP requests from the parameter lists of a script. */
#include <stdlib.h>
#include <string.h>

#include "config/general.h"
#include "core/error.h"
#include "core/params.h"
#include "net/http_form.h"

SELECT_IF(PARAM_CMD);

/* Text being written; BUF NULL: only counted. */
struct form_out {
	char *buf;
	size_t len;
};

static void out_text(struct form_out *out, const char *text)
{
	size_t len = strlen(text);

	if (out->buf)
		memcpy(out->buf + out->len, text, len);
	out->len += len;
}

/* application/x-www-form-urlencoded, WHATWG URL 5.2, but %20 for a space. */
static void out_encoded(struct form_out *out, const char *text)
{
	size_t len = strlen(text);

	out->len +=
		uri_encode(text, len, "", out->buf ? out->buf + out->len : NULL,
			   out->buf ? len * 3 + 1 : 0);
}

/* Write the header lines of PARAMS. */
static void out_headers(struct form_out *out, const struct params *params)
{
	const struct param *param;

	list_for_each_entry(param, &params->entries, list) {
		if (!param->is_header)
			continue;
		out_text(out, param->key);
		out_text(out, ": ");
		out_text(out, param->value);
		out_text(out, "\r\n");
	}
}

/* Write the form of PARAMS. */
static void out_form(struct form_out *out, const struct params *params)
{
	const struct param *param;
	bool is_first = true;

	list_for_each_entry(param, &params->entries, list) {
		if (param->is_header)
			continue;
		if (!is_first)
			out_text(out, "&");
		is_first = false;
		out_encoded(out, param->key);
		out_text(out, "=");
		out_encoded(out, param->value);
	}
}

/* The form that PARAMS is, NULL for want of memory. */
static struct http_form *form_make(const struct params *params)
{
	struct form_out headers = {0}, form = {0};
	struct http_form *made;
	bool has_body;

	out_headers(&headers, params);
	out_form(&form, params);
	/* Encoding one part writes a terminator behind it. */
	made = calloc(1, sizeof(*made) + headers.len + form.len + 3);
	if (!made)
		return NULL;
	made->method = params->method;
	if (!made->method)
		made->method = form.len ? "POST" : "GET";
	has_body = made->method[0] == 'P';
	headers = (struct form_out){(char *)(made + 1), 0};
	out_headers(&headers, params);
	form = (struct form_out){headers.buf + headers.len + 1, 0};
	out_form(&form, params);
	form.buf[form.len] = '\0';
	made->headers = headers.buf;
	made->query = has_body ? "" : form.buf;
	made->body = has_body ? form.buf : NULL;
	made->body_len = has_body ? form.len : 0;
	return made;
}

static int form_take(struct uri *uri, struct http_form **ret_form)
{
	const char *name = uri->fragment;
	struct http_form *form;
	struct params *params;

	if (!name || strncmp(name, "#params", 7) || (name[7] && name[7] != '='))
		return 0;
	name += name[7] ? 8 : 7;
	params = params_find(name);
	if (!params)
		return error_set(-ENOENT,
				 "there is no parameter list \"%.40s\"; make "
				 "one with params",
				 name);
	form = form_make(params);
	if (!form)
		return -ENOMEM;
	params_free(params);
	uri->fragment = NULL;
	*ret_form = form;
	return 0;
}

static const struct http_form_source form_source = {form_take};
TABLE_REGISTER(http_form_sources, form_source);
