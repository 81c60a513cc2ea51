/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Configuration files: [section], key = value, # comment. */
#ifndef RESOLVER_INI_H
#define RESOLVER_INI_H

#include <stddef.h>

/* What ini_parse() tells; strings lie in the text that was given. */
struct ini_sink {
	/* A section begins; its name is not empty. */
	void (*section)(void *ctx, char *name, unsigned int line);
	/* A key with its value, which may be "". */
	void (*entry)(void *ctx, char *key, char *value, unsigned int line);
	/* A line that is neither; why is one sentence. */
	void (*error)(void *ctx, unsigned int line, const char *why);
	void *ctx;
};

/*
 * Read a text of len bytes, which must be followed by a NUL and is cut into
 * strings in place.  Lines end with LF or CRLF; white space around names, keys
 * and values goes away; a line whose first character is # or ; is a comment.
 * There is no quoting and no escape.  A mistake is told and reading goes on.
 */
void ini_parse(char *text, size_t len, const struct ini_sink *sink);

/*
 * Cut the first word off a list whose words are separated by commas or white
 * space (space true), or by commas only, which leaves spaces inside.  Returns
 * the word, NUL-terminated in place, or NULL at the end.
 */
char *ini_word(char **list, int by_space);

#endif
