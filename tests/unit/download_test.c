/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Downloads whatever the protocol: our own build, lengths, schemes. */
#include "fake_net.h"

#include "core/crc32.h"
#include "core/identity.h"

/* What the protocol of this test delivers. */
static uint8_t content[200000];
static size_t content_len;
static size_t delivered; /* when it was stopped */
static unsigned int stops;
static uint64_t total; /* announced, 0: nothing */

static int dummy_start(struct download *download)
{
	size_t offset, part;
	int rc = 0;

	download->priv = content;
	if (total)
		rc = download_set_total(download, total);
	for (offset = 0; !rc && offset < content_len; offset += part) {
		part = MIN(content_len - offset, (size_t)1000);
		rc = download_deliver(download, content + offset, part);
		delivered = offset + part;
	}
	download_finish(download, rc);
	return 0;
}

static void dummy_stop(struct download *download)
{
	(void)download;
	stops++;
}

static const struct protocol dummy_protocol = {
	.scheme = "x-dummy",
	.start = dummy_start,
	.stop = dummy_stop,
};
TABLE_REGISTER(protocols, dummy_protocol);

static int setup(void **state)
{
	(void)state;
	memset(content, 'x', sizeof(content));
	content_len = sizeof(content);
	delivered = 0;
	stops = 0;
	total = 0;
	memset(&fake_download, 0, sizeof(fake_download));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fake_image_free();
	return 0;
}

/* Put a note of our own build (OTHER: of another) at OFFSET. */
static void place_note(size_t offset, bool other)
{
	struct identity_note note = identity_self;

	note.build_id[0] ^= other;
	note.crc32 = crc32_ieee(&note, offsetof(struct identity_note, crc32));
	memcpy(content + offset, &note, sizeof(note));
}

static void test_all_of_it_comes(void **state)
{
	(void)state;
	total = content_len;
	assert_int_equal(fake_fetch("x-dummy://x/y"), 0);
	assert_int_equal(fake_image->len, content_len);
	assert_true(fake_image->flags & IMAGE_COMPLETE);
	assert_int_equal(stops, 1);
}

static void test_our_own_build_is_refused_early(void **state)
{
	(void)state;
	place_note(4096, false);
	fake_download.refuse_self = true;
	assert_int_equal(fake_fetch("x-dummy://x/y"), -EISSELF);
	assert_in_range(delivered, 1, 16000);
	assert_false(fake_image->flags & IMAGE_COMPLETE);
}

static void test_our_own_build_at_the_end_of_the_range(void **state)
{
	(void)state;
	place_note(IDENTITY_SCAN_LEN - 512, false);
	fake_download.refuse_self = true;
	assert_int_equal(fake_fetch("x-dummy://x/y"), -EISSELF);
}

static void test_our_own_build_in_a_short_file(void **state)
{
	(void)state;
	place_note(16, false);
	content_len = 16 + sizeof(struct identity_note);
	fake_download.refuse_self = true;
	assert_int_equal(fake_fetch("x-dummy://x/y"), -EISSELF);
}

static void test_our_own_build_is_data_otherwise(void **state)
{
	(void)state;
	place_note(0, false);
	assert_int_equal(fake_fetch("x-dummy://x/y"), 0);
}

static void test_another_build_is_fetched(void **state)
{
	(void)state;
	place_note(0, true);
	fake_download.refuse_self = true;
	assert_int_equal(fake_fetch("x-dummy://x/y"), 0);
}

static void test_lengths_must_agree(void **state)
{
	(void)state;
	total = content_len + 1;
	assert_int_equal(fake_fetch("x-dummy://x/y"), -EPROTO);
	assert_non_null(
		strstr(error_text(-EPROTO), "200000 bytes came where 200001"));
	assert_false(fake_image->flags & IMAGE_COMPLETE);
	total = content_len - 1;
	assert_int_equal(fake_fetch("x-dummy://x/y"), -EPROTO);
	assert_non_null(strstr(error_text(-EPROTO), "more than it announced"));
	assert_false(fake_image->flags & IMAGE_COMPLETE);
}

static void test_too_much_for_memory(void **state)
{
	uint64_t limit = linux_bulk_limit;

	(void)state;
	linux_bulk_limit = linux_bulk_used + 100000;
	assert_int_equal(fake_fetch("x-dummy://x/y"), -ENOSPC);
	total = content_len;
	delivered = 0;
	assert_int_equal(fake_fetch("x-dummy://x/y"), -ENOSPC);
	assert_int_equal(delivered, 0);
	linux_bulk_limit = limit;
}

static void test_unknown_schemes(void **state)
{
	(void)state;
	assert_int_equal(fake_fetch("x-other://x/y"), -ENOTSUP);
	assert_int_equal(fake_fetch("y"), -EINVAL);
	assert_int_equal(stops, 0);
}

#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_all_of_it_comes),
		TEST(test_our_own_build_is_refused_early),
		TEST(test_our_own_build_at_the_end_of_the_range),
		TEST(test_our_own_build_in_a_short_file),
		TEST(test_our_own_build_is_data_otherwise),
		TEST(test_another_build_is_fetched),
		TEST(test_lengths_must_agree),
		TEST(test_too_much_for_memory),
		TEST(test_unknown_schemes),
	};

	return cmocka_run_group_tests(tests, fake_setup, fake_teardown);
}
