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
	/* Name in lower case, and its length. */
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
	VALUE("host", host),
	VALUE("user-agent", user_agent),
	VALUE("range", range),
	VALUE("if-range", if_range),
	VALUE("if-none-match", if_none_match),
	VALUE("if-modified-since", if_modified_since),
	DESC("content-length", FIELD_LENGTH, 0),
	DESC("transfer-encoding", FIELD_ENCODING, 0),
	DESC("connection", FIELD_CONNECTION, 0),
	DESC("expect", FIELD_EXPECT, 0),
#undef VALUE
#undef DESC
};

/* Characters of methods and field names (RFC 9110 5.6.2). */
static const bool token_chars[256] = {
	['!'] = true,	      ['#' ... '\''] = true, ['*' ... '+'] = true,
	['-' ... '.'] = true, ['0' ... '9'] = true,  ['A' ... 'Z'] = true,
	['^' ... 'z'] = true, ['|'] = true,	     ['~'] = true,
};

/* How many of them are there?  Something else is behind the last one. */
static size_t token_len(const char *text)
{
	size_t len = 0;

	while (token_chars[(unsigned char)text[len]])
		len++;
	return len;
}

/* Is a token this name, which is in lower case?  A loop of a few characters
 * costs less than a call; of a token's, only letters take the place of letters
 * and of the hyphen. */
static bool token_is(const char *text, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if ((text[i] | 0x20) != name[i])
			return false;
	}
	return true;
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

/* Is there no CR, and no NUL, in the line?  has_nul: there is one somewhere. */
static bool is_clean(const char *line, size_t len, bool has_nul)
{
	return !memchr(line, '\r', len) &&
	       !(has_nul && memchr(line, '\0', len));
}

static const struct field_desc *field_find(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(field_descs) / sizeof(field_descs[0]); i++) {
		if (field_descs[i].len == len &&
		    token_is(name, field_descs[i].name, len))
			return &field_descs[i];
	}
	return NULL;
}

/* Read the field in the line of len bytes, which a CR follows. */
static int field_parse(char *line, size_t len, bool has_nul,
		       struct http_request *request, struct request_head *head)
{
	size_t name_len = token_len(line);
	char *value = line + name_len + 1, *end = line + len;
	const struct field_desc *desc;

	/* A line that begins with a space (folding) has no name either. */
	if (!name_len || line[name_len] != ':' || !is_clean(line, len, has_nul))
		return -400;
	desc = field_find(line, name_len);
	if (!desc)
		return 0;
	while (value < end && (*value == ' ' || *value == '\t'))
		value++;
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = '\0';
	field_take(desc, value, request, head);
	return 0;
}

static int version_parse(const char *version, size_t len,
			 struct request_head *head)
{
	static const char name[] = "HTTP/1.";

	if (len != sizeof(name) || memcmp(version, "HTTP/", 5) != 0)
		return -400;
	if (memcmp(version, name, sizeof(name) - 1) != 0 ||
	    (version[len - 1] != '0' && version[len - 1] != '1'))
		return -505;
	head->is_old = head->is_last = version[len - 1] == '0';
	return 0;
}

/* Read method, target and version in the line of len bytes, a CR behind it. */
static int line_parse(char *line, size_t len, bool has_nul,
		      struct http_request *request, struct request_head *head)
{
	size_t method_len = token_len(line);
	char *target = line + method_len + 1, *end = line + len, *version;
	bool is_line = is_clean(line, len, has_nul);

	*end = '\0';
	if (!method_len || line[method_len] != ' ')
		return -400;
	line[method_len] = '\0';
	request->method = line;
	request->target = target;
	version = memchr(target, ' ', (size_t)(end - target));
	if (version)
		*version++ = '\0';
	if (!is_line || !version || !*target)
		return -400;
	return version_parse(version, (size_t)(end - version), head);
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
	bool has_nul;
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
	has_nul = memchr(line, '\0', (size_t)(end - line)) != NULL;
	next = memchr(line, '\n', (size_t)(end + 2 - line));
	if (next == line || next[-1] != '\r')
		return -400;
	rc = line_parse(line, (size_t)(next - 1 - line), has_nul, request,
			&head);
	while (rc == 0 && next < end + 1) {
		line = next + 1;
		next = memchr(line, '\n', (size_t)(end + 2 - line));
		if (next[-1] != '\r')
			rc = -400;
		else if (fields++ >= REQUEST_FIELDS_MAX)
			rc = -431;
		else
			rc = field_parse(line, (size_t)(next - 1 - line),
					 has_nul, request, &head);
	}
	*ret_head = head;
	return rc;
}
