/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* ACPI tables: found through RSDT and XSDT, damaged ones passed over. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "assert_setting.h"
#include "core/acpi.h"
#include "core/settings.h"
#include "core/spcr.h"
#include "core/sysmac.h"
#include "platform/linux/linux.h"

/* One page below 4 GiB, since an RSDT has 32-bit addresses. */
static uint8_t *area;

enum {
	AT_RSDP = 0,
	AT_RSDT = 0x100,
	AT_XSDT = 0x200,
	AT_FADT = 0x300,
	AT_DSDT = 0x400,
	AT_SSDT1 = 0x500,
	AT_SSDT2 = 0x600,
	AREA_LEN = 0x1000,
};

static void seal(uint8_t *bytes, size_t len, size_t at)
{
	uint8_t sum = 0;
	size_t i;

	bytes[at] = 0;
	for (i = 0; i < len; i++)
		sum = (uint8_t)(sum + bytes[i]);
	bytes[at] = (uint8_t)-sum;
}

static void table(unsigned int at, const char *signature, uint32_t len)
{
	memcpy(area + at, signature, 4);
	put_le32(area + at + 4, len);
	seal(area + at, len, 9);
}

static void put_address(unsigned int at, size_t width, unsigned int table_at)
{
	memset(area + at, 0, width);
	put_le32(area + at, (uint32_t)(uintptr_t)(area + table_at));
}

/* Make the tables; REVISION of the root pointer. */
static void make(uint8_t revision)
{
	static const unsigned int tables[] = {AT_SSDT1, AT_FADT, AT_SSDT2};
	unsigned int i;

	memset(area, 0, AREA_LEN);
	memcpy(area + AT_RSDP, "RSD PTR ", 8);
	area[AT_RSDP + 15] = revision;
	put_address(AT_RSDP + 16, 4, AT_RSDT);
	if (revision >= 2)
		put_address(AT_RSDP + 24, 8, AT_XSDT);
	seal(area + AT_RSDP, 20, 8);
	for (i = 0; i < 3; i++) {
		put_address(AT_RSDT + 36 + 4 * i, 4, tables[i]);
		put_address(AT_XSDT + 36 + 8 * i, 8, tables[i]);
	}
	table(AT_RSDT, "RSDT", 36 + 12);
	table(AT_XSDT, "XSDT", 36 + 24);
	put_address(AT_FADT + 40, 4, AT_DSDT);
	table(AT_FADT, "FACP", 116);
	table(AT_DSDT, "DSDT", 40);
	table(AT_SSDT1, "SSDT", 36);
	table(AT_SSDT2, "SSDT", 50);
	linux_acpi_rsdp = area + AT_RSDP;
}

static void test_tables_are_found_by_signature_and_index(void **state)
{
	uint8_t revision;
	size_t len;

	(void)state;
	for (revision = 0; revision <= 2; revision++) {
		make(revision);
		assert_true(acpi_is_rsdp(area, 20));
		assert_ptr_equal(acpi_find("FACP", 0, &len), area + AT_FADT);
		assert_int_equal(len, 116);
		assert_ptr_equal(acpi_find("SSDT", 0, &len), area + AT_SSDT1);
		assert_ptr_equal(acpi_find("SSDT", 1, &len), area + AT_SSDT2);
		assert_int_equal(len, 50);
		assert_null(acpi_find("SSDT", 2, &len));
		assert_null(acpi_find("SPCR", 0, &len));
		assert_ptr_equal(acpi_find("DSDT", 0, &len), area + AT_DSDT);
		assert_null(acpi_find("DSDT", 1, &len));
	}
}

static void test_x_dsdt_goes_before_dsdt(void **state)
{
	size_t len;

	(void)state;
	make(2);
	put_address(AT_FADT + 40, 4, AT_SSDT1);
	put_address(AT_FADT + 140, 8, AT_DSDT);
	table(AT_FADT, "FACP", 148);
	assert_ptr_equal(acpi_find("DSDT", 0, &len), area + AT_DSDT);
}

static void test_damaged_tables_are_passed_over(void **state)
{
	size_t len;

	(void)state;
	make(2);
	area[AT_SSDT1 + 20] ^= 1; /* the sum is wrong */
	assert_ptr_equal(acpi_find("SSDT", 0, &len), area + AT_SSDT2);
	make(2);
	put_le32(area + AT_SSDT1 + 4, 35); /* shorter than a header */
	assert_ptr_equal(acpi_find("SSDT", 0, &len), area + AT_SSDT2);
	make(2);
	put_le32(area + AT_SSDT1 + 4, 0xffffffff);
	assert_ptr_equal(acpi_find("SSDT", 0, &len), area + AT_SSDT2);
	make(2);
	area[AT_XSDT + 10] ^= 1; /* the RSDT is there still */
	assert_ptr_equal(acpi_find("FACP", 0, &len), area + AT_FADT);
	area[AT_RSDT + 10] ^= 1;
	assert_null(acpi_find("FACP", 0, &len));
	make(2);
	put_address(AT_XSDT + 36, 8, AT_SSDT1);
	memset(area + AT_XSDT + 36, 0, 8); /* an empty entry */
	table(AT_XSDT, "XSDT", 36 + 24);
	assert_ptr_equal(acpi_find("SSDT", 0, &len), area + AT_SSDT2);
	linux_acpi_rsdp = NULL;
	assert_null(acpi_find("FACP", 0, &len));
	assert_null(acpi_find("DSDT", 0, &len));
}

static void test_root_pointer_is_checked(void **state)
{
	(void)state;
	make(0);
	assert_false(acpi_is_rsdp(area, 19));
	area[3] ^= 1;
	assert_false(acpi_is_rsdp(area, 20));
	area[3] ^= 1;
	area[12] ^= 1;
	assert_false(acpi_is_rsdp(area, 20));
}

