/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Downloads: a protocol moves bytes from a server straight into an image. */
#ifndef NET_DOWNLOAD_H
#define NET_DOWNLOAD_H

#include "core/compiler.h"
#include "core/image.h"
#include "core/table.h"
#include "core/uri.h"

struct protocol;

/* One download. Owned by whoever called download_open(), who zeroes it first
 * and may then set refuse_self; the rest is for reading. */
struct download {
	/* It is fetched to be executed: stop with -EISSELF as soon as the
	 * bytes show that it is this very firmware build. */
	bool refuse_self;
	struct uri *uri;     /* fetched now; follows redirects. A reference */
	struct image *image; /* gets the bytes and, at the end, the uri */
	const struct protocol *protocol;
	void *priv;	   /* of the protocol */
	uint64_t received; /* bytes in the image, all contiguous from 0 */
	uint64_t total;	   /* bytes expected; 0 while not known */
	bool has_total;
	bool is_done; /* rc is valid; the protocol has let go */
	int rc;
	/* What it is doing when that is not receiving: "waiting 5 s because
	 * the server says 503". Shown to the person. */
	char status[80];
	/* The server asked to be asked again later (Retry-After): no lack of
	 * progress, and bounded by the protocol. */
	bool is_waiting;
	uint64_t
		next_scan; /* look for our own identity when RECEIVED is this */
};

/* A scheme. Table "protocols". */
struct protocol {
	const char *scheme; /* "http" */
	/* Begin; everything else happens from pollers. Returns 0 or -errno. */
	int (*start)(struct download *download);
	/* Stop at once and free priv (done or not; only if priv is set). */
	void (*stop)(struct download *download);
};

TABLE_DECLARE(protocols, const struct protocol);

/* What the platform itself has for SCHEME, in place of the table's; NULL:
 * nothing. Weak: NULL but on Linux. */
const struct protocol *platform_protocol(const char *scheme)
	__attribute__((weak, visibility("hidden")));

/* Begin to fetch URI (absolute) into IMAGE. Fails with -ENOTSUP and a
 * sentence if no protocol has the scheme. On success, poll until is_done,
 * then download_close(). */
int download_open(struct download *download, struct uri *uri,
		  struct image *image);

/* End DOWNLOAD, finished or not, opened in vain or not, and release all but the
 * image. */
void download_close(struct download *download);

/* For protocols: the body will have TOTAL bytes. Reserves the memory; -ENOSPC
 * with both sizes in the sentence if it does not fit. */
int download_set_total(struct download *download, uint64_t total);

/* For protocols: the next LEN bytes (at offset `received`). Returns 0 or
 * -errno, upon which the protocol stops and finishes with it. -EISSELF comes
 * from here, see refuse_self. */
int download_deliver(struct download *download, const void *data, size_t len);

/* For protocols: forget what came, it will come again from its beginning. */
void download_restart(struct download *download);

/* For protocols: go on with URI, which has another scheme. Called from a
 * poller; frees the protocol's priv. */
void download_redirect(struct download *download, struct uri *uri);

/* For protocols: it is over. RC 0 requires received == total if known. */
void download_finish(struct download *download, int rc);

#endif
