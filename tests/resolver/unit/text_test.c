/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Unit tests of text.h. */
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const texts[] = {
	"", "a", "b", "A", "ab", "abc", "abd", "a\351", "/v1/confirm/",
};

#define COUNT (sizeof(texts) / sizeof(texts[0]))

static void test_texts_are_the_same_as_strcmp_has_it(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT; i++) {
		for (j = 0; j < COUNT; j++)
			assert_int_equal(text_is(texts[i], texts[j]),
					 strcmp(texts[i], texts[j]) == 0);
	}
}

static void test_prefix_is_skipped_as_strncmp_has_it(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT; i++) {
		for (j = 0; j < COUNT; j++) {
			size_t len = strlen(texts[j]);
			bool is_prefix = strncmp(texts[i], texts[j], len) == 0;

			assert_ptr_equal(text_skip(texts[i], texts[j]),
					 is_prefix ? texts[i] + len : NULL);
		}
	}
}

static void test_each_control_character_becomes_a_space(void **ctx)
{
	char text[24], copy[24];
	int c, len, at;

	(void)ctx;
	for (c = 1; c < 256; c++) {
		bool is_control = c < 0x20 || c == 0x7f;

		/* The last place has none. */
		for (len = 0; len < 20; len++) {
			for (at = 0; at <= len; at++) {
				memset(text, 'a', (size_t)len);
				text[at] = (char)c;
				text[len] = '\0';
				assert_int_equal(
					text_has_control(text, (size_t)len),
					is_control && at < len);
				assert_int_equal(
					text_copy_printable(copy, text,
							    (size_t)len),
					!is_control || at == len);
				if (is_control && at < len)
					text[at] = ' ';
				assert_string_equal(copy, text);
			}
		}
	}
}

/* Without a byte that does not belong to it. */
static void test_copies_are_of_their_length(void **ctx)
{
	size_t len;

	(void)ctx;
	for (len = 0; len < 70; len++) {
		char *text = malloc(len + 1), *copy = malloc(len + 1);

		memset(text, 'a', len);
		text[len] = '\0';
		assert_int_equal(text_copy_line(copy, len + 1, text), len);
		assert_string_equal(copy, text);
		free(text);
		free(copy);
	}
}

static void test_what_does_not_fit_is_cut_between_characters(void **ctx)
{
	static const struct {
		const char *text;
		size_t size;
		const char *copy;
	} cases[] = {
		{"abc", 4, "abc"},
		{"abc", 3, "ab"},
		{"abc", 1, ""},
		{"a\xc3\xa4", 4, "a\xc3\xa4"},
		{"a\xc3\xa4", 3, "a"},
		{"a\xe2\x82\xac", 4, "a"},
		{"a\xe2\x82\xac", 3, "a"},
		{"\xf0\x9f\x98\x80", 4, ""},
		{"\x80\x80\x80", 3, ""},
	};
	char copy[8];
	size_t i;

	(void)ctx;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(copy, 'x', sizeof(copy));
		assert_int_equal(
			text_copy_line(copy, cases[i].size, cases[i].text),
			strlen(cases[i].copy));
		assert_string_equal(copy, cases[i].copy);
		assert_int_equal(copy[cases[i].size], 'x');
	}
}

static void test_numbers_are_as_printf_has_them(void **ctx)
{
	char text[TEXT_NUMBER_MAX + 8], wanted[TEXT_NUMBER_MAX + 8];
	uint64_t power = 1;
	int digits, width, add;

	(void)ctx;
	for (digits = 1; digits <= TEXT_NUMBER_MAX; digits++, power *= 10) {
		for (width = 1; width <= 4; width++) {
			for (add = -1; add < 2; add++) {
				unsigned long long number =
					digits == TEXT_NUMBER_MAX && add == 1
						? UINT64_MAX
						: power + (uint64_t)add;
				size_t len;

				memset(text, 'x', sizeof(text));
				len = text_put_number(text, number,
						      (size_t)width);
				assert_int_equal(text[len], 'x');
				text[len] = '\0';
				snprintf(wanted, sizeof(wanted), "%0*llu",
					 width, number);
				assert_string_equal(text, wanted);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts_are_the_same_as_strcmp_has_it),
		cmocka_unit_test(test_prefix_is_skipped_as_strncmp_has_it),
		cmocka_unit_test(test_each_control_character_becomes_a_space),
		cmocka_unit_test(test_copies_are_of_their_length),
		cmocka_unit_test(
			test_what_does_not_fit_is_cut_between_characters),
		cmocka_unit_test(test_numbers_are_as_printf_has_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
