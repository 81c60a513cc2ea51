/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Editing a line, its history, and the shell around it. */
#include "capture.h"
#include "typing.h"
#include "core/error.h"
#include "hci/readline.h"
#include "hci/shell.h"
#include "usr/prompt.h"

struct edit_case {
	const char *keys;
	const char *line;
};

static const struct edit_case edits[] = {
	{"abc\r", "abc"},
	{"\r", ""},
	{"abc" LEFT LEFT "x\n", "axbc"},
	{"abc" HOME "x" END "y\r", "xabcy"},
	{"abc\x01x\x05y\r", "xabcy"},
	{"abc\b\r", "ab"},
	{"abc\x7f\x7f\r", "a"},
	{"\b\babc\r", "abc"},
	{"abc" LEFT LEFT "\b\b\r", "bc"},
	{"abc" HOME DEL "\r", "bc"},
	{"abc" DEL "\r", "abc"},
	/* Home and End as other terminals send them. */
	{"abc\x1b[1~x\x1b[4~y\r", "xabcy"},
	{"abc\x1b[7~x\x1b[8~y\r", "xabcy"},
	{"abcd" LEFT LEFT "\x0b\r", "ab"},
	{"abcd" LEFT LEFT "\x15\r", "cd"},
	{"one two  \x17\r", "one "},
	{"one two" LEFT "\x17\r", "one o"},
	{"\x17x\r", "x"},
	{"a" LEFT LEFT LEFT "x" RIGHT RIGHT RIGHT "y\r", "xay"},
	{"a\x1b[99~\x1b[5~\tb\r", "ab"},
	/* Keys of more than one byte are edited as one character. */
	{"a\u00f6b" LEFT LEFT DEL "\r", "ab"},
	{"a\u00f6\b\r", "a"},
	{"\u20ac" LEFT "x" RIGHT "y\r", "x\u20acy"},
	{"\u00f6\u00e4" LEFT LEFT LEFT RIGHT "x\r", "\u00f6x\u00e4"},
};

static void test_keys_edit_the_line(void **state)
{
	struct editline line;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(edits); i++) {
		typed = edits[i].keys;
		assert_int_equal(readline("> ", &line), 0);
		if (strcmp(line.text, edits[i].line))
			fail_msg("%s, not %s", line.text, edits[i].line);
	}
}

static void test_ctrl_c_goes_before_what_was_typed(void **state)
{
	(void)state;
	typed = "abc\x03";
	assert_true(console_is_cancelled());
	assert_false(console_is_cancelled());
	typed = "abc";
	assert_false(console_is_cancelled());
	assert_int_equal(console_getkey(0), 'a');
	assert_int_equal(console_getkey(0), 'b');
	assert_int_equal(console_getkey(0), 'c');
}

static void test_history_goes_up_and_down(void **state)
{
	struct editline line;

	(void)state;
	typed = "first\r";
	readline("> ", &line);
	typed = "second\r";
	readline("> ", &line);
	typed = "second\r"; /* twice the same is kept once */
	readline("> ", &line);
	typed = "th" UP UP "!\r";
	readline("> ", &line);
	assert_string_equal(line.text, "first!");
	typed = "th" UP UP UP DOWN DOWN DOWN DOWN DOWN "ird\r";
	readline("> ", &line);
	assert_string_equal(line.text, "third");
	typed = DOWN "x\r";
	readline("> ", &line);
	assert_string_equal(line.text, "x");
}

static void test_history_is_bounded(void **state)
{
	struct editline line;
	char text[24];
	int i;

	(void)state;
	for (i = 0; i < 40; i++) {
		snprintf(text, sizeof(text), "line%d\r", i);
		typed = text;
		readline("> ", &line);
	}
	typed = UP UP UP UP UP UP UP UP UP UP UP UP UP UP UP UP UP UP UP UP
		"\r";
	readline("> ", &line);
	assert_string_equal(line.text, "line24");
}

