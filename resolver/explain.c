/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What a machine would get, and how that comes about, for people. */
#include "explain.h"

#include <string.h>

const char *explain_text(const struct snapshot *snapshot,
			 const struct facts *facts,
			 const struct machine_state *state,
			 struct resolution *ret_resolution, struct arena *arena,
			 size_t *ret_len)
{
	const char *text, *steps;
	size_t len;

	resolve(snapshot, facts, state, arena, ret_resolution);
	steps = trace_text(ret_resolution->trace, &len);
	if (!steps)
		return NULL;
	text = arena_format(arena, "%s%s%s", steps,
			    ret_resolution->text ? "The script:\n" : "",
			    ret_resolution->text ? ret_resolution->text : "");
	if (text)
		*ret_len = strlen(text);
	return text;
}
