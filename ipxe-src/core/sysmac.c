/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* ${sysmac}: the machine's own address, from its ACPI tables. */
#include <errno.h>
#include <string.h>

#include "config/settings.h"
#include "core/acpi.h"
#include "core/builtin.h"
#include "core/hex_digit.h"
#include "core/sysmac.h"

SELECT_IF(ACPI_SETTINGS);

#define MARK_LEN 9 /* "_AUXMAC_#" */

/* Six bytes of the twelve digits at TEXT. False if they are none. */
static bool digits_parse(const uint8_t *text, uint8_t mac[SYSMAC_LEN])
{
	unsigned int i;
	int high, low;

	for (i = 0; i < SYSMAC_LEN; i++) {
		high = hex_digit_value(text[2 * i]);
		low = hex_digit_value(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		mac[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* Can it be the address of one card? Tables have placeholders. */
static bool is_station(const uint8_t mac[SYSMAC_LEN])
{
	static const uint8_t none[SYSMAC_LEN];

	return !(mac[0] & 1) && memcmp(mac, none, SYSMAC_LEN);
}

bool sysmac_find(const uint8_t *aml, size_t len, uint8_t ret_mac[SYSMAC_LEN])
{
	static const struct {
		char mark[MARK_LEN + 1];
		uint8_t len; /* of what is between the mark and "#" */
	} kinds[] = {
		{"_AUXMAC_#", 2 * SYSMAC_LEN},
		{"_RTXMAC_#", SYSMAC_LEN},
	};
	uint8_t mac[SYSMAC_LEN];
	const uint8_t *value;
	size_t at, i;

	for (at = 0; at < len; at++) {
		for (i = 0; aml[at] == '_' && i < ARRAY_SIZE(kinds); i++) {
			value = aml + at + MARK_LEN;
			if (len - at <= (size_t)MARK_LEN + kinds[i].len ||
			    memcmp(aml + at, kinds[i].mark, MARK_LEN) ||
			    value[kinds[i].len] != '#')
				continue;
			memcpy(mac, value, SYSMAC_LEN);
			if (kinds[i].len != SYSMAC_LEN &&
			    !digits_parse(value, mac))
				continue;
			if (!is_station(mac))
				continue;
			memcpy(ret_mac, mac, SYSMAC_LEN);
			return true;
		}
	}
	return false;
}

static int sysmac_fetch(void *buf, size_t len)
{
	uint8_t mac[SYSMAC_LEN];
	const uint8_t *table;
	unsigned int index;
	size_t table_len;

	table = acpi_find("DSDT", 0, &table_len);
	if (table && sysmac_find(table, table_len, mac))
		return builtin_bytes(mac, sizeof(mac), buf, len);
	for (index = 0; (table = acpi_find("SSDT", index, &table_len));
	     index++) {
		if (sysmac_find(table, table_len, mac))
			return builtin_bytes(mac, sizeof(mac), buf, len);
	}
	return -ENOENT;
}

BUILTIN(sysmac, "sysmac", hex,
	"The machine's own MAC address, from its ACPI tables");
