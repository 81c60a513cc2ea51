/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* {{name}} in scripts: compiling, checking and expanding. */
#ifndef RESOLVER_TEMPLATE_H
#define RESOLVER_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "reason.h"

/* Includes inside includes, and variables inside variables. */
#define TEMPLATE_DEPTH_MAX 8

/* A compiled script; belongs to the arena that it was made in. */
struct template;

/* What compiling needs to know. */
struct template_env {
	/* Return the number of a name (len bytes), or a negative errno. */
	int (*find_name)(void *ctx, const char *name, size_t len);
	/*
	 * Find the text of {{include file}}, which must last as long as the
	 * template; ret_file is its name for messages.  Returns 0, or a
	 * negative errno and a reason.  NULL: nothing can be included.
	 */
	int (*include)(void *ctx, const char *file, size_t file_len,
		       const char **ret_text, size_t *ret_len,
		       const char **ret_file, struct reason *why);
	/* Called with each mistake, "file:line: sentence"; may be NULL. */
	void (*report)(void *ctx, const char *sentence);
	void *ctx;
};

/* The value of a name when a script is expanded. */
struct template_value {
	/* The text, or NULL where there is none. */
	const char *text;
	/* Did the request say it?  Then it may not become commands. */
	bool is_foreign;
	/* Is it an error that there is none?  Else nothing is put. */
	bool is_required;
};

/* Where values come from when a script is expanded. */
struct template_scope {
	/* Return the value of the name with this number. */
	struct template_value (*value)(void *ctx, uint32_t name);
	/* Return the name itself, for messages. */
	const char *(*name)(void *ctx, uint32_t name);
	/* As in template_env, for values that refer to other names. */
	int (*find_name)(void *ctx, const char *name, size_t len);
	void *ctx;
};

/*
 * Compile a script of len bytes, which must outlive the template: {{name}},
 * then filters behind '|': "default:TEXT" stands in for a value that is not
 * there, "uri" percent-encodes the result; {{include FILE}} is replaced by
 * that file's text, compiled.  iPXE's own ${...} is left alone.  file is used
 * in messages and must outlive the template too.
 *
 * Returns 0; -EINVAL with a reason that names file and line, after every
 * mistake was reported; -ENOMEM.
 */
int template_compile(const char *text, size_t len, const char *file,
		     const struct template_env *env, struct arena *arena,
		     const struct template **ret_template, struct reason *why);

/*
 * Expand.  Returns 0; -EBADMSG when a value of the request would change the
 * script's commands rather than its words; -ENODATA when a required value is
 * missing; -ELOOP when values refer to each other; -EINVAL when a value has a
 * wrong reference; -ENOMEM.  All with a reason that names file and line.  The
 * arena owns the text, which has a NUL behind it that ret_len does not count.
 */
int template_expand(const struct template *template,
		    const struct template_scope *scope, struct arena *arena,
		    const char **ret_text, size_t *ret_len, struct reason *why);

/*
 * Call visit for each name that a script refers to without a default, in
 * order, repeated as often as it does.
 */
void template_visit(const struct template *template,
		    void (*visit)(void *ctx, uint32_t name, const char *file,
				  unsigned int line),
		    void *ctx);

#endif
