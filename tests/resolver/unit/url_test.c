/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Request targets, and text made safe for the log. */
#include "url.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "log.h"

static const struct split_case {
	const char *target;
	const char *path;
	const char *query;
} split_cases[] = {
	{"/", "/", ""},
	{"/a?b=c", "/a", "b=c"},
	{"/a?b?c", "/a", "b?c"},
	{"/a?", "/a", ""},
	{"/a#b", "/a", ""},
	{"/a?b#c", "/a", "b"},
	{"/%61%2f%20", "/a/ ", ""},
	{"/a+b", "/a+b", ""},
	{"/...", "/...", ""},
	{"/a.", "/a.", ""},
	{"/a.?..", "/a.", ".."},
	{"/a?%", "/a", "%"},
	{"/a?#", "/a", ""},
	{"/a##b?c", "/a", ""},
	{"/a.%2e/b", "/a../b", ""},
	{"/a..b/c..", "/a..b/c..", ""},
	{"http://host:80/a?b", "/a", "b"},
	{"HTTP://host/a", "/a", ""},
	{"", NULL, NULL},
	{"*", NULL, NULL},
	{"a", NULL, NULL},
	{"http://host", NULL, NULL},
	{"http://host?x", NULL, NULL},
	{"/..", NULL, NULL},
	{"/..?a", NULL, NULL},
	{"/a/..#b", NULL, NULL},
	{"/.%2e", NULL, NULL},
	{"/../a", NULL, NULL},
	{"/a/../b", NULL, NULL},
	{"/a/%2e%2E", NULL, NULL},
	{"/a%2f..%2fb", NULL, NULL},
	{"/%", NULL, NULL},
	{"/%0", NULL, NULL},
	{"/%00", NULL, NULL},
	{"/%0g", NULL, NULL},
};

static void test_split_yields_path_and_query(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(split_cases) / sizeof(split_cases[0]); i++) {
		const struct split_case *c = &split_cases[i];
		const char *path = NULL, *query = NULL;
		struct reason why;
		struct arena arena;

		print_message("%s\n", c->target);
		arena_init(&arena, 1 << 16);
		assert_int_equal(
			url_split(c->target, &arena, &path, &query, &why),
			c->path ? 0 : -EINVAL);
		if (c->path) {
			assert_string_equal(path, c->path);
			assert_string_equal(query, c->query);
		} else {
			assert_null(path);
		}
		arena_fini(&arena);
	}
}

static void test_encode_and_decode_are_inverse(void **state)
{
	char all[256], encoded[3 * 256];
	struct arena arena;
	char *decoded;
	size_t i, len;

	(void)state;
	arena_init(&arena, 1 << 16);
	for (i = 0; i < 255; i++)
		all[i] = (char)(i + 1);
	all[255] = '\0';
	len = url_encode(NULL, all, 255);
	assert_int_equal(url_encode(encoded, all, 255), len);
	assert_int_equal(url_decode(encoded, len, &arena, &decoded), 0);
	assert_string_equal(decoded, all);
	arena_fini(&arena);
}

static void test_arena_keeps_its_limit(void **state)
{
	struct arena arena;
	size_t got = 0;

	(void)state;
	arena_init(&arena, 100000);
	assert_null(arena_alloc(&arena, SIZE_MAX));
	assert_null(arena_alloc(&arena, 100000));
	while (arena_alloc(&arena, 777))
		got += 777;
	assert_in_range(got, 90000, 100000);
	arena_fini(&arena);
	arena_fini(NULL);
}

static void test_log_escape_fits_and_is_printable(void **state)
{
	static const char text[] = "a\"\\\n\x1b\xff ok";
	char buf[64];
	size_t size, len;

	(void)state;
	assert_int_equal(log_escape(buf, sizeof(buf), text),
			 strlen("a\\x22\\x5c\\x0a\\x1b\\xff ok"));
	assert_string_equal(buf, "a\\x22\\x5c\\x0a\\x1b\\xff ok");
	for (size = 8; size < sizeof(buf); size++) {
		char *exact = test_malloc(size);

		len = log_escape(exact, size, text);
		assert_true(len < size);
		assert_int_equal(strlen(exact), len);
		/* Text is cut where there is no room for it and "...". */
		len = log_escape(exact, size, "012345678");
		assert_string_equal(exact + len - 3,
				    size < 9 + sizeof("...") ? "..." : "678");
		test_free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split_yields_path_and_query),
		cmocka_unit_test(test_encode_and_decode_are_inverse),
		cmocka_unit_test(test_arena_keeps_its_limit),
		cmocka_unit_test(test_log_escape_fits_and_is_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
