/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The initial RAM disk: which images, in which order, wrapped how. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core/image.h"
#include "image/initrd.h"

static uint8_t *disk;
static size_t disk_len;

/* Register an image NAME with CMDLINE that holds TEXT. */
static struct image *add(const char *name, const char *cmdline,
			 const char *text)
{
	struct image *image = image_alloc(NULL, name, cmdline);

	assert_non_null(image);
	assert_int_equal(image_write(image, 0, text, strlen(text)), 0);
	image->flags |= IMAGE_COMPLETE;
	assert_int_equal(image_register(image), 0);
	image_put(image);
	return image;
}

/* Build the RAM disk for KERNEL in memory of exactly its length. */
static void build(const struct image *kernel)
{
	free(disk);
	disk_len = (size_t)initrd_len(kernel);
	disk = malloc(disk_len + !disk_len);
	assert_non_null(disk);
	memset(disk, 0xee, disk_len);
	initrd_copy(kernel, disk);
}

static int teardown(void **state)
{
	(void)state;
	while (!list_is_empty(&images))
		image_unregister(list_entry(images.next, struct image, list));
	free(disk);
	disk = NULL;
	return 0;
}

/* One entry of a CPIO archive at *AT, which moves behind it. */
struct entry {
	char name[100];
	unsigned int mode;
	size_t len;
	const uint8_t *data;
};

static unsigned int field(const uint8_t *header, unsigned int number)
{
	char hex[9] = "";

	memcpy(hex, header + 6 + 8 * number, 8);
	return (unsigned int)strtoul(hex, NULL, 16);
}

static struct entry take(size_t *at)
{
	struct entry entry = {.name = ""};
	const uint8_t *header = disk + *at;
	size_t name_len;

	assert_true(*at % 4 == 0 && *at + 110 <= disk_len);
	assert_memory_equal(header, "070701", 6);
	entry.mode = field(header, 1);
	entry.len = field(header, 6);
	name_len = field(header, 11);
	assert_true(name_len <= sizeof(entry.name));
	assert_int_equal(header[110 + name_len - 1], 0);
	memcpy(entry.name, header + 110, name_len);
	*at = (*at + 110 + name_len + 3) & ~(size_t)3;
	entry.data = disk + *at;
	assert_true(*at + entry.len <= disk_len);
	*at = (*at + entry.len + 3) & ~(size_t)3;
	return entry;
}

static void expect_entry(size_t *at, const char *name, unsigned int mode,
			 const char *text)
{
	struct entry entry = take(at);

	assert_string_equal(entry.name, name);
	assert_int_equal(entry.mode, mode);
	assert_int_equal(entry.len, strlen(text));
	assert_memory_equal(entry.data, text, entry.len);
}

static void expect_trailer(size_t *at)
{
	expect_entry(at, "TRAILER!!!", 0, "");
}

static void test_no_images_make_no_ram_disk(void **state)
{
	struct image *kernel = add("vmlinuz", "quiet", "kernel");

	(void)state;
	assert_int_equal(initrd_len(kernel), 0);
	assert_null(initrd_next(kernel, NULL));
}

static void test_plain_images_follow_each_other_aligned(void **state)
{
	(void)state;
	add("one", NULL, "12345");
	add("two", "", "abcdefgh");
	add("three", NULL, "x");
	build(NULL);
	assert_int_equal(disk_len, 8 + 8 + 4);
	assert_memory_equal(disk, "12345\0\0\0abcdefghx\0\0\0", disk_len);
}

static void test_kernel_hidden_incomplete_and_scripts_stay_out(void **state)
{
	struct image *kernel = add("vmlinuz", "quiet", "kernel");

	(void)state;
	add("script", NULL, "#!ipxe\nboot\n");
	add("hidden", NULL, "secret")->flags |= IMAGE_HIDDEN;
	add("half", NULL, "half of")->flags &= ~(unsigned int)IMAGE_COMPLETE;
	add("initrd", NULL, "data");
	build(kernel);
	assert_int_equal(disk_len, 4);
	assert_memory_equal(disk, "data", 4);
}

