/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Hexadecimal digits of what is not ours: no case, no locale. */
#ifndef CORE_HEX_DIGIT_H
#define CORE_HEX_DIGIT_H

/* The value of the digit C, -1 if it is none. */
static inline int hex_digit_value(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

#endif
