/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Menus: building them, choosing by keys and by time. */
#include "capture.h"
#include "typing.h"
#include "core/error.h"
#include "core/platform.h"

/* Choose from five items and a gap with KEYS; what ${choice} then is. */
static char *choose(const char *keys, const char *options)
{
	char line[128];

	settings_store_text("choice", NULL);
	assert_int_equal(exec_line("menu Title"), 0);
	assert_int_equal(exec_line("item --gap words"), 0);
	assert_int_equal(exec_line("item a First"), 0);
	assert_int_equal(exec_line("item --key x b Second"), 0);
	assert_int_equal(exec_line("item"), 0);
	assert_int_equal(exec_line("item --default c Third one"), 0);
	assert_int_equal(exec_line("item --key 0x104 d"), 0);
	snprintf(line, sizeof(line), "choose %s choice", options);
	typed = keys;
	if (exec_line(line))
		return NULL;
	assert_string_equal(typed, "");
	return settings_fetch_text("choice");
}

struct choice {
	const char *keys;
	const char *options;
	const char *result; /* NULL: it fails */
};

static const struct choice choices[] = {
	{"\r", "", "c"},
	{"\n", "--default b", "b"},
	{"\r", "--default nosuch", "c"},
	{UP "\r", "", "b"},
	{UP UP UP UP "\r", "", "a"},
	{DOWN "\r", "", "d"},
	{DOWN DOWN DOWN "\r", "", "d"},
	{HOME "\r", "", "a"},
	{END "\r", "", "d"},
	{PGUP "\r", "", "a"},
	{PGDN "\r", "", "d"},
	{"x", "", "b"},
	{LEFT, "", "d"},
	{"zq\r", "", "c"},
	{"\x03", "", NULL},
	{"", "--timeout 30", "c"},
	{"", "-t 30 -d a", "a"},
	{UP, "-t 60000 -r 30", "b"},
	/* What an open serial line brings does not stop the time. */
	{"\xfe\x80\x01\x0f\xff", "-t 30", "c"},
};

static void test_keys_and_time_choose(void **state)
{
	char *result;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(choices); i++) {
		result = choose(choices[i].keys, choices[i].options);
		if (!choices[i].result) {
			assert_null(result);
			continue;
		}
		assert_non_null(result);
		assert_string_equal(result, choices[i].result);
		free(result);
	}
}

static void test_escape_cancels(void **state)
{
	(void)state;
	assert_null(choose("\x1b", ""));
	is_in_escape = false;
	assert_int_equal(exec_errno, ECANCELED);
	assert_null(settings_fetch_text("choice"));
}

static void test_time_is_bounded_without_a_keyboard(void **state)
{
	uint64_t start = platform_time_us();
	char *result;

	(void)state;
	result = choose("", "--timeout 1200");
	assert_string_equal(result, "c");
	free(result);
	assert_in_range(platform_time_us() - start, 1200000, 5000000);
	/* Two seconds are counted down. */
	assert_non_null(strstr(captured, "2 s"));
	assert_non_null(strstr(captured, "1 s"));
}

static void test_menu_is_used_up_unless_kept(void **state)
{
	(void)state;
	free(choose("\r", "--keep"));
	typed = "\r";
	assert_int_equal(exec_line("choose choice"), 0);
	assert_int_equal(exec_line("choose choice"), -ENOENT);
	assert_int_equal(exec_line("item x"), -ENOENT);
	assert_int_equal(exec_line("menu --delete"), -ENOENT);
	assert_int_equal(exec_line("menu"), 0);
	assert_int_equal(exec_line("menu --delete"), 0);
}

static void test_menus_have_names(void **state)
{
	char *result;

	(void)state;
	assert_int_equal(exec_line("menu --name one"), 0);
	assert_int_equal(exec_line("menu --name two"), 0);
	assert_int_equal(exec_line("item --menu one i1"), 0);
	assert_int_equal(exec_line("item -m two i2"), 0);
	assert_int_equal(exec_line("item --menu three i3"), -ENOENT);
	typed = "\r\r";
	assert_int_equal(exec_line("choose -m one choice"), 0);
	result = settings_fetch_text("choice");
	assert_string_equal(result, "i1");
	free(result);
	assert_int_equal(exec_line("choose -m two choice"), 0);
	result = settings_fetch_text("choice");
	assert_string_equal(result, "i2");
	free(result);
}

static void test_menu_of_gaps_cannot_be_chosen_from(void **state)
{
	(void)state;
	assert_int_equal(exec_line("menu"), 0);
	assert_int_equal(exec_line("item --gap"), 0);
	assert_int_equal(exec_line("choose choice"), -ENOENT);
}

