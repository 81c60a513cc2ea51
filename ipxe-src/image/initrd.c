/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The initial RAM disk that a Linux kernel gets: all images, one after other.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image/initrd.h"

#define CPIO_HEADER_LEN 110 /* magic and 13 fields of 8 hex digits */
#define CPIO_TRAILER	"TRAILER!!!"

#define CPIO_MODE_FILE 0100000 /* S_IFREG */
#define CPIO_MODE_DIR  0040755 /* S_IFDIR and rwxr-xr-x */
#define CPIO_MODE_ANY  07777   /* what mode= may set */

/* Bytes from LEN to the next multiple of INITRD_ALIGN. */
static size_t pad_len(size_t len)
{
	return -len & (INITRD_ALIGN - 1);
}

/* Where the output goes: BUF is NULL where only the length is asked for. */
struct cpio_writer {
	uint8_t *buf;
	size_t len;
};

/* Append one entry's header and the first NAME_LEN bytes of NAME. */
static void cpio_add(struct cpio_writer *writer, const char *name,
		     size_t name_len, unsigned int mode, size_t file_len)
{
	char header[CPIO_HEADER_LEN + 1];
	size_t end = CPIO_HEADER_LEN + name_len + 1;
	uint8_t *out;

	if (writer->buf) {
		/* magic ino mode uid gid nlink mtime size dev x 4 name check */
		snprintf(header, sizeof(header),
			 "070701%08x%08x%08x%08x%08x%08x%08x"
			 "%08x%08x%08x%08x%08x%08x",
			 0, mode, 0, 0, 1, 0, (unsigned int)file_len, 0, 0, 0,
			 0, (unsigned int)(name_len + 1), 0);
		out = writer->buf + writer->len;
		memcpy(out, header, CPIO_HEADER_LEN);
		memcpy(out + CPIO_HEADER_LEN, name, name_len);
		memset(out + CPIO_HEADER_LEN + name_len, 0, 1 + pad_len(end));
	}
	writer->len += end + pad_len(end);
}

/* The path in IMAGE's command line, RET_LEN bytes; NULL if there is none. */
static const char *initrd_path(const struct image *image, size_t *ret_len)
{
	const char *path = image->cmdline;

	if (!path)
		return NULL;
	path += strspn(path, " /");
	*ret_len = strcspn(path, " ");
	return *ret_len ? path : NULL;
}

/* The number after KEY (" mode=") in IMAGE's command line, or PRESET. */
static long initrd_option(const struct image *image, const char *key, int base,
			  long preset)
{
	const char *found = strstr(image->cmdline, key);

	return found ? strtol(found + strlen(key), NULL, base) : preset;
}

size_t initrd_head(const struct image *image, void *buf)
{
	struct cpio_writer writer = {buf, 0};
	const char *path;
	size_t path_len;
	size_t i;
	long depth = 0;
	long mkdir;

	path = initrd_path(image, &path_len);
	if (!path)
		return 0;
	for (i = 1; i < path_len; i++)
		depth += path[i] == '/' && path[i - 1] != '/';
	mkdir = initrd_option(image, " mkdir=", 10, 0);
	if (mkdir < 0)
		mkdir = depth;
	for (i = 1; i < path_len; i++) {
		if (path[i] != '/' || path[i - 1] == '/')
			continue;
		if (depth-- <= mkdir)
			cpio_add(&writer, path, i, CPIO_MODE_DIR, 0);
	}
	cpio_add(&writer, path, path_len,
		 CPIO_MODE_FILE | (initrd_option(image, " mode=", 8, 0644) &
				   CPIO_MODE_ANY),
		 image->len);
	return writer.len;
}

size_t initrd_tail(const struct image *image, void *buf)
{
	size_t pad = pad_len(image->len);
	struct cpio_writer writer = {buf, pad};
	size_t path_len;

	if (buf)
		memset(buf, 0, pad);
	if (initrd_path(image, &path_len))
		cpio_add(&writer, CPIO_TRAILER, strlen(CPIO_TRAILER), 0, 0);
	return writer.len;
}

struct image *initrd_next(const struct image *kernel, struct image *image)
{
	struct list_head *link = image ? image->list.next : images.next;
	size_t path_len;

	for (; link != &images; link = link->next) {
		image = list_entry(link, struct image, list);
		if (image == kernel || !(image->flags & IMAGE_COMPLETE) ||
		    (image->flags & IMAGE_HIDDEN))
			continue;
		if (!initrd_path(image, &path_len) && !image_probe(image) &&
		    image->type->role(image) == IMAGE_ROLE_SCRIPT)
			continue;
		return image;
	}
	return NULL;
}

uint64_t initrd_len(const struct image *kernel)
{
	struct image *image = NULL;
	uint64_t len = 0;

	while ((image = initrd_next(kernel, image))) {
		len += initrd_head(image, NULL);
		len += image->len;
		len += initrd_tail(image, NULL);
	}
	return len;
}

void initrd_copy(const struct image *kernel, void *dst)
{
	struct image *image = NULL;
	uint8_t *out = dst;

	while ((image = initrd_next(kernel, image))) {
		out += initrd_head(image, out);
		if (image->data != out)
			memcpy(out, image->data, image->len);
		out += image->len;
		out += initrd_tail(image, out);
	}
}
