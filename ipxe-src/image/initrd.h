/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The initial RAM disk that a Linux kernel gets: all images, one after other.
 *
 * Every registered image takes part, in order of registration, but for hidden
 * ones, incomplete ones, the kernel itself, and scripts that were not given a
 * path. An image without a
 * command line is taken as it is. One with a command line is one file: it is
 * wrapped in a CPIO archive ("newc", cpio(5)). The first word is its path,
 * mode=OCTAL its permissions (default 644), mkdir=N creates the innermost N
 * directories of the path (-1: all of them).
 * Each image starts on a multiple of INITRD_ALIGN; the gaps are zeros, which
 * Linux skips (Documentation/driver-api/early-userspace/buffer-format.rst).
 */
#ifndef IMAGE_INITRD_H
#define IMAGE_INITRD_H

#include "core/compiler.h"
#include "core/image.h"

#define INITRD_ALIGN 4

/* Bytes of the RAM disk that KERNEL will get; 0: there is none. KERNEL need
 * not be registered. The same until an image or a command line changes. */
uint64_t initrd_len(const struct image *kernel);

/* Write the RAM disk of KERNEL to DST, which has room for initrd_len(). An
 * image may be in its place there already; else none overlaps it. */
void initrd_copy(const struct image *kernel, void *dst);

/* The next image after IMAGE (NULL: the first) that takes part, or NULL. */
struct image *initrd_next(const struct image *kernel, struct image *image);

/* What stands before the bytes of IMAGE: its CPIO headers. Written to BUF
 * unless that is NULL. Returns their length; 0 for an image taken as it is. */
size_t initrd_head(const struct image *image, void *buf);

/* What stands behind the bytes of IMAGE up to where the next image starts:
 * padding and, for a wrapped file, the archive's trailer. As above. */
size_t initrd_tail(const struct image *image, void *buf);

#endif
