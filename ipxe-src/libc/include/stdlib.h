/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Memory and numbers. */
#ifndef LIBC_STDLIB_H
#define LIBC_STDLIB_H

#include <stddef.h>

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *old, size_t size);
void free(void *ptr);

/* No errno, no sign; saturating at the type's largest value. Base 0 takes
 * 0x and 0 prefixes. END may be NULL. */
unsigned long strtoul(const char *s, char **end, int base);
unsigned long long strtoull(const char *s, char **end, int base);
long strtol(const char *s, char **end, int base);
int atoi(const char *s);
int abs(int value);
int rand(void);
void srand(unsigned int seed);
void abort(void) __attribute__((noreturn));

#endif
