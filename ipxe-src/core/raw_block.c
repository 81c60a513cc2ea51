/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Read-only settings blocks with a numbering of their own. */
#include <string.h>

#include "core/error.h"
#include "core/raw_block.h"

int raw_copy(const void *value, size_t value_len, void *buf, size_t len)
{
	if (len)
		memcpy(buf, value, MIN(len, value_len));
	return (int)value_len;
}

static bool raw_applies(struct settings *settings,
			const struct setting *setting)
{
	return setting->scope && !strcmp(setting->scope, settings->scope);
}

static int raw_fetch(struct settings *settings, const struct setting *setting,
		     void *buf, size_t len,
		     const struct setting_type **ret_type)
{
	return container_of(settings, struct raw_block, settings)
		->fetch(setting, buf, len, ret_type);
}

static const struct settings_ops raw_ops = {
	.applies = raw_applies,
	.store = settings_refuse,
	.fetch = raw_fetch,
};

void raw_blocks_register(void)
{
	struct raw_block *block;

	for_each_table_entry(block, raw_blocks) {
		settings_init(&block->settings, &raw_ops, 0);
		block->settings.scope = block->name;
		settings_register(&block->settings, NULL, block->name);
	}
}
