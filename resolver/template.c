/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* {{name}} in scripts: compiling, checking and expanding. */
#include "template.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "url.h"
#include "word.h"

/* Longest script that comes out, in bytes, and most references in it. */
#define TEMPLATE_RESULT_MAX (4 * 1024 * 1024)
#define TEMPLATE_STEPS_MAX  100000

/* Room for a script at first; one that is longer is expanded again. */
#define USUAL_BYTES 2048

/* Names of a script whose values are looked up once for all its references. */
#define VALUES_MAX 12

/* One piece of a script: plain text, or a reference. */
struct piece {
	/* The plain text, or the text of "default:"; NULL: no default. */
	const char *text;
	size_t len;
	/* File of the piece, for messages. */
	const char *file;
	/* Its line, from 1. */
	unsigned int line;
	/* The name referred to, and where its value is noted; VALUES_MAX:
	 * nowhere. */
	uint32_t name;
	uint32_t slot;
	/* Is it a reference? */
	bool is_reference;
	/* Is the result to be percent-encoded? */
	bool is_uri;
};

struct template
{
	struct piece *pieces;
	size_t count;
};

/* A stretch of text that is not NUL-terminated. */
struct span {
	const char *text;
	size_t len;
};

/* Where reading stands. */
struct cursor {
	const char *pos;
	const char *end;
	const char *file;
	unsigned int line;
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

static int piece_set_filter(struct piece *piece, struct span filter,
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
			  piece->file, piece->line, span_shown(trimmed),
			  trimmed.text);
}

/* How names are looked up, at either time. */
struct names {
	int (*find_name)(void *ctx, const char *name, size_t len);
	void *ctx;
};

/* Read what stands between {{ and }}, but not an include. */
static int piece_parse(struct piece *piece, struct span inside,
		       const struct cursor *cursor, const struct names *names,
		       struct reason *why)
{
	struct span name = span_trim(span_cut(&inside));
	int number = names->find_name(names->ctx, name.text, name.len);
	int rc;

	if (number < 0)
		return reason_set(why, -EINVAL,
				  "%s:%u: {{%.*s}} is neither a fact that a "
				  "request can state nor a variable of this "
				  "site.",
				  cursor->file, cursor->line, span_shown(name),
				  name.text);
	*piece = (struct piece){
		.is_reference = true,
		.name = (uint32_t)number,
		.slot = VALUES_MAX,
		.file = cursor->file,
		.line = cursor->line,
	};
	while (inside.len) {
		inside.text++;
		inside.len--;
		rc = piece_set_filter(piece, span_cut(&inside), why);
		if (rc)
			return rc;
	}
	return 0;
}

/* What comes next in a text. */
enum next {
	NEXT_END,
	NEXT_TEXT,
	NEXT_REFERENCE,
	NEXT_MISTAKE,
};

/*
 * Cut the next stretch off a text: plain text, or what is between {{ and }}.
 * Reading can go on behind a mistake, which is a {{ without }} on its line.
 */
static enum next cursor_next(struct cursor *cursor, struct span *ret_span)
{
	size_t left = (size_t)(cursor->end - cursor->pos);
	const char *open, *eol, *close;

	if (!left)
		return NEXT_END;
	open = memmem(cursor->pos, left, "{{", 2);
	ret_span->text = cursor->pos;
	if (open != cursor->pos) {
		ret_span->len = open ? (size_t)(open - cursor->pos) : left;
		return NEXT_TEXT;
	}
	open += 2;
	left -= 2;
	eol = memchr(open, '\n', left);
	if (eol)
		left = (size_t)(eol - open);
	close = memmem(open, left, "}}", 2);
	ret_span->text = open;
	ret_span->len = close ? (size_t)(close - open) : left;
	return close ? NEXT_REFERENCE : NEXT_MISTAKE;
}

/* Go on behind what cursor_next() found. */
static void cursor_skip(struct cursor *cursor, enum next next, struct span span)
{
	const char *end = span.text + span.len;

	if (next == NEXT_REFERENCE)
		end += 2;
	for (; cursor->pos < end; cursor->pos++)
		cursor->line += *cursor->pos == '\n';
}

/* A script that is being compiled. */
struct compiler {
	const struct template_env *env;
	struct names names;
	/* The pieces so far; allocated. */
	struct piece *pieces;
	size_t count;
	size_t size;
	/* Names that have a slot. */
	uint32_t names_with_slot[VALUES_MAX];
	uint32_t slots;
	/* Mistakes so far, and the first of them. */
	unsigned int mistakes;
	struct reason first;
};

