/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* {{name}} in scripts. */
#include "template.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct facts facts = {
	.value =
		{
			[FACT_MAC] = "52:54:00:12:34:56",
			[FACT_SERIAL] = "S 1/2",
			[FACT_ASSET] = "x || y",
			[FACT_SERVER] = "boot:8080",
		},
};

/* Expand a script that lies at the very end of its memory. */
static int expand(const char *text, size_t limit, struct arena *arena,
		  const char **ret_text, size_t *ret_len)
{
	size_t len = strlen(text);
	char *copy = test_malloc(len ? len : 1);
	struct reason why = {""};
	int rc;

	memcpy(copy, text, len);
	arena_init(arena, limit);
	rc = template_expand(copy, len, "f.ipxe", &facts, arena, ret_text,
			     ret_len, &why);
	test_free(copy);
	assert_true((rc == 0) == (why.text[0] == '\0'));
	return rc;
}

static const struct expand_case {
	const char *text;
	int rc;
	const char *expected;
} expand_cases[] = {
	{"", 0, ""},
	{"plain", 0, "plain"},
	{"{{mac}}", 0, "52:54:00:12:34:56"},
	{"a{{mac}}b{{server}}c", 0, "a52:54:00:12:34:56bboot:8080c"},
	{"{{serial|uri}}", 0, "S%201%2F2"},
	{"{{uuid}}", 0, ""},
	{"{{uuid|default:a}}", 0, "a"},
	{"{{uuid|default:a b|uri}}", 0, "a%20b"},
	{"{{asset|uri}}", 0, "x%20%7C%7C%20y"},
	{"{{asset}}", -EBADMSG, NULL},
	{"{ {mac}} }} {", 0, "{ {mac}} }} {"},
	{"${net0/mac}", 0, "${net0/mac}"},
	{"{{", -EINVAL, NULL},
	{"{{}", -EINVAL, NULL},
	{"{{mac}", -EINVAL, NULL},
	{"{{mac\n}}", -EINVAL, NULL},
	{"{{mac|}}", -EINVAL, NULL},
	{"{{|uri}}", -EINVAL, NULL},
	{"{{nosuch}}", -EINVAL, NULL},
};

static void test_expand_yields_text_or_error(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(expand_cases) / sizeof(expand_cases[0]); i++) {
		const struct expand_case *c = &expand_cases[i];
		const char *text = NULL;
		struct arena arena;
		size_t len = 99;

		print_message("%s\n", c->text);
		assert_int_equal(expand(c->text, 1 << 16, &arena, &text, &len),
				 c->rc);
		if (c->rc == 0) {
			assert_string_equal(text, c->expected);
			assert_int_equal(len, strlen(c->expected));
		} else {
			assert_null(text);
			assert_int_equal(len, 99);
		}
		arena_fini(&arena);
	}
}

static void test_expand_without_memory_yields_enomem(void **state)
{
	struct arena arena;
	const char *text;
	size_t len;

	(void)state;
	assert_int_equal(expand("{{mac}}{{mac}}", 20, &arena, &text, &len),
			 -ENOMEM);
	arena_fini(&arena);
}

static void count(void *ctx, const char *sentence)
{
	assert_true(strncmp(sentence, "f.ipxe:", 7) == 0);
	++*(unsigned int *)ctx;
}

static void test_check_reports_every_mistake(void **state)
{
	static const char text[] = "{{a}} {{mac}}\n{{b\n{{mac|x}}{{mac|uri}}{{";
	unsigned int reports = 0;

	(void)state;
	assert_int_equal(
		template_check(text, strlen(text), "f.ipxe", count, &reports),
		4);
	assert_int_equal(reports, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expand_yields_text_or_error),
		cmocka_unit_test(test_expand_without_memory_yields_enomem),
		cmocka_unit_test(test_check_reports_every_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
