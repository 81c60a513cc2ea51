/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Unit tests of text.h. */
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts_are_the_same_as_strcmp_has_it),
		cmocka_unit_test(test_prefix_is_skipped_as_strncmp_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
