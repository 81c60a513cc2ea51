/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Which serial line the firmware means for a console. */
#ifndef CORE_SPCR_H
#define CORE_SPCR_H

#include "core/compiler.h"

/* What the table says. */
struct spcr {
	uint16_t port;	/* I/O port of a UART like the 16550 */
	uint32_t speed; /* bits per second; 0: it is set up already */
};

/* Read the machine's ACPI table SPCR (Microsoft, Serial Port Console
 * Redirection Table, revisions 1 to 4). Returns 0, or -ENOENT: there is none,
 * or it names no such UART at an I/O port. */
int spcr_find(struct spcr *ret);

#endif
