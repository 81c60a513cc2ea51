/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Conditions of rules: whatever is written compiles or says why not. */
#include "rules.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct condition condition;
	struct arena arena;
	struct reason why;
	char *text;

	if (!size)
		return 0;
	text = fuzz_text(data + 1, size - 1);
	arena_init(&arena, 1 << 20);
	condition_compile(data[0] % (FACT_COUNT + 2), text, &arena, &condition,
			  &why);
	arena_fini(&arena);
	free(text);
	return 0;
}
