/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Where text goes to and keys come from. */
#ifndef CONFIG_CONSOLE_H
#define CONFIG_CONSOLE_H

#ifdef PLATFORM_PCBIOS
#define CONSOLE_PCBIOS /* BIOS text screen and keyboard */
#define CONSOLE_SERIAL /* 16550 UART, see config/serial.h */
#ifndef SMALL_IMAGE
#define SERIAL_CHOICE /* its line by ACPI and by settings */
#endif
#endif
#ifdef PLATFORM_EFI
#define CONSOLE_EFI /* the firmware's ConIn and ConOut */
#endif
#ifdef PLATFORM_LINUX
#define CONSOLE_LINUX /* standard input and output */
#endif
/* Left out of undionly.kpxe, which must stay below 64 KiB; CONFIG=full has it
 * there too. */
#ifndef SMALL_IMAGE
#define CONSOLE_ANSI /* BIOS: colours and more than ASCII on the text screen */
#define CONSOLE_FRAMEBUFFER /* graphics: VESA, GOP; by the command console */
#define CONSOLE_DMESG /* ${dmesg}: the last 8 kB that were shown */
#define CONSOLE_SYSLOG /* lines to the server of the setting `syslog` */
#define KEYBOARD_MAPS  /* all keyboard maps, chosen by `set keymap <name>` */
#endif

/* The keyboard map at start: us, or one of ipxe-src/hci/keymaps/ ("dynamic", as
 * iPXE's users know it, is us with KEYBOARD_MAPS). */
#define KEYBOARD_MAP us

#if __has_include("config/named/console.h")
#include "config/named/console.h"
#endif
#if __has_include("config/local/console.h")
#include "config/local/console.h"
#endif
#if __has_include("config/local-named/console.h")
#include "config/local-named/console.h"
#endif

#endif
