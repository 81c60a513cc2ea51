/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Pictures as pixels in memory. */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/pixbuf.h"

static size_t pixels_len(const struct pixbuf *pixbuf)
{
	return (size_t)pixbuf->width * pixbuf->height * sizeof(uint32_t);
}

struct pixbuf *pixbuf_alloc(unsigned int width, unsigned int height)
{
	struct pixbuf *pixbuf = NULL;

	if (width && height && width <= PIXBUF_SIDE_MAX &&
	    height <= PIXBUF_SIDE_MAX)
		pixbuf = malloc(sizeof(*pixbuf));
	if (pixbuf) {
		pixbuf->width = width;
		pixbuf->height = height;
		pixbuf->pixels = bulk_realloc(NULL, 0, pixels_len(pixbuf));
		if (pixbuf->pixels) {
			memset(pixbuf->pixels, 0, pixels_len(pixbuf));
			return pixbuf;
		}
		free(pixbuf);
	}
	error_set(-ENOMEM, "there is no memory for a picture of %u x %u", width,
		  height);
	return NULL;
}

void pixbuf_free(struct pixbuf *pixbuf)
{
	if (!pixbuf)
		return;
	bulk_realloc(pixbuf->pixels, pixels_len(pixbuf), 0);
	free(pixbuf);
}
