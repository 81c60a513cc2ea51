/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Images: their memory, their list, their execution. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/exec_watcher.h"
#include "core/image.h"
#include "core/loopguard.h"
#include "core/memory.h"

/* First block of an image whose size is not known, bytes. */
#define IMAGE_FIRST_LEN 65536

/* Bytes at the start that tell a text from a program. */
#define TEXT_LOOK 64

struct list_head images = {&images, &images};
struct image *image_current;

static unsigned int unnamed_count; /* that image_register() named so far */

/* The last component of URI's path, or NULL if that is empty. */
static const char *uri_basename(const struct uri *uri)
{
	const char *slash;

	if (!uri || !uri->path)
		return NULL;
	slash = strrchr(uri->path, '/');
	slash = slash ? slash + 1 : uri->path;
	return *slash ? slash : NULL;
}

/* Make *TEXT a copy of NEW_TEXT (may be NULL). */
static int text_replace(char **text, const char *new_text)
{
	char *copy = NULL;

	if (new_text) {
		copy = strdup(new_text);
		if (!copy)
			return -ENOMEM;
	}
	free(*text);
	*text = copy;
	return 0;
}

struct image *image_alloc(struct uri *uri, const char *name,
			  const char *cmdline)
{
	struct image *image = calloc(1, sizeof(*image));

	if (!image)
		return NULL;
	image->refcnt = 1;
	list_init(&image->list);
	if (!name)
		name = uri_basename(uri);
	if (text_replace(&image->name, name) ||
	    text_replace(&image->cmdline, cmdline)) {
		image_put(image);
		return NULL;
	}
	if (uri)
		image->uri = uri_get(uri);
	return image;
}

struct image *image_get(struct image *image)
{
	image->refcnt++;
	return image;
}

void image_put(struct image *image)
{
	if (!image || --image->refcnt)
		return;
	if (!(image->flags & IMAGE_STATIC))
		bulk_realloc(image->data, image->allocated, 0);
	image_put(image->replacement);
	uri_put(image->uri);
	free(image->name);
	free(image->cmdline);
	free(image);
}

/* Kilobytes of LEN, rounded up, fit to be printed. */
static unsigned long to_kb(uint64_t len)
{
	uint64_t kb = (len >> 10) + !!(len & 1023);

	return (unsigned long)MIN(kb, (uint64_t)0xffffffff);
}

bool image_is_text(const struct image *image)
{
	size_t i;

	for (i = 0; i < MIN(image->len, (size_t)TEXT_LOOK); i++) {
		if (!isprint(image->data[i]) && !isspace(image->data[i]))
			return false;
	}
	return true;
}

int image_reserve(struct image *image, uint64_t len)
{
	uint64_t rounded = (len + BULK_ALIGN - 1) & ~(uint64_t)(BULK_ALIGN - 1);
	void *data;

	if (image->flags & IMAGE_STATIC)
		return -EPERM;
	if (len <= image->allocated)
		return 0;
	data = NULL;
	if (rounded >= len && rounded <= SIZE_MAX)
		data = bulk_realloc(image->data, image->allocated,
				    (size_t)rounded);
	if (!data)
		return error_set(-ENOSPC,
				 "it needs %lu kB of memory, %lu kB are free",
				 to_kb(len), to_kb(bulk_available()));
	image->data = data;
	image->allocated = (size_t)rounded;
	return 0;
}

int image_write(struct image *image, uint64_t offset, const void *data,
		size_t len)
{
	uint64_t end = offset + len;
	uint64_t wanted;
	int rc;

	if (end < offset)
		return -EFBIG;
	if (end > image->allocated || image->flags & IMAGE_STATIC) {
		/* Its size is not known: take room ahead, if there is any. */
		wanted = MAX(end, (uint64_t)image->allocated * 2);
		wanted = MAX(wanted, (uint64_t)IMAGE_FIRST_LEN);
		rc = image_reserve(image, wanted);
		if (rc)
			rc = image_reserve(image, end);
		if (rc)
			return rc;
	}
	if (offset > image->len)
		memset(image->data + image->len, 0,
		       (size_t)(offset - image->len));
	if (len)
		memcpy(image->data + offset, data, len);
	image->len = MAX(image->len, (size_t)end);
	return 0;
}

