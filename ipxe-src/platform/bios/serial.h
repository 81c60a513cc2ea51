/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The serial console's need to be finished. */
#ifndef PLATFORM_BIOS_SERIAL_H
#define PLATFORM_BIOS_SERIAL_H

/* Send what has been printed and not sent yet, in bounded time. Weak: NULL
 * when there is no serial console in this build. */
void serial_flush(void) __attribute__((weak));

#endif
