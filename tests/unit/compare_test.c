/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* islt, isle, isgt, isge, isne compare numbers. */
#include "capture.h"

static void test_numbers(void **state)
{
	static const struct {
		const char *line;
		bool is_true;
	} cases[] = {
		{"islt 9 10", true},	{"islt 10 10", false},
		{"islt 0x10 17", true}, {"isle 10 10", true},
		{"isle 11 10", false},	{"isgt 10 9", true},
		{"isgt 10 10", false},	{"isge 10 10", true},
		{"isge 9 10", false},	{"isne 010 8", false},
		{"isne 1 2", true},	{"islt -5 3", true},
		{"isgt -5 -6", true},	{"islt x 3", false},
		{"islt 3", false},	{"islt 1 2 3", false},
		{"islt --help", false}, {"islt ${unset} 3", false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		if ((exec_line(cases[i].line) == 0) != cases[i].is_true)
			fail_msg("%s", cases[i].line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_numbers, capture_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
