/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The serial console. */
#ifndef CONFIG_SERIAL_H
#define CONFIG_SERIAL_H

#define COMCONSOLE 0x3f8   /* I/O port of the UART: COM1 */
#define COMSPEED   115200  /* bits per second; 8 data bits, no parity, 1 stop */

#if __has_include("config/named/serial.h")
#include "config/named/serial.h"
#endif
#if __has_include("config/local/serial.h")
#include "config/local/serial.h"
#endif

#endif