static void compiler_complain(struct compiler *compiler,
			      const struct reason *why)
{
	if (!compiler->mistakes++)
		compiler->first = *why;
	if (compiler->env->report)
		compiler->env->report(compiler->env->ctx, why->text);
}

static int compiler_add(struct compiler *compiler, const struct piece *piece)
{
	struct piece *pieces = compiler->pieces;

	if (compiler->count == compiler->size) {
		size_t size = compiler->size ? compiler->size * 2 : 32;

		pieces = realloc(pieces, size * sizeof(*pieces));
		if (!pieces)
			return -ENOMEM;
		compiler->pieces = pieces;
		compiler->size = size;
	}
	pieces[compiler->count++] = *piece;
	return 0;
}

static int compile_text(struct compiler *compiler, struct cursor cursor,
			unsigned int depth);

/* Is this "include FILE"?  Then cut FILE out. */
static bool include_parse(struct span inside, struct span *ret_file)
{
	static const char word[] = "include";
	const size_t word_len = sizeof(word) - 1;

	inside = span_trim(inside);
	if (inside.len <= word_len || memcmp(inside.text, word, word_len) ||
	    !strchr(" \t", inside.text[word_len]))
		return false;
	inside.text += word_len;
	inside.len -= word_len;
	*ret_file = span_trim(inside);
	return true;
}

static int compile_include(struct compiler *compiler, struct span file,
			   const struct cursor *at, unsigned int depth)
{
	const struct template_env *env = compiler->env;
	struct cursor cursor = {.line = 1};
	struct reason inner, why;
	size_t len;
	int rc = -EINVAL;

	reason_set(&inner, 0, "nothing can be included here.");
	if (depth == TEMPLATE_DEPTH_MAX)
		reason_set(&inner, 0,
			   "more than %d files include each other; is this a "
			   "ring?",
			   TEMPLATE_DEPTH_MAX);
	else if (env->include)
		rc = env->include(env->ctx, file.text, file.len, &cursor.pos,
				  &len, &cursor.file, &inner);
	if (rc == 0) {
		cursor.end = cursor.pos + len;
		return compile_text(compiler, cursor, depth + 1);
	}
	if (rc == -ENOMEM)
		return rc;
	reason_set(&why, 0, "%s:%u: %.*s cannot be included: %.300s", at->file,
		   at->line, span_shown(file), file.text, inner.text);
	compiler_complain(compiler, &why);
	return 0;
}

/* The slot of a name, in which its value will be; VALUES_MAX: too many. */
static uint32_t compiler_slot(struct compiler *compiler, uint32_t name)
{
	uint32_t slot;

	for (slot = 0; slot < compiler->slots; slot++) {
		if (compiler->names_with_slot[slot] == name)
			return slot;
	}
	if (slot < VALUES_MAX)
		compiler->names_with_slot[compiler->slots++] = name;
	return slot;
}

static int compile_reference(struct compiler *compiler, struct span inside,
			     const struct cursor *cursor, unsigned int depth)
{
	struct reason why;
	struct piece piece;
	struct span file;

	if (include_parse(inside, &file))
		return compile_include(compiler, file, cursor, depth);
	if (piece_parse(&piece, inside, cursor, &compiler->names, &why) == 0) {
		piece.slot = compiler_slot(compiler, piece.name);
		return compiler_add(compiler, &piece);
	}
	compiler_complain(compiler, &why);
	return 0;
}

static int compile_text(struct compiler *compiler, struct cursor cursor,
			unsigned int depth)
{
	struct reason why;
	struct span span;
	enum next next;
	int rc = 0;

	while (rc == 0 && (next = cursor_next(&cursor, &span)) != NEXT_END) {
		struct piece piece = {
			.text = span.text,
			.len = span.len,
			.file = cursor.file,
			.line = cursor.line,
		};

		if (next == NEXT_TEXT) {
			rc = compiler_add(compiler, &piece);
		} else if (next == NEXT_REFERENCE) {
			rc = compile_reference(compiler, span, &cursor, depth);
		} else {
			reason_set(&why, 0,
				   "%s:%u: {{ has no }} on the same line.",
				   cursor.file, cursor.line);
			compiler_complain(compiler, &why);
		}
		cursor_skip(&cursor, next, span);
	}
	return rc;
}

