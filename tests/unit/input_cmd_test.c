/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Commands that ask a person (read, login, present), and other small ones. */
#include "capture.h"
#include "typing.h"
#include "core/error.h"
#include "core/poll.h"
#include "core/raw_block.h"

static void expect(const char *name, const char *value)
{
	char *text = settings_fetch_text(name);

	assert_non_null(text);
	assert_string_equal(text, value);
	free(text);
}

static void test_read_edits_the_old_value(void **state)
{
	(void)state;
	assert_int_equal(exec_line("set word abc"), 0);
	typed = "\bd\r";
	assert_int_equal(exec_line("read word"), 0);
	expect("word", "abd");
	typed = "x\x03";
	assert_int_equal(exec_line("read word"), -ECANCELED);
	expect("word", "abd");
	typed = "";
	assert_int_equal(exec_line("read --timeout 20 word"), -ETIMEDOUT);
	expect("word", "abd");
	typed = "\x15\r";
	assert_int_equal(exec_line("read word"), 0);
	assert_null(settings_fetch_text("word"));
	typed = "x\r";
	assert_int_equal(exec_line("read number:int32"), -EINVAL);
}

#define E_ACUTE "\xc3\xa9"
#define TEN(x)	x x x x x x x x x x

static void test_form_has_the_colours_of_its_pairs(void **state)
{
	(void)state;
	assert_int_equal(exec_line("set addr:ipv4 1.2.3.4"), 0);
	assert_int_equal(exec_line("cpair -f 2 -b 3 1"), 0); /* normal */
	assert_int_equal(exec_line("cpair -f 5 -b 0 3"), 0); /* separator */
	assert_int_equal(exec_line("cpair -f 1 -b 6 4"), 0); /* edit */
	assert_int_equal(exec_line("cpair -f 3 -b 1 5"), 0); /* alert */
	assert_int_equal(exec_line("form Network"), 0);
	assert_int_equal(exec_line("item --gap words"), 0);
	assert_int_equal(exec_line("item addr:ipv4 " TEN(TEN(E_ACUTE))), 0);
	typed = "x\r\b\r";
	assert_int_equal(exec_line("present"), 0);
	assert_non_null(
		strstr(captured, "\x1b[0;32;43m\x1b[KNetwork\x1b[0m\n"));
	assert_non_null(strstr(captured, "\x1b[0;35;40m\x1b[Kwords\x1b[0m\n"));
	/* The label has 30 characters, whatever bytes they take. */
	assert_non_null(
		strstr(captured, "\x1b[0;31;46m\x1b[K\r" TEN(
					 E_ACUTE E_ACUTE E_ACUTE) ": 1.2.3.4"));
	assert_non_null(strstr(captured, "\n\x1b[0m\x1b[K"));
	assert_non_null(strstr(captured, "\x1b[0;33;41m\x1b[K"));
}

static void test_login_hides_the_password(void **state)
{
	(void)state;
	typed = "joe\rsect" LEFT LEFT "r"
		"e\r";
	assert_int_equal(exec_line("login"), 0);
	expect("username", "joe");
	expect("password", "serect");
	assert_null(strstr(captured, "erect"));
	assert_non_null(strstr(captured, "Password: ****"));
}

static void test_form_fills_settings(void **state)
{
	(void)state;
	assert_int_equal(exec_line("set host old"), 0);
	assert_int_equal(exec_line("form Network"), 0);
	assert_int_equal(exec_line("item --gap some words"), 0);
	assert_int_equal(exec_line("item host Host name"), 0);
	assert_int_equal(exec_line("item addr:ipv4 Address"), 0);
	assert_int_equal(exec_line("item --secret pin PIN"), 0);
	/* A wrong address is asked for again. */
	typed = "er\r1.2.3\r.4\r7788\r";
	assert_int_equal(exec_line("present"), 0);
	expect("host", "older");
	expect("addr", "1.2.3.4");
	expect("pin", "7788");
	assert_null(strstr(captured, "7788"));
	assert_non_null(strstr(captured, "****"));
	assert_int_equal(exec_line("present"), -ENOENT);
}

