/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The customisation region: what is taken, and what is ignored. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/crc32.h"
#include "core/image.h"
#include "core/region.h"
#include "core/settings.h"
#include "usr/customise.h"

/* Belongs to platform/efi, which this program is not built with. */
#include "platform/efi/pe_region.c"

static const char script[] = "#!ipxe\necho custom\n";

/* A region being written. */
static uint8_t region[512];
static size_t region_used;

static void region_begin(void)
{
	memset(region, 0xee, sizeof(region));
	memcpy(region, "\x7fUregn\0\1", 8);
	region_used = 12;
}

static void region_add(uint8_t kind, const char *name, const void *value,
		       size_t value_len)
{
	uint8_t *entry = region + region_used;

	entry[0] = kind;
	entry[1] = (uint8_t)strlen(name);
	put_le32(entry + 2, (uint32_t)value_len);
	memcpy(entry + 6, name, strlen(name));
	memcpy(entry + 6 + strlen(name), value, value_len);
	region_used += 6 + strlen(name) + value_len;
}

static void region_end(void)
{
	put_le32(region + 8, (uint32_t)region_used - 12);
	put_le32(region + region_used, crc32_ieee(region, region_used));
	region_used += 4;
}

static void make_region(void)
{
	region_begin();
	region_add(REGION_SETTING, "resolver", "http://a/", 9);
	region_add(77, "later", "?", 1);
	region_add(REGION_SCRIPT, "", script, sizeof(script) - 1);
	region_end();
}

/* region_check() of a copy that is no longer than it says, for ASan. */
static int check_copy(size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	size_t entries_len = 4711;
	int rc;

	memcpy(copy, region, len);
	rc = region_check(copy, len, &entries_len);
	if (rc)
		assert_int_equal(entries_len, 4711);
	free(copy);
	return rc;
}

static void test_entries_come_in_their_order(void **state)
{
	struct region_entry entry;
	size_t at = 0;
	size_t len;

	(void)state;
	make_region();
	assert_int_equal(region_check(region, sizeof(region), &len), 0);
	assert_true(region_next(region + 12, len, &at, &entry));
	assert_int_equal(entry.kind, REGION_SETTING);
	assert_int_equal(entry.name_len, 8);
	assert_memory_equal(entry.name, "resolver", 8);
	assert_int_equal(entry.value_len, 9);
	assert_memory_equal(entry.value, "http://a/", 9);
	assert_true(region_next(region + 12, len, &at, &entry));
	assert_true(region_next(region + 12, len, &at, &entry));
	assert_int_equal(entry.kind, REGION_SCRIPT);
	assert_memory_equal(entry.value, script, sizeof(script) - 1);
	assert_false(region_next(region + 12, len, &at, &entry));
	assert_int_equal(at, len);
}

static void test_empty_is_no_region(void **state)
{
	(void)state;
	memset(region, 0, sizeof(region));
	assert_int_equal(check_copy(0), -ENOENT);
	assert_int_equal(check_copy(sizeof(region)), -ENOENT);
}

