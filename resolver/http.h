/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* A request and its reply, between the transport and the routes. */
#ifndef RESOLVER_HTTP_H
#define RESOLVER_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "arena.h"

/* Most header fields that a reply carries beside the transport's own. */
#define REPLY_FIELDS_MAX 8

/* A request; header fields are NULL where they were not sent. */
struct http_request {
	/* Memory for everything that lives as long as the request. */
	struct arena arena;
	/* Method as sent. */
	const char *method;
	/* Request target as sent, before decoding. */
	const char *target;
	/* Address of this end, host:port, where the client named no host; else
	 * NULL. */
	const char *local;
	/* Address of the client, without its port. */
	const char *client;
	/* Header fields, named as in RFC 9110; a host that is none is NULL. */
	const char *host;
	const char *user_agent;
	const char *range;
	const char *if_range;
	const char *if_none_match;
	const char *if_modified_since;
	/* The body of a POST to a route that takes one, else NULL; the arena
	 * owns it, and a NUL is behind it. */
	const char *body;
	/* Its length in bytes. */
	size_t body_len;
};

/* A reply; its memory belongs to the request's arena or is constant. */
struct http_reply {
	/* Status code; 0 while there is no reply. */
	unsigned int status;
	/* Media type of the body. */
	const char *type;
	/* The body where it is text, or NULL. */
	const char *text;
	/* The body where it is part of a file, else -1; the transport closes
	 * the descriptor. */
	int fd;
	/* Size in bytes and modification time of the file when it was opened;
	 * once they differ, its bytes do not belong together any more. */
	uint64_t file_size;
	struct timespec file_mtime;
	/* First byte of the file that is sent. */
	uint64_t offset;
	/* Length of the body in bytes, of either kind. */
	uint64_t len;
	/* Further header fields; the first without a name ends them. */
	struct http_field {
		/* Field name. */
		const char *name;
		/* Field value. */
		const char *value;
	} fields[REPLY_FIELDS_MAX + 1];
	/* For the log: the file that answered, or why there is none. */
	const char *what;
	/* Is the connection to be closed behind the reply? */
	bool is_last;
};

/* Start a reply that says nothing yet. */
void reply_init(struct http_reply *reply);

/* Make the body this text, which stays the arena's. */
void reply_set_text(struct http_reply *reply, unsigned int status,
		    const char *type, const char *text, size_t len);

/* Make the reply one plain sentence (printf(3)), also for the log. */
void reply_set_error(struct http_request *request, struct http_reply *reply,
		     unsigned int status, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Has the file that is being sent been changed since it was opened? */
bool reply_is_stale(const struct http_reply *reply);

/* Add a header field; the value stays the caller's.  NULL is left out. */
void reply_add_field(struct http_reply *reply, const char *name,
		     const char *value);

/*
 * Does a client's Host field say a host?  NULL does not, nor an IPv6 address
 * without brackets, which some firmware sends: where its port begins cannot be
 * told (RFC 3986 3.2.2).
 */
bool http_host_is_usable(const char *host);

#endif
