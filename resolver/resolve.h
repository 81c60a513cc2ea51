/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Which script does this machine get? */
#ifndef RESOLVER_RESOLVE_H
#define RESOLVER_RESOLVE_H

#include <stddef.h>

#include "arena.h"
#include "facts.h"
#include "reason.h"
#include "site.h"

/* An answer; all text belongs to the arena that was given. */
struct resolution {
	/* The script, expanded. */
	const char *text;
	/* Its length in bytes. */
	size_t len;
	/* The file of the site that it was made from. */
	const char *file;
};

/*
 * Choose and expand the script of a machine: hosts/<mac>.ipxe, else
 * hosts/<uuid>.ipxe, else default.ipxe.  A file that is there but wrong is an
 * error; it is never passed over for the next one.
 *
 * Returns 0; -ENOENT when the machine is unknown and there is no default;
 * -EBADMSG when a value of the request is refused; another negative errno
 * when the site is at fault.  Every failure has a reason.
 */
int resolve(const struct site *site, const struct facts *facts,
	    struct arena *arena, struct resolution *ret_resolution,
	    struct reason *why);

/* Expand one script of the site by name; returns as resolve() does. */
int resolve_named(const struct site *site, const char *name,
		  const struct facts *facts, struct arena *arena,
		  struct resolution *ret_resolution, struct reason *why);

#endif
