/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Reading an HTTP/1.x response as it comes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/error.h"
#include "net/http_response.h"

/* What a Retry-After that is a date counts as, seconds. */
#define RETRY_AFTER_DATE_S 5

void http_response_init(struct http_response *response)
{
	memset(response, 0, sizeof(*response));
}

/* Is C white space within a line? */
static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Read a decimal number at *TEXT and move behind it. False if there is none,
 * or it does not fit. */
static bool parse_decimal(const char **text, uint64_t *ret_value)
{
	const char *p = *text;
	uint64_t value = 0;

	for (; *p >= '0' && *p <= '9'; p++) {
		if (p - *text >= 18)
			return false;
		value = value * 10 + (unsigned int)(*p - '0');
	}
	if (p == *text)
		return false;
	*text = p;
	*ret_value = value;
	return true;
}

/* Does the comma-separated list TEXT contain TOKEN? RFC 9110 5.6.1. */
static bool has_token(const char *text, const char *token)
{
	size_t len = strlen(token);

	while (*text) {
		while (is_blank(*text) || *text == ',')
			text++;
		if (!strncasecmp(text, token, len) &&
		    (!text[len] || is_blank(text[len]) || text[len] == ',' ||
		     text[len] == ';'))
			return true;
		while (*text && *text != ',')
			text++;
	}
	return false;
}

/* ---- Fields ---- */

static int field_content_length(struct http_response *response,
				const char *value)
{
	uint64_t length;

	if (!parse_decimal(&value, &length) || *value ||
	    (response->has_length && response->length != length))
		return error_set(-EPROTO, "the server sends a Content-Length "
					  "that is none");
	response->has_length = true;
	response->length = length;
	return 0;
}

static int field_content_range(struct http_response *response,
			       const char *value)
{
	uint64_t start, end, total = 0;

	if (strncasecmp(value, "bytes ", 6))
		return 0;
	value += 6;
	if (!parse_decimal(&value, &start) || *value++ != '-' ||
	    !parse_decimal(&value, &end) || *value++ != '/' || end < start)
		return 0;
	if (strcmp(value, "*") &&
	    (!parse_decimal(&value, &total) || *value || total <= end))
		return 0;
	response->has_range = true;
	response->range_start = start;
	response->range_total = total;
	return 0;
}

static int field_transfer_encoding(struct http_response *response,
				   const char *value)
{
	if (has_token(value, "chunked"))
		response->is_chunked = true;
	else if (!has_token(value, "identity"))
		return error_set(-EPROTO,
				 "the server uses the transfer coding "
				 "\"%.40s\"",
				 value);
	return 0;
}

static int field_connection(struct http_response *response, const char *value)
{
	if (has_token(value, "close"))
		response->keeps_alive = false;
	else if (has_token(value, "keep-alive"))
		response->keeps_alive = true;
	return 0;
}

static int field_location(struct http_response *response, const char *value)
{
	/* As long as a line at most. */
	strcpy(response->location, value);
	return 0;
}

static int field_etag(struct http_response *response, const char *value)
{
	/* A weak one is not fit for If-Range, RFC 9110 13.1.5. */
	if (*value == '"' && strlen(value) < sizeof(response->validator)) {
		strcpy(response->validator, value);
		response->is_etag = true;
	}
	return 0;
}

static int field_last_modified(struct http_response *response,
			       const char *value)
{
	if (!response->is_etag && strlen(value) < sizeof(response->validator))
		strcpy(response->validator, value);
	return 0;
}

static int field_retry_after(struct http_response *response, const char *value)
{
	uint64_t seconds;

	response->has_retry_after = true;
	response->retry_after_s = RETRY_AFTER_DATE_S;
	if (parse_decimal(&value, &seconds))
		response->retry_after_s =
			(unsigned int)MIN(seconds, (uint64_t)0xffff);
	return 0;
}

/* A list in several fields is one list, RFC 9110 5.3. */
static void add_challenges(struct http_response *response, const char *value)
{
	size_t len = strlen(response->challenges);
	size_t room = sizeof(response->challenges) - len;

	if (strlen(value) + 2 < room)
		snprintf(response->challenges + len, room, "%s%s",
			 len ? ", " : "", value);
}

static int field_www_authenticate(struct http_response *response,
				  const char *value)
{
	if (has_token(value, "Basic"))
		response->wants_basic = true;
	if (HAS_HTTP_DIGEST)
		add_challenges(response, value);
	return 0;
}

/* A field that matters. */
struct http_field {
	const char *name;
	int (*take)(struct http_response *response, const char *value);
};

static const struct http_field http_fields[] = {
	{"Content-Length", field_content_length},
	{"Content-Range", field_content_range},
	{"Transfer-Encoding", field_transfer_encoding},
	{"Connection", field_connection},
	{"Location", field_location},
	{"ETag", field_etag},
	{"Last-Modified", field_last_modified},
	{"Retry-After", field_retry_after},
	{"WWW-Authenticate", field_www_authenticate},
};

/* Take the field in the line: "name: value". */
static int read_field(struct http_response *response)
{
	const struct http_field_watcher *watcher;
	char *value = strchr(response->line, ':');
	size_t len, i;

	if (!value)
		return 0;
	*value++ = '\0';
	while (is_blank(*value))
		value++;
	for (len = strlen(value); len && is_blank(value[len - 1]); len--)
		;
	value[len] = '\0';
	for (i = 0; i < ARRAY_SIZE(http_fields); i++) {
		if (!strcasecmp(http_fields[i].name, response->line))
			return http_fields[i].take(response, value);
	}
	for_each_table_entry(watcher, http_field_watchers) {
		if (!strcasecmp(watcher->name, response->line))
			watcher->take(value);
	}
	return 0;
}

