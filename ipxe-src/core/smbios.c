/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The settings block "smbios". */
#include <errno.h>
#include <string.h>

#include "core/platform.h"
#include "core/settings.h"
#include "core/smbios.h"

SELECT_IF(SMBIOS_SETTINGS);

/* Header of every structure: type, length, handle. DSP0134 6.1.2. */
#define SMBIOS_HEADER_LEN 4
#define SMBIOS_TYPE_END	  127

/* Where the UUID is, and since when its first fields are little-endian. */
#define SMBIOS_TAG_UUID	    0x010810
#define SMBIOS_VERSION_GUID 0x0206

/* The end of the strings behind the formatted area: two zero bytes. */
static const uint8_t *strings_end(const uint8_t *strings, const uint8_t *end)
{
	for (; end - strings >= 2; strings++) {
		if (!strings[0] && !strings[1])
			return strings + 2;
	}
	return NULL;
}

const uint8_t *smbios_find(const uint8_t *table, size_t len, uint8_t type,
			   unsigned int instance, size_t *ret_len,
			   const uint8_t **ret_end)
{
	const uint8_t *end = table + len;
	const uint8_t *next;

	while (end - table >= SMBIOS_HEADER_LEN) {
		if (table[1] < SMBIOS_HEADER_LEN || table[1] > end - table)
			return NULL;
		next = strings_end(table + table[1], end);
		if (!next)
			return NULL;
		if (table[0] == type && instance-- == 0) {
			*ret_len = table[1];
			*ret_end = next;
			return table;
		}
		if (table[0] == SMBIOS_TYPE_END)
			return NULL;
		table = next;
	}
	return NULL;
}

const char *smbios_string(const uint8_t *strings, const uint8_t *end,
			  unsigned int index)
{
	size_t len;

	while (index && strings < end && *strings) {
		/* Two zero bytes before END bound this. */
		len = strlen((const char *)strings);
		if (--index == 0)
			return (const char *)strings;
		strings += len + 1;
	}
	return NULL;
}

static bool smbios_applies(struct settings *settings __unused_arg,
			   const struct setting *setting)
{
	return setting->tag && setting->scope &&
	       !strcmp(setting->scope, "smbios");
}

/* Copy DATA_LEN bytes as fetch() does; strings lose nothing but the NUL. */
static int copy_out(const void *data, size_t data_len, void *buf, size_t len)
{
	if (len)
		memcpy(buf, data, MIN(len, data_len));
	return (int)data_len;
}

/* The tag is [instance.]type.offset.length. Length 0: the string whose number
 * is at that offset; offset 0: the string whose number is the length; both 0:
 * the whole structure. */
static int smbios_fetch(struct settings *settings __unused_arg,
			const struct setting *setting, void *buf, size_t len,
			const struct setting_type **ret_type)
{
	unsigned int instance = (unsigned int)(setting->tag >> 24);
	uint8_t type = (uint8_t)(setting->tag >> 16);
	uint8_t offset = (uint8_t)(setting->tag >> 8);
	uint8_t count = (uint8_t)setting->tag;
	const uint8_t *table, *found, *end;
	size_t table_len, found_len;
	unsigned int index;
	const char *text;
	uint16_t version;

	if (!*ret_type)
		*ret_type = !offset == !count ? &setting_type_hex
					      : &setting_type_string;
	if (platform_smbios(&table, &table_len, &version))
		return -ENOENT;
	found = smbios_find(table, table_len, type, instance, &found_len, &end);
	if (!found)
		return -ENOENT;
	if (!offset && !count)
		return copy_out(found, (size_t)(end - found), buf, len);
	if (!offset || !count) {
		if (offset && offset >= found_len)
			return -ENOENT;
		index = offset ? found[offset] : count;
		text = smbios_string(found + found_len, end, index);
		if (!text)
			return -ENOENT;
		return copy_out(text, strlen(text), buf, len);
	}
	if (offset > found_len || count > found_len - offset)
		return -ENOENT;
	found += offset;
	if (setting->tag == SMBIOS_TAG_UUID && count == 16 &&
	    version >= SMBIOS_VERSION_GUID) {
		uint8_t uuid[16] = {found[3], found[2], found[1], found[0],
				    found[5], found[4], found[7], found[6]};

		memcpy(uuid + 8, found + 8, 8);
		return copy_out(uuid, sizeof(uuid), buf, len);
	}
	return copy_out(found, count, buf, len);
}

static const struct settings_ops smbios_ops = {
	.applies = smbios_applies,
	.store = settings_refuse,
	.fetch = smbios_fetch,
};

static struct settings smbios_settings;

void settings_register_smbios(void)
{
	settings_init(&smbios_settings, &smbios_ops, 0);
	smbios_settings.scope = "smbios";
	settings_register(&smbios_settings, NULL, "smbios");
}
