/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Boot images of ours, each with the resolver's own address put into it. */
#include "image_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot_image.h"
#include "region.h"

/* Images that are kept. */
#define SLOTS 32

/* Longest host with port, bytes with NUL. */
#define SERVER_BYTES 300

/* A file for one address. */
struct slot {
	/* Which: the ETag has inode, size and time. "" while empty. */
	char etag[sizeof(((struct asset *)0)->etag)];
	char server[SERVER_BYTES];
	/* Its content in memory, or -1: the file stays what it is. */
	int fd;
	uint64_t size;
	/* When it was used last, in uses of the cache. */
	uint64_t used;
};

struct image_cache {
	pthread_mutex_t lock;
	uint64_t uses;
	struct slot slots[SLOTS];
};

int image_cache_open(struct image_cache **ret_cache)
{
	struct image_cache *cache = calloc(1, sizeof(*cache));
	size_t i;

	if (!cache)
		return -ENOMEM;
	pthread_mutex_init(&cache->lock, NULL);
	for (i = 0; i < SLOTS; i++)
		cache->slots[i].fd = -1;
	*ret_cache = cache;
	return 0;
}

static void slot_clear(struct slot *slot)
{
	if (slot->fd >= 0)
		close(slot->fd);
	memset(slot, 0, sizeof(*slot));
	slot->fd = -1;
}

void image_cache_close(struct image_cache *cache)
{
	size_t i;

	if (!cache)
		return;
	for (i = 0; i < SLOTS; i++)
		slot_clear(&cache->slots[i]);
	pthread_mutex_destroy(&cache->lock);
	free(cache);
}

/* The slot for this file and server, or the one to be used for it. */
static struct slot *slot_find(struct image_cache *cache,
			      const struct asset *asset, const char *server)
{
	struct slot *oldest = cache->slots;
	size_t i;

	for (i = 0; i < SLOTS; i++) {
		struct slot *slot = &cache->slots[i];

		if (strcmp(slot->etag, asset->etag) == 0 &&
		    strcmp(slot->server, server) == 0)
			return slot;
		if (slot->used < oldest->used)
			oldest = slot;
	}
	slot_clear(oldest);
	return oldest;
}

uint8_t *image_read(int fd, size_t size)
{
	uint8_t *data = size && size <= IMAGE_LEN_MAX ? malloc(size) : NULL;
	size_t done = 0;
	ssize_t count;

	while (data && done < size) {
		count = pread(fd, data + done, size - done, (off_t)done);
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0) {
			free(data);
			return NULL;
		}
		done += (size_t)count;
	}
	return data;
}

/* A file in memory that nobody changes any more, or -1. */
static int make_file(const uint8_t *data, size_t len)
{
	int fd = memfd_create("image", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	size_t done = 0;
	ssize_t count;

	while (fd >= 0 && done < len) {
		count = write(fd, data + done, len - done);
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0) {
			close(fd);
			return -1;
		}
		done += (size_t)count;
	}
	if (fd >= 0)
		fcntl(fd, F_ADD_SEALS,
		      F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
	return fd;
}

/* Is the setting resolver given, with a type behind its name or without? */
static bool has_resolver(const struct region *region)
{
	size_t i;

	for (i = 0; i < region->count; i++) {
		const char *name = region->entries[i].name;

		if (region->entries[i].kind == REGION_SETTING &&
		    strncmp(name, "resolver", 8) == 0 &&
		    (!name[8] || name[8] == ':'))
			return true;
	}
	return false;
}

int image_for_server(const uint8_t *data, size_t len, const char *server,
		     uint8_t **ret_data, size_t *ret_len)
{
	char url[SERVER_BYTES + 32];
	struct boot_image image;
	struct region region;
	struct reason why;
	int url_len, rc;

	url_len = snprintf(url, sizeof(url), "http://%s/boot.ipxe", server);
	if (url_len < 0 || (size_t)url_len >= sizeof(url))
		return -EINVAL;
	rc = boot_image_find(data, len, &image);
	if (rc == 0)
		rc = boot_image_region(data, len, &image, &region, &why);
	if (rc)
		return rc;
	if (has_resolver(&region))
		rc = -EEXIST;
	if (rc == 0)
		rc = region_add(&region, REGION_SETTING, "resolver", url,
				(size_t)url_len);
	if (rc == 0)
		rc = boot_image_customise(data, len, &region, ret_data, ret_len,
					  &why);
	region_fini(&region);
	return rc;
}

/* Customise the image of len bytes for the server: a descriptor, or -1. */
static int customise(const uint8_t *data, size_t len, const char *server,
		     uint64_t *ret_size)
{
	size_t made_len;
	uint8_t *made;
	int fd;

	if (image_for_server(data, len, server, &made, &made_len))
		return -1;
	fd = make_file(made, made_len);
	*ret_size = made_len;
	free(made);
	return fd;
}

/* Fill an empty slot. */
static void slot_fill(struct slot *slot, const struct asset *asset,
		      const char *server)
{
	uint8_t *data = image_read(asset->fd, (size_t)asset->size);

	if (!data)
		return;
	slot->fd = customise(data, (size_t)asset->size, server, &slot->size);
	free(data);
	strcpy(slot->etag, asset->etag);
	strcpy(slot->server, server);
}

/* Make the asset what the slot has; on failure it stays what it is. */
static void asset_replace(struct asset *asset, const struct slot *slot)
{
	size_t len = strlen(asset->etag);
	struct stat st;
	int fd = fcntl(slot->fd, F_DUPFD_CLOEXEC, 0);

	if (fd < 0)
		return;
	if (fstat(fd, &st)) {
		close(fd);
		return;
	}
	close(asset->fd);
	asset->fd = fd;
	asset->size = slot->size;
	asset->mtime = st.st_mtim;
	/* Behind the file's own, inside of the quotes. */
	snprintf(asset->etag + len - 1, sizeof(asset->etag) - len + 1,
		 "-%08x\"",
		 region_crc32((const uint8_t *)slot->server,
			      strlen(slot->server)));
}

void image_cache_customise(struct image_cache *cache, struct asset *asset,
			   const char *server)
{
	struct slot *slot;

	if (!cache || asset->size == 0 || asset->size > IMAGE_LEN_MAX ||
	    strlen(server) >= SERVER_BYTES)
		return;
	pthread_mutex_lock(&cache->lock);
	slot = slot_find(cache, asset, server);
	if (!*slot->etag)
		slot_fill(slot, asset, server);
	slot->used = ++cache->uses;
	if (slot->fd >= 0)
		asset_replace(asset, slot);
	pthread_mutex_unlock(&cache->lock);
}
