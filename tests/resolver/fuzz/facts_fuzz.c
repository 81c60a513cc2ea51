/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Queries: facts that are accepted are short and have no control characters. */
#include "facts.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct arena arena;
	struct facts facts;
	struct reason why;
	const char *at;
	int i;

	arena_init(&arena, 1 << 20);
	if (facts_parse(text, &arena, &facts, &why) == 0) {
		for (i = 0; i < FACT_COUNT; i++) {
			for (at = facts.value[i]; at && *at; at++) {
				if ((unsigned char)*at < ' ' || *at == 127)
					abort();
			}
		}
	}
	arena_fini(&arena);
	free(text);
	return 0;
}
