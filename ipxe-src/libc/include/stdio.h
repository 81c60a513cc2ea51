/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Formatted text into memory: d i u x X o c s p %, l ll z h hh, width,
 * precision, flags 0 - + # and space. No floating point, no %n. */
#ifndef LIBC_STDIO_H
#define LIBC_STDIO_H

#include <stdarg.h>
#include <stddef.h>

int snprintf(char *buf, size_t len, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int vsnprintf(char *buf, size_t len, const char *format, va_list args);

#endif
