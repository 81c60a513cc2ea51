/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What lwIP asks of the compiler and the platform. */
#ifndef LWIP_ARCH_CC_H
#define LWIP_ARCH_CC_H

#include <stddef.h>
#include <stdint.h>

/* Random 32 bits: ports, transaction numbers, sequence numbers (stack.c). */
uint32_t net_random(void);

/* Internet checksum of LEN bytes, RFC 1071, not complemented (checksum.c). */
uint16_t net_checksum(const void *data, int len);

#define LWIP_RAND() net_random()
#define LWIP_CHKSUM net_checksum

#define LWIP_PLATFORM_DIAG(x)                                                  \
	do {                                                                   \
	} while (0)

/* The program build (unit tests, fuzzers) keeps lwIP's assertions, which are
 * about its own bugs; the images have no room for their text. */
#ifdef PLATFORM_LINUX
#include <stdio.h>
#include <stdlib.h>
#define LWIP_PLATFORM_ASSERT(x)                                                \
	do {                                                                   \
		fputs("lwIP: " x "\n", stderr);                                \
		abort();                                                       \
	} while (0)
#else
#define LWIP_NOASSERT
#define LWIP_PLATFORM_ASSERT(x)
#endif

#endif
