/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Boot images of ours, each with the resolver's own address put into it. */
#ifndef RESOLVER_IMAGE_CACHE_H
#define RESOLVER_IMAGE_CACHE_H

#include "assets.h"

/* Largest file that is looked into, bytes. */
#define IMAGE_LEN_MAX (2 * 1024 * 1024)

/* Bounded memory and descriptors; any thread may use it. */
struct image_cache;

/* Make a cache.  Returns 0 or -ENOMEM. */
int image_cache_open(struct image_cache **ret_cache);

/* Read a file of size bytes from its beginning: the caller frees it.  NULL
 * where size is 0 or more than IMAGE_LEN_MAX, where the file is shorter, and
 * without memory. */
uint8_t *image_read(int fd, size_t size);

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

/*
 * Make a copy of the image in the len bytes at data that asks
 * http://SERVER/boot.ipxe.  Returns 0 and in ret_data, which the caller frees,
 * the ret_len bytes of the new file; -EEXIST when it asks somebody already;
 * otherwise as boot_image_find() and boot_image_customise() do.
 */
int image_for_server(const uint8_t *data, size_t len, const char *server,
		     uint8_t **ret_data, size_t *ret_len);

#endif
