/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Keyboard map: Brazilian Portuguese, ABNT2. */
#include "config/console.h"
#include "core/keymap.h"

SELECT_IF(KEYMAP_pt_br);

static const struct keymap keymap_pt_br = {
	.name = "pt-br",
	.keys = "`'~\"^¨[´{`][}{;ç:Ç'~\"^\\]|}/;?:",
	.altgr = "1¹2²3³4£5¢6¬q/w?e°",
	.extra = "\\|",
};
TABLE_REGISTER(keymaps, keymap_pt_br);
