/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Configuration files: what is told lies inside of the text. */
#include "ini.h"

#include "fuzz.h"

static const char *text_begin, *text_end;

static void inside(const char *part)
{
	if (part < text_begin || part > text_end ||
	    part + strlen(part) > text_end)
		abort();
}

static void on_section(void *ctx, char *name, unsigned int line)
{
	(void)ctx;
	(void)line;
	inside(name);
	if (!*name)
		abort();
}

static void on_entry(void *ctx, char *key, char *value, unsigned int line)
{
	char *word;

	(void)ctx;
	(void)line;
	inside(key);
	inside(value);
	while ((word = ini_word(&value, line & 1)) != NULL)
		inside(word);
}

static void on_error(void *ctx, unsigned int line, const char *why)
{
	(void)ctx;
	(void)line;
	if (!*why)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ini_sink sink = {on_section, on_entry, on_error,
					     NULL};
	char *text = fuzz_text(data, size);

	text_begin = text;
	text_end = text + size;
	ini_parse(text, size, &sink);
	free(text);
	return 0;
}
