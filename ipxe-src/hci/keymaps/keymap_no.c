/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Keyboard map: Norwegian. */
#include "config/console.h"
#include "core/keymap.h"

SELECT_IF(KEYMAP_no);

static const struct keymap keymap_no = {
	.name = "no",
	.keys = "`|~§@\"$¤^&&/*(())=-+_?=\\+`[å{Å]¨}^;ø:Ø"
		"'æ\"Æ\\'|*<;>:/-?_",
	.altgr = "2@3£4$5€7{8[9]0}=´]~e€",
	.extra = "<>",
};
TABLE_REGISTER(keymaps, keymap_no);
