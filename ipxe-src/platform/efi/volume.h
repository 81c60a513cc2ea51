/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Volumes that the firmware can read: sticks, discs, EFI system partitions. */
#ifndef PLATFORM_EFI_VOLUME_H
#define PLATFORM_EFI_VOLUME_H

#include "core/uri.h"
#include "platform/efi/efi.h"

#define VOLUME_PATH_MAX 256 /* characters, with the terminator */

/* Write to PATH where our own file is on its volume, with backslashes; ""
 * if that is not known. Returns the number of characters up to the last
 * backslash and with it, 0 if there is none: the folder that it is in. */
size_t efi_volume_own_path(CHAR16 path[VOLUME_PATH_MAX]);

/* Open the root folder of the volume that we were loaded from. Returns 0, or
 * -ENODEV and a sentence if it was no volume. Whoever called it closes it. */
int efi_volume_open_own(EFI_FILE_HANDLE *ret_root);

/* The same for the first volume called LABEL, whatever the case of letters.
 * -ENODEV: there is none. */
int efi_volume_open(const char *label, EFI_FILE_HANDLE *ret_root);

/* The URI of PATH (at most VOLUME_PATH_MAX characters, with backslashes) on
 * the volume that we were loaded from: "file:/EFI/BOOT/BOOTX64.EFI". A new
 * reference; NULL for want of memory. */
struct uri *efi_volume_uri(const CHAR16 *path);

/* Let origin.uri say where on its volume our file is, if we were loaded from
 * one. */
void efi_volume_origin(void);

#endif
