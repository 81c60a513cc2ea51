/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The loop guard: generation marker, origin, rings. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "config/general.h"
#include "core/crc32.h"
#include "core/error.h"
#include "core/identity.h"
#include "core/loopguard.h"
#include "core/origin.h"
#include "core/platform.h"

static enum image_role role_now;

static enum image_role fake_role(struct image *image __unused_arg)
{
	return role_now;
}

static const struct image_type fake_type = {.name = "fake", .role = fake_role};

/* An image of ROLE from URI_TEXT whose content is a note of build BUILD, or
 * nothing known when BUILD is 255. */
static struct image *make_image(enum image_role role, const char *uri_text,
				uint8_t build)
{
	struct uri *uri = uri_parse(uri_text);
	struct image *image = image_alloc(uri, "boot", NULL);
	struct identity_note note = identity_self;

	uri_put(uri);
	role_now = role;
	note.build_id[0] ^= build;
	note.crc32 = crc32_ieee(&note, offsetof(struct identity_note, crc32));
	if (build == 255)
		memset(&note, 0, sizeof(note));
	assert_int_equal(image_write(image, 0, &note, sizeof(note)), 0);
	image->type = &fake_type;
	return image;
}

/* As after a reset: no marker, no rings. */
static int reset(void **state)
{
	uint8_t none[PLATFORM_MARKER_LEN] = {0};

	(void)state;
	platform_marker_store(none);
	loopguard_progress();
	origin_set_uri(NULL);
	return 0;
}

static void test_each_entry_counts_and_each_exit_counts_back(void **state)
{
	(void)state;
	loopguard_init();
	assert_int_equal(loopguard_generation(), 1);
	loopguard_init();
	assert_int_equal(loopguard_generation(), 2);
	loopguard_fini();
	loopguard_init();
	assert_int_equal(loopguard_generation(), 2);
}

static void test_damaged_marker_counts_as_none(void **state)
{
	uint8_t marker[PLATFORM_MARKER_LEN];
	size_t bit;

	(void)state;
	for (bit = 0; bit < sizeof(marker) * 8; bit++) {
		reset(NULL);
		loopguard_init();
		loopguard_init();
		assert_int_equal(platform_marker_load(marker), 0);
		marker[bit / 8] ^= 1 << bit % 8;
		platform_marker_store(marker);
		loopguard_init();
		assert_int_equal(loopguard_generation(), 1);
	}
}

static void test_own_build_is_never_executed(void **state)
{
	struct image *image =
		make_image(IMAGE_ROLE_LOADER, "tftp://192.0.2.1/x", 0);

	(void)state;
	loopguard_init();
	assert_int_equal(loopguard_check_image(image), -EISSELF);
	image_put(image);
}

static void test_other_build_is_executed_until_the_limit(void **state)
{
	struct image *image =
		make_image(IMAGE_ROLE_LOADER, "tftp://192.0.2.1/x", 1);
	int i;

	(void)state;
	for (i = 1; i < GENERATION_LIMIT; i++) {
		loopguard_init();
		assert_int_equal(loopguard_check_image(image), 0);
		loopguard_note_exec(image);
	}
	loopguard_init();
	assert_int_equal(loopguard_check_image(image), -EGENERATION);
	image_put(image);
}

static void
test_third_party_loader_stops_at_the_limit_kernel_does_not(void **state)
{
	struct image *image = make_image(IMAGE_ROLE_LOADER,
					 "tftp://192.0.2.1/pxelinux.0", 255);
	int i;

	(void)state;
	for (i = 0; i < GENERATION_LIMIT; i++)
		loopguard_init();
	assert_int_equal(loopguard_check_image(image), -EGENERATION);
	role_now = IMAGE_ROLE_KERNEL;
	assert_int_equal(loopguard_check_image(image), 0);
	role_now = IMAGE_ROLE_SCRIPT;
	assert_int_equal(loopguard_check_image(image), 0);
	image_put(image);
}

static void test_script_ring_is_cut_and_progress_resets_it(void **state)
{
	struct image *image =
		make_image(IMAGE_ROLE_SCRIPT, "http://192.0.2.1/a.ipxe", 255);
	int i;

	(void)state;
	for (i = 0; i < SCRIPT_RING_LIMIT; i++)
		assert_int_equal(loopguard_check_image(image), 0);
	assert_int_equal(loopguard_check_image(image), -ERING);
	loopguard_progress();
	assert_int_equal(loopguard_check_image(image), 0);
	image_put(image);
}

/* Is fetching TEXT to execute it refused, having come from ORIGIN? */
static int check_uri(const char *origin_text, const char *text)
{
	struct uri *from = uri_parse(origin_text);
	struct uri *uri = uri_parse(text);
	int rc;

	origin_set_uri(from);
	rc = loopguard_check_uri(uri);
	uri_put(from);
	uri_put(uri);
	return rc;
}

static void test_the_file_we_came_from_is_not_fetched_again(void **state)
{
	(void)state;
	assert_int_equal(check_uri("tftp://192.0.2.1/undionly.kpxe",
				   "tftp://192.0.2.1/undionly.kpxe"),
			 -EISSELF);
	assert_int_equal(check_uri("tftp://192.0.2.1/undionly.kpxe",
				   "tftp://192.0.2.1/boot.ipxe"),
			 0);
	assert_int_equal(check_uri("tftp://192.0.2.1/undionly.kpxe",
				   "tftp://192.0.2.2/undionly.kpxe"),
			 0);
	assert_int_equal(check_uri("http://192.0.2.1/snponly.efi",
				   "http://192.0.2.1/snponly.efi"),
			 -EISSELF);
}

static void test_one_http_url_may_serve_binary_and_script(void **state)
{
	(void)state;
	assert_int_equal(check_uri("http://192.0.2.1/boot.ipxe",
				   "http://192.0.2.1/boot.ipxe"),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			test_each_entry_counts_and_each_exit_counts_back,
			reset),
		cmocka_unit_test_setup(test_damaged_marker_counts_as_none,
				       reset),
		cmocka_unit_test_setup(test_own_build_is_never_executed, reset),
		cmocka_unit_test_setup(
			test_other_build_is_executed_until_the_limit, reset),
		cmocka_unit_test_setup(
			test_third_party_loader_stops_at_the_limit_kernel_does_not,
			reset),
		cmocka_unit_test_setup(
			test_script_ring_is_cut_and_progress_resets_it, reset),
		cmocka_unit_test_setup(
			test_the_file_we_came_from_is_not_fetched_again, reset),
		cmocka_unit_test_setup(
			test_one_http_url_may_serve_binary_and_script, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
