/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Boot images of ours, each with the resolver's own address put into it. */
#ifndef RESOLVER_IMAGE_CACHE_H
#define RESOLVER_IMAGE_CACHE_H

#include "assets.h"

/* Bounded memory and descriptors; any thread may use it. */
struct image_cache;

/* Make a cache.  Returns 0 or -ENOMEM. */
int image_cache_open(struct image_cache **ret_cache);

/* Free it; NULL is accepted, here and below. */
void image_cache_close(struct image_cache *cache);

/*
 * If the asset is an image of ours whose setting resolver is not given yet,
 * make the asset a copy of it in memory that has http://SERVER/boot.ipxe
 * there, with size and ETag of its own.  server: host and port, fit for a URL.
 * Everything else (other programs, signed images, what is too large or
 * damaged, no memory) stays what it is: a machine is better served with that
 * than with nothing.
 */
void image_cache_customise(struct image_cache *cache, struct asset *asset,
			   const char *server);

#endif
