/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* ${vram}: what is on the text screen, characters and their colours. */
#include "config/settings.h"
#include "core/raw_block.h"

SELECT_IF(VRAM_SETTINGS);

/* The memory of the colour text screen: 80 x 25 cells of two bytes. */
#define VRAM_BASE 0xb8000
#define VRAM_LEN  (80 * 25 * 2)

static int vram_fetch(const struct setting *setting __unused_arg, void *buf,
		      size_t len,
		      const struct setting_type **ret_type __unused_arg)
{
	return raw_copy((const void *)VRAM_BASE, VRAM_LEN, buf, len);
}

static struct raw_block vram_block = {.name = "vram", .fetch = vram_fetch};
TABLE_REGISTER(raw_blocks, vram_block);

static const struct setting setting_vram = {"vram", "The text screen's memory",
					    0, &setting_type_base64, "vram"};
TABLE_REGISTER(settings, setting_vram);
