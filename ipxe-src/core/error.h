/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Error numbers and the sentence that goes with the last one.
 *
 * Functions return 0 or a negative errno. Where the number alone does not say
 * why (which server, which size), the place that knows records the reason:
 *
 *     return error_set(-ENOSPC, "the kernel needs %u kB, %u kB are free", ...);
 *
 * and the layer that knows the request prints it, once:
 *
 *     console_printf("%s: could not fetch %s: %s\n", argv[0], uri,
 *                    error_text(rc));
 */
#ifndef CORE_ERROR_H
#define CORE_ERROR_H

#include <errno.h>
#include "core/compiler.h"

/* Our own numbers, outside the range of POSIX ones. */
#define EISSELF	     1001 /* the image is this very firmware build */
#define EGENERATION  1002 /* generation limit reached */
#define ERING	     1003 /* scripts chain each other in a ring */
#define ENOTSELECTED 1004 /* no image selected or registered */
#define EHTTP	     1005 /* the web server answered with an error status */
#define ETFTP	     1006 /* the TFTP server answered with an error */
#define EDNS	     1007 /* the name could not be resolved */
#define ENOLINK_UP   1008 /* no link on the network port */
#define EUSAGE	     1009 /* wrong words after a command, or --help was asked */
#define ENOCMD	     1010 /* no such command */

/* Record why an operation fails with RC and return RC. The sentence is kept
 * (up to 199 bytes) until the next call. RC is 0 or negative. */
int error_set(int rc, const char *format, ...) __printf(2, 3);

/* The sentence for RC: the one recorded last if it was for this RC, else a
 * general one for its number. Never NULL; no full stop at the end; valid
 * until the next error_set() or error_text(). */
const char *error_text(int rc);

/* Forget the recorded sentence (at the beginning of a command). */
void error_clear(void);

#endif
