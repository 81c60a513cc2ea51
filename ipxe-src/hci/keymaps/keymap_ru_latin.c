/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Keyboard map: Russian keyboard, Latin letters. */
#include "config/console.h"
#include "core/keymap.h"

SELECT_IF(KEYMAP_ru_latin);

static const struct keymap keymap_ru_latin = {
	.name = "ru-latin",
	.keys = "@\"#№$;^:&?/.?,|/",
	.altgr = "2@3#4$6^7&/&\\|'/",
};
TABLE_REGISTER(keymaps, keymap_ru_latin);