/* A table SPCR in place of the first SSDT. */
static void make_spcr(uint8_t interface, uint8_t space, uint64_t address,
		      uint8_t baud)
{
	uint8_t *spcr = area + AT_SSDT1;

	make(2);
	memset(spcr, 0, 80);
	spcr[36] = interface;
	spcr[40] = space;
	put_le32(spcr + 44, (uint32_t)address);
	put_le32(spcr + 48, (uint32_t)(address >> 32));
	spcr[58] = baud;
	table(AT_SSDT1, "SPCR", 80);
}

static void test_spcr_names_the_serial_line(void **state)
{
	struct spcr spcr;

	(void)state;
	make(2);
	assert_int_equal(spcr_find(&spcr), -ENOENT);
	make_spcr(0, 1, 0x2f8, 3);
	assert_int_equal(spcr_find(&spcr), 0);
	assert_int_equal(spcr.port, 0x2f8);
	assert_int_equal(spcr.speed, 9600);
	make_spcr(0x12, 1, 0x3f8, 0);
	assert_int_equal(spcr_find(&spcr), 0);
	assert_int_equal(spcr.speed, 0);
	make_spcr(3, 1, 0x3f8, 7); /* ARM PL011 */
	assert_int_equal(spcr_find(&spcr), -ENOENT);
	make_spcr(0, 0, 0xfe000000, 7); /* in memory */
	assert_int_equal(spcr_find(&spcr), -ENOENT);
	make_spcr(0, 1, 0, 7);
	assert_int_equal(spcr_find(&spcr), -ENOENT);
	make_spcr(0, 1, 0x1000003f8ULL, 7);
	assert_int_equal(spcr_find(&spcr), -ENOENT);
	make_spcr(0, 1, 0x3f8, 5);
	assert_int_equal(spcr_find(&spcr), -ENOENT);
	make_spcr(0, 1, 0x3f8, 7);
	table(AT_SSDT1, "SPCR", 79);
	assert_int_equal(spcr_find(&spcr), -ENOENT);
}

#define AUX "_AUXMAC_#0200AabBcC01#"
#define RTX "_RTXMAC_#\x02\x00\xaa\xbb\xcc\x02#"

static bool found_in(const char *aml, size_t len, const char *mac)
{
	/* Exactly as long, so that a read beyond it is found. */
	uint8_t *copy = malloc(len);
	uint8_t found[SYSMAC_LEN] = {0};
	bool is_found;

	assert_true(copy || !len);
	if (len)
		memcpy(copy, aml, len);
	is_found = sysmac_find(copy, len, found);
	free(copy);
	if (is_found && mac)
		assert_memory_equal(found, mac, SYSMAC_LEN);
	return is_found;
}

static void test_sysmac_is_a_constant_of_a_table(void **state)
{
	size_t len;

	(void)state;
	assert_true(found_in("xx" AUX "yy", sizeof("xx" AUX "yy"),
			     "\x02\x00\xaa\xbb\xcc\x01"));
	assert_true(found_in(RTX, sizeof(RTX) - 1, "\x02\x00\xaa\xbb\xcc\x02"));
	assert_true(found_in("__AUXMAC_#" AUX, 9 + sizeof(AUX),
			     "\x02\x00\xaa\xbb\xcc\x01"));
	for (len = 0; len < sizeof(AUX) - 1; len++)
		assert_false(found_in(AUX, len, NULL));
	for (len = 0; len < sizeof(RTX) - 1; len++)
		assert_false(found_in(RTX, len, NULL));
	/* Placeholders: no digits, all zero, of many stations, no end. */
	assert_false(found_in("_AUXMAC_#XXXXXXXXXXXX#", 22, NULL));
	assert_false(found_in("_AUXMAC_#000000000000#", 22, NULL));
	assert_false(found_in("_AUXMAC_#FFFFFFFFFFFF#", 22, NULL));
	assert_false(found_in("_AUXMAC_#0200AABBCC011", 22, NULL));
	assert_false(found_in("_RTXMAC_#\0\0\0\0\0\0#", 16, NULL));
}

static void test_sysmac_setting_looks_into_dsdt_and_ssdts(void **state)
{
	(void)state;
	make(2);
	assert_setting("sysmac", NULL);
	memcpy(area + AT_SSDT2 + 40, AUX, sizeof(AUX));
	table(AT_SSDT2, "SSDT", 80);
	assert_setting("sysmac", "02:00:aa:bb:cc:01");
	memcpy(area + AT_DSDT + 36, RTX, sizeof(RTX));
	table(AT_DSDT, "DSDT", 60);
	assert_setting("sysmac", "02:00:aa:bb:cc:02");
	table(AT_DSDT, "DSDT", 50); /* it ends within the constant */
	assert_setting("sysmac", "02:00:aa:bb:cc:01");
	linux_acpi_rsdp = NULL;
	assert_setting("sysmac", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables_are_found_by_signature_and_index),
		cmocka_unit_test(test_x_dsdt_goes_before_dsdt),
		cmocka_unit_test(test_damaged_tables_are_passed_over),
		cmocka_unit_test(test_root_pointer_is_checked),
		cmocka_unit_test(test_spcr_names_the_serial_line),
		cmocka_unit_test(test_sysmac_is_a_constant_of_a_table),
		cmocka_unit_test(test_sysmac_setting_looks_into_dsdt_and_ssdts),
	};

	area = mmap(NULL, AREA_LEN, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (area == MAP_FAILED)
		return 1;
	settings_register_builtin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
