/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The settings block "nvs": values that survive a reset.
 *
 * All of them are one record, written as a whole whenever one changes:
 *
 *    0  4  magic: "UnS1"
 *    4  .. entries, one behind the other
 *
 * and an entry, integers little-endian:
 *
 *    0  4  DHCP tag, or 0
 *    4  1  length of the name, N
 *    5  1  length of the type's name, T
 *    6  2  length of the value, V
 *    8  N  name
 *   8+N T  type
 *       V  value, raw
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/general.h"
#include "core/error.h"
#include "core/platform.h"
#include "core/settings.h"

SELECT_IF(NVS_SETTINGS);

#define MAGIC	  "UnS1"
#define MAGIC_LEN 4
#define ENTRY_LEN 8 /* without name, type and value */

/* Asked before the network cards: what was set here on purpose goes before
 * what a DHCP server says. */
#define NVS_ORDER 100

static uint8_t record[PLATFORM_NVS_MAX];
static size_t record_len; /* 0: there is none */

/* An entry, in place. */
struct entry {
	uint32_t tag;
	const char *name;
	size_t name_len;
	const char *type;
	size_t type_len;
	const uint8_t *value;
	size_t value_len;
	size_t len; /* of all of it */
};

/* The entry at AT of the record; false behind the last, or if it is damaged. */
static bool entry_get(size_t at, struct entry *entry)
{
	const uint8_t *data = record + at;

	if (at > record_len || record_len - at < ENTRY_LEN)
		return false;
	entry->tag = get_le32(data);
	entry->name_len = data[4];
	entry->type_len = data[5];
	entry->value_len = get_le16(data + 6);
	entry->name = (const char *)data + ENTRY_LEN;
	entry->type = entry->name + entry->name_len;
	entry->value = (const uint8_t *)entry->type + entry->type_len;
	entry->len = ENTRY_LEN + entry->name_len + entry->type_len +
		     entry->value_len;
	return entry->len <= record_len - at;
}

/* Is TEXT the LEN bytes at DATA? */
static bool text_is(const char *text, const char *data, size_t len)
{
	return strlen(text) == len && !memcmp(text, data, len);
}

/* Find what SETTING asks for; where it is, 0 if it is not there. */
static size_t entry_find(const struct setting *setting, struct entry *entry)
{
	size_t at;

	for (at = MAGIC_LEN; entry_get(at, entry); at += entry->len) {
		if (entry->tag && setting->tag
			    ? entry->tag == setting->tag
			    : setting->name && setting->name[0] &&
				      text_is(setting->name, entry->name,
					      entry->name_len))
			return at;
	}
	return 0;
}

/* The type called by the LEN bytes at NAME, or NULL. */
static const struct setting_type *type_find(const char *name, size_t len)
{
	const struct setting_type *type;

	for_each_table_entry(type, setting_types) {
		if (text_is(type->name, name, len))
			return type;
	}
	return NULL;
}

/* Only what belongs to no other block can be kept. */
static bool nvs_applies(struct settings *settings __unused_arg,
			const struct setting *setting)
{
	return !setting->scope;
}

static int nvs_fetch(struct settings *settings __unused_arg,
		     const struct setting *setting, void *buf, size_t len,
		     const struct setting_type **ret_type)
{
	struct entry entry;

	if (!entry_find(setting, &entry))
		return -ENOENT;
	*ret_type = type_find(entry.type, entry.type_len);
	if (len)
		memcpy(buf, entry.value, MIN(len, entry.value_len));
	return (int)entry.value_len;
}

/* Write an entry at DATA, which has room. Returns its length. */
static size_t entry_put(uint8_t *data, const struct setting *setting,
			const void *value, size_t len)
{
	const char *name = setting->name ? setting->name : "";
	const char *type = setting->type ? setting->type->name : "";
	size_t name_len = strlen(name);
	size_t type_len = strlen(type);

	put_le32(data, setting->tag);
	data[4] = (uint8_t)name_len;
	data[5] = (uint8_t)type_len;
	put_le16(data + 6, (uint16_t)len);
	memcpy(data + ENTRY_LEN, name, name_len);
	memcpy(data + ENTRY_LEN + name_len, type, type_len);
	memcpy(data + ENTRY_LEN + name_len + type_len, value, len);
	return ENTRY_LEN + name_len + type_len + len;
}

/* Bytes that an entry of LEN bytes for SETTING needs, or more than can be. */
static size_t entry_size(const struct setting *setting, size_t len)
{
	size_t name_len = setting->name ? strlen(setting->name) : 0;

	if (name_len > UINT8_MAX || len > PLATFORM_NVS_MAX)
		return SIZE_MAX;
	return ENTRY_LEN + name_len + len +
	       (setting->type ? strlen(setting->type->name) : 0);
}

static int nvs_store(struct settings *settings __unused_arg,
		     const struct setting *setting, const void *data,
		     size_t len)
{
	size_t old = 0, new_len = MAX(record_len, (size_t)MAGIC_LEN);
	struct entry entry;
	uint8_t *new;
	int rc;

	old = entry_find(setting, &entry);
	if (!old && !data)
		return 0;
	if (old)
		new_len -= entry.len;
	if (data && entry_size(setting, len) > PLATFORM_NVS_MAX - new_len)
		return error_set(-ENOSPC,
				 "%s is not kept: there are only %u bytes for "
				 "settings that survive a reset",
				 setting->name, PLATFORM_NVS_MAX);
	new = malloc(PLATFORM_NVS_MAX);
	if (!new)
		return -ENOMEM;
	memcpy(new, MAGIC, MAGIC_LEN);
	if (old) {
		memcpy(new, record, old);
		memcpy(new + old, record + old + entry.len, new_len - old);
	} else if (record_len) {
		memcpy(new, record, record_len);
	}
	if (data)
		new_len += entry_put(new + new_len, setting, data, len);
	/* The last one deleted: nothing is left behind. */
	if (new_len == MAGIC_LEN)
		new_len = 0;
	rc = platform_nvs_store(new, new_len);
	if (!rc) {
		memcpy(record, new, new_len);
		record_len = new_len;
	}
	free(new);
	return rc;
}

static const struct settings_ops nvs_ops = {
	.applies = nvs_applies,
	.store = nvs_store,
	.fetch = nvs_fetch,
};

static struct settings nvs_settings;

void settings_register_nvs(void)
{
	struct entry entry;
	size_t at = MAGIC_LEN;

	record_len = sizeof(record);
	if (platform_nvs_load(record, &record_len) || record_len < MAGIC_LEN ||
	    memcmp(record, MAGIC, MAGIC_LEN))
		record_len = 0;
	/* What is damaged ends the record. */
	while (entry_get(at, &entry))
		at += entry.len;
	record_len = MIN(record_len, at);
	settings_init(&nvs_settings, &nvs_ops, NVS_ORDER);
	settings_register(&nvs_settings, NULL, "nvs");
}
