/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The customisation region: its checks and its entries. */
#include <string.h>

#include "core/crc32.h"
#include "core/error.h"
#include "core/region.h"

const uint8_t *region_data;
size_t region_len;
bool region_is_wanted;

bool region_next(const uint8_t *entries, size_t len, size_t *at,
		 struct region_entry *ret_entry)
{
	const uint8_t *entry = entries + *at;
	size_t left = len - *at;

	if (left < REGION_ENTRY_LEN)
		return false;
	left -= REGION_ENTRY_LEN;
	ret_entry->kind = entry[0];
	ret_entry->name_len = entry[1];
	ret_entry->value_len = get_le32(entry + 2);
	if (ret_entry->name_len > left ||
	    ret_entry->value_len > left - ret_entry->name_len)
		return false;
	ret_entry->name = (const char *)entry + REGION_ENTRY_LEN;
	ret_entry->value = entry + REGION_ENTRY_LEN + ret_entry->name_len;
	*at += REGION_ENTRY_LEN + ret_entry->name_len + ret_entry->value_len;
	return true;
}

int region_check(const uint8_t *data, size_t len, size_t *ret_entries_len)
{
	struct region_entry entry;
	size_t entries_len;
	size_t at = 0;

	if (!len || !data[0])
		return -ENOENT;
	if (len < REGION_HEAD_LEN + REGION_CRC_LEN ||
	    memcmp(data, REGION_MAGIC, sizeof(REGION_MAGIC)) ||
	    data[7] != REGION_VERSION)
		goto damaged;
	entries_len = get_le32(data + 8);
	len -= REGION_HEAD_LEN + REGION_CRC_LEN;
	if (entries_len > len ||
	    crc32_ieee(data, REGION_HEAD_LEN + entries_len) !=
		    get_le32(data + REGION_HEAD_LEN + entries_len))
		goto damaged;
	while (region_next(data + REGION_HEAD_LEN, entries_len, &at, &entry))
		;
	if (at != entries_len)
		goto damaged;
	*ret_entries_len = entries_len;
	return 0;
damaged:
	return error_set(-EBADMSG, "it is damaged, or of another version");
}
