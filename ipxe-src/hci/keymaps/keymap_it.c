/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Keyboard map: Italian. */
#include "config/console.h"
#include "core/keymap.h"

SELECT_IF(KEYMAP_it);

static const struct keymap keymap_it = {
	.name = "it",
	.keys = "`\\~|@\"#£^&&/*(())=-'_?=ì+^[è{é]+}*;ò:ç"
		"'à\"°\\ù|§<;>:/-?_",
	.altgr = "-`=~7{8[9]0}[[]]{{}};@'#e€",
	.extra = "<>",
};
TABLE_REGISTER(keymaps, keymap_it);
