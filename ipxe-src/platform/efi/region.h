/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Finding the customisation region (core/region.h) under UEFI. */
#ifndef PLATFORM_EFI_REGION_H
#define PLATFORM_EFI_REGION_H

#include "core/compiler.h"

/* What a loaded PE program says of its region. */
struct pe_region {
	const uint8_t *data; /* the section .region, or NULL */
	size_t len;
	bool is_signed; /* the file has a certificate table */
};

/* Look into the program loaded at BASE, LEN bytes. PE format 3.3, 4. */
void pe_region_find(const uint8_t *base, size_t len,
		    struct pe_region *ret_region);

/* Find our own region: in the program, else REGION_FILE_NAME beside it on its
 * volume or in the volume's root. Sets what core/region.h declares. */
void efi_region_init(void);

#endif
