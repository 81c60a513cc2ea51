/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Request targets: splitting, percent-decoding, percent-encoding. */
#ifndef RESOLVER_URL_H
#define RESOLVER_URL_H

#include <stddef.h>

#include "arena.h"
#include "reason.h"

/*
 * Split a request target as it came (RFC 9112 3.2.1 and 3.2.2) into a decoded
 * path, which begins with '/', has no NUL and no ".." component, and the
 * query, not decoded, without its '?', "" where there is none.
 * Returns 0, -EINVAL with the reason, or -ENOMEM.  They belong to the arena or
 * to the target.
 */
int url_split(const char *target, struct arena *arena, const char **ret_path,
	      const char **ret_query, struct reason *why);

/*
 * Percent-decode len bytes (RFC 3986 2.1); '+' stays '+', because boot
 * firmware never writes a space that way.
 * Returns 0, -EINVAL for a bad escape or an encoded NUL, or -ENOMEM.
 */
int url_decode(const char *text, size_t len, struct arena *arena,
	       char **ret_text);

/*
 * Percent-encode everything but RFC 3986's unreserved characters of len bytes
 * to buf, or only count when buf is NULL.  Returns the length of the result;
 * no NUL is written behind it.
 */
size_t url_encode(char *buf, const char *text, size_t len);

#endif
