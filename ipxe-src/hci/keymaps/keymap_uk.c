/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Keyboard map: British. */
#include "config/console.h"
#include "core/keymap.h"

SELECT_IF(KEYMAP_uk);

static const struct keymap keymap_uk = {
	.name = "uk",
	.keys = "@\"\"@#£~¬\\#|~",
	.altgr = "`¦4€eéuúiíoóaá",
	.extra = "\\|",
};
TABLE_REGISTER(keymaps, keymap_uk);
