/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Images that are compressed: gzip (RFC 1952), zlib (RFC 1950). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/general.h"
#include "core/error.h"
#include "core/inflate.h"
#include "core/memory.h"
#include "usr/extract.h"

SELECT_IF(IMAGE_ARCHIVE_CMD);

/* A zlib header: method deflate, window at most 32 KiB, check bits. */
static bool is_zlib(const struct image *image)
{
	return image->len > 2 && (image->data[0] & 0x0f) == 8 &&
	       image->data[0] >> 4 <= 7 && get_be16(image->data) % 31 == 0;
}

/* For inflate(): write behind what is there. */
static int extract_write(void *ctx, const uint8_t *data, size_t len)
{
	struct image *image = ctx;

	return image_write(image, image->len, data, len);
}

/* NAME less its last suffix; memory for the caller. */
static char *name_strip(const char *name)
{
	char *stripped = strdup(name);
	char *dot = stripped ? strrchr(stripped, '.') : NULL;

	if (dot && dot > stripped)
		*dot = '\0';
	return stripped;
}

int image_extract(struct image *image, const char *name,
		  struct image **ret_image)
{
	enum inflate_format format = INFLATE_GZIP;
	struct image *extracted;
	char *stripped;
	int rc;

	if (!inflate_is_gzip(image->data, image->len)) {
		if (!is_zlib(image))
			return error_set(-ENOEXEC, "it is neither gzip nor "
						   "zlib data");
		format = INFLATE_ZLIB;
	}
	stripped = name ? strdup(name) : name_strip(image->name);
	if (!stripped)
		return -ENOMEM;
	extracted = image_alloc(image->uri, stripped, image->cmdline);
	free(stripped);
	if (!extracted)
		return -ENOMEM;
	rc = inflate(image->data, image->len, format, bulk_available(),
		     extract_write, extracted, NULL);
	if (!rc) {
		extracted->flags |= IMAGE_COMPLETE;
		rc = image_register(extracted);
	}
	if (!rc)
		*ret_image = extracted;
	image_put(extracted);
	return rc;
}
