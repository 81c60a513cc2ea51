/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Static files of the site: kernels, initrds, boot programs. */
#ifndef RESOLVER_ASSETS_H
#define RESOLVER_ASSETS_H

#include <stdint.h>
#include <time.h>

#include "site.h"

/* An open file that is ready to be sent. */
struct asset {
	/* Descriptor; owned by whoever asset_open() gave it to. */
	int fd;
	/* Size in bytes. */
	uint64_t size;
	/* Modification time. */
	struct timespec mtime;
	/* Strong entity tag with its quotes, of inode, size and mtime; has room
	 * for what image_cache.h adds. */
	char etag[80];
	/* Last-Modified as an HTTP date (RFC 9110 5.6.7). */
	char modified[40];
	/* Media type, from the file name's ending. */
	const char *type;
};

/*
 * Open the regular file path under the site's directory top ("assets" or
 * "firmware").  Returns 0, or a negative errno as beneath_open_file() does.
 */
int asset_open(const struct site *site, const char *top, const char *path,
	       struct asset *ret_asset);

#endif
