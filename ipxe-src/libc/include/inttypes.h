/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Format specifiers of fixed-width types. */
#ifndef LIBC_INTTYPES_H
#define LIBC_INTTYPES_H

#include <stdint.h>

#define PRId32	"d"
#define PRIu32	"u"
#define PRIx32	"x"
#define PRIX32	"X"
#define PRIu16	"u"
#define PRIx16	"x"
#define PRIX16	"X"
#define PRId16	"d"
#define PRIu8	"u"
#define PRIx8	"x"
#define PRIX8	"X"
#define PRIuPTR "lu"
#define PRId64	__INT64_FMT "d"
#define PRIu64	__INT64_FMT "u"
#define PRIx64	__INT64_FMT "x"

/* The prefix of a 64-bit integer: long on LP64, long long elsewhere. */
#ifdef __LP64__
#define __INT64_FMT "l"
#else
#define __INT64_FMT "ll"
#endif

#endif
