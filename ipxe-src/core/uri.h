/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Uniform Resource Identifiers, RFC 3986, as network boot scripts use them. */
#ifndef CORE_URI_H
#define CORE_URI_H

#include "core/compiler.h"

/* A parsed URI. All strings are decoded (no %XX), NULL where absent, and live
 * in the same allocation: free with uri_free(), never field by field. */
struct uri {
	unsigned int refcnt; /* see uri_get() */
	const char *scheme;  /* "http"; NULL in a relative URI */
	const char *opaque;  /* of scheme:opaque, e.g. "server:::1:iqn" */
	const char *user;
	const char *password;
	const char *host;  /* name or address; IPv6 without brackets */
	const char *port;  /* as written */
	const char *path;  /* may be ""; begins with / in hierarchical URIs */
	const char *epath; /* the same as written, still encoded: for HTTP */
	const char *query; /* raw (still encoded), without ? */
	const char *fragment; /* without # */
};

/* Parse TEXT. Anything is a URI (at worst a relative path). Returns a URI
 * with one reference, NULL only for want of memory. */
struct uri *uri_parse(const char *text);

/* Take and drop a reference; uri_put() accepts NULL. Returned URI is URI. */
struct uri *uri_get(struct uri *uri);
void uri_put(struct uri *uri);

/* Resolve RELATIVE against BASE (NULL: RELATIVE as it is), RFC 3986 5.2, with
 * leading ./ and ../ removed. Returns a new reference or NULL (no memory). */
struct uri *uri_resolve(struct uri *base, struct uri *relative);

/* The URI that a DHCP answer means: FILENAME itself if it is an absolute
 * scheme://... or scheme:/... URI, else tftp://SERVER/FILENAME with FILENAME
 * kept exactly behind that slash (so "/x" gives a path of "//x", and TFTP
 * requests the path less its first slash). SERVER NULL and a FILENAME that is
 * not absolute, or no memory: NULL. */
struct uri *uri_boot(const char *server, const char *filename);

/* Write URI as text to BUF of LEN bytes, always terminated if LEN > 0.
 * Returns the full length without the terminator, as snprintf() does. */
size_t uri_format(const struct uri *uri, char *buf, size_t len);

/* The same without user, password and query: fit to be shown. */
size_t uri_format_public(const struct uri *uri, char *buf, size_t len);

/* The text of URI in memory that the caller frees; NULL for want of it. */
char *uri_format_alloc(const struct uri *uri);

/* Port number of URI, or DEFAULT_PORT if it names none; 0 if not a number. */
uint16_t uri_port(const struct uri *uri, uint16_t default_port);

/* Do A and B name the same thing (scheme, host, port, path, query equal)? */
bool uri_is_equal(const struct uri *a, const struct uri *b);

/* Decode %XX of TEXT of LEN bytes into BUF (may be TEXT); returns the number
 * of bytes written; malformed escapes stay as they are. */
size_t uri_decode(const char *text, size_t len, char *buf);

/* Percent-encode LEN bytes of DATA but for RFC 3986 2.3's unreserved ones and
 * those of SAFE; as snprintf(). */
size_t uri_encode(const void *data, size_t len, const char *safe, char *buf,
		  size_t buf_len);

/* The current working URI that relative ones resolve against; may be NULL. */
extern struct uri *cwuri;

/* What relative URIs resolve against: cwuri, else tftp://${next-server}/, else
 * NULL. A new reference. */
struct uri *uri_base(void);

/* Make URI (NULL for none) the current working URI; takes its own reference. */
void uri_set_cwuri(struct uri *uri);

#endif