int template_compile(const char *text, size_t len, const char *file,
		     const struct template_env *env, struct arena *arena,
		     const struct template **ret_template, struct reason *why)
{
	struct compiler compiler = {
		.env = env,
		.names = {env->find_name, env->ctx},
	};
	struct cursor cursor = {text, text + len, file, 1};
	struct template *template;
	int rc;

	rc = compile_text(&compiler, cursor, 0);
	if (rc)
		goto err_compile;
	rc = -EINVAL;
	*why = compiler.first;
	if (compiler.mistakes)
		goto err_mistakes;
	rc = -ENOMEM;
	template = arena_alloc(arena, sizeof(*template));
	if (!template)
		goto err_compile;
	template->count = compiler.count;
	template->pieces =
		arena_alloc(arena, compiler.count * sizeof(struct piece) + 1);
	if (!template->pieces)
		goto err_compile;
	if (compiler.count)
		memcpy(template->pieces, compiler.pieces,
		       compiler.count * sizeof(struct piece));
	free(compiler.pieces);
	*ret_template = template;
	return 0;

err_compile:
	reason_set(why, rc, "%s: Out of memory.", file);
err_mistakes:
	free(compiler.pieces);
	return rc;
}

/* Of a word, what the scripts' language sees anything in; '%' and quotes, too,
 * which it does not. */
static inline uint64_t find_special(uint64_t word)
{
	return word_has_below(word, '\'') | word_has(word, ';') |
	       word_has(word, '|') | word_has(word, '\\');
}

/*
 * Would this value, set into a line, be more than words of that line?  The
 * scripts' language has no quoting, so such values cannot be passed at all:
 * command separators, comments, settings, and a line that would go on.
 */
static bool is_value_safe(const char *value, size_t len)
{
	/* Does the word consist of separators so far? */
	bool is_separator = false;
	char before = ' ';

	/* Most values have nothing of all that is looked for. */
	if (!words_have(value, len, find_special))
		return true;
	for (; *value; before = *value++) {
		bool is_special =
			*value == '&' || *value == '|' || *value == ';';

		if (before == ' ' && *value == '#')
			return false;
		if (before == '$' && *value == '{')
			return false;
		if (*value == ' ' && is_separator)
			return false;
		if (*value == ' ')
			continue;
		is_separator = is_special && (before == ' ' || is_separator);
	}
	return !is_separator && before != '\\' && before != '$';
}

/* A value that goes into the script as it is: it refers to nothing, and is no
 * more than words of a line. */
struct plain_value {
	/* NULL: not looked up, or none such. */
	const char *text;
	size_t len;
};

/* A script that is being expanded. */
struct expansion {
	const struct template_scope *scope;
	struct arena *arena;
	struct reason *why;
	/* Where text goes, and room for it; what does not fit is counted. */
	char *buf;
	size_t room;
	size_t len;
	/* Pieces so far: values that refer to values can be many. */
	unsigned int steps;
	/* By slot. */
	struct plain_value values[VALUES_MAX];
};

static inline int sink_put(struct expansion *sink, const char *text, size_t len,
			   bool is_uri)
{
	size_t size = is_uri ? url_encode(NULL, text, len) : len;
	bool fits = sink->len <= sink->room && size <= sink->room - sink->len;

	if (fits && is_uri)
		url_encode(sink->buf + sink->len, text, len);
	else if (fits)
		memcpy(sink->buf + sink->len, text, len);
	sink->len += size;
	return sink->len > TEMPLATE_RESULT_MAX ? -EFBIG : 0;
}

/* Put the value that goes in as it is, and note it for its next reference. */
static int sink_put_plain(struct expansion *sink, const struct piece *piece,
			  const char *text, size_t len, bool is_uri)
{
	if (piece->slot < VALUES_MAX)
		sink->values[piece->slot] = (struct plain_value){text, len};
	return sink_put(sink, text, len, is_uri);
}

static int expand_piece(struct expansion *sink, const struct piece *piece,
			bool is_uri, unsigned int depth);

/* Put a value of the site, which may refer to other names. */
static int expand_value(struct expansion *sink, const struct piece *piece,
			const char *value, bool is_uri, unsigned int depth)
{
	const struct template_scope *scope = sink->scope;
	struct names names = {scope->find_name, scope->ctx};
	struct cursor cursor = {value, value + strlen(value), piece->file,
				piece->line};
	struct piece inner;
	struct span span;
	enum next next;
	int rc = 0;

	if (!strstr(value, "{{"))
		return sink_put_plain(sink, piece, value,
				      (size_t)(cursor.end - value), is_uri);
	if (depth == TEMPLATE_DEPTH_MAX)
		return reason_set(sink->why, -ELOOP,
				  "%s:%u: The value of %s refers to values "
				  "that refer to each other.",
				  piece->file, piece->line,
				  scope->name(scope->ctx, piece->name));
	while (rc == 0 && (next = cursor_next(&cursor, &span)) != NEXT_END) {
		if (next == NEXT_REFERENCE)
			rc = piece_parse(&inner, span, &cursor, &names,
					 sink->why);
		if (rc == 0 && next == NEXT_REFERENCE)
			rc = expand_piece(sink, &inner, is_uri, depth + 1);
		else if (rc == 0)
			rc = sink_put(sink, span.text, span.len, is_uri);
		cursor_skip(&cursor, next, span);
	}
	return rc;
}