/* ---- Lines ---- */

/* "HTTP/1.1 200 OK" */
static int read_status(struct http_response *response)
{
	const char *text = response->line;
	uint64_t status;
	size_t i;

	if (strncmp(text, "HTTP/1.", 7) || (text[7] != '0' && text[7] != '1') ||
	    text[8] != ' ')
		return error_set(-EPROTO, "this is no web server: it does not "
					  "speak HTTP/1");
	response->is_old = text[7] == '0';
	response->keeps_alive = !response->is_old;
	text += 9;
	if (!parse_decimal(&text, &status) || status < 100 || status > 999)
		return error_set(-EPROTO, "the server answers without a "
					  "status");
	response->status = (unsigned int)status;
	while (is_blank(*text))
		text++;
	for (i = 0; i < sizeof(response->reason) - 1 && text[i]; i++)
		response->reason[i] =
			text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	response->reason[i] = '\0';
	response->state = HTTP_RESPONSE_FIELDS;
	return 0;
}

/* The header is over: what is the body? RFC 9112 6.3. */
static void end_header(struct http_response *response)
{
	bool is_head = response->is_head;
	size_t header_len;

	if (response->status < 200) {
		/* An interim answer; the real one follows. */
		header_len = response->header_len;
		http_response_init(response);
		response->header_len = header_len;
		response->is_head = is_head;
		return;
	}
	response->has_header = true;
	if (is_head || response->status == 204 || response->status == 304) {
		response->state = HTTP_RESPONSE_COMPLETE;
	} else if (response->is_chunked) {
		response->has_length = false;
		response->state = HTTP_RESPONSE_CHUNK_SIZE;
	} else if (response->has_length) {
		response->left = response->length;
		response->state = response->left ? HTTP_RESPONSE_BODY
						 : HTTP_RESPONSE_COMPLETE;
	} else {
		response->keeps_alive = false;
		response->left = UINT64_MAX;
		response->state = HTTP_RESPONSE_BODY;
	}
}

/* "1a2b; extension": the size of a chunk. */
static int read_chunk_size(struct http_response *response)
{
	char *end;

	response->left = strtoull(response->line, &end, 16);
	if (end == response->line || end - response->line > 12 ||
	    (*end && *end != ';' && !is_blank(*end)) ||
	    response->line[0] == '-' || response->line[0] == '+')
		return error_set(-EPROTO, "the server sends a chunk without a "
					  "size");
	response->state =
		response->left ? HTTP_RESPONSE_BODY : HTTP_RESPONSE_TRAILER;
	return 0;
}

/* A whole line is there. */
static int read_line(struct http_response *response)
{
	if (response->line_len &&
	    response->line[response->line_len - 1] == '\r')
		response->line_len--;
	response->line[response->line_len] = '\0';
	switch (response->state) {
	case HTTP_RESPONSE_STATUS:
		return read_status(response);
	case HTTP_RESPONSE_FIELDS:
		if (response->line_is_long)
			return 0;
		if (response->line_len)
			return read_field(response);
		end_header(response);
		return 0;
	case HTTP_RESPONSE_CHUNK_SIZE:
		return read_chunk_size(response);
	case HTTP_RESPONSE_CHUNK_END:
		if (response->line_len)
			return error_set(-EPROTO, "the server sends a chunk "
						  "longer than announced");
		response->state = HTTP_RESPONSE_CHUNK_SIZE;
		return 0;
	default: /* HTTP_RESPONSE_TRAILER */
		if (!response->line_len && !response->line_is_long)
			response->state = HTTP_RESPONSE_COMPLETE;
		return 0;
	}
}

/* Take bytes up to and with the end of a line. Returns how many, or -errno. */
static int read_text(struct http_response *response, const uint8_t *data,
		     size_t len)
{
	const uint8_t *newline = memchr(data, '\n', len);
	size_t count = newline ? (size_t)(newline - data) : len;
	size_t room = sizeof(response->line) - 1 - response->line_len;
	int rc;

	response->header_len += count + 1;
	if (response->header_len > HTTP_HEADER_MAX)
		return error_set(-EPROTO, "the server sends too long a header");
	if (count > room)
		response->line_is_long = true;
	memcpy(response->line + response->line_len, data, MIN(count, room));
	response->line_len += MIN(count, room);
	if (!newline)
		return (int)count;
	rc = read_line(response);
	response->line_len = 0;
	response->line_is_long = false;
	if (response->state == HTTP_RESPONSE_BODY)
		response->header_len = 0; /* of the next chunk's line */
	return rc ? rc : (int)count + 1;
}

int http_response_read(struct http_response *response, const uint8_t *data,
		       size_t len, const uint8_t **ret_body,
		       size_t *ret_body_len)
{
	*ret_body_len = 0;
	if (!len || response->state == HTTP_RESPONSE_COMPLETE)
		return 0;
	if (response->state != HTTP_RESPONSE_BODY)
		return read_text(response, data, len);
	len = (size_t)MIN((uint64_t)len, response->left);
	*ret_body = data;
	*ret_body_len = len;
	if (response->left != UINT64_MAX)
		response->left -= len;
	if (!response->left)
		response->state = response->is_chunked ? HTTP_RESPONSE_CHUNK_END
						       : HTTP_RESPONSE_COMPLETE;
	return (int)len;
}

int http_response_end(struct http_response *response)
{
	if (response->state == HTTP_RESPONSE_COMPLETE)
		return 0;
	if (response->state != HTTP_RESPONSE_BODY || response->is_chunked ||
	    response->has_length)
		return -ECONNRESET;
	response->state = HTTP_RESPONSE_COMPLETE;
	return 0;
}