static void test_cancelled_form_ends(void **state)
{
	(void)state;
	assert_int_equal(exec_line("form"), 0);
	assert_int_equal(exec_line("item one One"), 0);
	typed = "x\x03";
	assert_int_equal(exec_line("present --keep"), -ECANCELED);
	assert_null(settings_fetch_text("one"));
	assert_int_equal(exec_line("form --delete"), 0);
}

static void test_imgset_stores_an_image(void **state)
{
	(void)state;
	capture_image("data", "AB");
	assert_int_equal(exec_line("imgset --keep raw:hex data"), 0);
	expect("raw", "41:42");
	assert_int_equal(exec_line("imgset text data"), 0);
	expect("text", "AB");
	assert_null(image_find("data"));
}

static void test_time_passes_the_status_on(void **state)
{
	(void)state;
	assert_int_equal(exec_line("time iseq a b"), -ERANGE);
	assert_int_equal(exec_line("time echo x"), 0);
	assert_non_null(strstr(captured, "x\necho: 0."));
}

static void test_cpuid_knows_features(void **state)
{
	(void)state;
	/* Every x86-64 has a TSC (4), long mode (29); 31 is never both. */
	assert_int_equal(exec_line("cpuid 4"), 0);
	assert_int_equal(exec_line("cpuid --ext 29"), 0);
	assert_int_equal(exec_line("cpuid 10"), -ENOENT);
	assert_int_equal(exec_line("cpuid 32"), -ERANGE);
	assert_int_equal(exec_line("cpuid x"), -EINVAL);
}

static void test_nslookup_takes_addresses(void **state)
{
	(void)state;
	assert_int_equal(exec_line("nslookup found 10.1.2.3"), 0);
	expect("found", "10.1.2.3");
	expect("found:hex", "0a:01:02:03");
}

static void test_iflinkwait_wants_an_interface(void **state)
{
	(void)state;
	assert_int_equal(exec_line("iflinkwait net7"), -ENODEV);
}

static void expect_disk(const char *line, const char *disk)
{
	captured_len = 0;
	assert_true(exec_line(line) < 0);
	assert_non_null(strstr(captured, disk));
}

static void test_drive_is_that_of_san_drive(void **state)
{
	(void)state;
	expect_disk("sanboot", "disk 0x80 ");
	expect_disk("sanhook x", "disk 0x80\n");
	assert_int_equal(exec_line("set 175.189:hex 81"), 0);
	expect_disk("sanboot", "disk 0x81 ");
	expect_disk("sanhook x", "disk 0x81\n");
	expect_disk("sanboot --drive 0x82", "disk 0x82 ");
	assert_int_equal(exec_line("set san-drive 0"), 0);
	expect_disk("localboot", "disk 0 ");
	assert_int_equal(exec_line("clear san-drive"), 0);
	expect_disk("localboot", "disk 0x80 ");
}

static void test_syslogs_is_said_to_be_unused(void **state)
{
	(void)state;
	poll_all();
	captured_len = 0;
	assert_int_equal(exec_line("echo -n x"), 0);
	assert_int_equal(exec_line("set syslogs log.example"), 0);
	poll_all();
	assert_string_equal(captured, "x"); /* not inside a line */
	assert_int_equal(exec_line("echo a"), 0);
	poll_all();
	assert_string_equal(captured,
			    "xa\nsyslogs: TLS syslog is not built in; "
			    "nothing is sent to log.example\n");
	captured_len = 0;
	assert_int_equal(exec_line("echo b"), 0);
	poll_all();
	assert_string_equal(captured, "b\n");
	assert_int_equal(exec_line("clear syslogs"), 0);
}

static void test_absent_command_is_refused_by_name(void **state)
{
	(void)state;
	assert_int_equal(exec_line("imgdecrypt a b"), -ENOSYS);
	assert_non_null(strstr(captured, "imgdecrypt: "));
	captured_len = 0;
	assert_int_equal(exec_line("md4sum a"), -ENOSYS);
	assert_string_equal(captured, "md4sum: not built in: MD4 protects "
				      "nothing; use sha256sum\n");
	captured_len = 0;
	assert_int_equal(exec_line("help"), 0);
	assert_null(strstr(captured, "imgdecrypt"));
	assert_non_null(strstr(captured, "imgfetch"));
}

