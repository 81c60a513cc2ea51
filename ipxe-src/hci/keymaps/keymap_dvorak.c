/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Keyboard map: US Dvorak. */
#include "config/console.h"
#include "core/keymap.h"

SELECT_IF(KEYMAP_dvorak);

static const struct keymap keymap_dvorak = {
	.name = "dvorak",
	.keys = "q'w,e.rptyyfugicorpl[/]=sodefugihdjhktln"
		";s'-z;xqcjvkbxnb,w.v/z-[=]Q\"W<E>RPTYYF"
		"UGICORPL{?}+SODEFUGIHDJHKTLN:S\"_Z:XQCJ"
		"VKBXNB<W>V?Z_{+}",
};
TABLE_REGISTER(keymaps, keymap_dvorak);