static int expand_piece(struct expansion *sink, const struct piece *piece,
			bool is_uri, unsigned int depth)
{
	const struct template_scope *scope = sink->scope;
	struct template_value value = {0};
	size_t len;

	if (++sink->steps > TEMPLATE_STEPS_MAX)
		return -EFBIG;
	is_uri |= piece->is_uri;
	if (piece->is_reference)
		value = scope->value(scope->ctx, piece->name);
	if (!value.text && piece->text)
		return sink_put(sink, piece->text, piece->len, is_uri);
	if (!value.text && !value.is_required)
		return 0;
	if (!value.text)
		return reason_set(sink->why, -ENODATA,
				  "%s:%u: {{%s}} has no value for this "
				  "machine, and no default.",
				  piece->file, piece->line,
				  scope->name(scope->ctx, piece->name));
	if (!value.is_foreign)
		return expand_value(sink, piece, value.text, is_uri, depth);
	len = strlen(value.text);
	if (is_value_safe(value.text, len))
		return sink_put_plain(sink, piece, value.text, len, is_uri);
	if (!is_uri)
		return reason_set(sink->why, -EBADMSG,
				  "%s:%u: The request's value "
				  "of %s would be read as script commands, so "
				  "it is refused; {{%s|uri}} would carry it.",
				  piece->file, piece->line,
				  scope->name(scope->ctx, piece->name),
				  scope->name(scope->ctx, piece->name));
	return sink_put(sink, value.text, len, is_uri);
}

/*
 * What a piece of the script itself stands for, where it is text, or a name
 * that had its turn before; else NULL.
 */
static const char *piece_plain(const struct expansion *sink,
			       const struct piece *piece, size_t *ret_len)
{
	const struct plain_value *value;

	if (!piece->is_reference) {
		*ret_len = piece->len;
		return piece->text;
	}
	if (piece->slot == VALUES_MAX || piece->is_uri)
		return NULL;
	value = &sink->values[piece->slot];
	*ret_len = value->len;
	return value->text;
}

static int expand_all(struct expansion *sink, const struct template *template)
{
	const struct piece *piece = template->pieces;
	const struct piece *end = piece + template->count;
	int rc = 0;

	sink->len = 0;
	sink->steps = 0;
	for (; piece < end && rc == 0; piece++) {
		size_t len = 0;
		const char *text = piece_plain(sink, piece, &len);

		rc = text ? sink_put(sink, text, len, false)
			  : expand_piece(sink, piece, false, 0);
	}
	if (rc == -EFBIG)
		reason_set(sink->why, rc, "The expanded script is too large.");
	return rc;
}

int template_expand(const struct template *template,
		    const struct template_scope *scope, struct arena *arena,
		    const char **ret_text, size_t *ret_len, struct reason *why)
{
	struct expansion sink = {
		.scope = scope,
		.arena = arena,
		.why = why,
		.room = USUAL_BYTES,
	};
	int rc;

	do {
		/* The second time it is known how long it becomes. */
		if (sink.len > sink.room)
			sink.room = sink.len;
		sink.buf = arena_alloc(arena, sink.room + 1);
		if (!sink.buf)
			return reason_set(why, -ENOMEM,
					  "The expanded script is too large.");
		rc = expand_all(&sink, template);
		if (rc)
			return rc;
	} while (sink.len > sink.room);
	sink.buf[sink.len] = '\0';
	*ret_text = sink.buf;
	*ret_len = sink.len;
	return 0;
}

void template_visit(const struct template *template,
		    void (*visit)(void *ctx, uint32_t name, const char *file,
				  unsigned int line),
		    void *ctx)
{
	size_t i;

	for (i = 0; i < template->count; i++) {
		const struct piece *piece = &template->pieces[i];

		if (piece->is_reference && !piece->text)
			visit(ctx, piece->name, piece->file, piece->line);
	}
}
