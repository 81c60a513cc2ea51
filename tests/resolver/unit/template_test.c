/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* {{name}} in scripts. */
#include "template.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* Names, as facts and variables of a site would be. */
static const struct name {
	const char *name;
	struct template_value value;
} names[] = {
	{"mac", {"52:54:00:12:34:56", true, false}},
	{"serial", {"S 1/2", true, false}},
	{"asset", {"x || y", true, false}},
	{"server", {"boot:8080", true, false}},
	{"uuid", {NULL, true, false}},
	{"note", {"#c", true, false}},
	{"words", {"a #c", true, false}},
	{"both", {"a &| b", true, false}},
	{"last", {"a ;", true, false}},
	{"setting", {"a${b", true, false}},
	{"goes", {"a\\", true, false}},
	{"dollar", {"a$", true, false}},
	{"harmless", {" a#b &c d|| {$} \\x ", true, false}},
	{"args", {"a || b", false, false}},
	{"nested", {"<{{mac}}>{{args}}", false, false}},
	{"wrong", {"{{nosuch}}", false, false}},
	{"ring", {"{{ring}}", false, false}},
	{"many",
	 {"{{fan}}{{fan}}{{fan}}{{fan}}{{fan}}{{fan}}{{fan}}{{fan}}", false,
	  false}},
	{"fan", {"{{many}}", false, false}},
	{"missing", {NULL, false, true}},
	{"said", {NULL, true, false}},
};

/* The value of that. */
static const char *said;

static int find_name(void *ctx, const char *name, size_t len)
{
	size_t i;

	(void)ctx;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i].name) == len &&
		    memcmp(names[i].name, name, len) == 0)
			return (int)i;
	}
	return -ENOENT;
}

static struct template_value scope_value(void *ctx, uint32_t name)
{
	struct template_value value = names[name].value;

	(void)ctx;
	if (strcmp(names[name].name, "said") == 0)
		value.text = said;
	return value;
}

static const char *scope_name(void *ctx, uint32_t name)
{
	(void)ctx;
	return names[name].name;
}

static int include(void *ctx, const char *file, size_t file_len,
		   const char **ret_text, size_t *ret_len,
		   const char **ret_file, struct reason *why)
{
	(void)ctx;
	*ret_file = "included";
	if (file_len == 1 && *file == 'a')
		*ret_text = "[{{mac}}]";
	else if (file_len == 4 && memcmp(file, "ring", 4) == 0)
		*ret_text = "{{include ring}}";
	else
		return reason_set(why, -EINVAL, "there is no such file.");
	*ret_len = strlen(*ret_text);
	return 0;
}

static void count(void *ctx, const char *sentence)
{
	assert_non_null(strchr(sentence, ':'));
	++*(unsigned int *)ctx;
}

