/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* IPv6 addresses as text: RFC 4291 2.2, RFC 5952. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/hex_digit.h"
#include "core/ipv6_text.h"
#include "core/settings.h"

#define GROUPS 8

/* Parse the group of digits at *TEXT, and move *TEXT behind it. False if there
 * are none, or too many. */
static bool group_parse(const char **text, uint16_t *ret_group)
{
	unsigned int value = 0;
	unsigned int count;
	int digit;

	for (count = 0; (digit = hex_digit_value(**text)) >= 0;
	     count++, (*text)++)
		value = value << 4 | (unsigned int)digit;
	*ret_group = (uint16_t)value;
	return count >= 1 && count <= 4;
}

/* Is what begins at TEXT an IPv4 address up to the end of all? */
static bool tail_parse(const char *text, uint8_t ret_raw[4])
{
	return strchr(text, '.') &&
	       setting_type_ipv4.parse(text, ret_raw, 4) == 4;
}

int ipv6_text_parse(const char *text, uint8_t ret_raw[16])
{
	uint8_t raw[16] = {0};
	uint16_t group;
	unsigned int count = 0;	   /* groups so far */
	unsigned int gap = GROUPS; /* the group that :: stands before */

	if (text[0] == ':' && text[1] == ':') {
		gap = 0;
		text += 2;
	}
	while (*text) {
		if (count <= GROUPS - 2 && tail_parse(text, raw + 2 * count)) {
			count += 2;
			break;
		}
		if (count == GROUPS || !group_parse(&text, &group))
			return -EINVAL;
		put_be16(raw + 2 * count++, group);
		if (!*text)
			break;
		if (*text++ != ':')
			return -EINVAL;
		if (*text == ':') {
			if (gap < GROUPS || count == GROUPS)
				return -EINVAL;
			gap = count;
			text++;
		} else if (!*text) {
			return -EINVAL;
		}
	}
	/* A gap stands for one group at least. */
	if (gap == GROUPS ? count != GROUPS : count == GROUPS)
		return -EINVAL;
	memset(ret_raw, 0, 16);
	gap = MIN(gap, count);
	memcpy(ret_raw, raw, 2 * gap);
	memcpy(ret_raw + 16 - 2 * (count - gap), raw + 2 * gap,
	       2 * (count - gap));
	return 0;
}

/* The longest run of zero groups, two at least, the first of equals. Returns
 * its length, 0 if there is none. */
static unsigned int longest_gap(const uint8_t raw[16], unsigned int *ret_start)
{
	unsigned int start, end, best = 0;

	for (start = 0; start < GROUPS; start = end + 1) {
		for (end = start; end < GROUPS && !get_be16(raw + 2 * end);)
			end++;
		if (end - start >= 2 && end - start > best) {
			best = end - start;
			*ret_start = start;
		}
	}
	return best;
}

char *ipv6_text_format(const uint8_t raw[16], char buf[IPV6_TEXT_LEN])
{
	unsigned int start = GROUPS;
	unsigned int gap = longest_gap(raw, &start);
	unsigned int i;
	size_t len = 0;

	for (i = 0; i < GROUPS; i++) {
		if (gap && i == start) {
			buf[len++] = ':';
			i += gap - 1;
			if (i == GROUPS - 1)
				buf[len++] = ':';
			continue;
		}
		if (i)
			buf[len++] = ':';
		len += (size_t)snprintf(buf + len, 5, "%x",
					get_be16(raw + 2 * i));
	}
	buf[len] = '\0';
	return buf;
}
