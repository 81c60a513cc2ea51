/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Scripts: a template that compiles expands, or says why not. */
#include "template.h"

#include "facts.h"
#include "fuzz.h"

static int find_name(void *ctx, const char *name, size_t len)
{
	(void)ctx;
	return facts_find(name, len);
}

/* Values that try to be commands, references and templates themselves. */
static struct template_value value(void *ctx, uint32_t name)
{
	static const char *const texts[] = {
		"web01", NULL, "a || b", "${x}", "{{mac}}", "{{uuid|uri}}", "",
	};

	(void)ctx;
	return (struct template_value){
		.text = texts[name % 7],
		.is_foreign = name % 2,
		.is_required = name % 3 == 0,
	};
}

static const char *name_text(void *ctx, uint32_t name)
{
	(void)ctx;
	return name < FACT_COUNT ? facts_name(name) : "?";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct template_env env = {.find_name = find_name};
	static const struct template_scope scope = {value, name_text, find_name,
						    NULL};
	char *text = fuzz_text(data, size);
	const struct template *template;
	struct arena arena;
	struct reason why;
	const char *out;
	size_t len;

	arena_init(&arena, 1 << 20);
	if (template_compile(text, size, "fuzz", &env, &arena, &template,
			     &why) == 0 &&
	    template_expand(template, &scope, &arena, &out, &len, &why) == 0 &&
	    out[len] != '\0')
		abort();
	arena_fini(&arena);
	free(text);
	return 0;
}
