/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Keyboard map: Hungarian. */
#include "config/console.h"
#include "core/keymap.h"

SELECT_IF(KEYMAP_hu);

static const struct keymap keymap_hu = {
	.name = "hu",
	.keys = "`0~§!'@\"#+$!^/&=*(()0ö)Ö-ü_Ü=ó+ÓyzzyYZ"
		"ZY[ő{Ő]ú}Ú;é:É'á\"Á\\ű|Ű<?>:/-?_",
	.altgr = "1~3^7`q\\w|e€f[g]z>x#c&v@b{n}m<;$,;/*",
	.extra = "íÍ<",
};
TABLE_REGISTER(keymaps, keymap_hu);
