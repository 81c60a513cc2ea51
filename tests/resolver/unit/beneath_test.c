/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Opening beneath a directory, by both ways. */
#include "beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static char path[] = "/tmp/beneath-test-XXXXXX";
static int top;

static void make_file(const char *name)
{
	int fd = openat(top, name, O_CREAT | O_WRONLY, 0644);

	assert_true(fd >= 0);
	close(fd);
}

static int setup(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(path));
	top = open(path, O_PATH | O_DIRECTORY);
	assert_true(top >= 0);
	assert_int_equal(mkdirat(top, "a", 0755), 0);
	make_file("a/file");
	assert_int_equal(symlinkat("a/file", top, "inside"), 0);
	assert_int_equal(symlinkat("/etc/passwd", top, "outside"), 0);
	assert_int_equal(symlinkat("..", top, "a/up"), 0);
	assert_int_equal(symlinkat("../..", top, "a/above"), 0);
	assert_int_equal(mkfifoat(top, "fifo", 0644), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlinkat(top, "a/file", 0);
	unlinkat(top, "a/up", 0);
	unlinkat(top, "a/above", 0);
	unlinkat(top, "a", AT_REMOVEDIR);
	unlinkat(top, "inside", 0);
	unlinkat(top, "outside", 0);
	unlinkat(top, "fifo", 0);
	close(top);
	return rmdir(path);
}

/* Open, close, and return 0 or the error. */
static int try(int (*open_fn)(int, const char *, int), const char *name)
{
	int fd = open_fn(top, name, O_RDONLY | O_NONBLOCK);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static void test_both_ways_stay_beneath(void **state)
{
	static const char *const refused[] = {
		"/etc/passwd", "..",	   "../x",
		"a/../../x",   "outside",  "a/above/etc/passwd",
		"outside/x",   "a/file/x", "nosuch",
		"a/nosuch",    "",
	};
	size_t i;

	(void)state;
	assert_int_equal(try(beneath_open, "a/file"), 0);
	assert_int_equal(try(beneath_open, "a//file"), 0);
	assert_int_equal(try(beneath_open, "inside"), 0);
	assert_int_equal(try(beneath_open, "a/up/a/file"), 0);
	assert_int_equal(try(beneath_open_walk, "a/file"), 0);
	assert_int_equal(try(beneath_open_walk, "a//file"), 0);
	assert_int_equal(try(beneath_open_walk, "inside"), -ELOOP);
	assert_true(try(beneath_open_walk, "a/up/a/file") < 0);
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		print_message("%s\n", refused[i]);
		assert_true(try(beneath_open, refused[i]) < 0);
		assert_true(try(beneath_open_walk, refused[i]) < 0);
	}
}

static void test_walk_closes_what_it_opened(void **state)
{
	int before = dup(top);
	int after;

	(void)state;
	close(before);
	try(beneath_open_walk, "a/file");
	try(beneath_open_walk, "a/nosuch");
	try(beneath_open_walk, "a/..");
	try(beneath_open_walk, "a/file/x");
	after = dup(top);
	close(after);
	assert_int_equal(before, after);
}

static void test_only_regular_files_are_files(void **state)
{
	int fd = beneath_open_file(top, "a/file");

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(beneath_open_file(top, "a"), -EISDIR);
	assert_int_equal(beneath_open_file(top, "fifo"), -ENXIO);
	assert_int_equal(beneath_open_file(top, "outside"), -EXDEV);
	assert_int_equal(beneath_open_file(top, "nosuch"), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways_stay_beneath),
		cmocka_unit_test(test_walk_closes_what_it_opened),
		cmocka_unit_test(test_only_regular_files_are_files),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
