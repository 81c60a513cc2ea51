/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What the files that define types of settings share. */
#ifndef CORE_SETTINGS_TYPES_H
#define CORE_SETTINGS_TYPES_H

#include "core/settings.h"

/* Put byte number OFFSET into BUF of LEN bytes if it has room. */
static inline void put_byte(void *buf, size_t len, size_t offset, uint8_t byte)
{
	if (offset < len)
		((uint8_t *)buf)[offset] = byte;
}

/* Append C to the text in BUF of LEN bytes, whose full length is *TEXT_LEN. */
static inline void put_char(char *buf, size_t len, size_t *text_len, char c)
{
	if (*text_len + 1 < len) {
		buf[*text_len] = c;
		buf[*text_len + 1] = '\0';
	} else if (len && *text_len == 0) {
		buf[0] = '\0';
	}
	(*text_len)++;
}

#define SETTING_TYPE(type_name, parse_fn, format_fn, sign, bytes)              \
	const struct setting_type setting_type_##type_name = {                 \
		#type_name, parse_fn, format_fn, sign, bytes};                 \
	TABLE_REGISTER(setting_types, setting_type_##type_name)

#endif
