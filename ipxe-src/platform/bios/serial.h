/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The serial console's need to be finished. */
#ifndef PLATFORM_BIOS_SERIAL_H
#define PLATFORM_BIOS_SERIAL_H

#include "core/compiler.h"

/* Send what has been printed and not sent yet, in bounded time. Weak: NULL
 * when there is no serial console in this build. */
void serial_flush(void) __attribute__((weak));

/* A line. */
struct serial_line {
	uint16_t port;	/* first I/O port of the UART */
	uint32_t speed; /* bits per second, SERIAL_CLOCK / 65535 at least */
};

/* Speed that a UART has with a divisor of 1. */
#define SERIAL_CLOCK 115200

/* Change LINE if something says which one is to be used. Weak: NULL when it is
 * the configured one in any case. */
void serial_choose(struct serial_line *line) __attribute__((weak));

/* Set the UART up again, as serial_choose() says now. */
void serial_reopen(void);

#endif