static void test_long_lines_are_cut_not_overrun(void **state)
{
	static char text[2 * READLINE_MAX];
	struct editline line;
	size_t i;

	(void)state;
	memset(text, 'x', sizeof(text) - 2);
	text[sizeof(text) - 2] = '\r';
	typed = text;
	assert_int_equal(readline("> ", &line), 0);
	assert_int_equal(line.len, READLINE_MAX - 1);
	assert_int_equal(strlen(line.text), READLINE_MAX - 1);
	text[sizeof(text) - 2] = 'x';
	editline_set(&line, text);
	assert_int_equal(line.len, READLINE_MAX - 1);
	for (i = 0; i < 2 * READLINE_MAX; i++)
		editline_key(&line, '\b');
	assert_int_equal(line.len, 0);
}

/* What the screen shows of the last line after TEXT was printed. */
static void screen(const char *text, char *row, size_t width)
{
	size_t column = 0;

	memset(row, ' ', width);
	for (; *text; text++) {
		if (*text == '\r')
			column = 0;
		else if (*text == '\b')
			column -= column > 0;
		else if (*text != '\n' && column < width)
			row[column++] = *text;
	}
	while (width && row[width - 1] == ' ')
		width--;
	row[width] = '\0';
}

static void test_screen_shows_what_was_edited(void **state)
{
	struct editline line;
	char row[201];

	(void)state;
	typed = "hello wurld" LEFT LEFT LEFT "\bo" HOME DEL "J\r";
	readline("> ", &line);
	screen(captured, row, 200);
	assert_string_equal(row, "> Jello world");
}

/* A character of several bytes takes one column: what is behind it moves by
 * one, and the cursor goes back by one. */
static void test_screen_counts_characters_not_bytes(void **state)
{
	struct editline line;

	(void)state;
	typed = "\u00f6\u00e4" LEFT "x\r";
	readline("> ", &line);
	assert_string_equal(line.text, "\u00f6x\u00e4");
	assert_non_null(strstr(captured, "\r> \u00f6x\u00e4\b\n"));
}

static void test_screen_scrolls_sideways(void **state)
{
	struct editline line;
	char row[201];

	capture_setup(state);
	typed = "0123456789012345678901234567890123456789"
		"0123456789012345678901234567890123456789end\r";
	readline("> ", &line);
	screen(captured, row, 200);
	assert_int_equal(strlen(row), 79);
	assert_string_equal(row + 76, "end");
}

static void test_ctrl_c_leaves_the_line(void **state)
{
	struct editline line;

	(void)state;
	typed = "abc\x03";
	assert_int_equal(readline("> ", &line), -ECANCELED);
}

static void test_shell_runs_lines_until_exit(void **state)
{
	(void)state;
	typed = "echo one\rnosuch\recho gone\x03"
		"goto x\rexit 6\r";
	assert_int_equal(shell(), 6);
	assert_non_null(strstr(captured, "\none\n"));
	assert_non_null(strstr(captured, "nosuch: command not found\n"));
	assert_non_null(strstr(captured, "goto: not in a script\n"));
	assert_null(strstr(captured, "\ngone\n"));
}

static void test_prompt_takes_the_key_it_wants(void **state)
{
	(void)state;
	typed = "x";
	assert_int_equal(prompt("Key?", 0, 0), 0);
	typed = "x";
	assert_int_equal(prompt("Key?", 0, 'x'), 0);
	typed = "y";
	assert_int_equal(prompt("Key?", 0, 'x'), -ECANCELED);
	assert_int_equal(prompt("Key?", 1, 'x'), -ETIMEDOUT);
}

/* Leave the line that the test left off in. */
static int teardown(void **state)
{
	(void)state;
	console_putchar('\n');
	return 0;
}

#define TEST(test)                                                             \
	cmocka_unit_test_setup_teardown(test, capture_setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_keys_edit_the_line),
		TEST(test_ctrl_c_goes_before_what_was_typed),
		TEST(test_history_goes_up_and_down),
		TEST(test_history_is_bounded),
		TEST(test_long_lines_are_cut_not_overrun),
		TEST(test_screen_shows_what_was_edited),
		TEST(test_screen_counts_characters_not_bytes),
		TEST(test_screen_scrolls_sideways),
		TEST(test_ctrl_c_leaves_the_line),
		TEST(test_shell_runs_lines_until_exit),
		TEST(test_prompt_takes_the_key_it_wants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
