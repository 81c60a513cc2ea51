/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* SMBIOS structures as settings. */
#ifndef CORE_SMBIOS_H
#define CORE_SMBIOS_H

#include "core/compiler.h"

/* Find structure number INSTANCE (from 0) of TYPE in TABLE of LEN bytes, DMTF
 * DSP0134 6.1. RET_LEN is the length of its formatted area, RET_END the first
 * byte behind its strings. NULL if there is none or the table is damaged. */
const uint8_t *smbios_find(const uint8_t *table, size_t len, uint8_t type,
			   unsigned int instance, size_t *ret_len,
			   const uint8_t **ret_end);

/* String INDEX (from 1) of the structure whose strings lie between STRINGS and
 * END; NULL if it has none of that number. */
const char *smbios_string(const uint8_t *strings, const uint8_t *end,
			  unsigned int index);

#endif
