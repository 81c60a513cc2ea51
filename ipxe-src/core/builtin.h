/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The settings block "builtin": a file may add settings to it. */
#ifndef CORE_BUILTIN_H
#define CORE_BUILTIN_H

#include "core/settings.h"
#include "core/table.h"

/* One setting of the block. Table "builtins". */
struct builtin {
	const struct setting *setting;
	/* Copy the raw value as settings_ops' fetch() does. */
	int (*fetch)(void *buf, size_t len);
	/* Store LEN raw bytes, or reset (DATA NULL); NULL: cannot be changed.
	 * Returns 0 or -errno. */
	int (*store)(const void *data, size_t len);
};

TABLE_DECLARE(builtins, const struct builtin);

/* What a fetch() returns for bytes, a text, a number of 32 bits. */
int builtin_bytes(const void *data, size_t data_len, void *buf, size_t len);
int builtin_text(const char *text, void *buf, size_t len);
int builtin_number(uint32_t number, void *buf, size_t len);

/* Register the setting TEXT_NAME, answered by NAME_fetch() ... */
#define BUILTIN(name, text_name, type_name, about)                             \
	BUILTIN_PARTS(builtin_##name, builtin_setting_##name, text_name,       \
		      setting_type_##type_name, about, name##_fetch, NULL)

/* ... and set by NAME_store(). */
#define BUILTIN_WRITABLE(name, text_name, type_name, about)                    \
	BUILTIN_PARTS(builtin_##name, builtin_setting_##name, text_name,       \
		      setting_type_##type_name, about, name##_fetch,           \
		      name##_store)

#define BUILTIN_PARTS(ident, setting_ident, text_name, value_type, about,      \
		      fetch_fn, store_fn)                                      \
	static const struct setting setting_ident = {text_name, about, 0,      \
						     &value_type, "builtin"};  \
	TABLE_REGISTER(settings, setting_ident);                               \
	static const struct builtin ident = {&setting_ident, fetch_fn,         \
					     store_fn};                        \
	TABLE_REGISTER(builtins, ident)

#endif
