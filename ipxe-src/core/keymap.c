/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Keyboard maps: choosing one, and looking a key up in it. */
#include <string.h>

#include "config/console.h"
#include "core/console.h"
#include "core/keymap.h"
#include "core/settings.h"
#include "core/utf8.h"

SELECT_IF(KEYMAP_ANY);

#define KEYMAP_TEXT_(name) #name
#define KEYMAP_TEXT(name)  KEYMAP_TEXT_(name)

/* With AltGr where the map has nothing else: what is on the 102nd key of many
 * keyboards, and some firmware does not tell from another one. */
static const char altgr_common[] = ",<.>m|n\\";

static const struct setting keymap_setting = {
	"keymap", "Keyboard map", 0, &setting_type_string, NULL,
};
TABLE_REGISTER(settings, keymap_setting);

/* Length of the character that begins at TEXT. */
static size_t character_len(const char *text)
{
	size_t len = 1;

	while (utf8_is_tail(text[len]))
		len++;
	return len;
}

/* What the pairs KEYS have for C, or NULL. */
static const char *keys_find(const char *keys, uint8_t c)
{
	const char *at;

	for (at = keys; at && *at; at += 1 + character_len(at + 1)) {
		if ((uint8_t)*at == c)
			return at + 1;
	}
	return NULL;
}

/* Character number INDEX of TEXT, or NULL if it is shorter. */
static const char *character_at(const char *text, unsigned int index)
{
	while (text && *text && index--)
		text += character_len(text);
	return text && *text ? text : NULL;
}

/* The map in force: NULL is the US one. */
static const struct keymap *keymap_current(void)
{
	char name[16] = KEYMAP_TEXT(KEYBOARD_MAP);
	const struct keymap *keymap;

	settings_fetch_string(NULL, &keymap_setting, name, sizeof(name));
	for_each_table_entry(keymap, keymaps) {
		if (!strcmp(keymap->name, name))
			return keymap;
	}
	return NULL;
}

/* What the key gives by KEYMAP: a character of a string, or NULL for C. */
static const char *key_find(const struct keymap *keymap, uint8_t c,
			    unsigned int flags)
{
	const char *found = NULL;

	if (flags & KEYMAP_EXTRA && keymap->extra)
		return character_at(keymap->extra,
				    flags & KEYMAP_ALTGR ? 2u : c == '|');
	if (flags & KEYMAP_ALTGR) {
		found = keys_find(keymap->altgr, c);
		if (!found)
			found = keys_find(altgr_common, c);
	}
	return found ? found : keys_find(keymap->keys, c);
}

size_t keymap_translate(uint8_t c, unsigned int flags, char buf[KEYMAP_BYTES])
{
	const struct keymap *keymap = keymap_current();
	const char *found = NULL;
	size_t len = 1;

	buf[0] = (char)c;
	if (!keymap)
		return len;
	if (flags & KEYMAP_CTRL) {
		found = keys_find(keymap->keys, c | 0x60);
		if (found && *found > 0x5f && *found < 0x7f)
			buf[0] = *found & 0x1f;
		return len;
	}
	found = key_find(keymap, c, flags);
	if (found) {
		len = MIN(character_len(found), (size_t)KEYMAP_BYTES);
		memcpy(buf, found, len);
	}
	return len;
}

uint8_t keymap_alt_character(uint8_t scan, bool is_shifted)
{
	static const struct {
		uint8_t first; /* scan code of the first key */
		char plain[14];
		char shifted[14];
	} rows[] = {
		{0x10, "qwertyuiop[]", "QWERTYUIOP{}"},
		{0x1e, "asdfghjkl;'`", "ASDFGHJKL:\"~"},
		{0x2b, "\\zxcvbnm,./", "|ZXCVBNM<>?"},
		{0x56, "\\", "|"},
		{0x78, "1234567890-=", "!@#$%^&*()_+"},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (scan >= rows[i].first &&
		    scan < rows[i].first + strlen(rows[i].plain))
			return (uint8_t)(is_shifted ? rows[i].shifted
						    : rows[i].plain)
				[scan - rows[i].first];
	}
	return 0;
}
