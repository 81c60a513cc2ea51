/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Keyboard map: Polish, programmers'. */
#include "config/console.h"
#include "core/keymap.h"

SELECT_IF(KEYMAP_pl);

static const struct keymap keymap_pl = {
	.name = "pl",
	.altgr = "aącćeęlłnńoósśxźzżAĄCĆEĘLŁNŃOÓSŚXŹZŻu€",
};
TABLE_REGISTER(keymaps, keymap_pl);
