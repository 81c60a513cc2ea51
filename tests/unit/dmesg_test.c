/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* ${dmesg} has the last lines that were shown, as a terminal shows them. */
#include "capture.h"

static void show(const char *text)
{
	console_write(text, strlen(text));
}

/* What ${dmesg} ends with. */
static void expect_end(const char *end)
{
	char *text = settings_fetch_text("dmesg");
	size_t len;

	assert_non_null(text);
	len = strlen(text);
	assert_true(len >= strlen(end));
	assert_string_equal(text + len - strlen(end), end);
	free(text);
}

static void test_lines_are_kept_as_a_terminal_shows_them(void **state)
{
	(void)state;
	show("\nfirst\n10%\r20%\rdonex\b\n");
	expect_end("\nfirst\ndone\n");
	show("\x1b[1;31mred\x1b[0m \xc3\xa9\a\n");
	expect_end("\ndone\nred \xc3\xa9\n");
	show("\b\ra\b\b\bb");
	expect_end("\nred \xc3\xa9\nb");
	show("\n");
}

static void test_oldest_lines_make_room(void **state)
{
	char line[32];
	char *text;
	unsigned int i;
	size_t len;

	(void)state;
	for (i = 0; i < 5000; i++) {
		snprintf(line, sizeof(line), "line %u\n", i);
		show(line);
		text = settings_fetch_text("dmesg");
		assert_non_null(text);
		len = strlen(text);
		assert_true(len <= 8192);
		if (i >= 1000) {
			assert_true(len > 7000);
			/* It begins with a whole line. */
			assert_memory_equal(text, "line ", 5);
		}
		free(text);
	}
	expect_end("\nline 4998\nline 4999\n");
}

static void test_endless_line_is_bounded(void **state)
{
	char *text;
	unsigned int i;

	(void)state;
	for (i = 0; i < 20000; i++)
		console_putchar('x');
	text = settings_fetch_text("dmesg");
	assert_non_null(text);
	assert_in_range(strlen(text), 7000, 8192);
	free(text);
	show("\rshort\n");
	expect_end("short\n");
	text = settings_fetch_text("dmesg");
	assert_null(strstr(text, "xx"));
	free(text);
}

static void test_setting_cannot_be_set(void **state)
{
	(void)state;
	assert_true(exec_line("set builtin/dmesg x") < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			test_lines_are_kept_as_a_terminal_shows_them,
			capture_setup),
		cmocka_unit_test_setup(test_oldest_lines_make_room,
				       capture_setup),
		cmocka_unit_test_setup(test_endless_line_is_bounded,
				       capture_setup),
		cmocka_unit_test_setup(test_setting_cannot_be_set,
				       capture_setup),
	};

	settings_register_builtin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
