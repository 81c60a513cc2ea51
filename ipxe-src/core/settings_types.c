/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* How raw values of settings are written and read as text. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/settings.h"
#include "core/settings_types.h"
#include "core/uri.h"

static int string_parse(const char *text, void *buf, size_t len)
{
	size_t raw_len = strlen(text);

	if (len)
		memcpy(buf, text, MIN(raw_len, len));
	return (int)raw_len;
}

static int string_format(const void *raw, size_t raw_len, char *buf, size_t len)
{
	const char *nul = memchr(raw, '\0', raw_len);
	size_t text_len = nul ? (size_t)(nul - (const char *)raw) : raw_len;
	size_t part;

	if (len) {
		part = MIN(text_len, len - 1);
		memcpy(buf, raw, part);
		buf[part] = '\0';
	}
	return (int)text_len;
}

static int uristring_parse(const char *text, void *buf, size_t len)
{
	size_t text_len = strlen(text);
	char *raw = malloc(text_len + 1);
	size_t raw_len;

	if (!raw)
		return -ENOMEM;
	raw_len = uri_decode(text, text_len, raw);
	if (len)
		memcpy(buf, raw, MIN(raw_len, len));
	free(raw);
	return (int)raw_len;
}

static int uristring_format(const void *raw, size_t raw_len, char *buf,
			    size_t len)
{
	const char *nul = memchr(raw, '\0', raw_len);

	if (nul)
		raw_len = (size_t)(nul - (const char *)raw);
	/* RFC 3986 2.2's sub-delims that mean nothing in a query. */
	return (int)uri_encode(raw, raw_len, "!$'()*,;", buf, len);
}

/* Four numbers as in C: 010 is eight, as for inet_aton(). */
static int ipv4_parse(const char *text, void *buf, size_t len)
{
	unsigned long part;
	unsigned int i;
	char *end;

	for (i = 0; i < 4; i++) {
		part = strtoul(text, &end, 0);
		if (*text < '0' || *text > '9' || part > 255 ||
		    *end != (i < 3 ? '.' : '\0'))
			return -EINVAL;
		text = end + 1;
		put_byte(buf, len, i, (uint8_t)part);
	}
	return 4;
}

static int ipv4_format(const void *raw, size_t raw_len, char *buf, size_t len)
{
	const uint8_t *ip = raw;

	if (raw_len < 4)
		return -EINVAL;
	return snprintf(buf, len, "%u.%u.%u.%u", ip[0], ip[1], ip[2], ip[3]);
}

/* Parse an integer into WIDTH bytes, big-endian; higher bits are dropped. */
static int int_parse(const char *text, void *buf, size_t len, uint8_t width)
{
	unsigned long value;
	unsigned int i;
	char *end;

	value = strtoul(text, &end, 0);
	if (end == text || *end)
		return -EINVAL;
	for (i = 0; i < width; i++)
		put_byte(buf, len, i, (uint8_t)(value >> 8 * (width - 1U - i)));
	return width;
}

int setting_number(const struct setting_type *type, const void *raw,
		   size_t raw_len, unsigned long *ret_value)
{
	const uint8_t *byte = raw;
	unsigned long value;

	if (raw_len > sizeof(value))
		return -ERANGE;
	value = type && type->is_signed && raw_len && byte[0] & 0x80 ? ~0UL : 0;
	while (raw_len--)
		value = value << 8 | *byte++;
	*ret_value = value;
	return 0;
}

static int int_format(const void *raw, size_t raw_len, char *buf, size_t len)
{
	unsigned long value;
	int rc;

	rc = setting_number(&setting_type_int32, raw, raw_len, &value);
	if (rc)
		return rc;
	return snprintf(buf, len, "%ld", (long)value);
}

static int uint_format(const void *raw, size_t raw_len, char *buf, size_t len)
{
	unsigned long value;
	int rc;

	rc = setting_number(&setting_type_uint32, raw, raw_len, &value);
	if (rc)
		return rc;
	return snprintf(buf, len, "0x%lx", value);
}

static int int8_parse(const char *text, void *buf, size_t len)
{
	return int_parse(text, buf, len, 1);
}

static int int16_parse(const char *text, void *buf, size_t len)
{
	return int_parse(text, buf, len, 2);
}

