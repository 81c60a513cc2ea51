/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What a machine would get, and how that comes about, for people. */
#ifndef RESOLVER_EXPLAIN_H
#define RESOLVER_EXPLAIN_H

#include "resolve.h"

/*
 * Resolve with a trace (ret_resolution->trace, set by the caller) and write it
 * all down: the decision step by step, then the script.  state may be NULL.
 * Returns the text, the arena's, or NULL when memory is used up.
 */
const char *explain_text(const struct snapshot *snapshot,
			 const struct facts *facts,
			 const struct machine_state *state,
			 struct resolution *ret_resolution, struct arena *arena,
			 size_t *ret_len);

#endif
