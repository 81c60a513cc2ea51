/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The head of a request: HTTP/1.1 as RFC 9112 has it, and nothing looser. */
#include "request.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* What the fields are of use for. */
enum field {
	FIELD_VALUE, /* the routes look at it */
	FIELD_LENGTH,
	FIELD_ENCODING,
	FIELD_CONNECTION,
	FIELD_EXPECT,
};

/* Header fields that anybody looks at; all others are skipped. */
static const struct field_desc {
	/* Name, and its length. */
	const char *name;
	size_t len;
	/* What it is of use for. */
	enum field field;
	/* Where its value goes. */
	size_t offset;
} field_descs[] = {
#define DESC(text, kind, to)                                                   \
	{                                                                      \
		text, sizeof(text) - 1, kind, to                               \
	}
#define VALUE(text, member)                                                    \
	DESC(text, FIELD_VALUE, offsetof(struct http_request, member))
	VALUE("Host", host),
	VALUE("User-Agent", user_agent),
	VALUE("Range", range),
	VALUE("If-Range", if_range),
	VALUE("If-None-Match", if_none_match),
	VALUE("If-Modified-Since", if_modified_since),
	DESC("Content-Length", FIELD_LENGTH, 0),
	DESC("Transfer-Encoding", FIELD_ENCODING, 0),
	DESC("Connection", FIELD_CONNECTION, 0),
	DESC("Expect", FIELD_EXPECT, 0),
#undef VALUE
#undef DESC
};

/* Characters of methods and field names (RFC 9110 5.6.2). */
static bool is_token(const char *text, size_t len)
{
	static const char delimiters[128] = {
		['"'] = 1, ['('] = 1, [')'] = 1, [','] = 1,  ['/'] = 1,
		[':'] = 1, [';'] = 1, ['<'] = 1, ['='] = 1,  ['>'] = 1,
		['?'] = 1, ['@'] = 1, ['['] = 1, ['\\'] = 1, [']'] = 1,
		['{'] = 1, ['}'] = 1,
	};
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c <= ' ' || c >= 0x7f || delimiters[c])
			return false;
	}
	return len > 0;
}

/* Does a list of tokens have this one? (RFC 9110 5.6.1) */
static bool has_token(const char *list, const char *token)
{
	size_t want = strlen(token);

	while (*list) {
		size_t len;

		list += strspn(list, " \t,");
		len = strcspn(list, " \t,;");
		if (len == want && strncasecmp(list, token, want) == 0)
			return true;
		list += strcspn(list, ",");
	}
	return false;
}

/* Take one field whose value ends with a NUL. */
static void field_take(const struct field_desc *desc, char *value,
		       struct http_request *request, struct request_head *head)
{
	switch (desc->field) {
	case FIELD_VALUE:
		head->hosts +=
			desc->offset == offsetof(struct http_request, host);
		*(const char **)((char *)request + desc->offset) = value;
		break;
	case FIELD_LENGTH:
		head->lengths++;
		head->length = value;
		break;
	case FIELD_ENCODING:
		head->is_chunked = true;
		break;
	case FIELD_CONNECTION:
		head->is_last |= has_token(value, "close");
		if (head->is_old && has_token(value, "keep-alive"))
			head->is_last = false;
		break;
	case FIELD_EXPECT:
		head->awaits_continue = has_token(value, "100-continue");
		break;
	}
}

/* Read the field in the line of len bytes, which a CR follows. */
static int field_parse(char *line, size_t len, struct http_request *request,
		       struct request_head *head)
{
	char *colon = memchr(line, ':', len), *value, *end = line + len;
	size_t name_len = colon ? (size_t)(colon - line) : 0, i;

	/* A line that begins with a space (folding) has no name either. */
	if (!is_token(line, name_len) || memchr(line, '\0', len) ||
	    memchr(line, '\r', len))
		return -400;
	for (i = 0; i < sizeof(field_descs) / sizeof(field_descs[0]); i++) {
		const struct field_desc *desc = &field_descs[i];

		if (desc->len != name_len ||
		    strncasecmp(line, desc->name, name_len) != 0)
			continue;
		value = colon + 1;
		while (value < end && (*value == ' ' || *value == '\t'))
			value++;
		while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
			end--;
		*end = '\0';
		field_take(desc, value, request, head);
		break;
	}
	return 0;
}

/* Read method, target and version in the line of len bytes, a CR behind it. */
static int line_parse(char *line, size_t len, struct http_request *request,
		      struct request_head *head)
{
	char *target = memchr(line, ' ', len), *version;

	line[len] = '\0';
	if (!target || !is_token(line, (size_t)(target - line)))
		return -400;
	*target++ = '\0';
	request->method = line;
	version = strchr(target, ' ');
	if (version)
		*version++ = '\0';
	request->target = target;
	/* A NUL or CR in the line makes one of these false. */
	if (!*target || !version || strchr(target, '\r') ||
	    strlen(version) != (size_t)(line + len - version))
		return -400;
	if (strcmp(version, "HTTP/1.1") == 0)
		return 0;
	head->is_old = strcmp(version, "HTTP/1.0") == 0;
	head->is_last = head->is_old;
	if (head->is_old)
		return 0;
	return strncmp(version, "HTTP/", 5) == 0 && strlen(version) == 8 ? -505
									 : -400;
}

/* Find the CR of the last line, which an empty line follows; or NULL. */
static char *find_end(char *line, size_t len)
{
	char *end = line + len;

	while ((line = memchr(line, '\n', (size_t)(end - line)))) {
		if (end - line < 3)
			return NULL;
		if (line[-1] == '\r' && line[1] == '\r' && line[2] == '\n')
			return line - 1;
		line++;
	}
	return NULL;
}

/* The head is not whole: is it too long already? */
static int check_length(const char *buf, size_t len)
{
	if (len < REQUEST_HEAD_MAX)
		return -EAGAIN;
	return memchr(buf, '\n', len) ? -431 : -414;
}

int request_parse(char *buf, size_t len, struct http_request *request,
		  struct request_head *ret_head)
{
	struct request_head head = {0};
	unsigned int fields = 0;
	char *line = buf, *end, *next;
	int rc;

	*ret_head = head;
	/* RFC 9112 2.2: empty lines in front are skipped. */
	while (len - (size_t)(line - buf) >= 2 && line[0] == '\r' &&
	       line[1] == '\n')
		line += 2;
	if (line < buf + len && *line == '\n')
		return -400;
	end = find_end(line, len - (size_t)(line - buf));
	if (!end || (size_t)(end + 4 - buf) > REQUEST_HEAD_MAX)
		return check_length(buf, len);
	head.len = (size_t)(end + 4 - buf);
	next = memchr(line, '\n', (size_t)(end + 2 - line));
	if (next == line || next[-1] != '\r')
		return -400;
	rc = line_parse(line, (size_t)(next - 1 - line), request, &head);
	while (rc == 0 && next < end + 1) {
		line = next + 1;
		next = memchr(line, '\n', (size_t)(end + 2 - line));
		if (next[-1] != '\r')
			rc = -400;
		else if (fields++ >= REQUEST_FIELDS_MAX)
			rc = -431;
		else
			rc = field_parse(line, (size_t)(next - 1 - line),
					 request, &head);
	}
	*ret_head = head;
	return rc;
}
