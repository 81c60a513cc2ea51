/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Images that are compressed. */
#ifndef USR_EXTRACT_H
#define USR_EXTRACT_H

#include "core/image.h"

/* Decompress IMAGE (gzip, zlib) into a new image NAME (NULL: that of IMAGE
 * less its last suffix), and register it. RET_IMAGE is not a reference.
 * Returns 0, -ENOEXEC if IMAGE is no archive, or another -errno with a
 * sentence. */
int image_extract(struct image *image, const char *name,
		  struct image **ret_image);

#endif
