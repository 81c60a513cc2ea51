/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The rarer types of settings, and a setting that is of one. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/general.h"
#include "core/settings_types.h"

SELECT_IF(SETTING_TYPES);

/* Longest name in a DNS search list, RFC 1035 2.3.4. */
#define DNS_NAME_MAX  255
#define DNS_LABEL_MAX 63

/* RFC 4648 section 4. */
static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* With its padding; spaces count for nothing. */
static int base64_parse(const char *text, void *buf, size_t len)
{
	uint32_t bits = 0;
	unsigned int bit_count = 0;
	size_t count = 0;
	const char *digit;

	for (; *text && *text != '='; text++) {
		if (*text == ' ')
			continue;
		digit = strchr(base64_digits, *text);
		if (!digit)
			return -EINVAL;
		bits = bits << 6 | (uint32_t)(digit - base64_digits);
		bit_count += 6;
		if (bit_count >= 8) {
			bit_count -= 8;
			put_byte(buf, len, count++,
				 (uint8_t)(bits >> bit_count));
		}
	}
	/* One = for each two bits that are left over. */
	for (; *text == '=' && bit_count && bit_count < 6; text++)
		bit_count -= 2;
	return *text || bit_count ? -EINVAL : (int)count;
}

static int base64_format(const void *raw, size_t raw_len, char *buf, size_t len)
{
	const uint8_t *byte = raw;
	size_t text_len = 0;
	uint32_t bits;
	size_t i;
	unsigned int j;

	if (len)
		buf[0] = '\0';
	for (i = 0; i < raw_len; i += 3) {
		bits = (uint32_t)byte[i] << 16;
		if (i + 1 < raw_len)
			bits |= (uint32_t)byte[i + 1] << 8;
		if (i + 2 < raw_len)
			bits |= byte[i + 2];
		for (j = 0; j < 4; j++)
			put_char(buf, len, &text_len,
				 i + j > raw_len
					 ? '='
					 : base64_digits[bits >> (18 - 6 * j) &
							 0x3f]);
	}
	return (int)text_len;
}

/* Order of a GUID's bytes on the wire, UEFI 2.10 appendix A. */
static const uint8_t guid_order[16] = {3, 2, 1,	 0,  5,	 4,  7,	 6,
				       8, 9, 10, 11, 12, 13, 14, 15};

static int guid_parse(const char *text, void *buf, size_t len)
{
	uint8_t raw[16];
	unsigned int i;
	int rc;

	rc = setting_type_uuid.parse(text, raw, sizeof(raw));
	if (rc < 0)
		return rc;
	for (i = 0; i < 16; i++)
		put_byte(buf, len, i, raw[guid_order[i]]);
	return rc;
}

static int guid_format(const void *raw, size_t raw_len, char *buf, size_t len)
{
	const uint8_t *byte = raw;
	uint8_t swapped[16];
	unsigned int i;

	if (raw_len != 16)
		return -ERANGE;
	for (i = 0; i < 16; i++)
		swapped[i] = byte[guid_order[i]];
	return setting_type_uuid.format(swapped, 16, buf, len);
}

/* A DNS search list, RFC 3397 section 2: names of RFC 1035 3.1. */
static int dnssl_parse(const char *text, void *buf, size_t len)
{
	size_t count = 0;
	size_t label;

	while (*text) {
		label = strcspn(text, ". ");
		if (label > DNS_LABEL_MAX || (!label && *text == '.'))
			return -EINVAL;
		if (label) {
			put_byte(buf, len, count++, (uint8_t)label);
			while (label--)
				put_byte(buf, len, count++, (uint8_t)*text++);
			if (*text == '.' && text[1] && text[1] != ' ') {
				text++;
				continue;
			}
			if (*text == '.')
				text++;
			put_byte(buf, len, count++, 0);
		}
		while (*text == ' ')
			text++;
	}
	return (int)count;
}

/* Append the name at *OFFSET of RAW to BUF, and move *OFFSET behind it. */
static int dnssl_format_name(const uint8_t *raw, size_t raw_len, size_t *offset,
			     char *buf, size_t len, size_t *text_len)
{
	size_t here = *offset;
	size_t lowest = here; /* pointers go back only: no ring */
	size_t name_len = 0;
	bool has_jumped = false;
	size_t label;

	for (;;) {
		if (here >= raw_len)
			return -EINVAL;
		label = raw[here++];
		if ((label & 0xc0) == 0xc0) {
			if (here >= raw_len)
				return -EINVAL;
			label = (label & 0x3f) << 8 | raw[here++];
			if (!has_jumped)
				*offset = here;
			has_jumped = true;
			if (label >= lowest)
				return -EINVAL;
			lowest = here = label;
			continue;
		}
		if (!label)
			break;
		if (label > DNS_LABEL_MAX || label > raw_len - here ||
		    name_len + label > DNS_NAME_MAX)
			return -EINVAL;
		if (name_len++)
			put_char(buf, len, text_len, '.');
		name_len += label;
		while (label--)
			put_char(buf, len, text_len, (char)raw[here++]);
	}
	if (!has_jumped)
		*offset = here;
	return 0;
}

static int dnssl_format(const void *raw, size_t raw_len, char *buf, size_t len)
{
	size_t text_len = 0;
	size_t offset = 0;
	int rc;

	if (len)
		buf[0] = '\0';
	while (offset < raw_len) {
		if (offset)
			put_char(buf, len, &text_len, ' ');
		rc = dnssl_format_name(raw, raw_len, &offset, buf, len,
				       &text_len);
		if (rc)
			return rc;
	}
	return (int)text_len;
}

static int busdevfn_parse(const char *text __unused_arg, void *buf __unused_arg,
			  size_t len __unused_arg)
{
	return -ENOTSUP;
}

/* Segment, bus, device and function of a PCI address in 32 bits. */
static int busdevfn_format(const void *raw, size_t raw_len, char *buf,
			   size_t len)
{
	unsigned long value;
	int rc;

	rc = setting_number(NULL, raw, raw_len, &value);
	if (rc)
		return rc;
	return snprintf(buf, len, "%04x:%02x:%02x.%x",
			(unsigned int)(value >> 16 & 0xffff),
			(unsigned int)(value >> 8 & 0xff),
			(unsigned int)(value >> 3 & 0x1f),
			(unsigned int)(value & 7));
}

SETTING_TYPE(base64, base64_parse, base64_format, false, 0);
SETTING_TYPE(guid, guid_parse, guid_format, false, 0);
SETTING_TYPE(dnssl, dnssl_parse, dnssl_format, false, 0);
SETTING_TYPE(busdevfn, busdevfn_parse, busdevfn_format, false, 0);

/* RFC 3397. */
static const struct setting setting_dnssl = {
	.name = "dnssl",
	.description = "DNS search list",
	.tag = 119,
	.type = &setting_type_dnssl,
};
TABLE_REGISTER(settings, setting_dnssl);
