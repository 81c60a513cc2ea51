/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The site: a directory with scripts, assets and firmware. */
#ifndef RESOLVER_SITE_H
#define RESOLVER_SITE_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "reason.h"

/* Largest script that is served, in bytes. */
#define SITE_SCRIPT_MAX (1024 * 1024)

/*
 * A site.  Assets and firmware are read when they are asked for; everything
 * else is compiled to a snapshot.
 */
struct site {
	/* Absolute path of the directory; allocated by site_init(). */
	char *path;
};

/* Remember a site by its path, made absolute.  Returns 0 or -errno. */
int site_init(struct site *site, const char *path);

/* Free what site_init() made; NULL is accepted. */
void site_fini(struct site *site);

/*
 * Open the site's directory, or a directory below it such as "assets", with
 * O_PATH semantics for beneath_open().  sub may be NULL.
 * Returns a descriptor that the caller closes, or a negative errno.
 */
int site_open(const struct site *site, const char *sub);

/*
 * Read the script name (such as "hosts/52-54-00-12-34-56.ipxe") of the site
 * whose directory is open as root.  The arena owns the text.
 *
 * Returns 0; -ENOENT without a reason when there is no such file; otherwise a
 * negative errno with a reason: -ENOLINK for a link that leads nowhere, -EXDEV
 * for one that leads outside, -EFBIG for a file that is too large, -ENOEXEC for
 * one that is not a script, or why it cannot be read.
 */
int site_read_script(int root, const char *name, struct arena *arena,
		     const char **ret_text, size_t *ret_len,
		     struct reason *why);

/*
 * Read an open file to its end, at most SITE_SCRIPT_MAX bytes; the arena owns
 * the text, which has a NUL behind it.  Returns 0 or a negative errno.
 */
int site_read_text(int fd, struct arena *arena, const char **ret_text,
		   size_t *ret_len);

/* Does the text begin as iPXE wants a script to begin? */
bool site_is_script(const char *text, size_t len);

/*
 * Say in words why beneath_open() and friends returned rc, to go behind
 * "FILE cannot be read: ".
 */
const char *site_explain(int rc);

#endif
