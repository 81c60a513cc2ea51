/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Keyboard map: Finnish. */
#include "config/console.h"
#include "core/keymap.h"

SELECT_IF(KEYMAP_fi);

static const struct keymap keymap_fi = {
	.name = "fi",
	.keys = "`§~½@\"$¤^&&/*(())=-+_?=´+`[å{Å]¨}^;ö:Ö"
		"'ä\"Ä\\'|*<;>:/-?_",
	.altgr = "2@3£4$5€7{8[9]0}-\\]~e€",
	.extra = "<>|",
};
TABLE_REGISTER(keymaps, keymap_fi);
