/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The rules of one line: words, terminators, comments, status. */
#include "capture.h"
#include "core/error.h"

/* say: record the words as "[a][b]". fail N: return -N. */
static char said[256];

static int say_exec(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		snprintf(said + strlen(said), sizeof(said) - strlen(said),
			 "[%s]", argv[i]);
	assert_null(argv[argc]);
	return 0;
}

static int fail_exec(int argc, char **argv)
{
	return argc > 1 ? -atoi(argv[1]) : -EIO;
}

static const struct command say_command = {"say", "", "", say_exec};
TABLE_REGISTER(commands, say_command);
static const struct command fail_command = {"fail", "", "", fail_exec};
TABLE_REGISTER(commands, fail_command);

struct line_case {
	const char *line;
	int rc;
	const char *said;
};

static const struct line_case lines[] = {
	/* Words. */
	{"say a  b\tc ", 0, "[a][b][c]"},
	{"  say \"a b\" 'c' \\d", 0, "[\"a][b\"]['c'][\\d]"},
	{"", 0, ""},
	{"   ", 0, ""},
	/* Comments. */
	{"# say a", 0, ""},
	{"say a # b", 0, "[a]"},
	{"say a#b url##params", 0, "[a#b][url##params]"},
	{"say a #b && fail", 0, "[a]"},
	{"#!ipxe", 0, ""},
	/* Terminators stand alone. */
	{"say a && say b", 0, "[a][b]"},
	{"say a || say b", 0, "[a]"},
	{"say a ; say b", 0, "[a][b]"},
	{"say a&&b c;d e||f", 0, "[a&&b][c;d][e||f]"},
	{"fail 5 && say a", -5, ""},
	{"fail 5 || say a", 0, "[a]"},
	{"fail 5 ; say a", 0, "[a]"},
	{"say a ; fail 5", -5, "[a]"},
	/* From left to right; what is skipped leaves the status alone. */
	{"fail 5 && say a || say b", 0, "[b]"},
	{"say a || say b && say c", 0, "[a][c]"},
	{"say a && fail 6 || say c", 0, "[a][c]"},
	{"fail 5 || fail 6 || fail 7", -7, ""},
	{"fail 5 && say a && say b ; say c", 0, "[c]"},
	/* Empty commands succeed. */
	{"fail 5 ||", 0, ""},
	{"say a &&", 0, "[a]"},
	{"fail 5 &&", -5, ""},
	{"&& say a", 0, "[a]"},
	{"|| say a", 0, ""},
	{"fail 5 || || fail 6", 0, ""},
	{";", 0, ""},
	/* Expansion makes neither words nor terminators nor comments. */
	{"say ${and} a", 0, "[&& say x][a]"},
	{"say ${none} a ${none}${none}", 0, "[][a][]"},
	{"say ${hash} a", 0, "[#][a]"},
	{"${cmd} a", 0, "[a]"},
	{"say x${word}y", 0, "[xa by]"},
	/* An argument that splits at white space is two words. */
	{"say ${no such}", 0, "[${no][such}]"},
	/* Unknown commands. */
	{"nosuch", -ENOCMD, ""},
	{"nosuch || say a", 0, "[a]"},
	{"${none}", -ENOCMD, ""},
	{"say ${loop}", -ELOOP, ""},
	{"say ${loop} || say a", 0, "[a]"},
	/* Set on one line, used behind on the same. */
	{"set v 1 && say ${v}", 0, "[1]"},
};

static int setup(void **state)
{
	settings_store_text("and", "&& say x");
	settings_store_text("hash", "#");
	settings_store_text("cmd", "say");
	settings_store_text("word", "a b");
	settings_store_text("loop", "${loop}");
	settings_store_text("v", NULL);
	return capture_setup(state);
}

static void test_lines(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		said[0] = '\0';
		exec_stop_take();
		if (exec_line(lines[i].line) != lines[i].rc)
			fail_msg("status of: %s", lines[i].line);
		if (strcmp(said, lines[i].said))
			fail_msg("%s: %s, not %s", lines[i].line, said,
				 lines[i].said);
	}
}

static void test_errno_is_stored_and_not_cleared(void **state)
{
	(void)state;
	exec_errno = 0;
	exec_line("fail 5 ||");
	assert_int_equal(exec_errno, 5);
	exec_line("say a");
	assert_int_equal(exec_errno, 5);
	exec_line("nosuch || say ${none}");
	assert_int_equal(exec_errno, ENOCMD);
}

static void test_exit_and_goto_end_the_line(void **state)
{
	(void)state;
	said[0] = '\0';
	assert_int_equal(exec_line("exit 3 || say a ; say b"), 3);
	assert_string_equal(said, "");
	assert_int_equal(exec_stop_take(), EXEC_STOP_EXIT);
	assert_int_equal(exec_stop_take(), EXEC_STOP_NONE);
	assert_int_equal(exec_errno, 3);
}

static void test_unknown_command_is_named(void **state)
{
	(void)state;
	exec_line("nosuch");
	assert_string_equal(captured, "nosuch: command not found\n");
}

#define TEST(test) cmocka_unit_test_setup(test, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lines),
		TEST(test_errno_is_stored_and_not_cleared),
		TEST(test_exit_and_goto_end_the_line),
		TEST(test_unknown_command_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
