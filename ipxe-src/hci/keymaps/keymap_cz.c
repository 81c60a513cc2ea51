/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Keyboard map: Czech. */
#include "config/console.h"
#include "core/keymap.h"

SELECT_IF(KEYMAP_cz);

static const struct keymap keymap_cz = {
	.name = "cz",
	.keys = "`;~°1+2ě3š4č5ř6ž7ý8á9í0é!1@2#3$4%5^6&7*8"
		"(9)0-=_%=´+ˇyzzyYZZY[ú{/])}(;ů:\"'§\"!"
		"\\¨|'<?>:/-?_",
	.altgr = "1!3^7`q\\w|e€a~f[g]x#c&v@b{n},<.>;$/*",
	.extra = "\\|",
};
TABLE_REGISTER(keymaps, keymap_cz);
