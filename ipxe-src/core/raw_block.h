/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Read-only settings blocks with a numbering of their own: pci, cpuid, ... */
#ifndef CORE_RAW_BLOCK_H
#define CORE_RAW_BLOCK_H

#include "core/settings.h"
#include "core/table.h"

/* A block. Table "raw_blocks". */
struct raw_block {
	const char *name; /* also the scope of its settings */
	/* Copy the raw value of SETTING, whose scope is NAME, as settings_ops'
	 * fetch() does. */
	int (*fetch)(const struct setting *setting, void *buf, size_t len,
		     const struct setting_type **ret_type);
	struct settings settings;
};

TABLE_DECLARE(raw_blocks, struct raw_block);

/* Register all of them. Once, at start-up. */
void raw_blocks_register(void);

/* Copy VALUE_LEN bytes of VALUE as a fetch() does; returns VALUE_LEN. */
int raw_copy(const void *value, size_t value_len, void *buf, size_t len);

#endif
