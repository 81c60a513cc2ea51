/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Control sequences: whole, cut, and wrong. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "core/ansi.h"

/* The last result of feeding TEXT. */
static int feed(struct ansi *ansi, const char *text)
{
	int last = -1;

	while (*text)
		last = ansi_feed(ansi, (uint8_t)*text++);
	return last;
}

static void test_sequences_have_numbers_and_a_final_byte(void **state)
{
	struct ansi ansi = {0};

	(void)state;
	assert_int_equal(feed(&ansi, "\033[12;7H"), ANSI_FINAL('H'));
	assert_int_equal(ansi.count, 2);
	assert_int_equal(ansi.numbers[0], 12);
	assert_int_equal(ansi.numbers[1], 7);
	assert_int_equal(feed(&ansi, "\033[J"), ANSI_FINAL('J'));
	assert_int_equal(ansi.count, 1);
	assert_int_equal(ansi.numbers[0], 0);
	assert_int_equal(feed(&ansi, "x"), 'x');
	assert_int_equal(feed(&ansi, "\xc3\xb6"), 0xf6);
	assert_int_equal(feed(&ansi, "\033[?25l"), ANSI_FINAL('l'));
	assert_int_equal(feed(&ansi, "\033cy"), 'y');
}

static void test_endless_numbers_are_bounded(void **state)
{
	struct ansi ansi = {0};
	unsigned int i;

	(void)state;
	feed(&ansi, "\033[");
	for (i = 0; i < 100; i++)
		assert_int_equal(feed(&ansi, "99999999999;"), -1);
	assert_int_equal(feed(&ansi, "m"), ANSI_FINAL('m'));
	assert_int_equal(ansi.count, ANSI_NUMBERS);
	assert_true(ansi.numbers[0] < 10000);
	assert_int_equal(feed(&ansi, "\033[1\n"), -1);
	assert_int_equal(feed(&ansi, "z"), 'z');
}

static void test_colours_are_selected(void **state)
{
	struct ansi_colours colours = {0};
	struct ansi ansi = {0};

	(void)state;
	feed(&ansi, "\033[m");
	ansi_select(&ansi, &colours);
	assert_int_equal(colours.foreground, ANSI_DEFAULT);
	assert_int_equal(colours.background, ANSI_DEFAULT);
	feed(&ansi, "\033[1;7;33;44m");
	ansi_select(&ansi, &colours);
	assert_int_equal(colours.foreground, 3);
	assert_int_equal(colours.background, 4);
	assert_true(colours.is_bold && colours.is_reverse);
	feed(&ansi, "\033[38;2;1;2;3;48;2;255;254;253;22;27m");
	ansi_select(&ansi, &colours);
	assert_int_equal(colours.foreground_rgb, ANSI_RGB | 0x010203);
	assert_int_equal(colours.background_rgb, ANSI_RGB | 0xfffefd);
	assert_false(colours.is_bold || colours.is_reverse);
	feed(&ansi, "\033[32;38;2m"); /* cut: no colour */
	ansi_select(&ansi, &colours);
	assert_int_equal(colours.foreground, 2);
	assert_int_equal(colours.foreground_rgb, 0);
}

static void test_a_plain_colour_takes_the_place_of_rgb(void **state)
{
	struct ansi_colours colours = {0};
	struct ansi ansi = {0};

	(void)state;
	feed(&ansi, "\033[38;2;1;2;3;48;2;4;5;6m");
	ansi_select(&ansi, &colours);
	feed(&ansi, "\033[31m");
	ansi_select(&ansi, &colours);
	assert_int_equal(colours.foreground, 1);
	assert_int_equal(colours.foreground_rgb, 0);
	assert_int_equal(colours.background_rgb, ANSI_RGB | 0x040506);
	feed(&ansi, "\033[42m");
	ansi_select(&ansi, &colours);
	assert_int_equal(colours.background, 2);
	assert_int_equal(colours.background_rgb, 0);
	/* 5 is a number of a palette, which nobody has here. */
	feed(&ansi, "\033[38;5;1;2;3m");
	ansi_select(&ansi, &colours);
	assert_int_equal(colours.foreground_rgb, 0);
}

/* RFC 3629 3, 4: longer than needed, a surrogate, beyond Unicode; and what is
 * beyond U+FFFF, which no console here has. */
static void test_malformed_characters_are_replaced(void **state)
{
	static const char *const bad[] = {"\xc0",
					  "\xc1",
					  "\xf5",
					  "\xff",
					  "\x80",
					  "\xe0\x80\xaf",
					  "\xe0\x9f\xbf",
					  "\xed\xa0\x80",
					  "\xed\xbf\xbf",
					  "\xf0\x8f\xbf\xbf",
					  "\xf0\x9f\x98\x80"};
	struct ansi ansi = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(feed(&ansi, bad[i]), UTF8_REPLACEMENT);
		assert_int_equal(feed(&ansi, "a"), 'a');
	}
	assert_int_equal(feed(&ansi, "\xe0\xa0\x80"), 0x800);
	assert_int_equal(feed(&ansi, "\xef\xbf\xbd"), 0xfffd);
	/* Cut short: what comes next is whole. */
	assert_int_equal(feed(&ansi, "\xe2\x82z"), 'z');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sequences_have_numbers_and_a_final_byte),
		cmocka_unit_test(test_endless_numbers_are_bounded),
		cmocka_unit_test(test_colours_are_selected),
		cmocka_unit_test(test_a_plain_colour_takes_the_place_of_rgb),
		cmocka_unit_test(test_malformed_characters_are_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
