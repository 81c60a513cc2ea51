/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Downloading as commands do it, with a protocol that never leaves here. */
#include "capture.h"
#include "core/crc32.h"
#include "core/error.h"
#include "core/identity.h"
#include "core/origin.h"
#include "core/platform.h"
#include "core/poll.h"
#include "core/uri.h"
#include "net/download.h"
#include "net/netdevice.h"
#include "usr/fetch.h"

/* The protocol "test": the path says what happens.
 *   /give/N/...   N bytes of 'x', total announced
 *   /fail/...     starts, then fails with -ECONNRESET
 *   /refuse/...   does not even start
 *   /stall/...    some bytes, then nothing, with a status
 *   /drip/...     ten bytes, one every 50 ms
 *   /later/...    nothing for 400 ms, because the server asked for that
 *   /self/...     our own identity note
 *   /script/...   a script that prints the working URI
 *   /moved/...    as /script/, but says it was found at /elsewhere/y
 */
static struct download *running;
static unsigned int start_count, stop_count;
static struct uri *last_uri;
static uint64_t last_drip, started_us;

static int test_start(struct download *download)
{
	start_count++;
	uri_put(last_uri);
	last_uri = uri_get(download->uri);
	if (!strncmp(download->uri->path, "/refuse/", 8))
		return error_set(-ENETUNREACH, "there is no way");
	download->priv = download;
	running = download;
	started_us = platform_time_us();
	return 0;
}

static void test_stop(struct download *download)
{
	stop_count++;
	download->priv = NULL;
	running = NULL;
}

/* Feed what the path asks for. */
static int feed(struct download *download)
{
	static const char script[] = "#!ipxe\necho at ${cwuri}\n";
	const char *path = download->uri->path;
	unsigned long count;
	struct identity_note note = identity_self;
	uint8_t block[256];
	int rc = 0;

	memset(block, 'x', sizeof(block));
	if (!strncmp(path, "/give/", 6)) {
		count = strtoul(path + 6, NULL, 0);
		rc = download_set_total(download, count);
		while (!rc && download->received < count)
			rc = download_deliver(
				download, block,
				MIN(sizeof(block),
				    (size_t)(count - download->received)));
	} else if (!strncmp(path, "/fail/", 6)) {
		rc = -ECONNRESET;
	} else if (!strncmp(path, "/drip/", 6)) {
		rc = 0;
	} else if (!strncmp(path, "/self/", 6)) {
		note.crc32 = crc32_ieee(&note,
					offsetof(struct identity_note, crc32));
		rc = download_deliver(download, &note, sizeof(note));
	} else {
		rc = download_deliver(download, script, sizeof(script) - 1);
	}
	if (!rc && !strncmp(path, "/moved/", 7)) {
		uri_put(download->uri);
		download->uri = uri_parse("test://h/elsewhere/y");
	}
	return rc;
}

static bool test_poll(void)
{
	if (!running || running->is_done)
		return false;
	if (!strncmp(running->uri->path, "/stall/", 7)) {
		if (!running->received)
			download_deliver(running, "ab", 2);
		strcpy(running->status, "waiting 5 s because of a test");
		return false;
	}
	if (!strncmp(running->uri->path, "/later/", 7) &&
	    platform_time_us() - started_us < 400000) {
		running->is_waiting = true;
		return false;
	}
	if (!strncmp(running->uri->path, "/drip/", 6) &&
	    running->received < 10) {
		if (platform_time_us() - last_drip < 50000)
			return false;
		last_drip = platform_time_us();
		download_deliver(running, "d", 1);
		return true;
	}
	download_finish(running, feed(running));
	return true;
}

static const struct protocol test_protocol = {"test", test_start, test_stop};
TABLE_REGISTER(protocols, test_protocol);
static const struct poller test_poller = {test_poll};
TABLE_REGISTER(pollers, test_poller);

static int setup(void **state)
{
	images_clear();
	uri_set_cwuri(NULL);
	origin_set_uri(NULL);
	settings_store_text("next-server", NULL);
	start_count = stop_count = 0;
	return capture_setup(state);
}

static void test_fetched_image_is_registered(void **state)
{
	struct image *image;

	(void)state;
	assert_int_equal(exec_line("imgfetch test://u:p@h/give/5000/k a  b"),
			 0);
	image = image_find("k");
	assert_non_null(image);
	assert_int_equal(image->len, 5000);
	assert_true(image->flags & IMAGE_COMPLETE);
	assert_string_equal(image->cmdline, "a b");
	assert_int_equal(stop_count, 1);
	/* One line, without the password. */
	assert_non_null(strstr(captured, "test://h/give/5000/k: 5.0 kB in "));
	assert_null(strstr(captured, "u:p"));
	/* imgfetch always downloads, kernel takes what is there. */
	assert_int_equal(exec_line("imgfetch test://h/give/1/k"), 0);
	assert_int_equal(exec_line("kernel --name k test://h/give/2/k"), 0);
	assert_int_equal(start_count, 3);
	assert_int_equal(exec_line("kernel k"), 0);
	assert_int_equal(start_count, 3);
}

