/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The serial console. */
#ifndef CONFIG_SERIAL_H
#define CONFIG_SERIAL_H

/* Which line, unless the firmware's ACPI table SPCR or the settings com-port
 * and com-speed say another (SERIAL_CHOICE in console.h). */
#define COM1 0x3f8
#define COM2 0x2f8
#define COM3 0x3e8
#define COM4 0x2e8
#define COMCONSOLE COM1    /* I/O port of the UART */
#define COMSPEED   115200  /* bits per second */
#define COMDATA    8       /* data bits, 5 to 8 */
#define COMPARITY  0       /* parity: 0 none, 1 odd, 2 even */
#define COMSTOP    1       /* stop bits, 1 or 2 */

#if __has_include("config/named/serial.h")
#include "config/named/serial.h"
#endif
#if __has_include("config/local/serial.h")
#include "config/local/serial.h"
#endif
#if __has_include("config/local-named/serial.h")
#include "config/local-named/serial.h"
#endif

#endif
