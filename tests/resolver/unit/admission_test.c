/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Unit tests of admission.c. */
#include "admission.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct admission *open_with(const struct admission_options *options)
{
	struct admission *admission;

	assert_int_equal(admission_open(options, &admission), 0);
	return admission;
}

static void test_no_rate_lets_everybody_in(void **state)
{
	struct admission *admission = open_with(&(struct admission_options){0});
	int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		assert_int_equal(admission_take(admission, "10.0.0.1", 5), 0);
	assert_int_equal(admission_take(NULL, "10.0.0.1", 5), 0);
	admission_close(admission);
	admission_close(NULL);
}

static void test_burst_then_rate(void **state)
{
	struct admission_options options = {.rate = 10, .burst = 3};
	struct admission *admission = open_with(&options);

	(void)state;
	assert_int_equal(admission_take(admission, "10.0.0.1", 1000), 0);
	assert_int_equal(admission_take(admission, "10.0.0.1", 1000), 0);
	assert_int_equal(admission_take(admission, "10.0.0.1", 1000), 0);
	assert_true(admission_take(admission, "10.0.0.1", 1000) > 0);
	/* A tenth of a second is one token. */
	assert_int_equal(admission_take(admission, "10.0.0.1", 1100), 0);
	assert_true(admission_take(admission, "10.0.0.1", 1100) > 0);
	admission_close(admission);
}

/* The waits of a storm fill the time that it takes, and do not pile up. */
static void test_refused_are_spread(void **state)
{
	struct admission_options options = {.rate = 100, .burst = 1};
	struct admission *admission = open_with(&options);
	unsigned int per_second[ADMISSION_WAIT_MAX_S + 1] = {0};
	unsigned int i, wait, longest = 0;

	(void)state;
	for (i = 0; i < 1000; i++) {
		wait = admission_take(admission, "10.0.0.1", 1000);
		assert_true(wait <= ADMISSION_WAIT_MAX_S);
		per_second[wait]++;
		longest = wait > longest ? wait : longest;
	}
	/* 1000 at 100 a second are ten seconds, and the jitter. */
	assert_in_range(longest, 9, 15);
	for (i = 1; i <= longest; i++)
		assert_in_range(per_second[i], 0, 250);
	admission_close(admission);
}

static void test_subnets_do_not_hinder_each_other(void **state)
{
	struct admission_options options = {.subnet_rate = 1,
					    .subnet_burst = 2};
	struct admission *admission = open_with(&options);

	(void)state;
	assert_int_equal(admission_take(admission, "10.0.0.1", 1000), 0);
	assert_int_equal(admission_take(admission, "10.0.0.99", 1000), 0);
	assert_true(admission_take(admission, "10.0.0.7", 1000) > 0);
	assert_int_equal(admission_take(admission, "10.0.1.1", 1000), 0);
	assert_int_equal(admission_take(admission, "2001:db8::1", 1000), 0);
	assert_int_equal(admission_take(admission, "2001:db8::2", 1000), 0);
	assert_true(admission_take(admission, "2001:db8::3", 1000) > 0);
	assert_int_equal(admission_take(admission, "2001:db8:0:1::3", 1000), 0);
	/* What has no subnet is not held back by one. */
	assert_int_equal(admission_take(admission, "", 1000), 0);
	admission_close(admission);
}

/* More subnets than places: nothing grows, nobody is locked out for good. */
static void test_many_subnets_stay_bounded(void **state)
{
	struct admission_options options = {.subnet_rate = 1,
					    .subnet_burst = 1};
	struct admission *admission = open_with(&options);
	char client[32];
	unsigned int i;

	(void)state;
	for (i = 0; i < 200000; i++) {
		snprintf(client, sizeof(client), "10.%u.%u.1", i >> 8 & 255,
			 i & 255);
		admission_take(admission, client, 1000 + i);
	}
	assert_int_equal(admission_take(admission, "10.0.0.1", 900000), 0);
	admission_close(admission);
}

static void test_a_long_pause_fills_no_more_than_the_burst(void **state)
{
	struct admission_options options = {.rate = 1000000, .burst = 2};
	struct admission *admission = open_with(&options);

	(void)state;
	assert_int_equal(admission_take(admission, "10.0.0.1", 1), 0);
	assert_int_equal(admission_take(admission, "10.0.0.1", UINT64_MAX), 0);
	assert_int_equal(admission_take(admission, "10.0.0.1", UINT64_MAX), 0);
	assert_true(admission_take(admission, "10.0.0.1", UINT64_MAX) > 0);
	admission_close(admission);
}

static void test_settings(void **state)
{
	struct admission_options options = {0};
	struct reason why;

	(void)state;
	assert_int_equal(
		admission_options_set(&options, "admission-rate", "200", &why),
		0);
	assert_int_equal(options.rate, 200);
	assert_int_equal(admission_options_set(
				 &options, "admission-subnet-burst", "7", &why),
			 0);
	assert_int_equal(options.subnet_burst, 7);
	assert_int_equal(admission_options_set(&options, "other", "7", &why),
			 -ENOENT);
	assert_int_equal(
		admission_options_set(&options, "admission-rate", "-1", &why),
		-EINVAL);
	assert_int_equal(
		admission_options_set(&options, "admission-rate", "7x", &why),
		-EINVAL);
	assert_int_equal(
		admission_options_set(&options, "admission-rate", "", &why),
		-EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_rate_lets_everybody_in),
		cmocka_unit_test(test_burst_then_rate),
		cmocka_unit_test(test_refused_are_spread),
		cmocka_unit_test(test_subnets_do_not_hinder_each_other),
		cmocka_unit_test(test_many_subnets_stay_bounded),
		cmocka_unit_test(
			test_a_long_pause_fills_no_more_than_the_burst),
		cmocka_unit_test(test_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
