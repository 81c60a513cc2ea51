/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Request targets: splitting, percent-decoding, percent-encoding. */
#include "url.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int url_decode(const char *text, size_t len, struct arena *arena,
	       char **ret_text)
{
	char *out = arena_alloc(arena, len + 1);
	size_t used = 0;
	size_t i;

	if (!out)
		return -ENOMEM;
	if (!memchr(text, '%', len)) {
		memcpy(out, text, len);
		out[len] = '\0';
		*ret_text = out;
		return 0;
	}
	for (i = 0; i < len; i++) {
		int high, low;

		if (text[i] != '%') {
			out[used++] = text[i];
			continue;
		}
		if (len - i < 3)
			return -EINVAL;
		high = hex_value(text[i + 1]);
		low = hex_value(text[i + 2]);
		if (high < 0 || low < 0 || (high == 0 && low == 0))
			return -EINVAL;
		out[used++] = (char)(high << 4 | low);
		i += 2;
	}
	out[used] = '\0';
	*ret_text = out;
	return 0;
}

static bool is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr("-._~", c));
}

size_t url_encode(char *buf, const char *text, size_t len)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t used = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (is_unreserved(c)) {
			if (buf)
				buf[used] = (char)c;
			used++;
			continue;
		}
		if (buf) {
			buf[used] = '%';
			buf[used + 1] = digits[c >> 4];
			buf[used + 2] = digits[c & 15];
		}
		used += 3;
	}
	return used;
}

static bool has_dotdot(const char *path)
{
	while (*path) {
		size_t len = strcspn(path, "/");

		if (len == 2 && path[0] == '.' && path[1] == '.')
			return true;
		path += len;
		path += strspn(path, "/");
	}
	return false;
}

/* Skip scheme and host of an absolute-form target (RFC 9112 3.2.2). */
static const char *skip_authority(const char *target)
{
	if (*target == '/' || strncasecmp(target, "http://", 7) != 0)
		return target;
	target += 7;
	return target + strcspn(target, "/?");
}

/* How long is the path?  is_plain: there is nothing to be decoded, and no
 * ".." component. */
static size_t path_len(const char *path, bool *ret_is_plain)
{
	size_t len;

	*ret_is_plain = true;
	for (len = 0; path[len] && path[len] != '?' && path[len] != '#'; len++)
		*ret_is_plain &= path[len] != '%' &&
				 (path[len] != '.' || path[len + 1] != '.');
	return len;
}

int url_split(const char *target, struct arena *arena, const char **ret_path,
	      const char **ret_query, struct reason *why)
{
	const char *path = skip_authority(target), *query, *end;
	char *decoded;
	bool is_plain;
	size_t len;
	int rc;

	len = path_len(path, &is_plain);
	query = path + len;
	if (path[0] != '/')
		return reason_set(why, -EINVAL,
				  "The path of the request does "
				  "not begin with a slash.");
	decoded = is_plain ? arena_strndup(arena, path, len) : NULL;
	rc = decoded ? 0 : url_decode(path, len, arena, &decoded);
	if (rc == -EINVAL)
		return reason_set(why, rc,
				  "The path of the request has a "
				  "broken percent escape.");
	if (rc)
		return rc;
	if (!is_plain && has_dotdot(decoded))
		return reason_set(why, -EINVAL,
				  "The path of the request has "
				  "a \"..\" component, which is refused.");
	if (*query == '?')
		query++;
	end = strchrnul(query, '#');
	if (*end)
		query = arena_strndup(arena, query, (size_t)(end - query));
	if (!query)
		return -ENOMEM;
	*ret_path = decoded;
	*ret_query = query;
	return 0;
}
