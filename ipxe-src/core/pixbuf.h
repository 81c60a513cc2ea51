/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Pictures as pixels in memory. */
#ifndef CORE_PIXBUF_H
#define CORE_PIXBUF_H

#include "core/compiler.h"

/* Most columns or rows that a picture may have. */
#define PIXBUF_SIDE_MAX 8192

/* A picture. Its pixels are image memory (core/memory.h). */
struct pixbuf {
	unsigned int width;
	unsigned int height;
	uint32_t *pixels; /* row by row from the top: 0x00RRGGBB */
};

/* A black one. NULL, with a sentence, if there is no memory for it, or a side
 * is 0 or more than PIXBUF_SIDE_MAX. */
struct pixbuf *pixbuf_alloc(unsigned int width, unsigned int height);
void pixbuf_free(struct pixbuf *pixbuf); /* accepts NULL */

#endif