static int int32_parse(const char *text, void *buf, size_t len)
{
	return int_parse(text, buf, len, 4);
}

/* Value of a hexadecimal digit, -1 if C is none. */
static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* Parse pairs of digits with SEPARATOR (0: nothing) between them. */
static int hex_parse_any(const char *text, void *buf, size_t len,
			 char separator)
{
	size_t count;
	int high, low;

	for (count = 0; *text; count++) {
		if (count && separator && *text++ != separator)
			return -EINVAL;
		high = hex_digit(text[0]);
		low = high < 0 ? -1 : hex_digit(text[1]);
		if (low < 0)
			return -EINVAL;
		put_byte(buf, len, count, (uint8_t)(high << 4 | low));
		text += 2;
	}
	return (int)count;
}

static int hex_format_any(const void *raw, size_t raw_len, char *buf,
			  size_t len, char separator)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *byte = raw;
	size_t text_len = 0;
	size_t i;

	if (len)
		buf[0] = '\0';
	for (i = 0; i < raw_len; i++) {
		if (i && separator)
			put_char(buf, len, &text_len, separator);
		put_char(buf, len, &text_len, digits[byte[i] >> 4]);
		put_char(buf, len, &text_len, digits[byte[i] & 0xf]);
	}
	return (int)text_len;
}

static int hex_parse(const char *text, void *buf, size_t len)
{
	return hex_parse_any(text, buf, len, ':');
}

static int hex_format(const void *raw, size_t raw_len, char *buf, size_t len)
{
	return hex_format_any(raw, raw_len, buf, len, ':');
}

static int hexhyp_parse(const char *text, void *buf, size_t len)
{
	return hex_parse_any(text, buf, len, '-');
}

static int hexhyp_format(const void *raw, size_t raw_len, char *buf, size_t len)
{
	return hex_format_any(raw, raw_len, buf, len, '-');
}

static int hexraw_parse(const char *text, void *buf, size_t len)
{
	return hex_parse_any(text, buf, len, 0);
}

static int hexraw_format(const void *raw, size_t raw_len, char *buf, size_t len)
{
	return hex_format_any(raw, raw_len, buf, len, 0);
}

static int uuid_parse(const char *text, void *buf, size_t len)
{
	size_t count;
	int high, low;

	for (count = 0; count < 16; count++) {
		if (*text == '-' && count >= 4 && count <= 10 && !(count & 1))
			text++;
		high = hex_digit(text[0]);
		low = high < 0 ? -1 : hex_digit(text[1]);
		if (low < 0)
			return -EINVAL;
		put_byte(buf, len, count, (uint8_t)(high << 4 | low));
		text += 2;
	}
	return *text ? -EINVAL : 16;
}

static int uuid_format(const void *raw, size_t raw_len, char *buf, size_t len)
{
	const uint8_t *byte = raw;
	char text[37];
	size_t text_len = 0;
	unsigned int i;

	if (raw_len != 16)
		return -ERANGE;
	for (i = 0; i < 16; i++) {
		if (i >= 4 && i <= 10 && !(i & 1))
			text[text_len++] = '-';
		snprintf(text + text_len, 3, "%02x", byte[i]);
		text_len += 2;
	}
	return snprintf(buf, len, "%s", text);
}

SETTING_TYPE(string, string_parse, string_format, false, 0);
SETTING_TYPE(uristring, uristring_parse, uristring_format, false, 0);
SETTING_TYPE(ipv4, ipv4_parse, ipv4_format, false, 0);
SETTING_TYPE(int8, int8_parse, int_format, true, 1);
SETTING_TYPE(int16, int16_parse, int_format, true, 2);
SETTING_TYPE(int32, int32_parse, int_format, true, 4);
SETTING_TYPE(uint8, int8_parse, uint_format, false, 1);
SETTING_TYPE(uint16, int16_parse, uint_format, false, 2);
SETTING_TYPE(uint32, int32_parse, uint_format, false, 4);
SETTING_TYPE(hex, hex_parse, hex_format, false, 0);
SETTING_TYPE(hexhyp, hexhyp_parse, hexhyp_format, false, 0);
SETTING_TYPE(hexraw, hexraw_parse, hexraw_format, false, 0);
SETTING_TYPE(uuid, uuid_parse, uuid_format, false, 0);
