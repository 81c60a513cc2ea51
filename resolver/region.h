/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The customisation region of a boot image: its content, read and written.
 *
 * The format is described in ipxe-src/core/region.h, whose numbers are these.
 */
#ifndef RESOLVER_REGION_H
#define RESOLVER_REGION_H

#include <stddef.h>
#include <stdint.h>

/* Name of the file that a region may travel in. */
#define REGION_FILE_NAME "unloop.region"

/* Longest region in any format, bytes. */
#define REGION_LEN_MAX 262144

/* Longest name of a setting, bytes: SETTING_NAME_MAX of the firmware. */
#define REGION_NAME_MAX 63

/* What an entry is. */
enum region_kind {
	REGION_SCRIPT = 1,  /* the script that is run first */
	REGION_SETTING = 2, /* a setting, its value a text */
	REGION_TRUST = 3,   /* a trusted root certificate in DER */
};

/* One entry. */
struct region_entry {
	/* enum region_kind; others are of later versions, and kept. */
	uint8_t kind;
	/* Name of a setting, else ""; owned. */
	char *name;
	/* Its bytes, with a NUL behind them that does not count; owned. */
	uint8_t *value;
	/* How many. */
	size_t value_len;
};

/* What is in a region; all zero is an empty one. */
struct region {
	/* Entries in their order; owned. */
	struct region_entry *entries;
	/* How many. */
	size_t count;
};

/* CRC-32 of IEEE 802.3. */
uint32_t region_crc32(const uint8_t *data, size_t len);

/*
 * Read the region in the len bytes at data; what follows it there is not
 * looked at.  Returns 0, -ENOENT (data begins with a zero, or is empty: there
 * is no region), -EBADMSG (damaged, or of another version) or -ENOMEM.  Only
 * 0 fills in ret_region, which region_fini() then frees.
 */
int region_parse(const uint8_t *data, size_t len, struct region *ret_region);

/*
 * Write the region; one without entries has no bytes at all.  ret_data is
 * freed by the caller (NULL with ret_len 0).  Returns 0 or -ENOMEM.
 */
int region_format(const struct region *region, uint8_t **ret_data,
		  size_t *ret_len);

/*
 * Make this the only entry with this kind and name, at the place of the one
 * before it.  name and value are copied.  Returns 0 or -ENOMEM.
 */
int region_put(struct region *region, enum region_kind kind, const char *name,
	       const void *value, size_t value_len);

/* Add an entry at the end; else like region_put(). */
int region_add(struct region *region, enum region_kind kind, const char *name,
	       const void *value, size_t value_len);

/* The entry with this kind and name ("" for no name), or NULL. */
struct region_entry *region_find(const struct region *region,
				 enum region_kind kind, const char *name);

/* Take an entry of the region out of it. */
void region_drop(struct region *region, struct region_entry *entry);

/* Free what the region owns, and make it empty; NULL is accepted. */
void region_fini(struct region *region);

#endif
