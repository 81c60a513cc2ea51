/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* CONFIG=full: everything, also where an image then exceeds 64 KiB. */
#define KEYBOARD_MAPS
#define CONSOLE_SYSLOG
