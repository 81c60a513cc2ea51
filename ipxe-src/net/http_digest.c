/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* HTTP: which challenge of a server is answered, and Digest, RFC 7616. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/general.h"
#include "core/error.h"
#include "net/http_digest.h"
#include "net/stack.h" /* net_random() */

SELECT_IF(HTTP_AUTH_DIGEST);

/* Most bytes of a hash in hexadecimal, with the terminator. */
#define HASH_TEXT_MAX (DIGEST_LEN_MAX * 2 + 1)

/* ---- Reading challenges, RFC 9110 11.6.1 ---- */

/* The name of a scheme, or a parameter of the scheme before it. */
struct item {
	const char *name; /* "" if it is garbage */
	size_t name_len;
	bool is_scheme;
	bool is_bad;			   /* the value is cut or malformed */
	char value[HTTP_DIGEST_VALUE_MAX]; /* without quotes; "" of a scheme */
};

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

/* RFC 9110 5.6.2. */
static bool is_token_char(char c)
{
	return c > ' ' && c <= '~' && !strchr("\"(),/:;<=>?@[\\]{}", c);
}

/* RFC 9110 11.2. */
static bool is_token68_char(char c)
{
	return c > ' ' && c <= '~' && (is_token_char(c) || c == '/') &&
	       !strchr("!#$%&'*^`|", c);
}

static const char *skip_blanks(const char *text)
{
	while (*text == ' ' || *text == '\t')
		text++;
	return text;
}

/* Add C to the value, of which there are LEN bytes. Returns how many then. */
static size_t value_put(struct item *item, size_t len, char c)
{
	if (len >= sizeof(item->value) - 1 || is_control(c)) {
		item->is_bad = true;
		return len;
	}
	item->value[len++] = c;
	item->value[len] = '\0';
	return len;
}

/* Take the value at TEXT, a token or a quoted string (RFC 9110 5.6.4). Returns
 * what follows it. */
static const char *read_value(const char *text, struct item *item)
{
	size_t len = 0;

	if (*text != '"') {
		for (; is_token_char(*text); text++)
			len = value_put(item, len, *text);
		return text;
	}
	for (text++; *text && *text != '"'; text++) {
		if (*text == '\\' && text[1])
			text++;
		len = value_put(item, len, *text);
	}
	if (!*text)
		item->is_bad = true;
	return *text ? text + 1 : text;
}

/* Behind the single token68 that a scheme may have instead of parameters, if
 * that is what TEXT begins with. */
static const char *skip_token68(const char *text)
{
	const char *p = text;

	while (is_token68_char(*p))
		p++;
	if (p == text)
		return text;
	while (*p == '=')
		p++;
	p = skip_blanks(p);
	return !*p || *p == ',' ? p : text;
}

/* The next item of *TEXT, which moves behind it. False at the end. */
static bool item_next(const char **text, struct item *ret_item)
{
	const char *p = *text;

	while (*p == ' ' || *p == '\t' || *p == ',')
		p++;
	if (!*p)
		return false;
	ret_item->name = p;
	ret_item->is_bad = false;
	ret_item->value[0] = '\0';
	while (is_token_char(*p))
		p++;
	ret_item->name_len = (size_t)(p - ret_item->name);
	ret_item->is_scheme = false;
	p = skip_blanks(p);
	if (!ret_item->name_len) {
		p += strcspn(p, ",");
	} else if (*p == '=') {
		p = read_value(skip_blanks(p + 1), ret_item);
	} else {
		ret_item->is_scheme = true;
		p = skip_token68(p);
	}
	*text = p;
	return true;
}

static bool is_named(const struct item *item, const char *name)
{
	return item->name_len == strlen(name) &&
	       !strncasecmp(item->name, name, item->name_len);
}

/* ---- Digest's parameters, RFC 7616 3.3 ---- */

/* What "algorithm" may be. */
struct algorithm {
	const char *name;
	const char *hash; /* for digest_find() */
	bool is_session;
};

static const struct algorithm algorithms[] = {
	{"MD5", "md5", false},
	{"MD5-sess", "md5", true},
	{"SHA-256", "sha256", false},
	{"SHA-256-sess", "sha256", true},
};

static void take_algorithm(struct http_digest *digest, const char *value)
{
	size_t i;

	digest->hash = NULL;
	for (i = 0; i < ARRAY_SIZE(algorithms); i++) {
		if (strcasecmp(algorithms[i].name, value))
			continue;
		digest->hash = digest_find(algorithms[i].hash);
		digest->is_session = algorithms[i].is_session;
		strcpy(digest->algorithm, value);
	}
}

