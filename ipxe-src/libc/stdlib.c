/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Numbers from text. */
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>

/* Value of the digit C, 36 if it is none. */
static unsigned int digit(int c)
{
	if (isdigit(c))
		return (unsigned int)(c - '0');
	c = tolower(c);
	return islower(c) ? (unsigned int)(c - 'a' + 10) : 36;
}

unsigned long long strtoull(const char *s, char **end, int base)
{
	const char *start = s;
	unsigned long long value = 0, next;
	unsigned int d;
	int negative = 0;

	while (isspace((unsigned char)*s))
		s++;
	if (*s == '+' || *s == '-')
		negative = *s++ == '-';
	if ((!base || base == 16) && s[0] == '0' && (s[1] | 0x20) == 'x' &&
	    isxdigit((unsigned char)s[2])) {
		s += 2;
		base = 16;
	}
	if (!base)
		base = *s == '0' ? 8 : 10;
	for (; (d = digit((unsigned char)*s)) < (unsigned int)base; s++) {
		next = value * (unsigned int)base + d;
		/* Multiplying by at most 36 overflowed if it got no larger or
		 * if the top bits were in use. */
		if (value >> 58 && next / (unsigned int)base != value)
			next = ULLONG_MAX;
		value = next;
		start = NULL;
	}
	if (end)
		*end = (char *)(start ? start : s);
	return negative ? -value : value;
}

unsigned long strtoul(const char *s, char **end, int base)
{
	unsigned long long value = strtoull(s, end, base);

	/* A negative number wraps, as the standard has it. */
	if (value > ULONG_MAX && -value > ULONG_MAX)
		return ULONG_MAX;
	return (unsigned long)value;
}

long strtol(const char *s, char **end, int base)
{
	return (long)strtoul(s, end, base);
}

int atoi(const char *s)
{
	return (int)strtoul(s, NULL, 10);
}

int abs(int value)
{
	return value < 0 ? -value : value;
}

static unsigned int rand_state = 1;

void srand(unsigned int seed)
{
	rand_state = seed ? seed : 1;
}

/* Xorshift, Marsaglia 2003; not for secrets. */
int rand(void)
{
	rand_state ^= rand_state << 13;
	rand_state ^= rand_state >> 17;
	rand_state ^= rand_state << 5;
	return (int)(rand_state & INT_MAX);
}

void abort(void)
{
	for (;;)
		;
}