static void test_quiet_prints_nothing(void **state)
{
	(void)state;
	assert_int_equal(exec_line("initrd --quiet --name i test://h/give/9/x"),
			 0);
	assert_string_equal(captured, "");
	assert_non_null(image_find("i"));
}

static void test_failures_say_what_and_why_and_leave_nothing(void **state)
{
	(void)state;
	assert_int_equal(exec_line("imgfetch test://h/fail/x"), -ECONNRESET);
	assert_string_equal(captured, "imgfetch: could not fetch "
				      "test://h/fail/x: the server closed the "
				      "connection\n");
	capture_setup(state);
	assert_int_equal(exec_line("chain test://h/refuse/x"), -ENETUNREACH);
	assert_string_equal(captured, "chain: could not fetch "
				      "test://h/refuse/x: there is no way\n");
	assert_int_equal(exec_line("imgfetch nosuch://h/x"), -ENOTSUP);
	assert_int_equal(exec_line("imgfetch x"), -EINVAL);
	assert_true(list_is_empty(&images));
	assert_int_equal(exec_line("imgfetch test://h/give/0x90000000/x"),
			 -ENOSPC);
	assert_true(list_is_empty(&images));
	assert_null(running);
}

static void test_timeout_is_for_silence(void **state)
{
	uint64_t start = platform_time_us();

	(void)state;
	assert_int_equal(exec_line("chain --timeout 300 test://h/stall/x"),
			 -ETIMEDOUT);
	assert_in_range(platform_time_us() - start, 300000, 5000000);
	assert_int_equal(stop_count, 1);
	/* What it was doing was shown while it lasted, and in the reason. */
	assert_non_null(strstr(captured, "\rtest://h/stall/x: waiting 5 s"));
	assert_non_null(strstr(captured, "nothing came for 300 ms; it was "
					 "waiting 5 s because of a test\n"));
}

static void test_slow_download_is_not_silent(void **state)
{
	(void)state;
	assert_int_equal(exec_line("imgfetch --timeout 250 test://h/drip/x"),
			 0);
	assert_int_equal(image_find("x")->len, 10);
}

static void test_wait_that_the_server_asked_for_is_not_silence(void **state)
{
	(void)state;
	assert_int_equal(exec_line("imgfetch --timeout 150 test://h/later/x"),
			 0);
	assert_non_null(image_find("x"));
}

static void test_relative_uris_resolve(void **state)
{
	struct uri *uri = uri_parse("test://h/give/script");

	(void)state;
	settings_store_text("next-server", "10.0.0.9");
	exec_line("imgfetch 7/x"); /* tftp: fails without a network */
	assert_non_null(strstr(captured, "tftp://10.0.0.9/7/x"));
	uri_set_cwuri(uri);
	assert_int_equal(exec_line("imgfetch 7/x"), 0);
	assert_int_equal(image_find("x")->len, 7);
	uri_set_cwuri(NULL);
	uri_put(uri);
}

static void test_chained_script_runs_where_it_was_found(void **state)
{
	(void)state;
	assert_int_equal(exec_line("chain --quiet test://h/script/a.ipxe"), 0);
	assert_string_equal(captured, "at test://h/script/a.ipxe\n");
	capture_setup(state);
	assert_int_equal(exec_line("chain --quiet --autofree "
				   "test://h/moved/b.ipxe"),
			 0);
	assert_string_equal(captured, "at test://h/elsewhere/y\n");
	assert_non_null(image_find("a.ipxe"));
	assert_null(image_find("b.ipxe"));
}

static void test_own_build_is_refused(void **state)
{
	struct uri *uri = uri_parse("test://h/self/x.kpxe");

	(void)state;
	assert_int_equal(exec_line("chain test://h/self/x.efi"), -EISSELF);
	assert_true(list_is_empty(&images));
	assert_int_equal(start_count, 1);
	/* Known by its URI it is not even fetched. */
	origin_set_uri(uri);
	assert_int_equal(exec_line("boot test://h/self/x.kpxe"), -EISSELF);
	assert_int_equal(start_count, 1);
	uri_put(uri);
}

static void test_sizes_are_readable(void **state)
{
	static const struct {
		uint64_t len;
		const char *text;
	} cases[] = {
		{0, "0 B"},
		{999, "999 B"},
		{1000, "1.0 kB"},
		{999999, "999.9 kB"},
		{1000000, "1.0 MB"},
		{134217728, "134.2 MB"},
		{5000000000, "5.0 GB"},
		{5000000000000000, "5000.0 TB"},
	};
	char text[16];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		fetch_format_size(cases[i].len, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
	}
}

static int group_setup(void **state)
{
	(void)state;
	settings_register_builtin();
	net_init();
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	images_clear();
	uri_put(last_uri);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup(test, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fetched_image_is_registered),
		TEST(test_quiet_prints_nothing),
		TEST(test_failures_say_what_and_why_and_leave_nothing),
		TEST(test_timeout_is_for_silence),
		TEST(test_slow_download_is_not_silent),
		TEST(test_wait_that_the_server_asked_for_is_not_silence),
		TEST(test_relative_uris_resolve),
		TEST(test_chained_script_runs_where_it_was_found),
		TEST(test_own_build_is_refused),
		TEST(test_sizes_are_readable),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
