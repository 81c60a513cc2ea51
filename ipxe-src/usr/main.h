/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The firmware from its first line of text to its last. */
#ifndef USR_MAIN_H
#define USR_MAIN_H

/* Run: find NICs, adopt the lease, execute the embedded script or autoboot or
 * the shell. Returns when the firmware is to give control back: 0 or -errno.
 * NICs are closed and drivers removed when it returns. */
int firmware_main(void);

#endif
