/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What a web server that asks for a password is answered: Digest, RFC 7616 (and
 * RFC 2617 before it), where that is what it offers first. No I/O in here. */
#ifndef NET_HTTP_DIGEST_H
#define NET_HTTP_DIGEST_H

#include "core/compiler.h"
#include "core/digest.h"
#include "core/uri.h"

/* Room for a value that a challenge has, bytes; longer ones are not taken. */
#define HTTP_DIGEST_VALUE_MAX 256

/* A server's Digest challenge, RFC 7616 3.3. */
struct http_digest {
	const struct digest *hash; /* NULL: not built in */
	bool is_session; /* "-sess": the first part is hashed with the nonces */
	bool has_qop;	 /* it offers qop=auth; else as RFC 2069 */
	bool is_bad;	 /* something in it is not understood */
	bool is_stale;	 /* the password was right, the nonce too old */
	bool has_realm;
	bool has_opaque;
	unsigned int count; /* requests answered with the nonce: nc */
	char cnonce[48];    /* our own nonce, RFC 7616 3.4 */
	char algorithm[16]; /* "MD5-sess"; "": it names none */
	char realm[HTTP_DIGEST_VALUE_MAX];
	char nonce[HTTP_DIGEST_VALUE_MAX];
	char opaque[HTTP_DIGEST_VALUE_MAX];
};

/* Ways to tell a server who we are. */
enum http_scheme {
	HTTP_SCHEME_NONE, /* none that is built in */
	HTTP_SCHEME_BASIC,
	HTTP_SCHEME_DIGEST,
};

/* The first scheme in CHALLENGES (the values of all WWW-Authenticate fields,
 * with commas between them, RFC 9110 11.6.1) that can be answered. RET_DIGEST
 * is the challenge if that is Digest, else undefined. */
enum http_scheme http_digest_choose(const char *challenges,
				    struct http_digest *ret_digest);

/* The server answers 401 with CHALLENGES, maybe (WAS_TOLD) to a request that
 * had the password. Is there any use in asking again? If so, *DIGEST is what to
 * answer, which the caller frees, or NULL for Basic; what it was is freed. */
bool http_digest_accept(const char *challenges, bool was_told,
			struct http_digest **digest);

/* Write the field Authorization, with the end of its line, to the SIZE bytes at
 * BUF: RFC 7616 3.4. REQUEST begins with the request line that it is for; user
 * and password are URI's. Returns its length, -ENOBUFS if it does not fit,
 * -EINVAL with a sentence, or -ENOMEM. */
int http_digest_format(struct http_digest *digest, const struct uri *uri,
		       const char *request, char *buf, size_t size);

/* Returns -EACCES with the sentence for a 401 (and its REASON) that ends it:
 * which of CHALLENGES are not built in, that URI needs a password, or that it
 * has a wrong one. */
int http_digest_explain(const char *challenges, const char *reason,
			const struct uri *uri);

#endif
