/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Keyboard map: French. */
#include "config/console.h"
#include "core/keymap.h"

SELECT_IF(KEYMAP_fr);

static const struct keymap keymap_fr = {
	.name = "fr",
	.keys = "`²1&2é3\"4'5(6-7è8_9ç0à-)!1@2#3$4%5^6&7"
		"*8(9)0_°qaaqwzzwQAAQWZZW[^{¨]$}£;m:M'ù"
		"\"%\\*|µm,M?,;<..:>//!?§",
	.altgr = "2~3#4{5[6|7`8\\9^0@-]=}e€",
	.extra = "<>",
};
TABLE_REGISTER(keymaps, keymap_fr);
