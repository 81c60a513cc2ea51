/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* UTF-8 to UCS-2 and back. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

/* Belongs to platform/efi, which this program is not built with. */
#include "platform/efi/ucs2.c"

/* What TEXT becomes, in a static buffer. */
static const uint16_t *convert(const char *text, size_t *ret_len)
{
	static uint16_t buf[16];

	memset(buf, 0xee, sizeof(buf));
	*ret_len = ucs2_from_utf8(text, buf, 16);
	return buf;
}

static void test_text_of_one_to_three_bytes_converts(void **state)
{
	static const uint16_t expect[] = {'a', 0xe4, 0x20ac, 0};
	size_t len;

	(void)state;
	assert_memory_equal(convert("a\xc3\xa4\xe2\x82\xac", &len), expect,
			    sizeof(expect));
	assert_int_equal(len, 3);
}

static void test_malformed_text_is_replaced(void **state)
{
	static const char *const bad[] = {"\x80",	  "\xff",
					  "\xc0",	  "\xf0\x9f\x98\x80",
					  "\xed\xa0\x80", "\xe0\x80\x80"};
	size_t len;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(convert(bad[i], &len)[0], UTF8_REPLACEMENT);
}

static void test_cut_sequence_does_not_eat_what_follows(void **state)
{
	size_t len;

	(void)state;
	assert_int_equal(convert("\xe2\x82x", &len)[0], 'x');
	assert_int_equal(len, 1);
	convert("\xe2\x82", &len);
	assert_int_equal(len, 0);
}

static void test_small_buffer_is_filled_and_terminated(void **state)
{
	uint16_t buf[4] = {1, 2, 3, 4};

	(void)state;
	assert_int_equal(ucs2_from_utf8("abcdef", buf, 3), 6);
	assert_int_equal(buf[1], 'b');
	assert_int_equal(buf[2], 0);
	assert_int_equal(buf[3], 4);
	assert_int_equal(ucs2_from_utf8("abc", NULL, 0), 3);
	assert_int_equal(ucs2_from_utf8("abc", buf, 1), 3);
	assert_int_equal(buf[0], 0);
}

static void test_every_character_comes_back(void **state)
{
	struct utf8_decoder decoder = {0};
	uint8_t buf[3];
	uint32_t c;
	size_t len;
	size_t i;
	int got;

	(void)state;
	for (c = 1; c < 0x10000; c++) {
		if (c >= 0xd800 && c < 0xe000)
			continue;
		len = utf8_from_ucs2((uint16_t)c, buf);
		got = -1;
		for (i = 0; i < len; i++) {
			assert_int_equal(got, -1);
			got = utf8_feed(&decoder, buf[i]);
		}
		assert_int_equal(got, c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_of_one_to_three_bytes_converts),
		cmocka_unit_test(test_malformed_text_is_replaced),
		cmocka_unit_test(test_cut_sequence_does_not_eat_what_follows),
		cmocka_unit_test(test_small_buffer_is_filled_and_terminated),
		cmocka_unit_test(test_every_character_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
