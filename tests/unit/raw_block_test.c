/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* ${memmap/...}, ${memsize} and ${acpi/...}: what numbers in them mean. */
#include <sys/mman.h>

#include "capture.h"
#include "core/raw_block.h"
#include "platform/linux/linux.h"

#define GIB (1ULL << 30)

/* Require that TEXT expands to EXPECTED. */
static void expands(const char *text, const char *expected)
{
	int rc = 0;
	char *out = settings_expand(text, &rc);

	assert_non_null(out);
	assert_string_equal(out, expected);
	free(out);
}

/* 3 GiB at 0, 3 GiB at 4 GiB. */
static int setup(void **state)
{
	static bool is_registered;

	if (!is_registered)
		raw_blocks_register();
	is_registered = true;
	linux_ram = 6 * GIB;
	linux_ram_hole = GIB;
	return capture_setup(state);
}

static void test_memsize_is_all_regions_in_mib(void **state)
{
	(void)state;
	expands("${memsize}", "6144");
	expands("${memmap/memsize}", "6144");
	linux_ram_hole = 0;
	linux_ram = 5 * GIB + 12345;
	expands("${memsize}", "5120");
	assert_int_equal(settings_store_text("memmap/memsize", "1"), -EPERM);
}

static void test_a_region_has_start_length_and_end(void **state)
{
	(void)state;
	expands("${memmap/0.1.0}", "0000000000000000");
	expands("${memmap/0.2.0}", "00000000c0000000");
	expands("${memmap/1.1.0}", "0000000100000000");
	expands("${memmap/1.2.0}", "00000000c0000000");
	expands("${memmap/1.3.0}", "00000001c0000000");
	expands("${memmap/1.1.20:int32}", "4096");
	expands("${memmap/1.3.20:uint32}", "0x1c00");
	expands("${memmap/1.3.63:int32}", "0");
}

static void test_a_region_that_does_not_exist_is_unset(void **state)
{
	(void)state;
	expands("<${memmap/2.1.0}>", "<>");
	expands("<${memmap/255.3.0}>", "<>");
	/* With bit 10 (4 of the properties) it counts nothing. */
	expands("<${memmap/2.7.0}>", "<0000000000000000>");
}

static void test_several_regions_are_added_up(void **state)
{
	(void)state;
	/* Bits 31-24: one region more. */
	expands("<${memmap/1.0.2.30:int32}>", "<6>");
	expands("<${memmap/2.0.2.30:int32}>", "<>");
	expands("<${memmap/2.0.6.30:int32}>", "<6>");
	expands("<${memmap/255.1.6.30:int32}>", "<3>");
}

static void test_other_words_are_unset(void **state)
{
	(void)state;
	expands("<${memmap/nothing}>", "<>");
	expands("<${memmap/0}>", "<>");
	expands("<${memmap/1.0.0.2.20}>", "<>");
}

/* A root pointer, an RSDT and a table "TEST" of 40 bytes below 4 GiB. */
static uint8_t *make_tables(void)
{
	uint8_t *area = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	static const struct {
		unsigned int at, len, sum_at;
	} sums[] = {{0, 20, 8}, {64, 40, 73}, {128, 40, 137}};
	unsigned int i, at;

	assert_ptr_not_equal(area, MAP_FAILED);
	memcpy(area, "RSD PTR ", 8);
	put_le32(area + 16, (uint32_t)(uintptr_t)(area + 64));
	memcpy(area + 64, "RSDT", 4);
	put_le32(area + 68, 40);
	put_le32(area + 64 + 36, (uint32_t)(uintptr_t)(area + 128));
	memcpy(area + 128, "TEST", 4);
	put_le32(area + 132, 40);
	memcpy(area + 128 + 10, "UNLOOP", 6);
	for (i = 0; i < ARRAY_SIZE(sums); i++) {
		uint8_t sum = 0;

		for (at = 0; at < sums[i].len; at++)
			sum = (uint8_t)(sum + area[sums[i].at + at]);
		area[sums[i].sum_at] = (uint8_t)-sum;
	}
	return area;
}

/* "TEST" is 0x54534554. */
static void test_acpi_tables_are_read_by_offset_and_length(void **state)
{
	(void)state;
	linux_acpi_rsdp = make_tables();
	expands("${acpi/0x54534554.0.0.0.4}", "54455354");
	expands("${acpi/0x54534554.0.0.10.6:string}", "UNLOOP");
	expands("${acpi/0x54534554.0.0.36.0}", "00000000");
	expands("<${acpi/0x54534554.0.0.37.4}>", "<>");
	expands("<${acpi/0x54534554.0.0.41.0}>", "<>");
	expands("<${acpi/0x54534554.0.1.0.0}>", "<>");
	expands("<${acpi/0x54534554.0.255.255.255}>", "<>");
	expands("<${acpi/0x54534554.1.0.0.4}>", "<>");
	expands("<${acpi/0x43505353.0.0.0.4}>", "<>");
	expands("<${acpi/0}>", "<>");
	munmap((void *)(uintptr_t)linux_acpi_rsdp, 4096);
	linux_acpi_rsdp = NULL;
	expands("<${acpi/0x54534554.0.0.0.4}>", "<>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_memsize_is_all_regions_in_mib,
				       setup),
		cmocka_unit_test_setup(test_a_region_has_start_length_and_end,
				       setup),
		cmocka_unit_test_setup(
			test_a_region_that_does_not_exist_is_unset, setup),
		cmocka_unit_test_setup(test_several_regions_are_added_up,
				       setup),
		cmocka_unit_test_setup(test_other_words_are_unset, setup),
		cmocka_unit_test_setup(
			test_acpi_tables_are_read_by_offset_and_length, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
