/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The initial RAM disk as Linux's EFI stub asks for it. */
#ifndef IMAGE_EFI_INITRD_H
#define IMAGE_EFI_INITRD_H

#include "core/image.h"

/* Offer the RAM disk of KERNEL by LoadFile2 on the path that Linux looks at;
 * nothing is offered if there are no images for it. Returns 0 or -errno. */
int efi_initrd_install(struct image *kernel);

/* End the offer, or what was begun of it; harmless if there is none. */
void efi_initrd_uninstall(void);

#endif