static void test_script_with_a_path_is_a_file(void **state)
{
	size_t at = 0;

	(void)state;
	add("script", "/boot/next.ipxe", "#!ipxe\nboot\n");
	build(NULL);
	expect_entry(&at, "boot/next.ipxe", 0100644, "#!ipxe\nboot\n");
}

static void test_command_line_wraps_the_file(void **state)
{
	size_t at = 0;

	(void)state;
	add("key", "/etc/key mode=0600", "secret!");
	build(NULL);
	expect_entry(&at, "etc/key", 0100600, "secret!");
	expect_trailer(&at);
	assert_int_equal(at, disk_len);
}

static void test_mode_is_644_unless_told(void **state)
{
	size_t at = 0;

	(void)state;
	add("file", "init", "text");
	build(NULL);
	expect_entry(&at, "init", 0100644, "text");
}

static void test_mkdir_makes_the_innermost_directories(void **state)
{
	size_t at = 0;

	(void)state;
	add("file", "a/b/c/file mkdir=2", "x");
	build(NULL);
	expect_entry(&at, "a/b", 0040755, "");
	expect_entry(&at, "a/b/c", 0040755, "");
	expect_entry(&at, "a/b/c/file", 0100644, "x");
	expect_trailer(&at);
}

static void test_mkdir_minus_one_makes_all(void **state)
{
	size_t at = 0;

	(void)state;
	add("file", "//a//b/file mode=755 mkdir=-1", "x");
	build(NULL);
	expect_entry(&at, "a", 0040755, "");
	expect_entry(&at, "a//b", 0040755, "");
	expect_entry(&at, "a//b/file", 0100755, "x");
	expect_trailer(&at);
}

static void test_mkdir_beyond_the_path_makes_what_there_is(void **state)
{
	size_t at = 0;

	(void)state;
	add("file", "a/file mkdir=99", "x");
	build(NULL);
	expect_entry(&at, "a", 0040755, "");
	expect_entry(&at, "a/file", 0100644, "x");
}

static void test_mode_sets_no_file_type(void **state)
{
	size_t at = 0;

	(void)state;
	add("file", "f mode=777777777", "x");
	build(NULL);
	assert_int_equal(take(&at).mode, 0107777);
}

static void test_wrapped_and_plain_mix(void **state)
{
	size_t at = 8;

	(void)state;
	add("base", NULL, "base!");
	add("file", "f", "abc");
	add("more", NULL, "more");
	build(NULL);
	assert_memory_equal(disk, "base!\0\0\0", 8);
	expect_entry(&at, "f", 0100644, "abc");
	expect_trailer(&at);
	assert_int_equal(at + 4, disk_len);
	assert_memory_equal(disk + at, "more", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_no_images_make_no_ram_disk,
					  teardown),
		cmocka_unit_test_teardown(
			test_plain_images_follow_each_other_aligned, teardown),
		cmocka_unit_test_teardown(
			test_kernel_hidden_incomplete_and_scripts_stay_out,
			teardown),
		cmocka_unit_test_teardown(test_script_with_a_path_is_a_file,
					  teardown),
		cmocka_unit_test_teardown(test_command_line_wraps_the_file,
					  teardown),
		cmocka_unit_test_teardown(test_mode_is_644_unless_told,
					  teardown),
		cmocka_unit_test_teardown(
			test_mkdir_makes_the_innermost_directories, teardown),
		cmocka_unit_test_teardown(test_mkdir_minus_one_makes_all,
					  teardown),
		cmocka_unit_test_teardown(
			test_mkdir_beyond_the_path_makes_what_there_is,
			teardown),
		cmocka_unit_test_teardown(test_mode_sets_no_file_type,
					  teardown),
		cmocka_unit_test_teardown(test_wrapped_and_plain_mix, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
