/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What loaders of Linux kernels give us: command lines and initrds. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "platform/bios/lkrn/arguments.c"

static void expect_command(const char *text, const char *wanted)
{
	char *copy = strdup(text);

	assert_string_equal(lkrn_command(copy), wanted);
	free(copy);
}

static void test_command_is_kept(void **state)
{
	(void)state;
	expect_command("dhcp && chain http://a/b?mac=${mac}&x=y",
		       "dhcp && chain http://a/b?mac=${mac}&x=y");
	expect_command("", "");
	expect_command("  shell\n", "shell");
	/* Arguments of a kernel are the command's own business. */
	expect_command("imgargs k root=/dev/sda1 quiet",
		       "imgargs k root=/dev/sda1 quiet");
}

static void test_words_of_loaders_are_dropped(void **state)
{
	(void)state;
	expect_command("BOOT_IMAGE=/ipxe.lkrn initrd=a,b ", "");
	expect_command("BOOT_IMAGE=(hd0,1)/ipxe.lkrn dhcp && shell",
		       "dhcp && shell");
	expect_command("dhcp && shell initrd=x.ipxe BOOTIF=01-52-54-00",
		       "dhcp && shell");
	expect_command("vga=791 dhcp", "dhcp");
}

static void expect_files(const char *data, size_t len, const size_t *wanted)
{
	const uint8_t *at = (const uint8_t *)data;
	size_t skip, found;

	while (wanted[1]) {
		found = lkrn_next_file(at, len, &skip);
		assert_int_equal(skip, wanted[0]);
		assert_int_equal(found, wanted[1]);
		at += skip + found;
		len -= skip + found;
		wanted += 2;
	}
	assert_int_equal(lkrn_next_file(at, len, &skip), 0);
}

#define REGION "\x7fUregn\0\1\4\0\0\0abcdCRCC"

static void test_files_of_an_initrd_are_found(void **state)
{
	static const char script[] = "#!ipxe\necho\n\0\0\0";
	static const char two[] = "#!ipxe\necho a\0\0\0#!ipxe\necho b\n\0\0";
	static const char region_first[] = REGION "#!ipxe\n\0";
	/* Sixteen bytes: the region follows without padding. */
	static const char script_first[] = "#!ipxe\necho abc\n" REGION "\0\0";
	static const char cpio[] = "070701\0\0#!ipxe\n";

	(void)state;
	expect_files(script, sizeof(script), (const size_t[]){0, 12, 0, 0});
	expect_files(two, sizeof(two) - 1,
		     (const size_t[]){0, 13, 3, 14, 0, 0});
	expect_files(region_first, sizeof(region_first) - 1,
		     (const size_t[]){0, 20, 0, 7, 0, 0});
	expect_files(script_first, sizeof(script_first) - 1,
		     (const size_t[]){0, 16, 0, 20, 0, 0});
	expect_files(cpio, sizeof(cpio) - 1,
		     (const size_t[]){0, sizeof(cpio) - 1, 0, 0});
}

static void test_region_longer_than_initrd_ends_with_it(void **state)
{
	static const char region[] = "\x7fUregn\0\1\xff\xff\xff\xff"
				     "abcdCRCC";
	size_t skip;

	(void)state;
	assert_int_equal(lkrn_next_file((const uint8_t *)region,
					sizeof(region) - 1, &skip),
			 sizeof(region) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_command_is_kept),
		cmocka_unit_test(test_words_of_loaders_are_dropped),
		cmocka_unit_test(test_files_of_an_initrd_are_found),
		cmocka_unit_test(test_region_longer_than_initrd_ends_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
