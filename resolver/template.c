/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* {{name}} in scripts: finding, checking and expanding. */
#include "template.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "url.h"

/* Where reading stands. */
struct template_cursor {
	const char *pos;
	const char *end;
	const char *file;
	unsigned int line;
};

/* One piece of a script: plain text, or a reference to a fact. */
struct template_piece {
	/* The plain text, or the text of "default:"; NULL: no default. */
	const char *text;
	size_t len;
	/* Is it a reference? */
	bool is_reference;
	/* The fact referred to. */
	enum fact fact;
	/* Is the result to be percent-encoded? */
	bool is_uri;
	/* Line of the script, from 1. */
	unsigned int line;
};

/* A stretch of text that is not NUL-terminated. */
struct span {
	const char *text;
	size_t len;
};

static struct span span_trim(struct span span)
{
	while (span.len && strchr(" \t", span.text[0])) {
		span.text++;
		span.len--;
	}
	while (span.len && strchr(" \t", span.text[span.len - 1]))
		span.len--;
	return span;
}

/* How much of a span a message shows. */
static int span_shown(struct span span)
{
	return span.len < 64 ? (int)span.len : 64;
}

static bool span_equals(struct span span, const char *word)
{
	return span.len == strlen(word) &&
	       memcmp(span.text, word, span.len) == 0;
}

/* Cut the part before the next '|' off the front of rest. */
static struct span span_cut(struct span *rest)
{
	const char *bar = memchr(rest->text, '|', rest->len);
	struct span part = *rest;

	if (bar)
		part.len = (size_t)(bar - rest->text);
	rest->text += part.len;
	rest->len -= part.len;
	return part;
}

static int piece_set_filter(struct template_piece *piece, struct span filter,
			    const struct template_cursor *cursor,
			    struct reason *why)
{
	static const char word[] = "default:";
	const size_t word_len = sizeof(word) - 1;
	struct span trimmed = span_trim(filter);

	if (span_equals(trimmed, "uri")) {
		piece->is_uri = true;
		return 0;
	}
	if (trimmed.len >= word_len &&
	    memcmp(trimmed.text, word, word_len) == 0) {
		piece->text = trimmed.text + word_len;
		piece->len = trimmed.len - word_len;
		return 0;
	}
	return reason_set(why, -EINVAL,
			  "%s:%u: \"%.*s\" is not a filter; "
			  "there are uri and default:TEXT.",
			  cursor->file, cursor->line, span_shown(trimmed),
			  trimmed.text);
}

/* Read what stands between {{ and }}. */
static int piece_parse(struct template_piece *piece, struct span inside,
		       const struct template_cursor *cursor, struct reason *why)
{
	struct span name = span_trim(span_cut(&inside));
	int fact = facts_find(name.text, name.len);
	int rc;

	if (fact < 0)
		return reason_set(why, -EINVAL,
				  "%s:%u: {{%.*s}} is not "
				  "something that a request can say.",
				  cursor->file, cursor->line, span_shown(name),
				  name.text);
	*piece = (struct template_piece){
		.is_reference = true,
		.fact = (enum fact)fact,
		.line = cursor->line,
	};
	while (inside.len) {
		inside.text++;
		inside.len--;
		rc = piece_set_filter(piece, span_cut(&inside), cursor, why);
		if (rc)
			return rc;
	}
	return 0;
}

/*
 * Read the next piece.  Returns 1, 0 at the end, or -EINVAL with a reason
 * for a reference that is wrong; reading can go on behind it.
 */
static int template_next(struct template_cursor *cursor,
			 struct template_piece *ret_piece, struct reason *why)
{
	size_t left = (size_t)(cursor->end - cursor->pos);
	const char *open = memmem(cursor->pos, left, "{{", 2);
	struct template_piece piece = {0};
	struct span inside;
	const char *eol, *close;
	int rc;

