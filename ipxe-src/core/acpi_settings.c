/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* ${acpi/<signature>.<index>.<offset high>.<offset low>.<length>}: tables. */
#include <errno.h>
#include <string.h>

#include "config/settings.h"
#include "core/acpi.h"
#include "core/raw_block.h"

SELECT_IF(ACPI_SETTINGS);

/* The signature is a number of four characters, the first one lowest: "SPCR"
 * is 0x52435053. Length 0 is all from the offset on. */
static int acpi_fetch(const struct setting *setting, void *buf, size_t len,
		      const struct setting_type **ret_type)
{
	size_t offset = (size_t)(setting->tag >> 8) & 0xffff;
	size_t count = (size_t)setting->tag & 0xff;
	const uint8_t *table;
	char signature[5] = "";
	size_t table_len;

	if (!setting->tag)
		return -ENOENT;
	put_le32(signature, (uint32_t)(setting->tag >> 32));
	table = acpi_find(signature, (unsigned int)(setting->tag >> 24) & 0xff,
			  &table_len);
	if (!table || offset > table_len)
		return -ENOENT;
	if (!count)
		count = table_len - offset;
	if (count > table_len - offset)
		return -ENOENT;
	if (!*ret_type)
		*ret_type = &setting_type_hexraw;
	return raw_copy(table + offset, count, buf, len);
}

static struct raw_block acpi_block = {.name = "acpi", .fetch = acpi_fetch};
TABLE_REGISTER(raw_blocks, acpi_block);
