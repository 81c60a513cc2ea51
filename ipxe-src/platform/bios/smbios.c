/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Where the BIOS has its SMBIOS table. DMTF DSP0134 5.2. */
#include <errno.h>
#include <string.h>

#include "core/platform.h"
#include "platform/bios/io.h"

#define SCAN_START 0xf0000
#define SCAN_END   0x100000
#define SCAN_STEP  16

/* Offsets in the 32-bit entry point structure, and its length. */
#define SM_LEN	     31
#define SM_OLD_LEN   30 /* what a mistake in version 2.1 has in the field */
#define SM_FIELD_LEN 5
#define SM_MAJOR     6
#define SM_TABLE_LEN 22
#define SM_TABLE     24

/* The same in the 64-bit one. */
#define SM3_LEN	      24
#define SM3_FIELD_LEN 6
#define SM3_MAJOR     7
#define SM3_TABLE_LEN 12
#define SM3_TABLE     16

/* Do LEN bytes at DATA add up to 0? */
static bool sum_is_right(const uint8_t *data, size_t len)
{
	uint8_t sum = 0;

	while (len--)
		sum += *data++;
	return sum == 0;
}

int platform_smbios(const uint8_t **ret_table, size_t *ret_len,
		    uint16_t *ret_version)
{
	const uint8_t *entry;
	uint32_t at;

	for (at = SCAN_START; at < SCAN_END; at += SCAN_STEP) {
		entry = (const uint8_t *)low_ptr(uint8_t, at);
		if (!memcmp(entry, "_SM3_", 5) &&
		    entry[SM3_FIELD_LEN] == SM3_LEN &&
		    sum_is_right(entry, SM3_LEN) &&
		    !get_le32(entry + SM3_TABLE + 4)) {
			*ret_table =
				(const uint8_t *)get_le32(entry + SM3_TABLE);
			*ret_len = get_le32(entry + SM3_TABLE_LEN);
			*ret_version = get_be16(entry + SM3_MAJOR);
			return 0;
		}
		if (!memcmp(entry, "_SM_", 4) &&
		    (entry[SM_FIELD_LEN] == SM_LEN ||
		     entry[SM_FIELD_LEN] == SM_OLD_LEN) &&
		    sum_is_right(entry, entry[SM_FIELD_LEN])) {
			*ret_table =
				(const uint8_t *)get_le32(entry + SM_TABLE);
			*ret_len = get_le16(entry + SM_TABLE_LEN);
			*ret_version = get_be16(entry + SM_MAJOR);
			return 0;
		}
	}
	return -ENOENT;
}
