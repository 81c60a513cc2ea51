/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Keyboard map: Japanese, 106 keys. */
#include "config/console.h"
#include "core/keymap.h"

SELECT_IF(KEYMAP_jp106);

static const struct keymap keymap_jp106 = {
	.name = "jp106",
	.keys = "@\"^&&'*(())~_==^+~[@{`][}{:+':\"*\\]|}",
	.altgr = "-_",
	.extra = "\\_",
};
TABLE_REGISTER(keymaps, keymap_jp106);
