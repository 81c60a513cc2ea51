/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Range and If-None-Match, as far as static files need them. */
#include "conditional.h"

#include <string.h>
#include <strings.h>

/*
 * Read decimal digits; a number that is too large becomes the largest.
 * Returns what follows them, or NULL where there are none.
 */
static const char *digits_parse(const char *text, uint64_t *ret_value)
{
	const char *start = text;
	uint64_t value = 0;

	for (; *text >= '0' && *text <= '9'; text++) {
		unsigned int digit = (unsigned int)(*text - '0');

		if (value > (UINT64_MAX - digit) / 10)
			value = UINT64_MAX;
		else
			value = value * 10 + digit;
	}
	if (text == start)
		return NULL;
	*ret_value = value;
	return text;
}

/* "-n": the last n bytes. */
static enum range_kind range_parse_suffix(const char *text, uint64_t size,
					  uint64_t *ret_first,
					  uint64_t *ret_len)
{
	uint64_t count;

	text = digits_parse(text, &count);
	if (!text || *text)
		return RANGE_WHOLE;
	if (!count || !size)
		return RANGE_BEYOND;
	if (count > size)
		count = size;
	*ret_first = size - count;
	*ret_len = count;
	return RANGE_PART;
}

enum range_kind range_parse(const char *header, uint64_t size,
			    uint64_t *ret_first, uint64_t *ret_len)
{
	uint64_t last = UINT64_MAX;
	uint64_t first;

	if (!header || strncasecmp(header, "bytes=", 6) != 0)
		return RANGE_WHOLE;
	header += 6;
	if (*header == '-')
		return range_parse_suffix(header + 1, size, ret_first, ret_len);
	header = digits_parse(header, &first);
	if (!header || *header++ != '-')
		return RANGE_WHOLE;
	if (*header)
		header = digits_parse(header, &last);
	if (!header || *header || last < first)
		return RANGE_WHOLE;
	if (first >= size)
		return RANGE_BEYOND;
	if (last > size - 1)
		last = size - 1;
	*ret_first = first;
	*ret_len = last - first + 1;
	return RANGE_PART;
}

bool etag_is_listed(const char *list, const char *etag)
{
	size_t etag_len = strlen(etag);

	if (strcmp(list, "*") == 0)
		return true;
	while (*list) {
		const char *close;

		list += strspn(list, " \t,");
		if (strncmp(list, "W/", 2) == 0)
			list += 2;
		if (*list != '"')
			return false;
		close = strchr(list + 1, '"');
		if (!close)
			return false;
		close++;
		if ((size_t)(close - list) == etag_len &&
		    memcmp(list, etag, etag_len) == 0)
			return true;
		list = close;
	}
	return false;
}