/* "auth,auth-int": one of them has to be "auth". */
static void take_qop(struct http_digest *digest, const char *value)
{
	size_t len;

	while (*value) {
		len = strcspn(value, ", \t");
		if (len == 4 && !strncasecmp(value, "auth", len))
			digest->has_qop = true;
		value += len + (value[len] != '\0');
	}
	if (!digest->has_qop)
		digest->is_bad = true;
}

static void take_parameter(struct http_digest *digest, const struct item *item)
{
	if (item->is_bad)
		digest->is_bad = true;
	if (is_named(item, "realm")) {
		digest->has_realm = true;
		strcpy(digest->realm, item->value);
	} else if (is_named(item, "nonce")) {
		strcpy(digest->nonce, item->value);
	} else if (is_named(item, "opaque")) {
		digest->has_opaque = true;
		strcpy(digest->opaque, item->value);
	} else if (is_named(item, "stale")) {
		digest->is_stale = !strcasecmp(item->value, "true");
	} else if (is_named(item, "algorithm")) {
		take_algorithm(digest, item->value);
	} else if (is_named(item, "qop")) {
		take_qop(digest, item->value);
	}
}

/* All of the challenge is there: is it one that we can answer? A session
 * without qop has no way to tell our nonce, RFC 2617 3.2.2. */
static bool is_answerable(const struct http_digest *digest)
{
	return digest->hash && !digest->is_bad && digest->has_realm &&
	       digest->nonce[0] && (digest->has_qop || !digest->is_session);
}

enum http_scheme http_digest_choose(const char *challenges,
				    struct http_digest *ret_digest)
{
	bool in_digest = false;
	struct item item;

	while (item_next(&challenges, &item)) {
		if (!item.is_scheme) {
			if (in_digest)
				take_parameter(ret_digest, &item);
			continue;
		}
		if (in_digest && is_answerable(ret_digest))
			return HTTP_SCHEME_DIGEST;
		if (is_named(&item, "Basic"))
			return HTTP_SCHEME_BASIC;
		in_digest = is_named(&item, "Digest");
		memset(ret_digest, 0, sizeof(*ret_digest));
		ret_digest->hash = digest_find("md5");
	}
	return in_digest && is_answerable(ret_digest) ? HTTP_SCHEME_DIGEST
						      : HTTP_SCHEME_NONE;
}

bool http_digest_accept(const char *challenges, bool was_told,
			struct http_digest **digest)
{
	struct http_digest *fresh = calloc(1, sizeof(*fresh));
	enum http_scheme scheme;

	if (!fresh)
		return false;
	scheme = http_digest_choose(challenges, fresh);
	if (scheme == HTTP_SCHEME_NONE ||
	    (was_told && (scheme != HTTP_SCHEME_DIGEST || !fresh->is_stale))) {
		free(fresh);
		return false;
	}
	snprintf(fresh->cnonce, sizeof(fresh->cnonce), "%08x%08x%08x%08x",
		 (unsigned int)net_random(), (unsigned int)net_random(),
		 (unsigned int)net_random(), (unsigned int)net_random());
	free(*digest);
	*digest = fresh;
	if (scheme == HTTP_SCHEME_BASIC) {
		free(fresh);
		*digest = NULL;
	}
	return true;
}

/* ---- The answer, RFC 7616 3.4 ---- */

/* Hash the text that FORMAT makes, in hexadecimal into RET_TEXT (HASH_TEXT_MAX
 * bytes). Returns 0 or -ENOMEM. */
static int __printf(3, 4) hash_text(const struct digest *digest, char *ret_text,
				    const char *format, ...)
{
	uint8_t hash[DIGEST_LEN_MAX];
	struct digest_stream stream;
	va_list args;
	char *text;
	int len, i;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	text = len < 0 ? NULL : malloc((size_t)len + 1);
	if (!text)
		return -ENOMEM;
	va_start(args, format);
	vsnprintf(text, (size_t)len + 1, format, args);
	va_end(args);
	digest_stream_init(&stream, digest);
	digest_stream_end(&stream, (const uint8_t *)text, (size_t)len, hash);
	memset(text, 0, (size_t)len); /* may be the password */
	free(text);
	for (i = 0; i < digest->len; i++)
		snprintf(ret_text + i * 2, 3, "%02x", hash[i]);
	return 0;
}

/* The field being written. */
struct field {
	char *buf;
	size_t size;
	size_t len; /* SIZE: it does not fit */
};

static void __printf(2, 3)
	field_printf(struct field *field, const char *format, ...)
{
	size_t room = field->size - field->len;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(field->buf + field->len, room, format, args);
	va_end(args);
	field->len += len < 0 ? room : MIN((size_t)len, room);
}

/* Write NAME and the LEN bytes at VALUE as a quoted string. */
static void field_quote(struct field *field, const char *name,
			const char *value, size_t len)
{
	field_printf(field, "%s=\"", name);
	for (; len; len--, value++)
		field_printf(field, "%s%c",
			     *value == '"' || *value == '\\' ? "\\" : "",
			     *value);
	field_printf(field, "\", ");
}

