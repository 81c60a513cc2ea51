/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Settings that survive a reset: kept, deleted, bounded, damaged. */
#include "capture.h"
#include "platform/linux/linux.h"
#include "core/platform.h"

/* As after a reset: only what the platform kept is known. */
static void reset(void)
{
	struct settings *nvs = settings_find("nvs", false);

	if (nvs)
		settings_unregister(nvs);
	settings_register_nvs();
}

static int setup(void **state)
{
	(void)state;
	linux_nvs_rc = 0;
	platform_nvs_store("", 0);
	reset();
	return 0;
}

#define assert_setting(name, value)                                            \
	do {                                                                   \
		char *text_ = settings_fetch_text(name);                       \
		assert_non_null(text_);                                        \
		assert_string_equal(text_, value);                             \
		free(text_);                                                   \
	} while (0)

#define assert_unset(name)                                                     \
	do {                                                                   \
		char *text_ = settings_fetch_text(name);                       \
		assert_null(text_);                                            \
	} while (0)

static void test_values_and_their_types_survive(void **state)
{
	(void)state;
	assert_int_equal(settings_store_text("nvs/site", "a b c"), 0);
	assert_int_equal(settings_store_text("nvs/filename", "x.ipxe"), 0);
	assert_int_equal(settings_store_text("nvs/n:int32", "-5"), 0);
	assert_int_equal(settings_store_text("nvs/175.190", "user"), 0);
	reset();
	assert_setting("nvs/site", "a b c");
	assert_setting("site", "a b c");
	assert_setting("filename", "x.ipxe");
	assert_setting("67", "x.ipxe");
	assert_setting("nvs/n", "-5");
	assert_setting("username", "user");
	assert_int_equal(settings_store_text("nvs/site", "other"), 0);
	reset();
	assert_setting("site", "other");
	assert_setting("nvs/n", "-5");
}

static void test_deleted_values_stay_deleted(void **state)
{
	(void)state;
	assert_int_equal(settings_store_text("nvs/a", "1"), 0);
	assert_int_equal(settings_store_text("nvs/b", "2"), 0);
	assert_int_equal(settings_store_text("nvs/c", "3"), 0);
	assert_int_equal(settings_store_text("nvs/b", NULL), 0);
	assert_int_equal(settings_store_text("nvs/absent", NULL), 0);
	reset();
	assert_setting("nvs/a", "1");
	assert_unset("nvs/b");
	assert_setting("nvs/c", "3");
	settings_store_text("nvs/a", NULL);
	settings_store_text("nvs/c", NULL);
	assert_int_equal(linux_nvs_len, 0);
}

static void test_scripts_go_before_and_networks_behind(void **state)
{
	(void)state;
	settings_store_text("net7/keep", "dhcp");
	settings_store_text("nvs/keep", "kept");
	assert_setting("keep", "kept");
	settings_store_text("keep", "script");
	assert_setting("keep", "script");
	settings_store_text("keep", NULL);
	settings_store_text("nvs/priority", "-1");
	assert_setting("keep", "dhcp");
	reset();
	assert_setting("keep", "dhcp");
	settings_store_text("nvs/priority", NULL);
	assert_setting("keep", "kept");
	settings_store_text("net7/keep", NULL);
}

static void test_room_is_bounded(void **state)
{
	char *text = calloc(1, PLATFORM_NVS_MAX + 1);

	(void)state;
	memset(text, 'x', PLATFORM_NVS_MAX);
	assert_int_equal(settings_store_text("nvs/big", text), -ENOSPC);
	text[PLATFORM_NVS_MAX - 4 - 8 - 3 - 6] = '\0';
	assert_int_equal(settings_store_text("nvs/big", text), 0);
	assert_int_equal(linux_nvs_len, PLATFORM_NVS_MAX);
	assert_int_equal(settings_store_text("nvs/more", "1"), -ENOSPC);
	assert_int_equal(settings_store_text("nvs/big", "1"), 0);
	assert_int_equal(settings_store_text("nvs/more", "1"), 0);
	free(text);
}

static void test_failure_of_the_platform_changes_nothing(void **state)
{
	(void)state;
	settings_store_text("nvs/a", "1");
	linux_nvs_rc = -EROFS;
	assert_int_equal(settings_store_text("nvs/a", "2"), -EROFS);
	assert_int_equal(settings_store_text("nvs/b", "2"), -EROFS);
	assert_setting("nvs/a", "1");
	assert_unset("nvs/b");
}

static void test_what_belongs_elsewhere_is_refused(void **state)
{
	(void)state;
	assert_int_equal(settings_store_text("nvs/uuid", "x") < 0, true);
	assert_int_equal(linux_nvs_len, 0);
}

/* Every prefix of a record, and every byte of it wrong. */
static void test_damaged_records_do_no_harm(void **state)
{
	uint8_t good[256], bad[256];
	size_t len = sizeof(good), i;

	(void)state;
	settings_store_text("nvs/name", "value");
	settings_store_text("nvs/number:uint16", "0x1234");
	assert_int_equal(platform_nvs_load(good, &len), 0);
	for (i = 0; i < len; i++) {
		platform_nvs_store(good, i);
		reset();
		free(settings_fetch_text("nvs/number"));
		memcpy(bad, good, len);
		bad[i] = 0xff;
		platform_nvs_store(bad, len);
		reset();
		free(settings_fetch_text("nvs/number"));
		assert_int_equal(settings_store_text("nvs/new", "1"), 0);
		reset();
		assert_setting("nvs/new", "1");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_values_and_their_types_survive,
				       setup),
		cmocka_unit_test_setup(test_deleted_values_stay_deleted, setup),
		cmocka_unit_test_setup(
			test_scripts_go_before_and_networks_behind, setup),
		cmocka_unit_test_setup(test_room_is_bounded, setup),
		cmocka_unit_test_setup(
			test_failure_of_the_platform_changes_nothing, setup),
		cmocka_unit_test_setup(test_what_belongs_elsewhere_is_refused,
				       setup),
		cmocka_unit_test_setup(test_damaged_records_do_no_harm, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
