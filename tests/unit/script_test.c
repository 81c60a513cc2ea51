/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Scripts, and the commands that stand in them. */
#include "capture.h"
#include "config/general.h"
#include "core/error.h"
#include "core/uri.h"
#include "typing.h"

/* A command whose status is a number, to see how a script ends. */
static int fail_exec(int argc, char **argv)
{
	return argc > 1 ? -atoi(argv[1]) : -EIO;
}

static const struct command fail_command = {"fail", "", "", fail_exec};
TABLE_REGISTER(commands, fail_command);

struct script_case {
	const char *script;
	int rc;
	const char *output; /* what it prints; NULL: not looked at */
};

static const struct script_case cases[] = {
	/* Lines. */
	{"#!ipxe\necho a\necho b\n", 0, "a\nb\n"},
	{"#!gpxe\necho a", 0, "a\n"},
	{"#!ipxe \r\necho a\r\necho b\r\n", 0, "a\nb\n"},
	{"#!ipxe\n\n\n  \n", 0, ""},
	{"#!ipxe ignored && fail 5\necho a\n", 0, "a\n"},
	/* Continuation. */
	{"#!ipxe\necho a\\\nb \\\r\n c\n", 0, "ab c\n"},
	{"#!ipxe\necho a # x \\\necho b\necho c\n", 0, "a\nc\n"},
	{"#!ipxe\necho a\\b\\ \n", 0, "a\\b\\\n"},
	{"#!ipxe\necho a\\\n", -EINVAL, NULL},
	{"#!ipxe\necho a\\", -EINVAL, NULL},
	/* Failure ends it, and says where. */
	{"#!ipxe\necho a\nfail 5\necho b\n", -EIO,
	 "a\ntest.ipxe: line 3 failed: input/output error\n"},
	{"#!ipxe\necho a\\\nb\nfail 5\n", -EIO,
	 "ab\ntest.ipxe: line 4 failed: input/output error\n"},
	{"#!ipxe\nfail 5 ||\necho b\n", 0, "b\n"},
	{"#!ipxe\nfail 5 ; echo a\necho b\n", 0, "a\nb\n"},
	/* exit. */
	{"#!ipxe\nexit\necho b\n", 0, ""},
	{"#!ipxe\nexit 7 && echo a\necho b\n", 7, ""},
	{"#!ipxe\nexit x || echo go on\n", 0,
	 "exit: \"x\" is not a number\n"
	 "go on\n"},
	/* Labels and goto. */
	{"#!ipxe\ngoto b\n:a\necho a\n:b\necho b\n", 0, "b\n"},
	{"#!ipxe\ngoto a && echo x\n: a\n :a echo on label\n", 0, "on label\n"},
	{"#!ipxe\ngoto b\n:a\necho a\nexit\n:a\n:b\ngoto a\n", 0, "a\n"},
	{"#!ipxe\nset l b\ngoto ${l}\necho a\n:b # comment\necho b\n", 0,
	 "b\n"},
	{"#!ipxe\ngoto none || echo no\n", 0,
	 "goto: there is no label \":none\"\nno\n"},
	{"#!ipxe\ngoto none\necho a\n", -ENOENT, NULL},
	{"#!ipxe\nclear i\n:loop\ninc i\niseq ${i} 5 || goto loop\n"
	 "echo ${i}\n",
	 0, "5\n"},
	{"#!ipxe\necho \\\n:a\ngoto a ||\n", 0,
	 ":a\ngoto: there is no label \":a\"\n"},
	{"#!ipxe\ngoto end\n:end", 0, ""},
	/* The idioms. */
	{"#!ipxe\nclear x\nisset ${x} && echo set || echo unset\n", 0,
	 "unset\n"},
	{"#!ipxe\nset x a\nisset ${x} && echo set || echo unset\n", 0, "set\n"},
	{"#!ipxe\niseq a b\n", -ERANGE, NULL},
	{"#!ipxe\niseq ${nope} ${nope}\n", 0, ""},
	/* The commands on settings. */
	{"#!ipxe\nset s  a   b \nshow s\nshow -q s\nclear s\n", 0,
	 "s:string = a b\na b\n"},
	{"#!ipxe\nset net7.dhcp/filename f\nshow filename\n"
	 "clear net7.dhcp/filename\nshow net7/filename || echo gone\n",
	 0,
	 "net7.dhcp/filename:string = f\n"
	 "show: could not find net7/filename: it is not set\ngone\n"},
	{"#!ipxe\nset i:int8 127\ninc i\nshow i\ninc i 0x10\nshow i\n"
	 "clear i\ninc i 5\nshow i\nclear i\n",
	 0, "i:int8 = -128\ni:int8 = -112\ni:int32 = 5\n"},
	{"#!ipxe\nset i 5\ninc i\n", -ENOTSUP, NULL},
	{"#!ipxe\nset ip 1.2.3\n", -EINVAL,
	 "set: could not store ip: \"1.2.3\" is not a value of type ipv4\n"
	 "test.ipxe: line 2 failed: \"1.2.3\" is not a value of type ipv4\n"},
	/* echo. */
	{"#!ipxe\necho -n a  b\necho --  -n\necho\necho -- -- x\n", 0,
	 "a b-n\n\n-- x\n"},
	/* Help is no success. */
	{"#!ipxe\necho --help || echo no\n", 0,
	 "Usage: echo [-n] [text ...]\n  Print text\n"
	 "  Example: echo This is ${net0/mac} at ${ip}\nno\n"},
	{"#!ipxe\nboot\n", -ENOTSELECTED, NULL},
	{"#!ipxe\nprompt --timeout 1 --key 0x02 Wait || echo late\n", 0,
	 "Wait\b \b\b \b\b \b\b \blate\n"},
};

