/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Uniform Resource Identifiers. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/settings.h" /* ${next-server} */
#include "core/uri.h"

struct uri *cwuri;

/* Text being written to a buffer that may be too small. */
struct text_out {
	char *buf;
	size_t size; /* of BUF */
	size_t len;  /* that the whole text has */
};

static void out_char(struct text_out *out, char c)
{
	if (out->len + 1 < out->size)
		out->buf[out->len] = c;
	out->len++;
}

static void out_text(struct text_out *out, const char *text)
{
	while (*text)
		out_char(out, *text++);
}

/* Terminate and return the full length. */
static size_t out_end(struct text_out *out)
{
	if (out->size)
		out->buf[MIN(out->len, out->size - 1)] = '\0';
	return out->len;
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

/* Does TEXT, of LEN bytes, begin with %XX? */
static bool is_escape(const char *text, size_t len)
{
	return len >= 3 && text[0] == '%' && hex_digit(text[1]) >= 0 &&
	       hex_digit(text[2]) >= 0;
}

/* RFC 3986 2.3's unreserved ones, and those of SAFE. */
static bool is_plain(char c, const char *safe)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') ||
	       (c && (strchr("-._~", c) || strchr(safe, c)));
}

static void out_encoded(struct text_out *out, char c)
{
	static const char digits[] = "0123456789ABCDEF";

	out_char(out, '%');
	out_char(out, digits[(uint8_t)c >> 4]);
	out_char(out, digits[c & 0xf]);
}

/* Write LEN bytes of TEXT, encoded but for the plain ones. */
static void out_bytes(struct text_out *out, const char *text, size_t len,
		      const char *safe)
{
	for (; len--; text++) {
		if (is_plain(*text, safe))
			out_char(out, *text);
		else
			out_encoded(out, *text);
	}
}

size_t uri_decode(const char *text, size_t len, char *buf)
{
	size_t i, out = 0;

	for (i = 0; i < len; i++) {
		if (is_escape(text + i, len - i)) {
			buf[out++] = (char)(hex_digit(text[i + 1]) << 4 |
					    hex_digit(text[i + 2]));
			i += 2;
		} else {
			buf[out++] = text[i];
		}
	}
	return out;
}

size_t uri_encode(const void *data, size_t len, const char *safe, char *buf,
		  size_t buf_len)
{
	struct text_out out = {buf, buf_len, 0};

	out_bytes(&out, data, len, safe);
	return out_end(&out);
}

/* Copy LEN bytes of TEXT to *CURSOR, terminated; decoded if DECODE. */
static const char *copy_part(char **cursor, const char *text, size_t len,
			     bool decode)
{
	char *copy = *cursor;

	if (decode) {
		len = uri_decode(text, len, copy);
	} else {
		memmove(copy, text, len);
	}
	copy[len] = '\0';
	*cursor += len + 1;
	return copy;
}

/* Copy LEN bytes of TEXT to *CURSOR; what may not stand in a URI is encoded,
 * what is encoded stays so. */
static const char *copy_encoded(char **cursor, const char *text, size_t len)
{
	struct text_out out = {*cursor, len * 3 + 1, 0};
	size_t i;

	for (i = 0; i < len; i++) {
		uint8_t c = (uint8_t)text[i];

		if (c <= ' ' || c >= 0x7f || strchr("\"<>\\^`{|}", c) ||
		    (text[i] == '%' && !is_escape(text + i, len - i)))
			out_encoded(&out, text[i]);
		else
			out_char(&out, text[i]);
	}
	out_end(&out);
	*cursor += out.len + 1;
	return out.buf;
}

/* Length of the scheme that TEXT begins with, 0 if none. */
static size_t scheme_len(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] == ':')
			return i;
		if (!isalpha((unsigned char)text[i]) && text[i] != '-' &&
		    text[i] != '_')
			return 0;
	}
	return 0;
}

/* Parse [user[:password]@]host[:port] of LEN bytes. */
static void parse_authority(struct uri *uri, char **cursor, const char *text,
			    size_t len)
{
	const char *end = text + len;
	const char *at = NULL, *colon = NULL;
	const char *p;

	for (p = text; p < end; p++) {
		if (*p == '@')
			at = p;
	}
	if (at) {
		p = memchr(text, ':', (size_t)(at - text));
		uri->user = copy_part(cursor, text,
				      (size_t)((p ? p : at) - text), true);
		if (p)
			uri->password = copy_part(cursor, p + 1,
						  (size_t)(at - p - 1), true);
		text = at + 1;
	}
	if (text < end && *text == '[') {
		p = memchr(text, ']', (size_t)(end - text));
		if (p) {
			uri->host = copy_part(cursor, text + 1,
					      (size_t)(p - text - 1), false);
			if (p + 2 < end && p[1] == ':')
				uri->port =
					copy_part(cursor, p + 2,
						  (size_t)(end - p - 2), false);
			return;
		}
	}
	for (p = text; p < end; p++) {
		if (*p == ':')
			colon = p;
	}
	uri->host = copy_part(cursor, text,
			      (size_t)((colon ? colon : end) - text), true);
	if (colon && colon + 1 < end)
		uri->port = copy_part(cursor, colon + 1,
				      (size_t)(end - colon - 1), false);
}

