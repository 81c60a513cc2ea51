/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Memory for image data, apart from the heap (malloc() of stdlib.h).
 *
 * Implemented by the platform over what the firmware reports free: E820 below
 * 4 GiB on BIOS, AllocatePages (above 4 GiB too) on UEFI, mmap() on Linux.
 */
#ifndef CORE_MEMORY_H
#define CORE_MEMORY_H

#include "core/compiler.h"

/* Alignment of every block, and its granularity, bytes. */
#define BULK_ALIGN 4096

/* Get, resize or (NEW_LEN 0) release a block of image memory.
 *
 * OLD is NULL or a block of OLD_LEN bytes. Returns the block, its first
 * MIN(OLD_LEN, NEW_LEN) bytes kept, page-aligned; NULL when NEW_LEN is 0 or
 * (OLD untouched and still owned by the caller) when it does not fit. */
void *bulk_realloc(void *old, size_t old_len, size_t new_len);

/* Largest block that bulk_realloc(NULL, 0, n) could give now, bytes. */
uint64_t bulk_available(void);

#endif
