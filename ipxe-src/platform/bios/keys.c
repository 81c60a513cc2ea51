/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Keys of INT 16h by keyboard maps; and function keys. */
#include <stdio.h>

#include "config/console.h"
#include "core/keymap.h"
#include "platform/bios/io.h"
#include "platform/bios/keys.h"

SELECT_IF(KEYMAP_ANY);

#define HELD_SHIFT 0x03 /* bits of BDA_KBD_FLAGS */
#define HELD_ALT   0x08

/* Scan codes of a keyboard with 102 or 105 keys. */
#define SCAN_LETTERS	 0x10 /* first key of the row of Q */
#define SCAN_LETTERS_END 0x33 /* behind M */
#define SCAN_KEYPAD	 0x37 /* all keys from here on have no letters, */
#define SCAN_EXTRA	 0x56 /* but the one left of Z */
#define SCAN_RO		 0x73 /* and that of Japanese keyboards */
#define SCAN_F1		 0x3b
#define SCAN_F10	 0x44
#define SCAN_F11	 0x85
#define SCAN_F12	 0x86

static char text[KEYMAP_BYTES + 4];

/* The text of C by the map. */
static const char *translate(uint8_t c, unsigned int flags)
{
	text[keymap_translate(c, flags, text)] = '\0';
	return text;
}

/* The sequence of function key NUMBER, from 1. */
static const char *function_key(unsigned int number)
{
	static const uint8_t codes[] = {11, 12, 13, 14, 15, 17,
					18, 19, 20, 21, 23, 24};

	snprintf(text, sizeof(text), "\033[%u~", codes[number - 1]);
	return text;
}

const char *keys_translate(uint16_t key)
{
	uint8_t held = *low_ptr(uint8_t, BDA_KBD_FLAGS);
	uint8_t scan = (uint8_t)(key >> 8);
	uint8_t c = (uint8_t)key;
	unsigned int extra = 0;

	if (scan == SCAN_EXTRA || scan == SCAN_RO)
		extra = KEYMAP_EXTRA;
	if (!c && held & HELD_ALT) {
		c = keymap_alt_character(scan, held & HELD_SHIFT);
		return c ? translate(c, KEYMAP_ALTGR | extra) : NULL;
	}
	if (!c && scan >= SCAN_F1 && scan <= SCAN_F10)
		return function_key(scan - SCAN_F1 + 1u);
	if (!c && (scan == SCAN_F11 || scan == SCAN_F12))
		return function_key(scan - SCAN_F11 + 11u);
	if (scan >= SCAN_KEYPAD && !extra)
		return NULL;
	if (c >= ' ' && c < 0x7f)
		return translate(c, extra);
	if (c && c < ' ' && scan >= SCAN_LETTERS && scan < SCAN_LETTERS_END &&
	    c != '\r' && c != '\n')
		return translate(c, KEYMAP_CTRL);
	return NULL;
}
