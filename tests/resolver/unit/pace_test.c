/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Unit tests of pace.c. */
#include "pace.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_rates_are_read_with_their_units(void **state)
{
	static const struct {
		const char *value;
		uint64_t rate;
	} rows[] = {
		{"0", 0},	    {"1000", 1000}, {"40M", 40000000},
		{"1g", 1000000000}, {"64k", 64000},
	};
	static const char *const wrong[] = {
		"",    "x",   "-1",  "1.5M", "12MB",
		"999", "5 M", "1e9", "M",    "99999999999999999999"};
	struct reason why;
	uint64_t rate;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(pace_parse(rows[i].value, &rate, &why), 0);
		assert_int_equal(rate, rows[i].rate);
	}
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (pace_parse(wrong[i], &rate, &why) != -EINVAL)
			fail_msg("%s was taken", wrong[i]);
		assert_non_null(strstr(why.text, "asset-rate"));
	}
}

static void test_files_of_a_client_share_its_rate(void **state)
{
	struct pace *pace = pace_new();

	(void)state;
	assert_int_equal(pace_rate(NULL, "10.0.0.1"), 0);
	assert_int_equal(pace_rate(pace, "10.0.0.1"), 0);
	pace_set(pace, 9000);
	pace_begin(pace, "10.0.0.1");
	assert_int_equal(pace_rate(pace, "10.0.0.1"), 9000);
	pace_begin(pace, "10.0.0.1");
	pace_begin(pace, "10.0.0.1");
	assert_int_equal(pace_rate(pace, "10.0.0.1"), 3000);
	pace_begin(pace, "10.0.0.2");
	assert_int_equal(pace_rate(pace, "10.0.0.2"), 9000);
	pace_end(pace, "10.0.0.1");
	pace_end(pace, "10.0.0.1");
	assert_int_equal(pace_rate(pace, "10.0.0.1"), 9000);
	pace_end(NULL, "10.0.0.1");
	pace_free(pace);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rates_are_read_with_their_units),
		cmocka_unit_test(test_files_of_a_client_share_its_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