static void test_blocks_that_are_not_here_are_refused_by_name(void **state)
{
	(void)state;
	assert_int_equal(exec_line("show guestinfo/ipxe.x"), -ENOENT);
	assert_string_equal(captured,
			    "show: could not find guestinfo/ipxe.x: VMware's "
			    "GuestInfo is not built in\n");
	captured_len = 0;
	assert_int_equal(exec_line("show net0.nvo/x"), -ENOENT);
	assert_string_equal(captured,
			    "show: could not find net0.nvo/x: the memory of a "
			    "card is not built in\n");
}

static void test_usb_settings_are_refused_by_name(void **state)
{
	(void)state;
	raw_blocks_register();
	assert_int_equal(exec_line("show usb/257.8.2"), -ENOENT);
	assert_string_equal(captured,
			    "show: could not find usb/257.8.2: there are no "
			    "drivers for USB; UEFI has them\n");
	captured_len = 0;
	assert_int_equal(exec_line("show x/257.8.2"), -ENOENT);
	assert_null(strstr(captured, "USB"));
	captured_len = 0;
	assert_int_equal(exec_line("usbscan x"), -ENOSYS);
	assert_string_equal(captured, "usbscan: not built into this image\n");
}

/* A program on this host has no pciscan; all other images have. */
static void test_left_out_command_is_refused_by_name(void **state)
{
	(void)state;
	assert_int_equal(exec_line("pciscan x"), -ENOSYS);
	assert_string_equal(captured, "pciscan: not built into this image\n");
	captured_len = 0;
	assert_int_equal(exec_line("pciscann x"), -ENOCMD);
	assert_non_null(strstr(captured, "command not found"));
}

static void test_help_shows_usage_and_example(void **state)
{
	(void)state;
	assert_int_equal(exec_line("help chain"), 0);
	assert_non_null(strstr(captured, "Usage: chain ["));
	assert_non_null(strstr(captured, "\n  Example: chain "));
	captured_len = 0;
	assert_int_not_equal(exec_line("sleep --help"), 0);
	assert_non_null(strstr(captured, "\n  Example: sleep 5\n"));
}

/* No command is there twice: an absent one beside the real one. */
static void test_commands_have_one_entry(void **state)
{
	const struct command *a, *b;
	unsigned int count;

	(void)state;
	for_each_table_entry(a, commands) {
		count = 0;
		for_each_table_entry(b, commands)
			count += !strcmp(a->name, b->name);
		if (count != 1)
			fail_msg("%s is there %u times", a->name, count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_read_edits_the_old_value,
				       capture_setup),
		cmocka_unit_test_setup(test_login_hides_the_password,
				       capture_setup),
		cmocka_unit_test_setup(test_form_fills_settings, capture_setup),
		cmocka_unit_test_setup(test_form_has_the_colours_of_its_pairs,
				       capture_setup),
		cmocka_unit_test_setup(test_cancelled_form_ends, capture_setup),
		cmocka_unit_test_setup(test_imgset_stores_an_image,
				       capture_setup),
		cmocka_unit_test_setup(test_time_passes_the_status_on,
				       capture_setup),
		cmocka_unit_test_setup(test_cpuid_knows_features,
				       capture_setup),
		cmocka_unit_test_setup(test_nslookup_takes_addresses,
				       capture_setup),
		cmocka_unit_test_setup(test_iflinkwait_wants_an_interface,
				       capture_setup),
		cmocka_unit_test_setup(test_drive_is_that_of_san_drive,
				       capture_setup),
		cmocka_unit_test_setup(test_syslogs_is_said_to_be_unused,
				       capture_setup),
		cmocka_unit_test_setup(test_absent_command_is_refused_by_name,
				       capture_setup),
		cmocka_unit_test_setup(test_usb_settings_are_refused_by_name,
				       capture_setup),
		cmocka_unit_test_setup(
			test_blocks_that_are_not_here_are_refused_by_name,
			capture_setup),
		cmocka_unit_test_setup(test_left_out_command_is_refused_by_name,
				       capture_setup),
		cmocka_unit_test_setup(test_help_shows_usage_and_example,
				       capture_setup),
		cmocka_unit_test_setup(test_commands_have_one_entry,
				       capture_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