/* A request as its first line has it. */
struct line {
	const char *method; /* "GET" and what follows */
	int method_len;
	const char *target; /* "/a?b" and what follows */
	int target_len;
};

/* Find the parts of the line that REQUEST begins with. Returns 0 or -EINVAL. */
static int read_line(const char *request, struct line *ret_line)
{
	const char *space = strchr(request, ' ');
	const char *end = space ? strstr(space, " HTTP/1.") : NULL;
	const char *p;

	if (!end || end == space)
		return -EINVAL;
	for (p = request; p < end; p++) {
		if (is_control(*p))
			return -EINVAL;
	}
	ret_line->method = request;
	ret_line->method_len = (int)(space - request);
	ret_line->target = space + 1;
	ret_line->target_len = (int)(end - space - 1);
	return 0;
}

/* The hash that shows that we know the password, RFC 7616 3.4.1 to 3.4.3. NC is
 * the count in hexadecimal. */
static int digest_response(const struct http_digest *digest,
			   const struct uri *uri, const struct line *line,
			   const char *nc, char *ret_text)
{
	const struct digest *hash = digest->hash;
	char a1[HASH_TEXT_MAX], a2[HASH_TEXT_MAX];
	int rc;

	rc = hash_text(hash, a1, "%s:%s:%s", uri->user, digest->realm,
		       uri->password ? uri->password : "");
	if (!rc && digest->is_session)
		rc = hash_text(hash, a1, "%s:%s:%s", a1, digest->nonce,
			       digest->cnonce);
	if (!rc)
		rc = hash_text(hash, a2, "%.*s:%.*s", line->method_len,
			       line->method, line->target_len, line->target);
	if (rc)
		return rc;
	if (!digest->has_qop)
		return hash_text(hash, ret_text, "%s:%s:%s", a1, digest->nonce,
				 a2);
	return hash_text(hash, ret_text, "%s:%s:%s:%s:auth:%s", a1,
			 digest->nonce, nc, digest->cnonce, a2);
}

int http_digest_format(struct http_digest *digest, const struct uri *uri,
		       const char *request, char *buf, size_t size)
{
	struct field field = {buf, size, 0};
	char response[HASH_TEXT_MAX], nc[9];
	struct line line;
	const char *p;
	int rc;

	for (p = uri->user; *p; p++) {
		if (is_control(*p))
			return error_set(-EINVAL, "the user name has control "
						  "characters");
	}
	rc = read_line(request, &line);
	if (rc)
		return rc;
	snprintf(nc, sizeof(nc), "%08x", digest->count + 1);
	rc = digest_response(digest, uri, &line, nc, response);
	if (rc)
		return rc;
	digest->count++;
	field_printf(&field, "Authorization: Digest ");
	field_quote(&field, "username", uri->user, strlen(uri->user));
	field_quote(&field, "realm", digest->realm, strlen(digest->realm));
	field_quote(&field, "nonce", digest->nonce, strlen(digest->nonce));
	field_quote(&field, "uri", line.target, (size_t)line.target_len);
	if (digest->has_opaque)
		field_quote(&field, "opaque", digest->opaque,
			    strlen(digest->opaque));
	if (digest->algorithm[0])
		field_printf(&field, "algorithm=%s, ", digest->algorithm);
	if (digest->has_qop) {
		field_printf(&field, "qop=auth, nc=%s, ", nc);
		field_quote(&field, "cnonce", digest->cnonce,
			    strlen(digest->cnonce));
	}
	field_printf(&field, "response=\"%s\"\r\n", response);
	return field.len < size ? (int)field.len : -ENOBUFS;
}

/* ---- Why not ---- */

int http_digest_explain(const char *challenges, const char *reason,
			const struct uri *uri)
{
	struct http_digest digest;
	bool has_digest = false;
	char names[64] = "";
	struct field list = {names, sizeof(names), 0};
	struct item item;

	if (http_digest_choose(challenges, &digest) != HTTP_SCHEME_NONE)
		return error_set(-EACCES, "the server says 401 %s: %s", reason,
				 uri->user
					 ? "user or password is wrong"
					 : "it wants a user and a password in "
					   "the URI: http://user:password@...");
	while (item_next(&challenges, &item)) {
		if (!item.is_scheme)
			continue;
		field_printf(&list, "%s%.*s", list.len ? ", " : "",
			     (int)MIN(item.name_len, sizeof(names)), item.name);
		has_digest = has_digest || is_named(&item, "Digest");
	}
	return error_set(-EACCES, "the server says 401 %s: it wants %s, %s",
			 reason, names[0] ? names : "something",
			 has_digest ? "of a kind that is not built in"
				    : "which is not built in");
}