/* Parse what follows the scheme: [//authority][path][?query]. */
static void parse_hierarchical(struct uri *uri, char **cursor, const char *text,
			       size_t len)
{
	const char *end = text + len;
	const char *p;

	p = memchr(text, '?', len);
	if (p) {
		uri->query = copy_encoded(cursor, p + 1, (size_t)(end - p - 1));
		end = p;
	}
	if (end - text >= 2 && text[0] == '/' && text[1] == '/') {
		text += 2;
		p = memchr(text, '/', (size_t)(end - text));
		if (!p)
			p = end;
		parse_authority(uri, cursor, text, (size_t)(p - text));
		text = p;
	}
	uri->epath = copy_encoded(cursor, text, (size_t)(end - text));
	uri->path = copy_part(cursor, text, (size_t)(end - text), true);
}

struct uri *uri_parse(const char *text)
{
	size_t len = strlen(text);
	const char *hash;
	struct uri *uri;
	char *cursor;
	size_t scheme;
	size_t i;

	/* Every byte at most once decoded and once encoded (three bytes); ten
	 * terminators. */
	uri = calloc(1, sizeof(*uri) + len * 4 + 16);
	if (!uri)
		return NULL;
	cursor = (char *)(uri + 1);
	uri->refcnt = 1;
	hash = strchr(text, '#');
	if (hash) {
		uri->fragment =
			copy_part(&cursor, hash + 1,
				  len - (size_t)(hash + 1 - text), false);
		len = (size_t)(hash - text);
	}
	scheme = scheme_len(text, len);
	if (scheme) {
		uri->scheme = cursor;
		for (i = 0; i < scheme; i++)
			*cursor++ = (char)tolower((unsigned char)text[i]);
		*cursor++ = '\0';
		text += scheme + 1;
		len -= scheme + 1;
		if (!len || *text != '/') {
			uri->opaque = copy_part(&cursor, text, len, false);
			return uri;
		}
	}
	parse_hierarchical(uri, &cursor, text, len);
	return uri;
}

struct uri *uri_get(struct uri *uri)
{
	uri->refcnt++;
	return uri;
}

void uri_put(struct uri *uri)
{
	if (uri && --uri->refcnt == 0)
		free(uri);
}

static void out_part(struct text_out *out, const char *text, const char *safe)
{
	out_bytes(out, text, strlen(text), safe);
}

/* Write URI, all of it or only what may be shown. */
static size_t uri_write(const struct uri *uri, bool whole, char *buf,
			size_t len)
{
	struct text_out out = {buf, len, 0};
	bool is_address;

	if (uri->scheme) {
		out_text(&out, uri->scheme);
		out_char(&out, ':');
	}
	if (uri->opaque)
		out_text(&out, uri->opaque);
	if (uri->host) {
		out_text(&out, "//");
		if (whole && uri->user) {
			out_part(&out, uri->user, "");
			if (uri->password) {
				out_char(&out, ':');
				out_part(&out, uri->password, "");
			}
			out_char(&out, '@');
		}
		is_address = strchr(uri->host, ':') != NULL;
		if (is_address)
			out_char(&out, '[');
		out_part(&out, uri->host, "!$&'()*+,;=:%");
		if (is_address)
			out_char(&out, ']');
		if (uri->port) {
			out_char(&out, ':');
			out_text(&out, uri->port);
		}
	}
	if (uri->epath)
		out_text(&out, uri->epath);
	else if (uri->path)
		out_part(&out, uri->path, "/!$&'()*+,;=:@");
	if (whole && uri->query) {
		out_char(&out, '?');
		out_text(&out, uri->query);
	}
	if (whole && uri->fragment) {
		out_char(&out, '#');
		out_text(&out, uri->fragment);
	}
	return out_end(&out);
}

size_t uri_format(const struct uri *uri, char *buf, size_t len)
{
	return uri_write(uri, true, buf, len);
}

size_t uri_format_public(const struct uri *uri, char *buf, size_t len)
{
	return uri_write(uri, false, buf, len);
}

char *uri_format_alloc(const struct uri *uri)
{
	size_t len = uri_format(uri, NULL, 0) + 1;
	char *text = malloc(len);

	if (text)
		uri_format(uri, text, len);
	return text;
}

