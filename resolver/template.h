/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* {{name}} in scripts: finding, checking and expanding. */
#ifndef RESOLVER_TEMPLATE_H
#define RESOLVER_TEMPLATE_H

#include <stddef.h>

#include "arena.h"
#include "facts.h"
#include "reason.h"

/*
 * Expand a script of len bytes: {{name}} becomes the value of the fact, or
 * nothing where it was not sent; filters follow after '|': "default:TEXT"
 * stands in for a value that was not sent, "uri" percent-encodes the result.
 * iPXE's own ${...} is left alone.  file is used in messages only.
 *
 * Returns 0; -EINVAL when the script is wrong (unknown name or filter, no
 * }} on the line); -EBADMSG when a value of the request would change the
 * script's commands rather than its words; -ENOMEM.  All with a reason, the
 * first two with file and line.  The arena owns the text, which has a NUL
 * behind it that ret_len does not count.
 */
int template_expand(const char *text, size_t len, const char *file,
		    const struct facts *facts, struct arena *arena,
		    const char **ret_text, size_t *ret_len, struct reason *why);

/*
 * Call report with each mistake that template_expand() would refuse, as
 * "file:line: sentence".  Returns how many there were.
 */
unsigned int template_check(const char *text, size_t len, const char *file,
			    void (*report)(void *ctx, const char *sentence),
			    void *ctx);

#endif
