/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Names of drop-in scripts: what machine is this file for? */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "identity.h"
#include "snapshot.h"

/* Longest stem that is looked at: a file name (POSIX NAME_MAX). */
#define STEM_BYTES 256

const char *dropin_uuid_key(const char *uuid, struct arena *arena)
{
	char value[IDENTITY_VALUE_BYTES], text[33];
	size_t i;

	if (!identity_normalise(FACT_UUID, uuid, value))
		return NULL;
	for (i = 0; i < 16; i++)
		sprintf(text + i * 2, "%02x", (unsigned char)value[i]);
	return arena_format(arena, "uuid:%s", text);
}

static const char *mac_key(const char *text, struct arena *arena)
{
	char mac[FACT_MAC_NAME_BYTES];

	/* The ARP hardware type in front: pxelinux writes 01 for Ethernet. */
	if (strlen(text) == 20 && strncmp(text, "01-", 3) == 0)
		text += 3;
	if (facts_format_mac(text, mac))
		return NULL;
	return arena_format(arena, "mac:%s", mac);
}

static const char *text_key(const char *kind, const char *text,
			    struct arena *arena)
{
	char *key = *text ? arena_format(arena, "%s:%s", kind, text) : NULL;
	char *c;

	for (c = key; c && *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return key;
}

static const char *host_key(const char *text, struct arena *arena)
{
	if (strspn(text,
		   "abcdefghijklmnopqrstuvwxyz"
		   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != strlen(text))
		return NULL;
	return text_key("host", text, arena);
}

static const char *serial_key(const char *text, struct arena *arena)
{
	return text_key("serial", text, arena);
}

/* Words in front of what a file is for, as people write them. */
static const struct dropin_prefix {
	const char *word;
	const char *(*key)(const char *text, struct arena *arena);
} prefixes[] = {
	{"mac-", mac_key},	 {"uuid-", dropin_uuid_key},
	{"serial-", serial_key}, {"hostname-", host_key},
	{"host-", host_key},
};

static const char *prefixed_key(const char *stem, struct arena *arena)
{
	size_t i;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t len = strlen(prefixes[i].word);

		if (strncasecmp(stem, prefixes[i].word, len) == 0)
			return prefixes[i].key(stem + len, arena);
	}
	return NULL;
}

const char *dropin_key(const char *name, bool is_top, struct arena *arena)
{
	static const char ending[] = ".ipxe";
	const size_t ending_len = sizeof(ending) - 1;
	size_t len = strlen(name);
	bool has_ending = len > ending_len &&
			  strcmp(name + len - ending_len, ending) == 0;
	char stem[STEM_BYTES];
	const char *key;

	if (len >= sizeof(stem) || *name == '.')
		return NULL;
	memcpy(stem, name, len + 1);
	if (has_ending)
		stem[len - ending_len] = '\0';
	if (strcmp(stem, "default") == 0)
		return "default";
	if (is_top && strcmp(name, "autoexec.ipxe") == 0)
		return "autoexec";
	key = prefixed_key(stem, arena);
	if (key)
		return key;
	if (is_top)
		return strncmp(stem, "01-", 3) == 0 ? mac_key(stem, arena)
						    : NULL;
	key = mac_key(stem, arena);
	if (!key)
		key = dropin_uuid_key(stem, arena);
	if (!key && (has_ending || !strchr(stem, '.')))
		key = host_key(stem, arena);
	return key;
}
