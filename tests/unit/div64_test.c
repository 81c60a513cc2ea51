/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* 64-bit division of the i386 build, against the compiler's own. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define __udivmoddi4 ours_udivmod
#define __udivdi3    ours_udiv
#define __umoddi3    ours_umod
#define __divdi3     ours_div
#define __moddi3     ours_mod
#include "arch/x86/i386/div64.c"

static const uint64_t edges[] = {
	1,
	2,
	3,
	10,
	0x7fffffff,
	0x80000000,
	0xffffffff,
	0x100000000,
	0x100000001,
	0x1ffffffff,
	0x7fffffffffffffff,
	0x8000000000000000,
	0x8000000000000001,
	0xfffffffe00000001,
	0xffffffff00000000,
	0xfffffffffffffffe,
	0xffffffffffffffff,
};

static void check(uint64_t num, uint64_t den)
{
	uint64_t rem;

	assert_int_equal(ours_udivmod(num, den, &rem), num / den);
	assert_int_equal(rem, num % den);
	assert_int_equal(ours_udiv(num, den), num / den);
	assert_int_equal(ours_umod(num, den), num % den);
	if (num == 0x8000000000000000 && den == UINT64_MAX)
		return; /* overflows, as the instruction would */
	assert_int_equal(ours_div((int64_t)num, (int64_t)den),
			 (int64_t)num / (int64_t)den);
	assert_int_equal(ours_mod((int64_t)num, (int64_t)den),
			 (int64_t)num % (int64_t)den);
}

static void test_edges(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(edges); i++) {
		check(0, edges[i]);
		for (j = 0; j < ARRAY_SIZE(edges); j++)
			check(edges[j], edges[i]);
	}
}

static void test_numbers_of_every_length(void **state)
{
	uint64_t noise = 1, num, den;
	unsigned int i;

	(void)state;
	for (i = 0; i < 300000; i++) {
		noise = noise * 6364136223846793005 + 1442695040888963407;
		num = noise >> (noise >> 58);
		noise = noise * 6364136223846793005 + 1442695040888963407;
		den = noise >> (noise >> 58);
		if (den)
			check(num, den);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_numbers_of_every_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
