/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* assert() is for our own bugs; the freestanding builds leave it out. */
#ifndef LIBC_ASSERT_H
#define LIBC_ASSERT_H

#define assert(condition) ((void)sizeof(condition))

#endif