/* Compile and expand a script that lies at the very end of its memory. */
static int expand(const char *text, size_t limit, struct arena *arena,
		  const char **ret_text, size_t *ret_len)
{
	const struct template_scope scope = {scope_value, scope_name, find_name,
					     NULL};
	unsigned int reports = 0;
	const struct template_env env = {find_name, include, count, &reports};
	const struct template *template;
	size_t len = strlen(text);
	char *copy = test_malloc(len ? len : 1);
	struct reason why = {""};
	int rc;

	memcpy(copy, text, len);
	arena_init(arena, limit);
	rc = template_compile(copy, len, "f.ipxe", &env, arena, &template,
			      &why);
	assert_true((rc == -EINVAL) == (reports > 0));
	if (rc == 0)
		rc = template_expand(template, &scope, arena, ret_text, ret_len,
				     &why);
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
	{"{{note}}", -EBADMSG, NULL},
	{"{{words}}", -EBADMSG, NULL},
	{"{{both}}", -EBADMSG, NULL},
	{"{{last}}", -EBADMSG, NULL},
	{"{{setting}}", -EBADMSG, NULL},
	{"{{goes}}", -EBADMSG, NULL},
	{"{{dollar}}", -EBADMSG, NULL},
	{"{{harmless}}", 0, " a#b &c d|| {$} \\x "},
	{"${net0/mac}", 0, "${net0/mac}"},
	{"{{", -EINVAL, NULL},
	{"{{}", -EINVAL, NULL},
	{"{{mac}", -EINVAL, NULL},
	{"{{mac\n}}", -EINVAL, NULL},
	{"{{mac|}}", -EINVAL, NULL},
	{"{{|uri}}", -EINVAL, NULL},
	{"{{nosuch}}", -EINVAL, NULL},
	{"{{args}}", 0, "a || b"},
	{"{{nested}}", 0, "<52:54:00:12:34:56>a || b"},
	{"{{nested|uri}}", 0,
	 "%3C52%3A54%3A00%3A12%3A34%3A56%3Ea%20%7C%7C%20b"},
	{"{{wrong}}", -EINVAL, NULL},
	{"{{ring}}", -ELOOP, NULL},
	{"{{many}}", -ELOOP, NULL},
	{"{{missing}}", -ENODATA, NULL},
	{"{{missing|default:}}", 0, ""},
	{"x{{include a}}y", 0, "x[52:54:00:12:34:56]y"},
	{"{{include b}}", -EINVAL, NULL},
	{"{{include ring}}", -EINVAL, NULL},
	{"{{include}}", -EINVAL, NULL},
	/* A name again, in its own form each time. */
	{"{{serial}},{{serial|uri}},{{serial}}", 0, "S 1/2,S%201%2F2,S 1/2"},
	{"{{serial|uri}},{{serial}}", 0, "S%201%2F2,S 1/2"},
	{"{{asset|uri}}{{asset|uri}}", 0, "x%20%7C%7C%20yx%20%7C%7C%20y"},
	{"{{asset|uri}}{{asset}}", -EBADMSG, NULL},
	{"{{args}}{{args|uri}}", 0, "a || ba%20%7C%7C%20b"},
	{"{{nested}}{{mac}}{{nested}}", 0,
	 "<52:54:00:12:34:56>a || b52:54:00:12:34:56<52:54:00:12:34:56>a || b"},
	{"{{uuid}}{{uuid|default:a}}{{uuid|default:b}}", 0, "ab"},
	{"{{missing|default:a}}{{missing}}", -ENODATA, NULL},
	/* The 17th name, and the first, once more. */
	{"{{server}}{{asset|uri}}{{note|uri}}{{words|uri}}{{both|uri}}"
	 "{{last|uri}}{{setting|uri}}{{goes|uri}}{{dollar|uri}}{{harmless}}"
	 "{{args}}{{uuid}}{{missing|default:}}{{serial}}{{serial}}"
	 "{{nested}}{{mac}}{{mac}}{{server}}",
	 0,
	 "boot:8080x%20%7C%7C%20y%23ca%20%23ca%20%26%7C%20ba%20%3Ba%24%7Bba%5C"
	 "a%24 a#b &c d|| {$} \\x a || bS 1/2S 1/2<52:54:00:12:34:56>a || b"
	 "52:54:00:12:34:5652:54:00:12:34:56boot:8080"},
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

/* Put a value at the end of a script of some length. */
static void expand_behind(size_t len, const char *reference,
			  const char *expected)
{
	char text[5000];
	const char *found;
	struct arena arena;
	size_t found_len;

	memset(text, 'x', len);
	strcpy(text + len, reference);
	assert_int_equal(expand(text, 1 << 16, &arena, &found, &found_len), 0);
	assert_int_equal(found_len, len + strlen(expected));
	assert_memory_equal(found, text, len);
	assert_string_equal(found + len, expected);
	arena_fini(&arena);
}

static void test_expand_of_any_length_yields_all_of_it(void **state)
{
	size_t len;

	(void)state;
	for (len = 2000; len < 2100; len++) {
		expand_behind(len, "{{mac}}y{{asset|uri}}z",
			      "52:54:00:12:34:56yx%20%7C%7C%20yz");
		expand_behind(len, "", "");
	}
	expand_behind(4900, "{{serial|uri}}{{mac}}",
		      "S%201%2F252:54:00:12:34:56");
}

/* Values are looked at eight characters at a time. */
static void test_no_command_hides_in_a_long_value(void **state)
{
	static const struct {
		const char *text;
		bool is_last; /* is it only one at the end? */
		int rc;
	} parts[] = {
		{" ; ", false, -EBADMSG},  {" && ", false, -EBADMSG},
		{" || ", false, -EBADMSG}, {" #", false, -EBADMSG},
		{"${", false, -EBADMSG},   {"\\", true, -EBADMSG},
		{"$", true, -EBADMSG},	   {" ;", true, -EBADMSG},
		{"b;c", false, 0},	   {"%", false, 0},
		{"\x7f", false, 0},	   {"\xff", false, 0},
	};
	struct arena arena;
	const char *text;
	char value[64];
	size_t i, len;
	int at, after;

	(void)state;
	said = value;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		for (at = 0; at < 20; at++) {
			for (after = 0; after < (parts[i].is_last ? 1 : 20);
			     after++) {
				snprintf(value, sizeof(value), "%.*s%s%.*s", at,
					 "aaaaaaaaaaaaaaaaaaaa", parts[i].text,
					 after, "aaaaaaaaaaaaaaaaaaaa");
				assert_int_equal(expand("{{said}}", 65536,
							&arena, &text, &len),
						 parts[i].rc);
				if (!parts[i].rc)
					assert_string_equal(text, value);
				arena_fini(&arena);
			}
		}
	}
}

