/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Options of commands. */
#include "capture.h"
#include "core/error.h"
#include "hci/parseopt.h"

struct values {
	bool flag, other;
	const char *text;
	unsigned long number;
	int key;
};

static const struct option_descriptor options[] = {
	OPTION("flag", 'f', OPTION_FLAG, struct values, flag),
	OPTION("other", 'o', OPTION_FLAG, struct values, other),
	OPTION("text", 't', OPTION_STRING, struct values, text),
	OPTION("number", 'n', OPTION_NUMBER, struct values, number),
	OPTION("key", 'k', OPTION_KEY, struct values, key),
};

struct case_ {
	const char *line;
	int first; /* index of the first word behind, or -errno */
	bool flag, other;
	const char *text;
	unsigned long number;
	int key;
};

static const struct case_ cases[] = {
	{"c", -EUSAGE, 0, 0, NULL, 0, 0}, /* one word is needed */
	{"c a", 1, 0, 0, NULL, 0, 0},
	{"c a b c", 1, 0, 0, NULL, 0, 0},
	{"c a b c d", -EUSAGE, 0, 0, NULL, 0, 0}, /* three at most */
	{"c --flag a", 2, 1, 0, NULL, 0, 0},
	{"c -f -o a", 3, 1, 1, NULL, 0, 0},
	{"c -fo a", 2, 1, 1, NULL, 0, 0},
	{"c a --flag", 1, 0, 0, NULL, 0, 0},
	{"c -- --flag", 2, 0, 0, NULL, 0, 0},
	{"c - a", -EUSAGE, 0, 0, NULL, 0, 0},
	{"c -f - a", -EUSAGE, 0, 0, NULL, 0, 0},
	{"c -- - a", 2, 0, 0, NULL, 0, 0},
	{"c a -", 1, 0, 0, NULL, 0, 0},
	{"c --text x a", 3, 0, 0, "x", 0, 0},
	{"c --text=x a", 2, 0, 0, "x", 0, 0},
	{"c --text=-x a", 2, 0, 0, "-x", 0, 0},
	{"c --text= a", 2, 0, 0, "", 0, 0},
	{"c -t x a", 3, 0, 0, "x", 0, 0},
	{"c -tx a", 2, 0, 0, "x", 0, 0},
	{"c -ftx a", 2, 1, 0, "x", 0, 0},
	{"c -t-x a", 2, 0, 0, "-x", 0, 0},
	{"c --text -x a", -EUSAGE, 0, 0, NULL, 0, 0},
	{"c -t", -EUSAGE, 0, 0, NULL, 0, 0},
	{"c --flag=1 a", -EUSAGE, 0, 0, NULL, 0, 0},
	{"c --fla a", -EUSAGE, 0, 0, NULL, 0, 0},
	{"c --flags a", -EUSAGE, 0, 0, NULL, 0, 0},
	{"c -x a", -EUSAGE, 0, 0, NULL, 0, 0},
	{"c -n 0x10 a", 3, 0, 0, NULL, 16, 0},
	{"c -n 010 a", 3, 0, 0, NULL, 8, 0},
	{"c -n 1x a", -EINVAL, 0, 0, NULL, 0, 0},
	{"c --number= a", -EINVAL, 0, 0, NULL, 0, 0},
	{"c -k x a", 3, 0, 0, NULL, 0, 'x'},
	{"c -k 0x02 a", 3, 0, 0, NULL, 0, 2},
	{"c -k 5 a", 3, 0, 0, NULL, 0, '5'},
	{"c -k xy a", -EINVAL, 0, 0, NULL, 0, 0},
	{"c --help", -EUSAGE, 0, 0, NULL, 0, 0},
	{"c -h a", -EUSAGE, 0, 0, NULL, 0, 0},
	{"c a -h", 1, 0, 0, NULL, 0, 0},
};

static int split(char *text, char **argv)
{
	int argc = 0;

	for (text = strtok(text, " "); text; text = strtok(NULL, " "))
		argv[argc++] = text;
	argv[argc] = NULL;
	return argc;
}

static void test_options(void **state)
{
	static const struct command_syntax syntax =
		COMMAND_SYNTAX(options, 1, 3);
	char line[64];
	char *argv[16];
	size_t i;
	int first;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct values values = {0};

		strcpy(line, cases[i].line);
		first = parse_options(split(line, argv), argv, &syntax,
				      &values);
		if (first != cases[i].first)
			fail_msg("%s: %d", cases[i].line, first);
		if (first < 0)
			continue;
		assert_int_equal(values.flag, cases[i].flag);
		assert_int_equal(values.other, cases[i].other);
		assert_int_equal(values.number, cases[i].number);
		assert_int_equal(values.key, cases[i].key);
		if (cases[i].text)
			assert_string_equal(values.text, cases[i].text);
		else
			assert_null(values.text);
	}
}

static void test_words_join_with_single_spaces(void **state)
{
	char *words[] = {"a", "", "b c", NULL};
	char *none[] = {NULL};
	char *text;

	(void)state;
	text = join_words(words);
	assert_string_equal(text, "a  b c");
	free(text);
	text = join_words(none);
	assert_string_equal(text, "");
	free(text);
}

/* Every command that is built in has a usage, a help, and knows --help. */
static void test_every_command_answers_help(void **state)
{
	const struct command *command;

	for_each_table_entry(command, commands) {
		char *argv[] = {(char *)command->name, "--help", NULL};

		capture_setup(state);
		/* Without a help text: it is not built in, and says so. */
		if (!command->help[0]) {
			assert_int_equal(command->exec(2, argv), -ENOSYS);
			continue;
		}
		assert_int_equal(command->exec(2, argv), -EUSAGE);
		assert_non_null(strstr(captured, command->usage));
		assert_non_null(strstr(captured, command->help));
	}
}

#define TEST(test) cmocka_unit_test_setup(test, capture_setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_options),
		TEST(test_words_join_with_single_spaces),
		TEST(test_every_command_answers_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
