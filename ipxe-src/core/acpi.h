/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The machine's ACPI tables. ACPI 6.5 5.2. */
#ifndef CORE_ACPI_H
#define CORE_ACPI_H

#include "core/compiler.h"

#define ACPI_HEADER_LEN 36 /* of every table but RSDP and FACS */

/* Table number INDEX (from 0) of those with SIGNATURE (four characters, as
 * "SPCR"), header included; RET_LEN is its length, at least ACPI_HEADER_LEN.
 * Its length and checksum have been checked. "DSDT" is found too, which only
 * another table knows. NULL if there is none. Stays valid. */
const uint8_t *acpi_find(const char *signature, unsigned int index,
			 size_t *ret_len);

/* Is what is at RSDP, readable for LEN bytes, a root pointer? ACPI 6.5
 * 5.2.5.3. For platforms that must search for it. */
bool acpi_is_rsdp(const uint8_t *rsdp, size_t len);

#endif
