/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What the fuzzers share. */
#ifndef RESOLVER_FUZZ_H
#define RESOLVER_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* libFuzzer calls this with each input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Return a copy with a NUL behind it, of its exact size; the caller frees. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

#endif
