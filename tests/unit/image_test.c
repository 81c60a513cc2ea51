/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Images: memory, list, probing, execution. */
#include "capture.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/uri.h"
#include "platform/linux/linux.h"

static struct image *executed;
static int exec_rc;
static bool was_listed;
static int probe_order[4];
static int probe_count;

/* Two types that note in which order they are asked. */
static int probe_first(struct image *image)
{
	probe_order[probe_count++ % 4] = 1;
	return image->len && image->data[0] == '1' ? 0 : -ENOEXEC;
}

static int probe_second(struct image *image)
{
	probe_order[probe_count++ % 4] = 2;
	return image->len && image->data[0] <= '2' ? 0 : -ENOEXEC;
}

static int fake_exec(struct image *image)
{
	executed = image;
	was_listed = image->flags & IMAGE_REGISTERED;
	assert_ptr_equal(image_current, image);
	return exec_rc;
}

static enum image_role fake_role(struct image *image __unused_arg)
{
	return IMAGE_ROLE_KERNEL;
}

static const struct image_type second_type = {
	"second", 2, probe_second, fake_exec, fake_role, NULL};
TABLE_REGISTER(image_types, second_type);
static const struct image_type first_type = {"first",	1,	   probe_first,
					     fake_exec, fake_role, NULL};
TABLE_REGISTER(image_types, first_type);

static int setup(void **state)
{
	images_clear();
	executed = NULL;
	exec_rc = 0;
	probe_count = 0;
	linux_bulk_limit = 16 << 20;
	assert_int_equal(linux_bulk_used, 0);
	return capture_setup(state);
}

static int teardown(void **state)
{
	(void)state;
	images_clear();
	/* Nothing was lost. */
	assert_int_equal(linux_bulk_used, 0);
	return 0;
}

static void test_writes_grow_and_leave_no_gap(void **state)
{
	struct image *image = image_alloc(NULL, "x", NULL);

	(void)state;
	assert_int_equal(image_write(image, 0, "abc", 3), 0);
	assert_int_equal(image_write(image, 100000, "z", 1), 0);
	assert_int_equal(image_write(image, 1, "B", 1), 0);
	assert_int_equal(image->len, 100001);
	assert_memory_equal(image->data, "aBc\0\0", 5);
	assert_int_equal(image->data[99999], 0);
	assert_int_equal(image->data[100000], 'z');
	assert_int_equal(image_write(image, UINT64_MAX, "ab", 2), -EFBIG);
	assert_int_equal(image->len, 100001);
	image_put(image);
}

static void test_too_large_is_refused_with_both_sizes(void **state)
{
	struct image *image = image_alloc(NULL, "x", NULL);

	(void)state;
	assert_int_equal(image_reserve(image, 17 << 20), -ENOSPC);
	assert_string_equal(error_text(-ENOSPC),
			    "it needs 17408 kB of memory, 16384 kB are free");
	assert_int_equal(image_reserve(image, UINT64_MAX), -ENOSPC);
	/* Growing ahead must not fail where the write itself would fit. */
	assert_int_equal(image_write(image, (10 << 20) - 1, "x", 1), 0);
	assert_int_equal(image_write(image, 12 << 20, "x", 1), 0);
	assert_int_equal(image_write(image, 17 << 20, "x", 1), -ENOSPC);
	assert_int_equal(image->len, (12 << 20) + 1);
	linux_bulk_limit = 64 << 20;
	assert_int_equal(image_write(image, 17 << 20, "x", 1), 0);
	image_put(image);
}

static void test_names_come_from_the_uri(void **state)
{
	static const char *const cases[][2] = {
		{"http://h/a/vmlinuz?x", "vmlinuz"},
		{"http://h/a%20b", "a b"},
		{"tftp://h//abs", "abs"},
	};
	struct uri *uri;
	struct image *image;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		uri = uri_parse(cases[i][0]);
		image = image_alloc(uri, NULL, NULL);
		assert_string_equal(image->name, cases[i][1]);
		image_put(image);
		uri_put(uri);
	}
	uri = uri_parse("http://h/");
	image = image_alloc(uri, NULL, NULL);
	assert_null(image->name);
	assert_int_equal(image_register(image), 0);
	assert_memory_equal(image->name, "img", 3);
	assert_ptr_equal(image_find(image->name), image);
	image_put(image);
	uri_put(uri);
}

