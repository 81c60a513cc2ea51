/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The settings tree: addressing, order of lookup, expansion. */
#include "capture.h"
#include "core/uri.h"

/* Store NAME=VALUE and require success. */
static void store(const char *name, const char *value)
{
	assert_int_equal(settings_store_text(name, value), 0);
}

/* Require that TEXT expands to EXPECTED. */
static void expands(const char *text, const char *expected)
{
	int rc = 0;
	char *out = settings_expand(text, &rc);

	assert_non_null(out);
	assert_string_equal(out, expected);
	free(out);
}

/* A tree without what tests left behind. */
static int clean(void **state)
{
	struct settings *child, *next;

	list_for_each_entry_safe(child, next, &settings_root.children, siblings)
		settings_unregister(child);
	settings_unregister(&settings_root);
	settings_register_builtin();
	return capture_setup(state);
}

static void test_values_keep_their_type(void **state)
{
	(void)state;
	store("x", "text");
	store("n:int32", "7");
	store("m:hex", "01:02:03");
	expands("${x} ${n} ${m}", "text 7 01:02:03");
	expands("${x:hexraw} ${n:uint8} ${n:hex}", "74657874 0x7 00:00:00:07");
	expands("${m:hexhyp} ${m:uint32}", "01-02-03 0x10203");
}

static void test_unknown_things_expand_to_nothing(void **state)
{
	(void)state;
	store("x", "abc");
	expands("[${nope}][${no/x}][${x:nope}][${x:ipv4}][${}][${/}][${:}]",
		"[][][][][][][]");
}

static void test_expansion_is_innermost_first_and_rescans(void **state)
{
	(void)state;
	store("i:int32", "0");
	store("net0/y", "m");
	store("a", "${b}");
	store("b", "B");
	expands("${net${i}/y}", "m");
	expands("${a}-${a}", "B-B");
	expands("} ${b", "} ${b");
	expands("${b}}", "B}");
	expands("$${b}{", "$B{");
	store("d", "$");
	expands("${d}{b}", "B");
	expands("${no${b}", "${noB");
}

static void test_self_reference_is_bounded(void **state)
{
	int rc = 0;

	(void)state;
	/* Stored text is not expanded when it comes from here. */
	store("x", "${x}a");
	assert_null(settings_expand("${x}", &rc));
	assert_int_equal(rc, -ELOOP);
	store("x", "${x}"); /* never longer */
	assert_null(settings_expand("${x}", &rc));
	store("x", "${x}${x}${x}${x}${x}${x}${x}${x}${x}${x}${x}${x}${x}");
	assert_null(settings_expand("${x}", &rc));
	assert_int_equal(rc, -ELOOP);
}

static void test_numeric_names_are_dhcp_tags(void **state)
{
	(void)state;
	store("filename", "boot");
	expands("${67:string} ${0x43}", "boot boot");
	store("net0/175.199", "v");
	expands("${net0/175.199}|${175.199}|${net0/0xaf.0xc7}|${175.198}",
		"v|v|v|");
	/* What has a name has its type. */
	store("net0/26", "0x100");
	expands("${26} ${net0/mtu} ${mtu:hex}", "256 256 01:00");
	assert_int_equal(settings_store_text("net0/6", "words"), -EINVAL);
	store("12", "host");
	expands("${hostname}", "host");
	expands("${67x}${.}${1.}", "");
}

static void test_lookup_is_depth_first(void **state)
{
	(void)state;
	store("net0.dhcp/filename", "inner");
	store("net1/filename", "other");
	expands("${filename} ${net0/filename} ${net1/filename}",
		"inner inner other");
	expands("${net0.dhcp/filename}[${net1.dhcp/filename}]", "inner[]");
	store("net0/filename", "outer");
	expands("${filename} ${net0/filename} ${net0.dhcp/filename}",
		"outer outer inner");
	store("filename", "root");
	expands("${filename} ${net0/filename}", "root outer");
	store("filename", NULL);
	store("net0/filename", "");
	expands("${filename}", "inner");
}

static void test_priority_and_order_sort_blocks(void **state)
{
	static struct settings high = {0};

	(void)state;
	store("net0/x", "0");
	store("net1/x", "1");
	expands("${x}", "0");
	store("net1/priority", "5");
	expands("${x}", "1");
	store("net0.dhcp/175.1:int8", "6");
	expands("${x}", "0");
	store("net0.dhcp/priority", "-1");
	expands("${x}", "1");
	store("net1/priority", NULL);
	store("net0.dhcp/priority", NULL);
	/* Equal again: nothing moves without need. */
	expands("${x}", "1");
	settings_init(&high, NULL, 1);
	assert_int_equal(settings_register(&high, NULL, "high"), 0);
	store("high/x", "2");
	expands("${x}", "2");
	settings_unregister(&high);
	expands("${x}[${high/x}]", "1[]");
}

static int freed;

static void count_free(struct settings *settings __unused_arg)
{
	freed++;
}

static void test_register_replaces_a_block_of_that_name(void **state)
{
	static struct settings first, second;

	(void)state;
	settings_init(&first, NULL, 0);
	first.free = count_free;
	settings_init(&second, NULL, 0);
	settings_register(&first, settings_find("net0", true), "dhcp");
	store("net0.dhcp/filename", "old");
	assert_string_equal(settings_path(&first), "net0.dhcp");
	settings_register(&second, settings_find("net0", true), "dhcp");
	assert_int_equal(freed, 1);
	expands("[${net0.dhcp/filename}]", "[]");
	store("net0.dhcp/filename", "new");
	expands("${filename}", "new");
	settings_unregister(&second);
}

