/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Conditions of rules, identity values, and what tables find again. */
#include "rules.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "identity.h"
#include "ini.h"
#include "lint.h"
#include "table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct cover_case {
	unsigned int fact;
	const char *a;
	const char *b;
	bool covers;
} cover_cases[] = {
	{FACT_MAC, "52:54:00", "52:54:00:*", true},
	{FACT_MAC, "52:54:00:*", "52:54:00:12", true},
	{FACT_MAC, "52:54:00:12", "52:54:00", false},
	{FACT_MAC, "52:54:00", "525400123456, 525400000000", true},
	{FACT_MAC, "52:54:00", "525400123456, 525500000000", false},
	{FACT_MAC, "525400123456", "52:54:00:12:34:56", true},
	{FACT_IP, "10.0.0.0/8", "10.2.0.0/16", true},
	{FACT_IP, "10.2.0.0/16", "10.0.0.0/8", false},
	{FACT_IP, "0.0.0.0/0", "192.0.2.1", true},
	{FACT_IP, "::/0", "192.0.2.0/24", true},
	{FACT_PRODUCT, "a, b, c*", "B, cd", true},
	{FACT_PRODUCT, "a, !b", "a", false},
	{FACT_PRODUCT, "!b", "!b", true},
	{FACT_PRODUCT, "*x", "*x*", false},
};

static void test_cover_is_told_only_where_certain(void **state)
{
	struct condition a, b;
	struct reason why;
	struct arena arena;
	size_t i;

	(void)state;
	arena_init(&arena, 1 << 20);
	for (i = 0; i < sizeof(cover_cases) / sizeof(cover_cases[0]); i++) {
		const struct cover_case *c = &cover_cases[i];

		print_message("%s covers %s\n", c->a, c->b);
		assert_int_equal(
			condition_compile(c->fact, c->a, &arena, &a, &why), 0);
		assert_int_equal(
			condition_compile(c->fact, c->b, &arena, &b, &why), 0);
		assert_int_equal(condition_covers(&a, &b), c->covers);
	}
	arena_fini(&arena);
}

static void test_compile_without_memory_yields_enomem(void **state)
{
	unsigned int failures = 0;
	struct condition condition;
	struct reason why;
	struct arena arena;
	size_t limit;
	int rc;

	(void)state;
	for (limit = 0; limit < 2048; limit += 16) {
		arena_init(&arena, limit);
		rc = condition_compile(FACT_IP, "10.0.0.0/8, 192.0.2.1", &arena,
				       &condition, &why);
		assert_true(rc == 0 || rc == -ENOMEM);
		failures += rc != 0;
		arena_fini(&arena);
	}
	assert_in_range(failures, 3, 100);
}

static void test_uuid_orders_normalise_alike(void **state)
{
	char a[IDENTITY_VALUE_BYTES], b[IDENTITY_VALUE_BYTES];

	(void)state;
	assert_int_equal(
		identity_normalise(FACT_UUID,
				   "00112233-4455-6677-8899-aabbccddeeff", a),
		16);
	assert_int_equal(identity_normalise(FACT_UUID,
					    "33221100554477668899AABBCCDDEEFF",
					    b),
			 16);
	assert_memory_equal(a, b, 16);
	assert_int_equal(
		identity_normalise(FACT_UUID,
				   "00112233-4455-6677-8899-aabbccddeefe", b),
		16);
	assert_memory_not_equal(a, b, 16);
	assert_int_equal(identity_normalise(FACT_MAC, "52:54:00:12:34:5", a),
			 0);
}

static const struct placeholder_case {
	enum fact fact;
	const char *value;
	bool is_placeholder;
} placeholder_cases[] = {
	{FACT_MAC, "00:00:00:00:00:00", true},
	{FACT_MAC, "ff:ff:ff:ff:ff:ff", true},
	{FACT_MAC, "00:00:00:00:00:01", false},
	{FACT_UUID, "12345678-1234-5678-90ab-cddeefaabbcc", true},
	{FACT_UUID, "78563412-3412-7856-90ab-cddeefaabbcc", true},
	{FACT_SERIAL, " to  be filled by O.E.M. ", true},
	{FACT_SERIAL, "........", true},
	{FACT_SERIAL, ".-_", true},
	{FACT_SERIAL, "0000000", true},
	{FACT_SERIAL, "123456789", true},
	{FACT_SERIAL, "1234567891", false},
	{FACT_ASSET, "None", true},
	{FACT_HOSTNAME, "none", false},
};

static void test_placeholders_are_known(void **state)
{
	char value[IDENTITY_VALUE_BYTES];
	size_t i, len;

	(void)state;
	for (i = 0;
	     i < sizeof(placeholder_cases) / sizeof(placeholder_cases[0]);
	     i++) {
		const struct placeholder_case *c = &placeholder_cases[i];

		print_message("%s\n", c->value);
		len = identity_normalise(c->fact, c->value, value);
		assert_int_equal(
			identity_is_placeholder(NULL, c->fact, value, len),
			c->is_placeholder);
	}
}