static void test_scripts(void **state)
{
	size_t i;
	int rc;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		capture_setup(state);
		rc = capture_script(cases[i].script);
		if (rc != cases[i].rc)
			fail_msg("status %d, not %d, of: %s", rc, cases[i].rc,
				 cases[i].script);
		if (cases[i].output && strcmp(captured, cases[i].output))
			fail_msg("output of %s: %s", cases[i].script, captured);
	}
}

static void test_magic_is_checked(void **state)
{
	static const char *const texts[] = {"#!ipxe",	   "#!ipxex\n",
					    "#!/bin/sh\n", " #!ipxe\n",
					    "#!IPXE\n",	   "x"};
	struct image *image;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		image = capture_image("x", texts[i]);
		if (!image_probe(image))
			assert_string_not_equal(image->type->name, "script");
		image_unregister(image);
	}
}

static void test_nested_script_returns_to_its_caller(void **state)
{
	(void)state;
	capture_image("inner",
		      "#!ipxe\necho in\ngoto x || echo no x\nexit 4\n");
	assert_int_equal(capture_script("#!ipxe\nchain inner || echo rc "
					"${errno}\nchain inner && goto y ||\n"
					"exit\n:x\necho wrong\n:y\n"),
			 0);
	assert_string_equal(captured,
			    "in\ngoto: there is no label \":x\"\nno x\n"
			    "rc 0x4\n"
			    "in\ngoto: there is no label \":x\"\nno x\n");
	images_clear();
}

static void test_replace_does_not_come_back(void **state)
{
	(void)state;
	capture_image("next", "#!ipxe\necho next\nexit 5\n");
	assert_int_equal(capture_script("#!ipxe\nchain --replace next ; echo "
					"no\necho no\n"),
			 5);
	assert_string_equal(captured, "next\n");
	images_clear();
}

static void test_scripts_that_replace_each_other_use_no_depth(void **state)
{
	(void)state;
	capture_image("ring", "#!ipxe\ninc n\niseq ${n} 100 && exit ||\n"
			      "chain --replace ring2\n");
	capture_image("ring2", "#!ipxe\nchain --replace ring\n");
	settings_store_text("n", NULL);
	assert_int_equal(capture_script("#!ipxe\nchain ring\nshow n\n"), 0);
	assert_string_equal(captured, "n:int32 = 100\n");
	images_clear();
}

/* A chain of scripts, each calling the next one. */
static void test_depth_is_limited(void **state)
{
	char name[16], text[64];
	int i;

	(void)state;
	for (i = 1; i <= SCRIPT_DEPTH_LIMIT; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		snprintf(text, sizeof(text), "#!ipxe\necho %d\nchain s%d\n", i,
			 i + 1);
		capture_image(name, text);
	}
	assert_int_equal(capture_script("#!ipxe\nchain s1\n"), -ELOOP);
	assert_non_null(strstr(captured, "15\n"));
	assert_null(strstr(captured, "\n16\n"));
	images_clear();
}

/* And not only this goto, so that a script cannot go round for ever. */
static void test_ctrl_c_at_a_goto_ends_the_script(void **state)
{
	(void)state;
	settings_store_text("n", NULL);
	typed = "\x03";
	assert_int_equal(capture_script("#!ipxe\n:a\ninc n\n"
					"iseq ${n} 9 && exit 9 ||\n"
					"goto a || echo on\ngoto a ||\n"),
			 -ECANCELED);
	assert_string_equal(captured, "goto: stopped by Ctrl-C\n"
				      "test.ipxe: line 5 failed: "
				      "stopped by Ctrl-C\n");
	assert_int_equal(*typed, '\0');
	images_clear();
}

static void test_image_list_while_scripts_run(void **state)
{
	(void)state;
	capture_image("inner", "#!ipxe\nimgstat\n");
	capture_script("#!ipxe\nimgstat\nchain --autofree inner\nimgstat\n");
	assert_string_equal(captured, "inner : 15 bytes [script]\n");
	images_clear();
}

static void test_script_runs_in_the_directory_it_came_from(void **state)
{
	struct uri *uri = uri_parse("http://h/a/b.ipxe");
	struct image *image = image_alloc(uri, NULL, NULL);

	(void)state;
	uri_set_cwuri(NULL);
	image_write(image, 0, "#!ipxe\necho ${cwuri}\nchain inner\n", 33);
	image->flags |= IMAGE_COMPLETE;
	capture_image("inner", "#!ipxe\necho ${cwduri}\n");
	assert_int_equal(image_exec(image), 0);
	assert_string_equal(captured, "http://h/a/b.ipxe\nhttp://h/a/\n");
	assert_null(cwuri);
	image_put(image);
	uri_put(uri);
	images_clear();
}

static int group_setup(void **state)
{
	(void)state;
	settings_register_builtin();
	return 0;
}

#define TEST(test) cmocka_unit_test_setup(test, capture_setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_scripts),
		TEST(test_magic_is_checked),
		TEST(test_nested_script_returns_to_its_caller),
		TEST(test_replace_does_not_come_back),
		TEST(test_scripts_that_replace_each_other_use_no_depth),
		TEST(test_depth_is_limited),
		TEST(test_ctrl_c_at_a_goto_ends_the_script),
		TEST(test_image_list_while_scripts_run),
		TEST(test_script_runs_in_the_directory_it_came_from),
	};

	return cmocka_run_group_tests(tests, group_setup, NULL);
}
