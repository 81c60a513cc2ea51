/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Every allocation of the script engine fails once: nothing crashes, nothing
 * is lost (LeakSanitizer), and the failure is reported. */
#include "capture.h"
#include "core/uri.h"

/* AddressSanitizer's own, behind the ones here. */
extern void *__interceptor_malloc(size_t len);
extern void *__interceptor_calloc(size_t count, size_t len);
extern void *__interceptor_realloc(void *old, size_t len);

/* Allocations that still succeed; negative: all of them do. */
static int countdown = -1;
static bool has_failed;

static bool is_to_fail(void)
{
	if (countdown < 0)
		return false;
	if (countdown--)
		return false;
	has_failed = true;
	return true;
}

void *malloc(size_t len)
{
	return is_to_fail() ? NULL : __interceptor_malloc(len);
}

void *calloc(size_t count, size_t len)
{
	return is_to_fail() ? NULL : __interceptor_calloc(count, len);
}

void *realloc(void *old, size_t len)
{
	return is_to_fail() ? NULL : __interceptor_realloc(old, len);
}

char *strdup(const char *text)
{
	size_t len = strlen(text) + 1;
	char *copy = malloc(len);

	return copy ? memcpy(copy, text, len) : NULL;
}

/* Call OPERATION with its first, second, ... allocation failing, until it
 * needs no more. Where one failed it must say so, unless MAY_DO_WITHOUT. */
static void exhaust(int (*operation)(void), bool may_do_without)
{
	int n, rc;

	for (n = 0; n < 1000; n++) {
		has_failed = false;
		countdown = n;
		rc = operation();
		countdown = -1;
		images_clear();
		uri_set_cwuri(NULL);
		exec_stop_take();
		if (!has_failed) {
			assert_int_equal(rc, 0);
			assert_int_not_equal(n, 0);
			return;
		}
		if (!may_do_without)
			assert_int_not_equal(rc, 0);
	}
	fail_msg("it never ended");
}

static int resolve_a_uri(void)
{
	struct uri *base = uri_parse("http://u:p@h/a/b");
	struct uri *relative = uri_parse("../c?d");
	struct uri *uri = NULL;
	char *text = NULL;
	int rc = -ENOMEM;

	if (base && relative)
		uri = uri_resolve(base, relative);
	if (uri)
		text = uri_format_alloc(uri);
	if (text)
		rc = 0;
	free(text);
	uri_put(uri);
	uri_put(relative);
	uri_put(base);
	return rc;
}

static int make_a_boot_uri(void)
{
	struct uri *uri = uri_boot("10.0.0.1", "a/b");
	int rc = uri ? 0 : -ENOMEM;

	uri_put(uri);
	return rc;
}

static int store_a_setting(void)
{
	int rc = settings_store_text("a.b/c", "value");
	struct settings *block = settings_find("a", false);

	if (block)
		settings_unregister(block);
	return rc;
}

static int replace_a_setting(void)
{
	return settings_store_text("kept", "new");
}

static int expand_text(void)
{
	int rc = 0;
	char *text = settings_expand("${x}-${kept}-${nope}", &rc);

	free(text);
	return rc;
}

static int register_an_image(void)
{
	struct uri *uri = uri_parse("http://h/x");
	struct image *image = NULL;
	int rc = -ENOMEM;

	if (uri)
		image = image_alloc(uri, NULL, "a b");
	if (image)
		rc = image_register(image);
	image_put(image);
	uri_put(uri);
	return rc;
}

static int run_a_line(void)
{
	return exec_line("set x ${kept} && echo ${x} a b");
}

/* The script is there before memory runs out. */
static int run_a_script(void)
{
	static const char text[] = "#!ipxe\nset i:int32 1\ninc i\n"
				   "goto a || exit 1\necho no\n"
				   ":a show i && echo \\\ndone\n";
	int left = countdown;
	struct image *image;
	int rc;

	countdown = -1;
	image = image_alloc(NULL, "s", NULL);
	image_write(image, 0, text, sizeof(text) - 1);
	image->flags |= IMAGE_COMPLETE;
	image_register(image);
	countdown = left;
	rc = image_exec(image);
	image_put(image);
	return rc;
}

static void test_uris(void **state)
{
	(void)state;
	exhaust(resolve_a_uri, false);
	exhaust(make_a_boot_uri, false);
}

static void test_settings(void **state)
{
	char *text;

	(void)state;
	exhaust(store_a_setting, false);
	settings_store_text("kept", "old");
	countdown = 0;
	assert_int_equal(replace_a_setting(), -ENOMEM);
	countdown = -1;
	text = settings_fetch_text("kept");
	assert_string_equal(text, "old");
	free(text);
	exhaust(replace_a_setting, false);
	/* A value that cannot be had for want of memory is an empty one. */
	exhaust(expand_text, true);
}

static void test_images(void **state)
{
	(void)state;
	exhaust(register_an_image, false);
}

static void test_lines_and_scripts(void **state)
{
	(void)state;
	exhaust(run_a_line, true);
	exhaust(run_a_script, true);
	assert_non_null(strstr(captured, "done\n"));
}

#define TEST(test) cmocka_unit_test_setup(test, capture_setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_uris),
		TEST(test_settings),
		TEST(test_images),
		TEST(test_lines_and_scripts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
