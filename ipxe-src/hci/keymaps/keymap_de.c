/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Keyboard map: German. */
#include "config/console.h"
#include "core/keymap.h"

SELECT_IF(KEYMAP_de);

static const struct keymap keymap_de = {
	.name = "de",
	.keys = "`^~°@\"#§^&&/*(())=-ß_?=´+`yzzyYZZY[ü{Ü"
		"]+}*;ö:Ö'ä\"Ä\\#|'<;>:/-?_",
	.altgr = "2²3³7{8[9]0}-\\q@e€]~",
	.extra = "<>|",
};
TABLE_REGISTER(keymaps, keymap_de);
