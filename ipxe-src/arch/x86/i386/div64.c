/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* 64-bit division, which the compiler calls for by these names on i386. */
#include "core/compiler.h"

uint64_t __udivmoddi4(uint64_t num, uint64_t den, uint64_t *ret_rem);
uint64_t __udivdi3(uint64_t num, uint64_t den);
uint64_t __umoddi3(uint64_t num, uint64_t den);
int64_t __divdi3(int64_t num, int64_t den);
int64_t __moddi3(int64_t num, int64_t den);

/* HIGH:LOW divided by DEN, where HIGH < DEN; the remainder goes to HIGH. */
static uint32_t div_step(uint32_t *high, uint32_t low, uint32_t den)
{
	uint32_t quot;

	asm("divl %2" : "=a"(quot), "+d"(*high) : "rm"(den), "a"(low) : "cc");
	return quot;
}

uint64_t __udivmoddi4(uint64_t num, uint64_t den, uint64_t *ret_rem)
{
	uint32_t high = (uint32_t)(num >> 32);
	uint32_t den_high = (uint32_t)(den >> 32);
	uint64_t quot;
	uint32_t rem;
	int shift;

	if (!den_high) {
		rem = 0;
		quot = (uint64_t)div_step(&rem, high, (uint32_t)den) << 32;
		quot |= div_step(&rem, (uint32_t)num, (uint32_t)den);
		if (ret_rem)
			*ret_rem = rem;
		return quot;
	}
	/* The quotient has 32 bits at most. Divide by the upper 32 bits of
	 * DEN, of which the first is then set: at most one too many. Halving
	 * NUM keeps the step from overflowing. */
	shift = __builtin_clz(den_high);
	rem = high >> 1;
	quot = div_step(&rem, (uint32_t)(num >> 1),
			(uint32_t)(den << shift >> 32));
	quot = quot << shift >> 31;
	if (quot)
		quot--;
	num -= quot * den;
	if (num >= den) {
		num -= den;
		quot++;
	}
	if (ret_rem)
		*ret_rem = num;
	return quot;
}

uint64_t __udivdi3(uint64_t num, uint64_t den)
{
	return __udivmoddi4(num, den, NULL);
}

uint64_t __umoddi3(uint64_t num, uint64_t den)
{
	uint64_t rem;

	__udivmoddi4(num, den, &rem);
	return rem;
}

/* The absolute value, of INT64_MIN too. */
static uint64_t magnitude(int64_t value)
{
	return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

int64_t __divdi3(int64_t num, int64_t den)
{
	uint64_t quot = __udivmoddi4(magnitude(num), magnitude(den), NULL);

	return (int64_t)((num ^ den) < 0 ? -quot : quot);
}

int64_t __moddi3(int64_t num, int64_t den)
{
	uint64_t rem;

	__udivmoddi4(magnitude(num), magnitude(den), &rem);
	return (int64_t)(num < 0 ? -rem : rem);
}
