/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The system address map: usable ranges of every kind of map. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "platform/bios/e820.c"

#define MIB 0x100000ULL
#define GIB 0x40000000ULL

static struct e820_map map;
static struct mem_range ranges[8];

static int setup(void **state)
{
	(void)state;
	map.count = 0;
	return 0;
}

static void add(uint64_t base, uint64_t len, uint32_t type)
{
	map.entry[map.count].base = base;
	map.entry[map.count].len = len;
	map.entry[map.count++].type = type;
}

static void expect(unsigned int i, uint64_t start, uint64_t end)
{
	assert_int_equal(ranges[i].start, start);
	assert_int_equal(ranges[i].end, end);
}

static unsigned int usable(void)
{
	return e820_usable(&map, MIB, UINT64_MAX, ranges, 8);
}

static void test_ordinary_map(void **state)
{
	(void)state;
	add(0, 0x9fc00, E820_RAM);
	add(0xf0000, 0x10000, E820_RESERVED);
	add(MIB, 511 * MIB, E820_RAM);
	add(512 * MIB, MIB, 3);
	assert_int_equal(usable(), 1);
	expect(0, MIB, 512 * MIB);
}

static void test_ranges_ascend_whatever_the_order(void **state)
{
	(void)state;
	add(32 * MIB, 8 * MIB, E820_RAM);
	add(8 * MIB, 8 * MIB, E820_RAM);
	assert_int_equal(usable(), 2);
	expect(0, 8 * MIB, 16 * MIB);
	expect(1, 32 * MIB, 40 * MIB);
}

static void test_neighbours_are_joined(void **state)
{
	(void)state;
	add(16 * MIB, 16 * MIB, E820_RAM);
	add(MIB, 15 * MIB, E820_RAM);
	add(20 * MIB, 20 * MIB, E820_RAM);
	assert_int_equal(usable(), 1);
	expect(0, MIB, 40 * MIB);
}

static void test_reserved_wins_over_ram(void **state)
{
	(void)state;
	add(MIB, 99 * MIB, E820_RAM);
	add(50 * MIB, MIB, 4);
	add(15 * MIB, MIB, E820_RESERVED);
	assert_int_equal(usable(), 3);
	expect(0, MIB, 15 * MIB);
	expect(1, 16 * MIB, 50 * MIB);
	expect(2, 51 * MIB, 100 * MIB);
}

static void test_ranges_are_whole_pages(void **state)
{
	(void)state;
	add(MIB + 1, 3 * 4096, E820_RAM);
	add(2 * MIB + 1, 4097, E820_RAM);
	assert_int_equal(usable(), 1);
	expect(0, MIB + 4096, MIB + 3 * 4096);
}

static void test_nothing_at_or_above_4_gib(void **state)
{
	(void)state;
	add(3 * GIB, 5 * GIB, E820_RAM);
	assert_int_equal(usable(), 1);
	expect(0, 3 * GIB, 0xfffff000);
}

static void test_limit_and_start_are_kept(void **state)
{
	(void)state;
	add(0, GIB, E820_RAM);
	assert_int_equal(e820_usable(&map, 16 * MIB, 64 * MIB, ranges, 8), 1);
	expect(0, 16 * MIB, 64 * MIB);
}

static void test_absurd_entries_do_no_harm(void **state)
{
	(void)state;
	add(UINT64_MAX - 10, 100, E820_RAM);
	add(2 * MIB, UINT64_MAX, E820_RESERVED);
	add(MIB, 0, E820_RESERVED);
	add(MIB, 4 * MIB, E820_RAM);
	assert_int_equal(usable(), 1);
	expect(0, MIB, 2 * MIB);
}

static void test_empty_map_has_nothing(void **state)
{
	(void)state;
	assert_int_equal(usable(), 0);
}

static void test_without_room_the_smallest_is_left_out(void **state)
{
	(void)state;
	add(2 * MIB, 2 * MIB, E820_RAM);
	add(8 * MIB, MIB, E820_RAM);
	add(16 * MIB, 8 * MIB, E820_RAM);
	add(32 * MIB, MIB / 2, E820_RAM);
	assert_int_equal(e820_usable(&map, MIB, UINT64_MAX, ranges, 2), 2);
	expect(0, 2 * MIB, 4 * MIB);
	expect(1, 16 * MIB, 24 * MIB);
	assert_int_equal(e820_usable(&map, MIB, UINT64_MAX, ranges, 0), 0);
}

static uint64_t region_start, region_len;

static int region(unsigned int i)
{
	return e820_region(&map, i, &region_start, &region_len);
}

static void test_regions_are_found_by_number(void **state)
{
	(void)state;
	assert_int_equal(region(0), -ENOENT);
	add(4 * GIB, 2 * GIB, E820_RAM);
	add(MIB, 511 * MIB, E820_RAM);
	add(0, 0x9fc00, E820_RAM);
	add(256 * MIB, MIB, E820_RESERVED);
	add(0xf0000, 0x10000, E820_RESERVED);
	assert_int_equal(region(0), 0);
	assert_int_equal(region_start, 0);
	assert_int_equal(region_len, 0x9fc00);
	assert_int_equal(region(1), 0);
	assert_int_equal(region_start, MIB);
	assert_int_equal(region_len, 255 * MIB);
	assert_int_equal(region(2), 0);
	assert_int_equal(region_start, 257 * MIB);
	assert_int_equal(region(3), 0);
	assert_int_equal(region_start, 4 * GIB);
	assert_int_equal(region_len, 2 * GIB);
	assert_int_equal(region(4), -ENOENT);
	assert_int_equal(region(255), -ENOENT);
}

static void test_regions_of_an_absurd_map(void **state)
{
	(void)state;
	add(UINT64_MAX - 10, 100, E820_RAM);
	add(MIB, MIB, E820_RAM);
	add(2 * MIB, UINT64_MAX, E820_RAM);
	assert_int_equal(region(0), 0);
	assert_int_equal(region_start, MIB);
	assert_int_equal(region_len, UINT64_MAX - MIB);
	assert_int_equal(region(1), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_ordinary_map, setup),
		cmocka_unit_test_setup(test_ranges_ascend_whatever_the_order,
				       setup),
		cmocka_unit_test_setup(test_neighbours_are_joined, setup),
		cmocka_unit_test_setup(test_reserved_wins_over_ram, setup),
		cmocka_unit_test_setup(test_ranges_are_whole_pages, setup),
		cmocka_unit_test_setup(test_nothing_at_or_above_4_gib, setup),
		cmocka_unit_test_setup(test_limit_and_start_are_kept, setup),
		cmocka_unit_test_setup(test_absurd_entries_do_no_harm, setup),
		cmocka_unit_test_setup(test_empty_map_has_nothing, setup),
		cmocka_unit_test_setup(
			test_without_room_the_smallest_is_left_out, setup),
		cmocka_unit_test_setup(test_regions_are_found_by_number, setup),
		cmocka_unit_test_setup(test_regions_of_an_absurd_map, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
