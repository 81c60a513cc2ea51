/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Keyboard map: Spanish. */
#include "config/console.h"
#include "core/keymap.h"

SELECT_IF(KEYMAP_es);

static const struct keymap keymap_es = {
	.name = "es",
	.keys = "`º~ª@\"#·^&&/*(())=-'_?=¡+¿[`{^]+}*;ñ:Ñ"
		"'´\"¨\\ç|Ç<;>:/-?_",
	.altgr = "`\\1|2@3#4~5€6¬[[]]'{\\}e€",
	.extra = "<>",
};
TABLE_REGISTER(keymaps, keymap_es);
