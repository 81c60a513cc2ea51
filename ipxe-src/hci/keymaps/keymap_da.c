/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Keyboard map: Danish. */
#include "config/console.h"
#include "core/keymap.h"

SELECT_IF(KEYMAP_da);

static const struct keymap keymap_da = {
	.name = "da",
	.keys = "`½~§@\"$¤^&&/*(())=-+_?=´+`[å{Å]¨}^;æ:Æ"
		"'ø\"Ø\\'|*<;>:/-?_",
	.altgr = "2@3£4$5€7{8[9]0}=|]~e€",
	.extra = "<>\\",
};
TABLE_REGISTER(keymaps, keymap_da);
