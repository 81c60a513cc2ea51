/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Keyboard maps: what another keyboard has where a US one has a character.
 *
 * BIOS and UEFI say which character a key gives on a US keyboard; a map is the
 * difference. Serial lines are not translated: the terminal has its own map.
 */
#ifndef CORE_KEYMAP_H
#define CORE_KEYMAP_H

#include "core/compiler.h"
#include "core/table.h"

/* A map. Table "keymaps"; one file of hci/keymaps/ each. The strings are
 * UTF-8; a field that is NULL changes nothing. */
struct keymap {
	const char *name; /* as in `set keymap de` */
	/* Pairs: a US character and what the key gives instead. */
	const char *keys;
	/* The same with AltGr (the right Alt key) held. */
	const char *altgr;
	/* What the key between left Shift and Z (keyboards with 102 keys have
	 * it) gives: alone, with Shift, with AltGr. */
	const char *extra;
};

TABLE_DECLARE(keymaps, const struct keymap);

/* What else is known of a key. */
#define KEYMAP_ALTGR 1 /* AltGr is held */
#define KEYMAP_EXTRA 2 /* it is the 102nd key, which gives \ or | in the US */
#define KEYMAP_CTRL  4 /* C is a letter's control character */

#define KEYMAP_BYTES 4 /* that one key may give */

/* What the key that gives C on a US keyboard gives by the map of the setting
 * `keymap`, or of KEYBOARD_MAP in config/console.h. Returns the number of
 * bytes of UTF-8 in BUF, at least 1. Weak: NULL in a build without maps. */
size_t keymap_translate(uint8_t c, unsigned int flags, char buf[KEYMAP_BYTES])
	__attribute__((weak));

/* The US character of the key with scan code SCAN that INT 16h reports when
 * Alt is held, which keeps the character to itself; 0 if there is none. */
uint8_t keymap_alt_character(uint8_t scan, bool is_shifted)
	__attribute__((weak));

#endif