/* A URI of the fields of TEMPLATE; NULL for want of memory. */
static struct uri *uri_copy(const struct uri *template)
{
	char *text = uri_format_alloc(template);
	struct uri *uri = NULL;

	if (text)
		uri = uri_parse(text);
	free(text);
	return uri;
}

/* Move the end of a directory path of LEN bytes (with its last slash) up by
 * one; the root stays. */
static size_t parent_len(const char *path, size_t len)
{
	size_t i;

	for (i = len > 1 ? len - 1 : 0; i > 0; i--) {
		if (path[i - 1] == '/')
			return i;
	}
	return len && path[0] == '/' ? 1 : 0;
}

/* RELATIVE path against the directory of BASE, which begins with a slash at
 * least in spirit if IS_ROOTED; memory for the caller. */
static char *path_resolve(const char *base, const char *relative,
			  bool is_rooted)
{
	const char *slash = strrchr(base, '/');
	size_t len = slash ? (size_t)(slash + 1 - base) : 0;
	size_t rel_len;
	char *path;

	if (*relative == '/')
		return strdup(relative);
	for (;;) {
		if (!strncmp(relative, "./", 2)) {
			relative += 2;
		} else if (!strncmp(relative, "../", 3)) {
			relative += 3;
			len = parent_len(base, len);
		} else if (!strcmp(relative, ".")) {
			relative++;
		} else if (!strcmp(relative, "..")) {
			relative += 2;
			len = parent_len(base, len);
		} else {
			break;
		}
	}
	rel_len = strlen(relative);
	path = malloc(len + rel_len + 2);
	if (!path)
		return NULL;
	memcpy(path, base, len);
	if (!len && is_rooted)
		path[len++] = '/';
	memcpy(path + len, relative, rel_len + 1);
	return path;
}

struct uri *uri_resolve(struct uri *base, struct uri *relative)
{
	struct uri template;
	struct uri *uri;
	char *path = NULL;

	if (!base || base->opaque || relative->scheme)
		return uri_get(relative);
	template = *base;
	template.fragment = relative->fragment;
	if (relative->host) {
		template = *relative;
		template.scheme = base->scheme;
	} else if (relative->path && relative->path[0]) {
		path = path_resolve(base->epath, relative->epath,
				    base->host != NULL);
		if (!path)
			return NULL;
		template.epath = path;
		template.query = relative->query;
	} else if (relative->query) {
		template.query = relative->query;
	}
	uri = uri_copy(&template);
	free(path);
	return uri;
}

struct uri *uri_boot(const char *server, const char *filename)
{
	struct uri template = {.scheme = "tftp"};
	struct uri *uri;
	char *path;

	uri = uri_parse(filename);
	if (!uri || (uri->scheme && !uri->opaque))
		return uri;
	uri_put(uri);
	if (!server)
		return NULL;
	path = malloc(strlen(filename) + 2);
	if (!path)
		return NULL;
	path[0] = '/';
	strcpy(path + 1, filename);
	template.host = server;
	template.path = path;
	uri = uri_copy(&template);
	free(path);
	return uri;
}

uint16_t uri_port(const struct uri *uri, uint16_t default_port)
{
	unsigned long port = 0;
	const char *p;

	if (!uri->port)
		return default_port;
	for (p = uri->port; *p; p++) {
		if (*p < '0' || *p > '9')
			return 0;
		port = port * 10 + (unsigned long)(*p - '0');
		if (port > 0xffff)
			return 0;
	}
	return (uint16_t)port;
}

/* Are two strings equal, or both absent? */
static bool text_is_equal(const char *a, const char *b, bool is_case)
{
	if (!a || !b)
		return a == b;
	return is_case ? !strcmp(a, b) : !strcasecmp(a, b);
}

bool uri_is_equal(const struct uri *a, const struct uri *b)
{
	return text_is_equal(a->scheme, b->scheme, true) &&
	       text_is_equal(a->opaque, b->opaque, true) &&
	       text_is_equal(a->host, b->host, false) &&
	       text_is_equal(a->port, b->port, true) &&
	       text_is_equal(a->path, b->path, true) &&
	       text_is_equal(a->query, b->query, true);
}

void uri_set_cwuri(struct uri *uri)
{
	if (uri)
		uri_get(uri);
	uri_put(cwuri);
	cwuri = uri;
}

struct uri *uri_base(void)
{
	struct uri *uri = NULL;
	char *server;

	if (cwuri)
		return uri_get(cwuri);
	server = settings_format(NULL, &setting_next_server);
	if (server)
		uri = uri_boot(server, "");
	free(server);
	return uri;
}
