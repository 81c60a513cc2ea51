/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Request targets: what is accepted is a clean path. */
#include "url.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *decoded;
	const char *path, *query;
	struct arena arena;
	struct reason why;

	arena_init(&arena, 1 << 20);
	if (url_split(text, &arena, &path, &query, &why) == 0 &&
	    (path[0] != '/' || strstr(path, "/../")))
		abort();
	if (url_decode(text, size, &arena, &decoded) == 0 &&
	    strlen(decoded) > size)
		abort();
	arena_fini(&arena);
	free(text);
	return 0;
}
