/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* SMBIOS entry points: where the structure table is. */
#ifndef PLATFORM_EFI_SMBIOS_H
#define PLATFORM_EFI_SMBIOS_H

#include "core/compiler.h"

/* Read the 64-bit ("_SM3_", 24 bytes) or the 32-bit ("_SM_", 31 bytes) entry
 * point at ENTRY. Give address and length (of "_SM3_": the most it may be) of
 * the table, and the version, major << 8 | minor. Returns 0, or -ENOENT if
 * anchor, length or checksum is wrong. DMTF DSP0134 5.2.2 and 5.2.1. */
int smbios_parse_entry3(const uint8_t *entry, uint64_t *ret_address,
			size_t *ret_len, uint16_t *ret_version);
int smbios_parse_entry(const uint8_t *entry, uint64_t *ret_address,
		       size_t *ret_len, uint16_t *ret_version);

#endif