static struct settings target_block;

static struct settings *redirect(struct settings *settings __unused_arg)
{
	return target_block.parent ? &target_block : NULL;
}

static void test_redirected_block_stands_for_another(void **state)
{
	static const struct settings_ops ops = {.redirect = redirect};
	static struct settings alias;

	(void)state;
	settings_init(&alias, &ops, 0);
	settings_init(&target_block, NULL, 0);
	settings_register(&alias, NULL, "netX");
	expands("[${netX/mac:string}]", "[]");
	assert_int_not_equal(settings_store_text("netX/x", "1"), 0);
	settings_register(&target_block, NULL, "net3");
	store("netX/x", "1");
	store("netX.dhcp/y", "2");
	expands("${net3/x}${net3.dhcp/y}${netX/x}${x}", "1211");
	settings_unregister(&alias);
	settings_unregister(&target_block);
}

static void test_builtin_settings_answer(void **state)
{
	struct uri *uri = uri_parse("http://h/dir/file?q");

	(void)state;
	expands("${platform}|${buildarch}|${builtin/platform}",
		"linux|x86_64|linux");
	exec_errno = 26;
	expands("${errno} ${errno:int32}", "0x1a 26");
	uri_set_cwuri(uri);
	expands("${cwuri} ${cwduri}", "http://h/dir/file?q http://h/dir/");
	uri_set_cwuri(NULL);
	uri_put(uri);
	assert_int_equal(settings_store_text("builtin/platform", "x"), -EPERM);
	assert_int_equal(settings_store_text("builtin/x", "x"), -ENOTSUP);
	/* As in iPXE the root may say otherwise. */
	store("platform", "mine");
	expands("${platform} ${builtin/platform}", "mine linux");
}

static void test_filename_uri_uses_its_own_blocks_server(void **state)
{
	(void)state;
	expands("[${filename-host}]", "[]");
	expands("[${filename-uri}]", "[]");
	store("net0.dhcp/next-server", "10.0.0.1");
	expands("[${filename-uri}]", "[]");
	store("proxydhcp/next-server", "10.0.0.2");
	store("proxydhcp/filename", "a/b.kpxe");
	expands("${filename-uri}", "tftp://10.0.0.2/a/b.kpxe");
	expands("${filename-host}", "10.0.0.2");
	store("filename", "http://h/${platform}.ipxe");
	expands("${filename-uri}", "http://h/linux.ipxe");
	expands("${filename-host}", "h");
	store("filename", "http://[2001:db8::1]:8080/x");
	expands("${filename-host}", "[2001:db8::1]");
	store("filename", "file:/x");
	expands("[${filename-host}]", "[]");
}

static void test_bad_stores_say_why(void **state)
{
	char name[400];
	unsigned int i;

	(void)state;
	assert_int_equal(settings_store_text("ip", "10.0.0"), -EINVAL);
	assert_int_equal(settings_store_text("x:nope", "1"), -EINVAL);
	assert_int_equal(settings_store_text("x:nope", NULL), -EINVAL);
	assert_int_equal(settings_store_text("", "1"), -EINVAL);
	assert_int_equal(settings_store_text("net0/", "1"), -EINVAL);
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(settings_store_text(name, "1"), -EINVAL);
	for (i = 0; i < 33; i++)
		memcpy(name + 2 * i, "d.", 3);
	strcpy(name + 2 * 33 - 1, "/x");
	assert_int_equal(settings_store_text(name, "1"), -ENOENT);
	assert_int_equal(settings_store_text(name + 2, "1"), 0);
	assert_int_equal(settings_store_text("nowhere/x", ""), 0);
	assert_null(settings_find("nowhere", false));
}

static void test_empty_parts_of_paths_count_for_nothing(void **state)
{
	(void)state;
	store("./a", "one");
	store(".x..y./a", "two");
	expands("${a} ${./a} ${../a}", "one one one");
	expands("${x.y/a} ${.x.y/a} ${x..y/a} ${x./a}", "two two two two");
	assert_ptr_equal(settings_find(".", false), &settings_root);
	assert_null(settings_find("..x.z.", false));
}

static void test_numbers_are_fetched_with_their_sign(void **state)
{
	unsigned long value = 0;

	(void)state;
	store("priority", "-3");
	assert_int_equal(settings_fetch_uint(NULL, &setting_priority, &value),
			 0);
	assert_int_equal((long)value, -3);
	store("26:hex", "01:02:03:04:05:06:07:08:09");
	assert_int_equal(settings_fetch_uint(NULL, &setting_mtu, &value),
			 -ERANGE);
	store("priority", NULL);
	assert_int_equal(settings_fetch_uint(NULL, &setting_priority, &value),
			 -ENOENT);
}

#define TEST(test) cmocka_unit_test_setup(test, clean)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_values_keep_their_type),
		TEST(test_unknown_things_expand_to_nothing),
		TEST(test_expansion_is_innermost_first_and_rescans),
		TEST(test_self_reference_is_bounded),
		TEST(test_numeric_names_are_dhcp_tags),
		TEST(test_lookup_is_depth_first),
		TEST(test_priority_and_order_sort_blocks),
		TEST(test_register_replaces_a_block_of_that_name),
		TEST(test_redirected_block_stands_for_another),
		TEST(test_builtin_settings_answer),
		TEST(test_filename_uri_uses_its_own_blocks_server),
		TEST(test_bad_stores_say_why),
		TEST(test_empty_parts_of_paths_count_for_nothing),
		TEST(test_numbers_are_fetched_with_their_sign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
