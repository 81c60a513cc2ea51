/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The customisation region of a boot image: its content, read and written. */
#include "region.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "le.h"

/* Sizes and offsets of the format, bytes. */
#define HEAD_LEN  12
#define CRC_LEN	  4
#define ENTRY_LEN 6

static const uint8_t magic[8] = "\x7fUregn\0\1";

uint32_t region_crc32(const uint8_t *data, size_t len)
{
	uint32_t crc = ~0U;
	size_t i;
	int bit;

	for (i = 0; i < len; i++) {
		crc ^= data[i];
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

/* len bytes with a NUL behind them, or NULL. */
static void *copy_bytes(const void *bytes, size_t len)
{
	char *copy = malloc(len + 1);

	if (copy) {
		memcpy(copy, bytes, len);
		copy[len] = '\0';
	}
	return copy;
}

static void entry_fini(struct region_entry *entry)
{
	free(entry->name);
	free(entry->value);
}

static int entry_init(struct region_entry *entry, uint8_t kind,
		      const void *name, size_t name_len, const void *value,
		      size_t value_len)
{
	entry->kind = kind;
	entry->name = copy_bytes(name, name_len);
	entry->value = copy_bytes(value, value_len);
	entry->value_len = value_len;
	if (entry->name && entry->value)
		return 0;
	entry_fini(entry);
	return -ENOMEM;
}

static int region_append(struct region *region,
			 const struct region_entry *entry)
{
	struct region_entry *grown;

	grown = reallocarray(region->entries, region->count + 1,
			     sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	region->entries = grown;
	grown[region->count++] = *entry;
	return 0;
}

int region_add(struct region *region, enum region_kind kind, const char *name,
	       const void *value, size_t value_len)
{
	struct region_entry entry;
	int rc;

	rc = entry_init(&entry, (uint8_t)kind, name, strlen(name), value,
			value_len);
	if (rc)
		return rc;
	rc = region_append(region, &entry);
	if (rc)
		entry_fini(&entry);
	return rc;
}

struct region_entry *region_find(const struct region *region,
				 enum region_kind kind, const char *name)
{
	size_t i;

	for (i = 0; i < region->count; i++) {
		if (region->entries[i].kind == kind &&
		    strcmp(region->entries[i].name, name) == 0)
			return &region->entries[i];
	}
	return NULL;
}

int region_put(struct region *region, enum region_kind kind, const char *name,
	       const void *value, size_t value_len)
{
	struct region_entry *old = region_find(region, kind, name);
	struct region_entry entry;
	int rc;

	if (!old)
		return region_add(region, kind, name, value, value_len);
	rc = entry_init(&entry, (uint8_t)kind, name, strlen(name), value,
			value_len);
	if (rc)
		return rc;
	entry_fini(old);
	*old = entry;
	return 0;
}

void region_drop(struct region *region, struct region_entry *entry)
{
	size_t behind = region->count - 1 - (size_t)(entry - region->entries);

	entry_fini(entry);
	memmove(entry, entry + 1, behind * sizeof(*entry));
	region->count--;
}

void region_fini(struct region *region)
{
	size_t i;

	if (!region)
		return;
	for (i = 0; i < region->count; i++)
		entry_fini(&region->entries[i]);
	free(region->entries);
	memset(region, 0, sizeof(*region));
}

/* Read the entries in the len bytes at data. */
static int parse_entries(const uint8_t *data, size_t len, struct region *region)
{
	struct region_entry entry;
	size_t name_len, value_len;
	int rc;

	while (len) {
		if (len < ENTRY_LEN)
			return -EBADMSG;
		name_len = data[1];
		value_len = le32_get(data + 2);
		if (name_len > len - ENTRY_LEN ||
		    value_len > len - ENTRY_LEN - name_len)
			return -EBADMSG;
		rc = entry_init(&entry, data[0], data + ENTRY_LEN, name_len,
				data + ENTRY_LEN + name_len, value_len);
		if (rc)
			return rc;
		rc = region_append(region, &entry);
		if (rc) {
			entry_fini(&entry);
			return rc;
		}
		data += ENTRY_LEN + name_len + value_len;
		len -= ENTRY_LEN + name_len + value_len;
	}
	return 0;
}

int region_parse(const uint8_t *data, size_t len, struct region *ret_region)
{
	struct region region = {0};
	size_t entries_len;
	int rc;

	if (!len || !data[0])
		return -ENOENT;
	if (len < HEAD_LEN + CRC_LEN || memcmp(data, magic, sizeof(magic)) != 0)
		return -EBADMSG;
	entries_len = le32_get(data + 8);
	if (entries_len > len - HEAD_LEN - CRC_LEN ||
	    region_crc32(data, HEAD_LEN + entries_len) !=
		    le32_get(data + HEAD_LEN + entries_len))
		return -EBADMSG;
	rc = parse_entries(data + HEAD_LEN, entries_len, &region);
	if (rc)
		region_fini(&region);
	else
		*ret_region = region;
	return rc;
}

int region_format(const struct region *region, uint8_t **ret_data,
		  size_t *ret_len)
{
	size_t len = HEAD_LEN + CRC_LEN;
	uint8_t *data, *at;
	size_t i;

	*ret_data = NULL;
	*ret_len = 0;
	if (!region->count)
		return 0;
	for (i = 0; i < region->count; i++)
		len += ENTRY_LEN + strlen(region->entries[i].name) +
		       region->entries[i].value_len;
	data = malloc(len);
	if (!data)
		return -ENOMEM;
	memcpy(data, magic, sizeof(magic));
	le32_put(data + 8, (uint32_t)(len - HEAD_LEN - CRC_LEN));
	at = data + HEAD_LEN;
	for (i = 0; i < region->count; i++) {
		const struct region_entry *entry = &region->entries[i];
		size_t name_len = strlen(entry->name);

		at[0] = entry->kind;
		at[1] = (uint8_t)name_len;
		le32_put(at + 2, (uint32_t)entry->value_len);
		memcpy(at + ENTRY_LEN, entry->name, name_len);
		at += ENTRY_LEN + name_len;
		memcpy(at, entry->value, entry->value_len);
		at += entry->value_len;
	}
	le32_put(at, region_crc32(data, (size_t)(at - data)));
	*ret_data = data;
	*ret_len = len;
	return 0;
}
