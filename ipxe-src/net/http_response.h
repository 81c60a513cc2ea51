/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Reading an HTTP/1.x response as it comes, RFC 9112; no I/O in here. */
#ifndef NET_HTTP_RESPONSE_H
#define NET_HTTP_RESPONSE_H

#include "config/general.h"
#include "core/compiler.h"
#include "core/table.h"

/* Longest line that is understood; what is longer is skipped. */
#define HTTP_LINE_MAX 1024

/* Most bytes of header that a response may have. */
#define HTTP_HEADER_MAX 65536

/* Room for what a server wants to be told, where that is looked into. */
#define HTTP_CHALLENGES_MAX (HAS_HTTP_DIGEST ? 1024 : 1)

enum http_response_state {
	HTTP_RESPONSE_STATUS, /* in the status line */
	HTTP_RESPONSE_FIELDS, /* in the header fields */
	HTTP_RESPONSE_BODY,   /* LEFT bytes of body come, or until the end */
	HTTP_RESPONSE_CHUNK_SIZE, /* the line before a chunk */
	HTTP_RESPONSE_CHUNK_END,  /* the empty line behind it */
	HTTP_RESPONSE_TRAILER,	  /* fields behind the last chunk */
	HTTP_RESPONSE_COMPLETE,	  /* all of it has come */
};

/* A response. Zeroed by http_response_init(). */
struct http_response {
	enum http_response_state state;
	bool has_header;     /* everything below but LEFT is final */
	bool is_head;	     /* answers HEAD: set by the user; no body comes */
	unsigned int status; /* 200 */
	char reason[40];     /* printable, maybe cut */
	bool is_old;	     /* HTTP/1.0 */
	bool keeps_alive;    /* another request may follow on the connection */
	bool is_chunked;
	bool has_length;
	uint64_t length;      /* Content-Length, bytes */
	bool has_range;	      /* a Content-Range of bytes */
	uint64_t range_start; /* offset of the first byte */
	uint64_t range_total; /* size of the whole file; 0: not told */
	bool has_retry_after;
	unsigned int retry_after_s; /* a date counts as 5 s */
	bool wants_basic;	    /* WWW-Authenticate: Basic */
	/* All fields WWW-Authenticate that fit, with commas between them. */
	char challenges[HTTP_CHALLENGES_MAX];
	char location[HTTP_LINE_MAX]; /* "" if there is none */
	char validator[80]; /* for If-Range: strong ETag, else Last-Modified */
	bool is_etag;	    /* the validator is an ETag */
	uint64_t left;	    /* of the body or chunk, bytes */
	/* The line being read. */
	char line[HTTP_LINE_MAX];
	size_t line_len;
	bool line_is_long; /* more came than fits; the line is void */
	size_t header_len; /* bytes of header so far */
};

/* Wants to know a field of any response. Table "http_field_watchers". */
struct http_field_watcher {
	const char *name;
	void (*take)(const char *value);
};

TABLE_DECLARE(http_field_watchers, const struct http_field_watcher);

void http_response_init(struct http_response *response);

/* Read from the LEN bytes at DATA. Returns how many were consumed, at least 1
 * unless it is complete, or -EPROTO with a sentence. If these included bytes
 * of the body, RET_BODY points to them and *RET_BODY_LEN is their number, else
 * that is 0. Never reads past the end of the header together with the body,
 * so that the caller can look at has_header first. */
int http_response_read(struct http_response *response, const uint8_t *data,
		       size_t len, const uint8_t **ret_body,
		       size_t *ret_body_len);

/* The connection ended. Returns 0 if that ends the response well (it is
 * complete then), else -ECONNRESET. */
int http_response_end(struct http_response *response);

#endif
