/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Taking apart what the loader of a Linux kernel gives it. */
#ifndef PLATFORM_BIOS_LKRN_H
#define PLATFORM_BIOS_LKRN_H

#include "core/compiler.h"

/* The part of the kernel command line TEXT that is a command for us: without
 * the words that loaders put before it (all of the form name=value, as
 * BOOT_IMAGE=...; no command looks like that) and behind it (initrd=...,
 * and what syslinux's SYSAPPEND adds). Shortens TEXT, and returns a pointer
 * into it. */
char *lkrn_command(char *text);

/* The first file in an initrd, LEN bytes at DATA, that loaders put together
 * of several, each padded with zeros to a multiple of four bytes. A script
 * ends at the first zero byte or customisation region, a region where it says;
 * anything else goes on to the end. Returns its length, 0 if there is none
 * any more, and in *RET_SKIP how many bytes of padding are before it. */
size_t lkrn_next_file(const uint8_t *data, size_t len, size_t *ret_skip);

/* Do the LEN bytes at DATA begin like a script, or like a region? */
bool lkrn_is_script(const uint8_t *data, size_t len);
bool lkrn_is_region(const uint8_t *data, size_t len);

#endif