static void test_every_changed_bit_is_noticed(void **state)
{
	size_t i;

	(void)state;
	make_region();
	assert_int_equal(check_copy(region_used), 0);
	for (i = 0; i < region_used * 8; i++) {
		region[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_int_equal(check_copy(region_used), -EBADMSG);
		region[i / 8] ^= (uint8_t)(1 << i % 8);
	}
}

static void test_cut_short_is_damaged(void **state)
{
	size_t len;

	(void)state;
	make_region();
	for (len = 1; len < region_used; len++)
		assert_int_equal(check_copy(len), -EBADMSG);
}

static void test_entry_that_is_longer_than_the_region_is_damaged(void **state)
{
	(void)state;
	region_begin();
	region_add(REGION_SCRIPT, "", script, sizeof(script) - 1);
	put_le32(region + 12 + 2, 0xffffffff);
	region_end();
	assert_int_equal(check_copy(region_used), -EBADMSG);
	region_begin();
	region_add(REGION_SETTING, "a", "b", 1);
	region[12 + 1] = 200;
	region_end();
	assert_int_equal(check_copy(region_used), -EBADMSG);
}

static void test_customise_sets_and_makes_the_script_first(void **state)
{
	struct image *image;
	char *value;

	(void)state;
	make_region();
	region_data = region;
	region_len = region_used;
	customise();
	value = settings_fetch_text("resolver");
	assert_string_equal(value, "http://a/");
	free(value);
	image = list_entry(images.next, struct image, list);
	assert_string_equal(image->name, "custom.ipxe");
	assert_int_equal(image->len, sizeof(script) - 1);
	assert_true(image->flags & IMAGE_HIDDEN);
	image_unregister(image);
	settings_store_text("resolver", NULL);
}

static void test_damaged_region_does_nothing(void **state)
{
	(void)state;
	make_region();
	region[region_used - 10] ^= 1;
	region_data = region;
	region_len = region_used;
	customise();
	assert_null(settings_fetch_text("resolver"));
	assert_true(list_is_empty(&images));
}

static void test_certificates_become_fingerprints(void **state)
{
	char *value;

	(void)state;
	region_begin();
	region_add(REGION_TRUST, "", "abc", 3);
	region_end();
	region_data = region;
	region_len = region_used;
	customise();
	value = settings_fetch_text("trust");
	/* FIPS 180-2 B.1 */
	assert_string_equal(value,
			    "ba:78:16:bf:8f:01:cf:ea:41:41:40:de:5d:ae:22:23:"
			    "b0:03:61:a3:96:17:7a:9c:b4:10:ff:61:f2:00:15:ad");
	free(value);
	settings_store_text("trust", NULL);
}

/* A PE header as it is in memory, with one section. */
static void make_pe(uint8_t *pe, size_t len, uint32_t address, uint32_t size,
		    uint32_t certificates)
{
	memset(pe, 0, len);
	memcpy(pe, "MZ", 2);
	put_le32(pe + 0x3c, 0x40);
	memcpy(pe + 0x40, "PE\0\0", 4);
	put_le16(pe + 0x40 + 6, 1);
	put_le16(pe + 0x40 + 20, 240);
	put_le16(pe + 0x40 + 24, 0x20b);
	put_le32(pe + 0x40 + 24 + 112 + 4 * 8 + 4, certificates);
	memcpy(pe + 0x40 + 24 + 240, ".region", 8);
	put_le32(pe + 0x40 + 24 + 240 + 8, size);
	put_le32(pe + 0x40 + 24 + 240 + 12, address);
}

static void test_section_is_found_in_a_loaded_program(void **state)
{
	static uint8_t pe[1024];
	struct pe_region found;

	(void)state;
	make_pe(pe, sizeof(pe), 900, 100, 0);
	pe_region_find(pe, sizeof(pe), &found);
	assert_ptr_equal(found.data, pe + 900);
	assert_int_equal(found.len, 100);
	assert_false(found.is_signed);
	make_pe(pe, sizeof(pe), 900, 125, 8);
	pe_region_find(pe, sizeof(pe), &found);
	assert_null(found.data);
	assert_true(found.is_signed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries_come_in_their_order),
		cmocka_unit_test(test_empty_is_no_region),
		cmocka_unit_test(test_every_changed_bit_is_noticed),
		cmocka_unit_test(test_cut_short_is_damaged),
		cmocka_unit_test(
			test_entry_that_is_longer_than_the_region_is_damaged),
		cmocka_unit_test(
			test_customise_sets_and_makes_the_script_first),
		cmocka_unit_test(test_damaged_region_does_nothing),
		cmocka_unit_test(test_certificates_become_fingerprints),
		cmocka_unit_test(test_section_is_found_in_a_loaded_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