static void test_types_are_asked_in_order(void **state)
{
	struct image *image = capture_image("x", "2");

	(void)state;
	assert_int_equal(image_probe(image), 0);
	assert_string_equal(image->type->name, "second");
	assert_int_equal(probe_count, 2);
	assert_int_equal(probe_order[0], 1);
}

static void test_incomplete_images_do_not_execute(void **state)
{
	struct image *image = capture_image("x", "1");

	(void)state;
	image->flags &= ~(unsigned int)IMAGE_COMPLETE;
	assert_int_equal(image_exec(image), -ENOEXEC);
	assert_int_equal(image_select(image), -ENOEXEC);
	assert_null(executed);
	image->flags |= IMAGE_COMPLETE;
	assert_int_equal(image_exec(image), 0);
	assert_ptr_equal(executed, image);
	assert_false(was_listed);
	assert_ptr_equal(image_find("x"), image);
}

static void test_auto_free_drops_it_after_execution(void **state)
{
	(void)state;
	capture_image("x", "1")->flags |= IMAGE_AUTO_FREE;
	exec_rc = -EIO;
	assert_int_equal(image_exec(image_find("x")), -EIO);
	assert_null(image_find("x"));
}

static void test_auto_free_drops_what_is_refused(void **state)
{
	(void)state;
	/* Incomplete: not a thing that can be executed. */
	capture_image("x", "1")->flags |= IMAGE_AUTO_FREE;
	image_find("x")->flags &= ~(unsigned int)IMAGE_COMPLETE;
	assert_int_equal(image_exec(image_find("x")), -ENOEXEC);
	assert_null(image_find("x"));
}

static void test_only_one_is_selected(void **state)
{
	struct image *a = capture_image("a", "1");
	struct image *b = capture_image("b", "1");

	(void)state;
	assert_null(image_find_selected());
	assert_int_equal(image_select(a), 0);
	assert_int_equal(image_select(b), 0);
	assert_ptr_equal(image_find_selected(), b);
	image_unregister(b);
	assert_null(image_find_selected());
}

static void test_image_commands(void **state)
{
	(void)state;
	capture_image("k", "1");
	capture_image("i", "2");
	assert_int_equal(exec_line("imgargs k a   b=c"), 0);
	assert_int_equal(exec_line("kernel --name kernel k"), 0);
	assert_int_equal(exec_line("imgstat"), 0);
	assert_string_equal(captured,
			    "kernel : 1 bytes [first] [SELECTED] \"a b=c\"\n"
			    "i : 1 bytes [second]\n");
	assert_int_equal(exec_line("boot"), 0);
	assert_string_equal(executed->cmdline, "a b=c");
	assert_int_equal(exec_line("imgargs kernel && chain kernel"), 0);
	assert_null(executed->cmdline);
	assert_int_equal(exec_line("imgfree kernel"), 0);
	assert_int_equal(exec_line("imgfree kernel"), -ENOENT);
	assert_int_equal(exec_line("imgfree && imgstat"), 0);
	assert_true(list_is_empty(&images));
	assert_int_equal(exec_line("boot"), -ENOTSELECTED);
}

/* What a kernel would be given. */
static int ended;

static int end_hook(void)
{
	ended++;
	return 0;
}

static void test_dry_run_tells_what_would_boot(void **state)
{
	(void)state;
	linux_end_hook = end_hook;
	capture_image("page", "zzz");
	assert_int_equal(exec_line("boot page"), -ENOEXEC);
	assert_non_null(strstr(captured, "it is a text"));
	assert_int_equal(exec_line("imgfree page"), 0);
	captured_len = 0;
	capture_image("prog", "\xeb\x3c\x90");
	capture_image("initrd.img", "yyyy");
	capture_image("secret", "x")->flags |= IMAGE_HIDDEN;
	assert_int_equal(exec_line("boot prog root=/dev/ram0  quiet"), 0);
	assert_int_equal(ended, 1);
	assert_string_equal(captured,
			    "boot: boot program prog, 3 bytes\n"
			    "boot: command line: root=/dev/ram0 quiet\n"
			    "boot: initrd initrd.img, 4 bytes\n");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_writes_grow_and_leave_no_gap),
		TEST(test_too_large_is_refused_with_both_sizes),
		TEST(test_names_come_from_the_uri),
		TEST(test_types_are_asked_in_order),
		TEST(test_incomplete_images_do_not_execute),
		TEST(test_auto_free_drops_it_after_execution),
		TEST(test_auto_free_drops_what_is_refused),
		TEST(test_only_one_is_selected),
		TEST(test_image_commands),
		TEST(test_dry_run_tells_what_would_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