int image_set_name(struct image *image, const char *name)
{
	return text_replace(&image->name, name);
}

int image_set_cmdline(struct image *image, const char *cmdline)
{
	return text_replace(&image->cmdline, cmdline);
}

int image_register(struct image *image)
{
	char name[16];
	int rc;

	if (image->flags & IMAGE_REGISTERED)
		return 0;
	if (!image->name) {
		snprintf(name, sizeof(name), "img%u", unnamed_count++);
		rc = image_set_name(image, name);
		if (rc)
			return rc;
	}
	image->flags |= IMAGE_REGISTERED;
	list_add_tail(&image_get(image)->list, &images);
	return 0;
}

void image_unregister(struct image *image)
{
	if (!(image->flags & IMAGE_REGISTERED))
		return;
	image->flags &= ~(unsigned int)IMAGE_REGISTERED;
	list_del(&image->list);
	image_put(image);
}

struct image *image_find(const char *name)
{
	struct image *image;

	list_for_each_entry(image, &images, list) {
		if (!strcmp(image->name, name))
			return image;
	}
	return NULL;
}

int image_probe(struct image *image)
{
	const struct image_type *type;
	const struct image_type *best;
	int after = -1;
	int rc;

	if (image->type)
		return 0;
	if (!(image->flags & IMAGE_COMPLETE))
		return error_set(-ENOEXEC, "it is not complete");
	/* In ascending order; every type has an order of its own. */
	for (;;) {
		best = NULL;
		for_each_table_entry(type, image_types) {
			if (type->order > after &&
			    (!best || type->order < best->order))
				best = type;
		}
		if (!best)
			return -ENOEXEC;
		rc = best->probe(image);
		if (!rc)
			image->type = best;
		if (!rc || rc == -ENOTSUP)
			return rc;
		after = best->order;
	}
}

int image_select(struct image *image)
{
	struct image *other;
	int rc;

	rc = image_probe(image);
	if (!rc && image->type->pixbuf)
		rc = error_set(-ENOEXEC, "it is a picture");
	if (rc)
		return rc;
	list_for_each_entry(other, &images, list)
		other->flags &= ~(unsigned int)IMAGE_SELECTED;
	image->flags |= IMAGE_SELECTED;
	return 0;
}

struct image *image_find_selected(void)
{
	struct image *image;

	list_for_each_entry(image, &images, list) {
		if (image->flags & IMAGE_SELECTED)
			return image;
	}
	return NULL;
}

/* Execute IMAGE itself; RET_NEXT is its replacement (a reference) or NULL. */
static int image_exec_one(struct image *image, struct image **ret_next)
{
	bool is_registered = image->flags & IMAGE_REGISTERED;
	struct image *caller = image_current;
	const struct exec_watcher *watcher;
	struct uri *saved_cwuri;
	int rc;

	*ret_next = NULL;
	image->flags &= ~(unsigned int)IMAGE_STARTED;
	rc = image_probe(image);
	if (!rc)
		rc = loopguard_check_image(image);
	if (rc) {
		/* Left on the list it would become part of an initrd. */
		if (image->flags & IMAGE_AUTO_FREE)
			image_unregister(image);
		return rc;
	}

	image_get(image);
	image_unregister(image);
	saved_cwuri = cwuri ? uri_get(cwuri) : NULL;
	if (image->uri)
		uri_set_cwuri(image->uri);
	image_current = image;

	loopguard_note_exec(image);
	image->flags |= IMAGE_STARTED;
	for_each_table_entry(watcher, exec_watchers)
		watcher->before(image);
	rc = image->type->exec(image);
	for_each_table_entry(watcher, exec_watchers)
		watcher->after(image, rc);

	image_current = caller;
	uri_set_cwuri(saved_cwuri);
	uri_put(saved_cwuri);
	*ret_next = image->replacement;
	image->replacement = NULL;
	if (is_registered && !(image->flags & IMAGE_AUTO_FREE))
		image_register(image);
	image_put(image);
	return rc;
}

int image_exec(struct image *image)
{
	struct image *next;
	int rc;

	image_get(image);
	for (;;) {
		rc = image_exec_one(image, &next);
		image_put(image);
		if (!next)
			return rc;
		image = next;
	}
}