	if (!left)
		return 0;
	if (open != cursor->pos) {
		piece.text = cursor->pos;
		piece.len = open ? (size_t)(open - cursor->pos) : left;
		piece.line = cursor->line;
		for (; cursor->pos < piece.text + piece.len; cursor->pos++)
			cursor->line += *cursor->pos == '\n';
		*ret_piece = piece;
		return 1;
	}
	open += 2;
	left -= 2;
	eol = memchr(open, '\n', left);
	if (eol)
		left = (size_t)(eol - open);
	close = memmem(open, left, "}}", 2);
	if (!close) {
		cursor->pos = open + left;
		return reason_set(why, -EINVAL,
				  "%s:%u: {{ has no }} on the "
				  "same line.",
				  cursor->file, cursor->line);
	}
	inside.text = open;
	inside.len = (size_t)(close - open);
	cursor->pos = close + 2;
	rc = piece_parse(&piece, inside, cursor, why);
	if (rc)
		return rc;
	*ret_piece = piece;
	return 1;
}

/*
 * Would this word, set into a line, be more than words of that line?  The
 * scripts' language has no quoting, so such values cannot be passed at all:
 * command separators, comments, settings, and a line that would go on.
 */
static bool is_word_safe(const char *word, size_t len)
{
	return word[0] != '#' && strspn(word, "&|;") < len;
}

static bool is_value_safe(const char *value)
{
	size_t len = strlen(value);

	if (strstr(value, "${") || strchr("\\$", value[len - 1]))
		return false;
	while (*value) {
		len = strcspn(value, " ");
		if (len && !is_word_safe(value, len))
			return false;
		value += len;
		value += strspn(value, " ");
	}
	return true;
}

/* Where expanded text goes; with buf NULL it is only counted. */
struct sink {
	char *buf;
	size_t len;
};

static void sink_put(struct sink *sink, const char *text, size_t len)
{
	if (sink->buf)
		memcpy(sink->buf + sink->len, text, len);
	sink->len += len;
}

static void sink_put_encoded(struct sink *sink, const char *text, size_t len)
{
	char *buf = sink->buf ? sink->buf + sink->len : NULL;

	sink->len += url_encode(buf, text, len);
}

static int sink_put_piece(struct sink *sink, const struct template_piece *piece,
			  const struct facts *facts, const char *file,
			  struct reason *why)
{
	const char *value = NULL;
	const char *text = piece->text;
	size_t len = piece->len;

	if (piece->is_reference)
		value = facts->value[piece->fact];
	if (value) {
		text = value;
		len = strlen(value);
	}
	if (!len)
		return 0;
	if (piece->is_uri) {
		sink_put_encoded(sink, text, len);
		return 0;
	}
	if (value && !is_value_safe(value))
		return reason_set(why, -EBADMSG,
				  "%s:%u: The request's value "
				  "of %s would be read as script commands, so "
				  "it is refused; {{%s|uri}} would carry it.",
				  file, piece->line, facts_name(piece->fact),
				  facts_name(piece->fact));
	sink_put(sink, text, len);
	return 0;
}

static int template_run(struct template_cursor cursor,
			const struct facts *facts, struct sink *sink,
			struct reason *why)
{
	struct template_piece piece;
	int rc;

	while ((rc = template_next(&cursor, &piece, why)) > 0) {
		rc = sink_put_piece(sink, &piece, facts, cursor.file, why);
		if (rc)
			return rc;
	}
	return rc;
}

int template_expand(const char *text, size_t len, const char *file,
		    const struct facts *facts, struct arena *arena,
		    const char **ret_text, size_t *ret_len, struct reason *why)
{
	struct template_cursor cursor = {text, text + len, file, 1};
	struct sink sink = {NULL, 0};
	int rc;

	rc = template_run(cursor, facts, &sink, why);
	if (rc)
		return rc;
	sink.buf = arena_alloc(arena, sink.len + 1);
	if (!sink.buf)
		return reason_set(why, -ENOMEM,
				  "%s: The expanded script is "
				  "too large.",
				  file);
	sink.len = 0;
	rc = template_run(cursor, facts, &sink, why);
	if (rc)
		return rc;
	sink.buf[sink.len] = '\0';
	*ret_text = sink.buf;
	*ret_len = sink.len;
	return 0;
}

unsigned int template_check(const char *text, size_t len, const char *file,
			    void (*report)(void *ctx, const char *sentence),
			    void *ctx)
{
	struct template_cursor cursor = {text, text + len, file, 1};
	struct template_piece piece;
	unsigned int mistakes = 0;
	struct reason why;
	int rc;

	while ((rc = template_next(&cursor, &piece, &why)) != 0) {
		if (rc > 0)
			continue;
		report(ctx, why.text);
		mistakes++;
	}
	return mistakes;
}
