/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The heap of the freestanding platforms, behind malloc() of stdlib.h. */
#ifndef CORE_HEAP_H
#define CORE_HEAP_H

#include "core/compiler.h"

/* Give LEN bytes at BASE to the heap, for good. May be called repeatedly. */
void heap_add(void *base, size_t len);

/* Bytes in use and the most that ever were, for `stat`-like commands. */
size_t heap_used(void);
size_t heap_peak(void);

#endif