static void test_long_menu_turns_pages(void **state)
{
	char line[64];
	char *result;
	int i;

	(void)state;
	assert_int_equal(exec_line("menu Long"), 0);
	for (i = 0; i < 50; i++) {
		snprintf(line, sizeof(line), "item i%d text-%d", i, i);
		assert_int_equal(exec_line(line), 0);
	}
	typed = PGDN PGDN UP "\r";
	assert_int_equal(exec_line("choose choice"), 0);
	result = settings_fetch_text("choice");
	assert_string_equal(result, "i39");
	free(result);
	assert_non_null(strstr(captured, "text-49\n"));
}

#define E_ACUTE "\xc3\xa9"
#define TEN(x)	x x x x x x x x x x

/* Characters of what stands behind the last \r of LINE, without control
 * sequences, up to its end. */
static unsigned int last_columns(const char *line)
{
	unsigned int columns = 0;
	const char *c;

	for (c = strrchr(line, '\r') + 1; *c && *c != '\n'; c++) {
		if (*c == '\x1b')
			c += strcspn(c, "mK");
		else
			columns += ((uint8_t)*c & 0xc0) != 0x80;
	}
	return columns;
}

static void test_labels_are_measured_in_characters(void **state)
{
	(void)state;
	assert_int_equal(exec_line("menu"), 0);
	assert_int_equal(exec_line("item x " TEN(TEN(E_ACUTE))), 0);
	typed = "\r";
	assert_int_equal(exec_line("choose --keep choice"), 0);
	/* On its page 70, in the last line 77 of its characters. */
	assert_non_null(strstr(
		captured, "    " TEN(E_ACUTE E_ACUTE E_ACUTE E_ACUTE E_ACUTE
					     E_ACUTE E_ACUTE) "\n"));
	assert_int_equal(last_columns(captured), 79);
	capture_setup(state);
	typed = "";
	assert_int_equal(exec_line("choose -t 20 choice"), 0);
	assert_int_equal(last_columns(captured), 79);
	assert_int_equal(exec_line("menu"), 0);
	assert_int_equal(exec_line("item x gr" E_ACUTE), 0);
	capture_setup(state);
	assert_int_equal(exec_line("choose --keep -t 20 choice"), 0);
	assert_int_equal(last_columns(captured), 79);
	/* And while the time runs. */
	*strrchr(captured, '\r') = '\0';
	assert_int_equal(last_columns(captured), 79);
	exec_line("menu --delete");
}

static void test_lines_have_the_colours_of_their_pairs(void **state)
{
	(void)state;
	assert_int_equal(exec_line("cpair -f 2 -b 3 1"), 0); /* normal */
	assert_int_equal(exec_line("cpair -f 1 -b 6 2"), 0); /* selected */
	assert_int_equal(exec_line("cpair -f 5 -b 0 3"), 0); /* separator */
	free(choose("\r", ""));
	assert_non_null(strstr(captured, "\x1b[0;32;43m\x1b[K\nTitle\n\n"));
	assert_non_null(strstr(captured, "\x1b[0;35;40m\x1b[K    words\n"));
	assert_non_null(strstr(captured, "\x1b[0;32;43m\x1b[K    First\n"));
	assert_non_null(
		strstr(captured, "\x1b[0;31;46m\x1b[K\r> Third one   "));
	assert_string_equal(captured + captured_len - 5, "\x1b[0m\n");
	/* Other colours under the same numbers. */
	assert_int_equal(exec_line("colour --basic 4 2"), 0);
	capture_setup(state);
	free(choose("\r", ""));
	assert_non_null(strstr(captured, "\x1b[0;34;43m\x1b[K\nTitle"));
	assert_int_equal(exec_line("colour --basic 2 2"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_keys_and_time_choose,
				       capture_setup),
		cmocka_unit_test_setup(test_escape_cancels, capture_setup),
		cmocka_unit_test_setup(test_time_is_bounded_without_a_keyboard,
				       capture_setup),
		cmocka_unit_test_setup(test_menu_is_used_up_unless_kept,
				       capture_setup),
		cmocka_unit_test_setup(test_menus_have_names, capture_setup),
		cmocka_unit_test_setup(test_menu_of_gaps_cannot_be_chosen_from,
				       capture_setup),
		cmocka_unit_test_setup(test_long_menu_turns_pages,
				       capture_setup),
		cmocka_unit_test_setup(test_labels_are_measured_in_characters,
				       capture_setup),
		cmocka_unit_test_setup(
			test_lines_have_the_colours_of_their_pairs,
			capture_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
