/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* SMBIOS entry points: where the structure table is. */
#include <errno.h>
#include <string.h>

#include "platform/efi/smbios.h"

#define ENTRY3_LEN 24
#define ENTRY_LEN  31

/* Some firmware says 30 where 31 is meant: DMTF DSP0134 5.2.1, note. */
#define ENTRY_LEN_MISTAKEN 30

/* Do the LEN bytes at ENTRY add up to zero? */
static bool is_sum_right(const uint8_t *entry, size_t len)
{
	uint8_t sum = 0;

	while (len--)
		sum = (uint8_t)(sum + *entry++);
	return !sum;
}

int smbios_parse_entry3(const uint8_t *entry, uint64_t *ret_address,
			size_t *ret_len, uint16_t *ret_version)
{
	if (memcmp(entry, "_SM3_", 5) || entry[6] != ENTRY3_LEN ||
	    !is_sum_right(entry, ENTRY3_LEN))
		return -ENOENT;
	*ret_address = get_le64(entry + 16);
	*ret_len = get_le32(entry + 12);
	*ret_version = (uint16_t)(entry[7] << 8 | entry[8]);
	return 0;
}

int smbios_parse_entry(const uint8_t *entry, uint64_t *ret_address,
		       size_t *ret_len, uint16_t *ret_version)
{
	if (memcmp(entry, "_SM_", 4) ||
	    (entry[5] != ENTRY_LEN && entry[5] != ENTRY_LEN_MISTAKEN) ||
	    !is_sum_right(entry, entry[5]))
		return -ENOENT;
	*ret_address = get_le32(entry + 24);
	*ret_len = get_le16(entry + 22);
	*ret_version = (uint16_t)(entry[6] << 8 | entry[7]);
	return 0;
}