static void test_table_finds_all_it_was_given(void **state)
{
	struct table table = {0};
	uint32_t i, cursor, found;

	(void)state;
	for (i = 0; i < 10000; i++)
		assert_int_equal(
			table_put(&table, table_hash(&i, sizeof(i)), i), 0);
	for (i = 0; i < 10000; i++) {
		cursor = table_hash(&i, sizeof(i));
		do {
			found = table_next(&table, table_hash(&i, sizeof(i)),
					   &cursor);
			assert_int_not_equal(found, TABLE_END);
		} while (found != i);
	}
	i = 10001;
	cursor = table_hash(&i, sizeof(i));
	while ((found = table_next(&table, table_hash(&i, sizeof(i)),
				   &cursor)) != TABLE_END)
		assert_in_range(found, 0, 9999);
	table_fini(&table);
}

static void write_section(void *ctx, char *name, unsigned int line)
{
	snprintf(strchr(ctx, '\0'), 64, "%u[%s]", line, name);
}

static void write_entry(void *ctx, char *key, char *value, unsigned int line)
{
	snprintf(strchr(ctx, '\0'), 64, "%u<%s|%s>", line, key, value);
}

static void write_error(void *ctx, unsigned int line, const char *why)
{
	(void)why;
	snprintf(strchr(ctx, '\0'), 64, "%u!", line);
}

static const struct ini_case {
	const char *text;
	const char *expected;
} ini_cases[] = {
	{"", ""},
	{"\n\n", ""},
	{"[a]", "1[a]"},
	{"\xef\xbb\xbf[a]\r\nb=c\r\n", "1[a]2<b|c>"},
	{" [ a ] \n\t b \t=\tc d \n", "1[a]2<b|c d>"},
	{"# x\n; y\na = # b\n", "3<a|# b>"},
	{"a=\n=b\na\n[]\n[\n[a] b\n]\n", "1<a|>2!3!4!5!6!7!"},
	{"a = b = c", "1<a|b = c>"},
	{"a\x01=b\n", "1!"},
};

static void test_ini_yields_sections_entries_and_errors(void **state)
{
	char result[1024];
	const struct ini_sink sink = {write_section, write_entry, write_error,
				      result};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ini_cases) / sizeof(ini_cases[0]); i++) {
		size_t len = strlen(ini_cases[i].text);
		char *text = test_malloc(len + 1);

		memcpy(text, ini_cases[i].text, len + 1);
		result[0] = '\0';
		ini_parse(text, len, &sink);
		test_free(text);
		assert_string_equal(result, ini_cases[i].expected);
	}
}

static void write_mistake(void *ctx, unsigned int line, unsigned int column,
			  const char *sentence)
{
	(void)column;
	snprintf(strchr(ctx, '\0'), 64, "%u%s;", line, sentence);
}

static void write_fetch(void *ctx, unsigned int line, const char *path)
{
	snprintf(strchr(ctx, '\0'), 64, "%u<%s>", line, path);
}

static const struct lint_case {
	const char *text;
	const char *expected;
} lint_cases[] = {
	{"#!ipxe\n\n# goto x\n:a\ngoto a\n", ""},
	{"goto ${x}\n${y} z\n", ""},
	{"echo a || goto b\n", "1There is no label :b for this goto.;"},
	{"isset ${x} && foo ||\n", "1There is no command foo.;"},
	{"kernel http://S/assets/k a=b\n", "1<assets/k>"},
	{"kernel http://S/${k}\nkernel http://T/assets/k\nkernel http://S", ""},
	{"kernel \\\n  http://x \\\n a\nboot\n", ""},
};

static void test_lint_yields_mistakes_and_fetches(void **state)
{
	char result[1024];
	const struct lint_sink sink = {write_mistake, write_fetch, result,
				       false};
	struct arena arena;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lint_cases) / sizeof(lint_cases[0]); i++) {
		size_t len = strlen(lint_cases[i].text);
		char *text = test_malloc(len);

		memcpy(text, lint_cases[i].text, len);
		result[0] = '\0';
		arena_init(&arena, 1 << 20);
		lint_script(text, len, "S", &arena, &sink);
		arena_fini(&arena);
		test_free(text);
		assert_string_equal(result, lint_cases[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cover_is_told_only_where_certain),
		cmocka_unit_test(test_compile_without_memory_yields_enomem),
		cmocka_unit_test(test_uuid_orders_normalise_alike),
		cmocka_unit_test(test_placeholders_are_known),
		cmocka_unit_test(test_table_finds_all_it_was_given),
		cmocka_unit_test(test_ini_yields_sections_entries_and_errors),
		cmocka_unit_test(test_lint_yields_mistakes_and_fetches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
