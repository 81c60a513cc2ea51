/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Configuration files: [section], key = value, # comment. */
#include "ini.h"

#include <string.h>

static int is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Cut white space off both ends of [start, end), in place. */
static char *trim(char *start, char *end)
{
	while (start < end && is_blank(*start))
		start++;
	while (end > start && is_blank(end[-1]))
		end--;
	*end = '\0';
	return start;
}

static const char *find_control(const char *text, const char *end)
{
	for (; text < end; text++) {
		if (((unsigned char)*text < 0x20 && *text != '\t') ||
		    *text == 0x7f)
			return text;
	}
	return NULL;
}

/* One line, [start, end), already without its white space at the front. */
static void line_parse(char *start, char *end, unsigned int line,
		       const struct ini_sink *sink)
{
	char *equals, *key;

	if (find_control(start, end)) {
		sink->error(sink->ctx, line,
			    "The line has a control character.");
		return;
	}
	if (*start == '[') {
		if (end[-1] != ']') {
			sink->error(sink->ctx, line,
				    "A section is written [name], with "
				    "nothing behind it.");
			return;
		}
		key = trim(start + 1, end - 1);
		if (*key)
			sink->section(sink->ctx, key, line);
		else
			sink->error(sink->ctx, line,
				    "The section has no name.");
		return;
	}
	equals = memchr(start, '=', (size_t)(end - start));
	if (!equals || equals == start) {
		sink->error(sink->ctx, line,
			    "The line is neither [section] nor key = value.");
		return;
	}
	key = trim(start, equals);
	sink->entry(sink->ctx, key, trim(equals + 1, end), line);
}

void ini_parse(char *text, size_t len, const struct ini_sink *sink)
{
	char *limit = text + len;
	unsigned int line = 1;

	/* A byte order mark, as some editors write it (RFC 3629 6). */
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	for (; text < limit; line++) {
		char *eol = memchr(text, '\n', (size_t)(limit - text));
		char *next = eol ? eol + 1 : limit;
		char *end = eol ? eol : limit;

		if (end > text && end[-1] == '\r')
			end--;
		while (text < end && is_blank(*text))
			text++;
		while (end > text && is_blank(end[-1]))
			end--;
		if (text < end && *text != '#' && *text != ';')
			line_parse(text, end, line, sink);
		text = next;
	}
}

char *ini_word(char **list, int by_space)
{
	const char *separators = by_space ? ", \t" : ",";
	char *word = *list;
	char *end;

	word += strspn(word, ", \t");
	if (!*word) {
		*list = word;
		return NULL;
	}
	end = word + strcspn(word, separators);
	*list = *end ? end + 1 : end;
	return trim(word, end);
}
