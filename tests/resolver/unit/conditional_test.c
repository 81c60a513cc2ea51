/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Range headers and lists of entity tags. */
#include "conditional.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct range_case {
	const char *header;
	uint64_t size;
	enum range_kind kind;
	uint64_t first;
	uint64_t len;
} range_cases[] = {
	{"bytes=0-0", 10, RANGE_PART, 0, 1},
	{"bytes=0-", 10, RANGE_PART, 0, 10},
	{"bytes=9-", 10, RANGE_PART, 9, 1},
	{"bytes=2-99", 10, RANGE_PART, 2, 8},
	{"bytes=-3", 10, RANGE_PART, 7, 3},
	{"bytes=-30", 10, RANGE_PART, 0, 10},
	{"BYTES=1-2", 10, RANGE_PART, 1, 2},
	{"bytes=0-18446744073709551615", 10, RANGE_PART, 0, 10},
	{"bytes=0-99999999999999999999999", 10, RANGE_PART, 0, 10},
	{"bytes=18446744073709551614-", UINT64_MAX, RANGE_PART, UINT64_MAX - 1,
	 1},
	{"bytes=0-", UINT64_MAX, RANGE_PART, 0, UINT64_MAX},
	{"bytes=10-", 10, RANGE_BEYOND, 0, 0},
	{"bytes=18446744073709551616-", 10, RANGE_BEYOND, 0, 0},
	{"bytes=0-", 0, RANGE_BEYOND, 0, 0},
	{"bytes=-1", 0, RANGE_BEYOND, 0, 0},
	{"bytes=-0", 10, RANGE_BEYOND, 0, 0},
	{NULL, 10, RANGE_WHOLE, 0, 0},
	{"", 10, RANGE_WHOLE, 0, 0},
	{"bytes=", 10, RANGE_WHOLE, 0, 0},
	{"bytes=-", 10, RANGE_WHOLE, 0, 0},
	{"bytes=3-2", 10, RANGE_WHOLE, 0, 0},
	{"bytes=1-2,4-5", 10, RANGE_WHOLE, 0, 0},
	{"bytes=1", 10, RANGE_WHOLE, 0, 0},
	{"bytes=1-2 ", 10, RANGE_WHOLE, 0, 0},
	{"bytes=--2", 10, RANGE_WHOLE, 0, 0},
	{"bits=1-2", 10, RANGE_WHOLE, 0, 0},
};

static void test_range_parse_yields_kind(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(range_cases) / sizeof(range_cases[0]); i++) {
		const struct range_case *c = &range_cases[i];
		uint64_t first = 77, len = 78;

		print_message("%s of %llu\n", c->header ? c->header : "(none)",
			      (unsigned long long)c->size);
		assert_int_equal(range_parse(c->header, c->size, &first, &len),
				 c->kind);
		assert_true(first == (c->kind == RANGE_PART ? c->first : 77));
		assert_true(len == (c->kind == RANGE_PART ? c->len : 78));
	}
}

static void test_etag_is_found_in_lists(void **state)
{
	(void)state;
	assert_true(etag_is_listed("*", "\"a\""));
	assert_true(etag_is_listed("\"a\"", "\"a\""));
	assert_true(etag_is_listed("W/\"a\"", "\"a\""));
	assert_true(etag_is_listed("\"b\",\t \"a\"", "\"a\""));
	assert_true(etag_is_listed("\"b,\",W/\"x\" , \"a\"", "\"a\""));
	assert_false(etag_is_listed("", "\"a\""));
	assert_false(etag_is_listed("a", "\"a\""));
	assert_false(etag_is_listed("\"a", "\"a\""));
	assert_false(etag_is_listed("\"aa\"", "\"a\""));
	assert_false(etag_is_listed("\"\"", "\"a\""));
	assert_false(etag_is_listed("w/\"a\"", "\"a\""));
	assert_false(etag_is_listed(", , ,", "\"a\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_range_parse_yields_kind),
		cmocka_unit_test(test_etag_is_found_in_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