/* A value that is a word of separators. */
static void test_separators_are_no_value(void **state)
{
	struct arena arena;
	char value[21];
	const char *c, *text;
	size_t count, len;

	(void)state;
	said = value;
	for (c = "&|;"; *c; c++) {
		memset(value, '\0', sizeof(value));
		for (count = 0; count < sizeof(value) - 1; count++) {
			value[count] = *c;
			assert_int_equal(
				expand("{{said}}", 65536, &arena, &text, &len),
				-EBADMSG);
			arena_fini(&arena);
		}
	}
}

static void test_expand_without_memory_yields_enomem(void **state)
{
	unsigned int failures = 0;
	struct arena arena;
	const char *text;
	size_t len, limit;
	int rc;

	(void)state;
	for (limit = 0; limit < 4096; limit += 32) {
		rc = expand("{{mac}}{{mac}}", limit, &arena, &text, &len);
		assert_true(rc == 0 || rc == -ENOMEM);
		failures += rc != 0;
		arena_fini(&arena);
	}
	assert_in_range(failures, 5, 100);
}

static void test_compile_reports_every_mistake(void **state)
{
	static const char text[] = "{{a}} {{mac}}\n{{b\n{{mac|x}}{{mac|uri}}{{";
	unsigned int reports = 0;
	const struct template_env env = {find_name, NULL, count, &reports};
	const struct template *template = NULL;
	struct reason why = {""};
	struct arena arena;

	(void)state;
	arena_init(&arena, 1 << 16);
	assert_int_equal(template_compile(text, strlen(text), "f.ipxe", &env,
					  &arena, &template, &why),
			 -EINVAL);
	assert_null(template);
	assert_int_equal(reports, 4);
	assert_int_equal(strncmp(why.text, "f.ipxe:1: ", 10), 0);
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expand_yields_text_or_error),
		cmocka_unit_test(test_expand_of_any_length_yields_all_of_it),
		cmocka_unit_test(test_no_command_hides_in_a_long_value),
		cmocka_unit_test(test_separators_are_no_value),
		cmocka_unit_test(test_expand_without_memory_yields_enomem),
		cmocka_unit_test(test_compile_reports_every_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
