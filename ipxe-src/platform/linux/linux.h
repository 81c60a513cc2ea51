/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What the files of this platform share, and what tests may set. */
#ifndef PLATFORM_LINUX_LINUX_H
#define PLATFORM_LINUX_LINUX_H

#include "core/compiler.h"

/* Bytes that bulk_realloc() gives out at most, all together. */
extern uint64_t linux_bulk_limit;

/* Bytes that it has given out now. */
extern uint64_t linux_bulk_used;

/* Called instead of ending the program by poweroff and reboot, if not NULL;
 * its result is theirs. For tests. */
extern int (*linux_end_hook)(void);

/* How far the clock is ahead of the system's. And, if not 0, how far a rest
 * moves it ahead instead of taking time: tests wait for nothing. */
extern uint64_t linux_time_skip_us;
extern uint64_t linux_idle_skip_us;

/* Answer http:// from the files of this folder, if not NULL. */
extern const char *linux_http_dir;

/* Somebody runs this as a program: without a network card, what wants the
 * network fails at once, saying what can be done. */
extern bool linux_is_program;

/* Put the terminal back as it was. May be called at any time. */
void linux_console_restore(void);

/* The screen in memory, 0x00RRGGBB; NULL while there is no graphics mode. */
extern uint32_t *linux_screen;
extern unsigned int linux_screen_width, linux_screen_height;

/* What platform_ram_region() says: bytes of memory at address 0. The computer's
 * own; tests set it, and a hole of so many bytes in its middle. */
extern uint64_t linux_ram, linux_ram_hole;

/* Bytes of the record of settings, which lives as long as the program; and what
 * replacing it fails with, if not 0. For tests. */
extern size_t linux_nvs_len;
extern int linux_nvs_rc;

/* What platform_acpi_rsdp() says: NULL, Linux shows no root pointer. Tests set
 * it. */
extern const uint8_t *linux_acpi_rsdp;

#endif
