/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Finding ACPI tables. ACPI 6.5 5.2. */
#include <string.h>

#include "core/acpi.h"
#include "core/platform.h"

#define RSDP_LEN      20 /* of version 0, which all versions begin with */
#define RSDP_REVISION 15
#define RSDP_RSDT     16 /* 32 bits */
#define RSDP_XSDT     24 /* 64 bits, from revision 2 on */

#define HEADER_LENGTH 4	 /* 32 bits */
#define FADT_DSDT     40 /* 32 bits */
#define FADT_X_DSDT   140

/* A table that claims to be longer is taken for rubbish. */
#define TABLE_MAX (16u << 20)

/* Do LEN bytes at DATA add up to 0? */
static bool sum_is_right(const uint8_t *data, size_t len)
{
	uint8_t sum = 0;

	while (len--)
		sum = (uint8_t)(sum + *data++);
	return !sum;
}

bool acpi_is_rsdp(const uint8_t *rsdp, size_t len)
{
	return len >= RSDP_LEN && !memcmp(rsdp, "RSD PTR ", 8) &&
	       sum_is_right(rsdp, RSDP_LEN);
}

/* The table at ADDRESS if it is one with SIGNATURE, else NULL. */
static const uint8_t *table_at(uint64_t address, const char *signature,
			       size_t *ret_len)
{
	const uint8_t *table = (const uint8_t *)(uintptr_t)address;
	uint32_t len;

	if (!address || address > UINTPTR_MAX || memcmp(table, signature, 4))
		return NULL;
	len = get_le32(table + HEADER_LENGTH);
	if (len < ACPI_HEADER_LEN || len > TABLE_MAX ||
	    !sum_is_right(table, len))
		return NULL;
	*ret_len = len;
	return table;
}

/* The table that lists the others; RET_WIDTH bytes are one address in it. */
static const uint8_t *root_find(size_t *ret_len, size_t *ret_width)
{
	const uint8_t *rsdp = platform_acpi_rsdp();
	const uint8_t *root = NULL;

	if (!rsdp)
		return NULL;
	if (rsdp[RSDP_REVISION] >= 2)
		root = table_at(get_le64(rsdp + RSDP_XSDT), "XSDT", ret_len);
	*ret_width = root ? 8 : 4;
	return root ? root
		    : table_at(get_le32(rsdp + RSDP_RSDT), "RSDT", ret_len);
}

/* The one table that the FADT refers to. */
static const uint8_t *dsdt_find(size_t *ret_len)
{
	const uint8_t *dsdt = NULL;
	const uint8_t *fadt;
	size_t len;

	fadt = acpi_find("FACP", 0, &len);
	if (fadt && len >= FADT_X_DSDT + 8)
		dsdt = table_at(get_le64(fadt + FADT_X_DSDT), "DSDT", ret_len);
	if (fadt && !dsdt && len >= FADT_DSDT + 4)
		dsdt = table_at(get_le32(fadt + FADT_DSDT), "DSDT", ret_len);
	return dsdt;
}

const uint8_t *acpi_find(const char *signature, unsigned int index,
			 size_t *ret_len)
{
	const uint8_t *root, *table;
	size_t len, width, at;
	uint64_t address;

	if (!memcmp(signature, "DSDT", 4))
		return index ? NULL : dsdt_find(ret_len);
	root = root_find(&len, &width);
	if (!root)
		return NULL;
	for (at = ACPI_HEADER_LEN; at + width <= len; at += width) {
		address =
			width == 8 ? get_le64(root + at) : get_le32(root + at);
		table = table_at(address, signature, ret_len);
		if (table && !index--)
			return table;
	}
	return NULL;
}
