/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* SMBIOS entry points as UEFI publishes them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

/* Belongs to platform/efi, which this program is not built with. */
#include "platform/efi/smbios.c"

/* Make the first LEN bytes of ENTRY add up to zero with the byte at AT. */
static void fix_sum(uint8_t *entry, size_t len, size_t at)
{
	uint8_t sum = 0;
	size_t i;

	entry[at] = 0;
	for (i = 0; i < len; i++)
		sum = (uint8_t)(sum + entry[i]);
	entry[at] = (uint8_t)-sum;
}

static void make_entry3(uint8_t entry[24])
{
	memset(entry, 0, 24);
	memcpy(entry, "_SM3_", 5);
	entry[6] = 24;
	entry[7] = 3;
	entry[8] = 2;
	put_le32(entry + 12, 0x1234);
	put_le32(entry + 16, 0x89abcdef);
	entry[20] = 1;
	fix_sum(entry, 24, 5);
}

static void make_entry(uint8_t entry[31], uint8_t len)
{
	memset(entry, 0, 31);
	memcpy(entry, "_SM_", 4);
	entry[5] = len;
	entry[6] = 2;
	entry[7] = 8;
	put_le16(entry + 22, 0x567);
	put_le32(entry + 24, 0x3f000000);
	fix_sum(entry, len, 4);
}

static void test_both_entry_points_are_read(void **state)
{
	uint8_t entry[31];
	uint64_t address;
	uint16_t version;
	size_t len;

	(void)state;
	make_entry3(entry);
	assert_int_equal(smbios_parse_entry3(entry, &address, &len, &version),
			 0);
	assert_int_equal(address, 0x189abcdefULL);
	assert_int_equal(len, 0x1234);
	assert_int_equal(version, 0x302);
	make_entry(entry, 31);
	assert_int_equal(smbios_parse_entry(entry, &address, &len, &version),
			 0);
	assert_int_equal(address, 0x3f000000);
	assert_int_equal(len, 0x567);
	assert_int_equal(version, 0x208);
	make_entry(entry, 30);
	assert_int_equal(smbios_parse_entry(entry, &address, &len, &version),
			 0);
}

static void test_any_changed_byte_is_refused(void **state)
{
	uint8_t entry[31];
	uint64_t address;
	uint16_t version;
	size_t len;
	size_t at;

	(void)state;
	for (at = 0; at < 24; at++) {
		make_entry3(entry);
		entry[at] ^= 0x20;
		assert_int_equal(
			smbios_parse_entry3(entry, &address, &len, &version),
			-ENOENT);
	}
	for (at = 0; at < 31; at++) {
		make_entry(entry, 31);
		entry[at] ^= 0x20;
		assert_int_equal(
			smbios_parse_entry(entry, &address, &len, &version),
			-ENOENT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_entry_points_are_read),
		cmocka_unit_test(test_any_changed_byte_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
