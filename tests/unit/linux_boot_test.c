/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The Linux boot protocol: headers of every age, and where things go. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "core/error.h"
#include "image/linux_boot.h"

#define MIB 0x100000ULL
#define GIB 0x40000000ULL

static uint8_t file[64 * 1024];
static struct linux_kernel kernel;
static struct linux_layout layout;

/* A kernel of today: 15 kB real-mode part, the rest of `file` behind it. */
static void make(uint16_t version)
{
	memset(file, 0, sizeof(file));
	file[LINUX_SETUP_SECTS_AT] = 29;
	put_le32(file + LINUX_SYSSIZE_AT, (sizeof(file) - 30 * 512) / 16);
	put_le16(file + LINUX_BOOT_FLAG_AT, 0xaa55);
	memcpy(file + LINUX_MAGIC_AT, "HdrS", 4);
	put_le16(file + LINUX_VERSION_AT, version);
	file[LINUX_LOADFLAGS_AT] = LINUX_LOADED_HIGH;
	if (version >= 0x0203)
		put_le32(file + LINUX_INITRD_MAX_AT, 0x7fffffff);
	if (version >= 0x0206)
		put_le32(file + LINUX_CMDLINE_MAX_AT, 2047);
	if (version >= 0x020a) {
		file[LINUX_RELOCATABLE_AT] = 1;
		put_le32(file + LINUX_ALIGNMENT_AT, 0x200000);
		put_le32(file + LINUX_PREF_AT, 16 * MIB);
		put_le32(file + LINUX_INIT_SIZE_AT, 48 * MIB);
	}
}

static void parse(uint16_t version)
{
	make(version);
	assert_int_equal(linux_parse(file, sizeof(file), &kernel), 0);
}

static void test_header_of_today(void **state)
{
	(void)state;
	parse(0x020f);
	assert_int_equal(kernel.setup_len, 30 * 512);
	assert_int_equal(kernel.kernel_len, sizeof(file) - 30 * 512);
	assert_int_equal(kernel.initrd_max, 0x7fffffff);
	assert_int_equal(kernel.cmdline_max, 2047);
	assert_int_equal(kernel.run_start, 16 * MIB);
	assert_int_equal(kernel.run_len, 48 * MIB);
	assert_true(kernel.is_relocatable);
}

static void test_old_headers_have_the_presets_of_their_time(void **state)
{
	(void)state;
	parse(0x0200);
	assert_int_equal(kernel.initrd_max, 0x37ffffff);
	assert_int_equal(kernel.cmdline_max, 255);
	assert_false(kernel.is_relocatable);
	make(0x0202);
	file[LINUX_SETUP_SECTS_AT] = 0;
	put_le32(file + LINUX_SYSSIZE_AT, 1);
	assert_int_equal(linux_parse(file, sizeof(file), &kernel), 0);
	assert_int_equal(kernel.setup_len, 5 * 512);
	parse(0x0205);
	assert_int_equal(kernel.initrd_max, 0x7fffffff);
	assert_int_equal(kernel.cmdline_max, 255);
}

static void test_absurd_command_line_size_is_cut(void **state)
{
	(void)state;
	make(0x020f);
	put_le32(file + LINUX_CMDLINE_MAX_AT, 0xffffffff);
	assert_int_equal(linux_parse(file, sizeof(file), &kernel), 0);
	assert_int_equal(kernel.cmdline_max, LINUX_CMDLINE_MAX);
}

static void test_other_files_are_no_kernels(void **state)
{
	size_t len;

	(void)state;
	make(0x020f);
	for (len = 0; len < 2048; len += 100)
		assert_int_equal(linux_parse(file, len, &kernel), -ENOEXEC);
	file[LINUX_MAGIC_AT] = 'X';
	assert_int_equal(linux_parse(file, sizeof(file), &kernel), -ENOEXEC);
	make(0x020f);
	file[LINUX_BOOT_FLAG_AT] = 0;
	assert_int_equal(linux_parse(file, sizeof(file), &kernel), -ENOEXEC);
}

static void test_zimage_is_refused(void **state)
{
	(void)state;
	make(0x0200);
	file[LINUX_LOADFLAGS_AT] = 0;
	assert_int_equal(linux_parse(file, sizeof(file), &kernel), -ENOEXEC);
	assert_non_null(strstr(error_text(-ENOEXEC), "zImage"));
}

static void test_truncated_kernel_is_refused(void **state)
{
	(void)state;
	make(0x020f);
	assert_int_equal(linux_parse(file, sizeof(file) - 4096, &kernel),
			 -ENOEXEC);
	assert_non_null(strstr(error_text(-ENOEXEC), "missing"));
	assert_int_equal(linux_parse(file, 30 * 512, &kernel), -ENOEXEC);
}

static void test_setup_that_is_too_large_is_refused(void **state)
{
	(void)state;
	make(0x020f);
	file[LINUX_SETUP_SECTS_AT] = 255;
	assert_int_equal(linux_parse(file, sizeof(file), &kernel), -ENOEXEC);
}

static void test_vga_modes(void **state)
{
	(void)state;
	assert_int_equal(linux_vga(NULL), 0xffff);
	assert_int_equal(linux_vga("quiet"), 0xffff);
	assert_int_equal(linux_vga("vga=normal"), 0xffff);
	assert_int_equal(linux_vga("vga=ext quiet"), 0xfffe);
	assert_int_equal(linux_vga("quiet vga=ask"), 0xfffd);
	assert_int_equal(linux_vga("a vga=791 b"), 791);
	assert_int_equal(linux_vga("vga=0x317"), 0x317);
	assert_int_equal(linux_vga("xvga=791"), 0xffff);
	assert_int_equal(linux_vga("vga=791 vga=normal"), 0xffff);
}

static void test_memory_limits(void **state)
{
	(void)state;
	assert_true(linux_mem(NULL) == UINT64_MAX);
	assert_true(linux_mem("quiet") == UINT64_MAX);
	assert_true(linux_mem("mem=") == UINT64_MAX);
	assert_true(linux_mem("mem=nopentium") == UINT64_MAX);
	assert_true(linux_mem("xmem=1M") == UINT64_MAX);
	assert_int_equal(linux_mem("mem=64M"), 64 * MIB);
	assert_int_equal(linux_mem("quiet mem=512k"), 512 * 1024);
	assert_int_equal(linux_mem("mem=0x8000000"), 128 * MIB);
	assert_int_equal(linux_mem("mem=3G ro"), 3 * GIB);
	assert_int_equal(linux_mem("mem=1G mem=64M"), 64 * MIB);
}

/* All memory from 1 MiB to END, of which the last 2 MiB are taken now. */
static int place(uint64_t initrd_len, uint64_t mem, uint32_t end)
{
	struct mem_range all = {MIB, end};
	struct mem_range free = {MIB, end - 2 * MIB};

	return linux_place(&kernel, initrd_len, mem, &all, 1, &free, 1,
			   &layout);
}

static void test_ram_disk_goes_as_high_as_it_may(void **state)
{
	(void)state;
	parse(0x020f);
	assert_int_equal(place(10 * MIB + 1, UINT64_MAX, 512 * MIB), 0);
	assert_int_equal(layout.kernel, MIB);
	assert_int_equal(layout.kernel_end, 64 * MIB);
	assert_int_equal(layout.initrd.start, 500 * MIB - 4096);
	assert_int_equal(layout.initrd.end, 510 * MIB - 4095);
	assert_int_equal(place(10 * MIB, UINT64_MAX, 3 * GIB), 0);
	assert_int_equal(layout.initrd.end, 2 * GIB);
}

static void test_old_kernels_get_it_below_their_limit(void **state)
{
	(void)state;
	parse(0x0202);
	assert_int_equal(place(MIB, UINT64_MAX, 2 * GIB), 0);
	assert_int_equal(layout.initrd.end, 0x38000000);
}

static void test_mem_moves_it_down(void **state)
{
	(void)state;
	parse(0x020f);
	assert_int_equal(place(10 * MIB, 128 * MIB, 512 * MIB), 0);
	assert_int_equal(layout.initrd.end, 128 * MIB);
	assert_int_equal(place(70 * MIB, 128 * MIB, 512 * MIB), -ENOSPC);
}

static void test_no_ram_disk(void **state)
{
	(void)state;
	parse(0x020f);
	assert_int_equal(place(0, UINT64_MAX, 128 * MIB), 0);
	assert_int_equal(layout.initrd.start, layout.initrd.end);
}

static void test_what_does_not_fit_is_refused_with_both_sizes(void **state)
{
	(void)state;
	parse(0x020f);
	assert_int_equal(place(100 * MIB, UINT64_MAX, 128 * MIB), -ENOSPC);
	assert_non_null(strstr(error_text(-ENOSPC), "102400 kB"));
	assert_non_null(strstr(error_text(-ENOSPC), "63488 kB"));
	assert_int_equal(place((uint64_t)5 << 32, UINT64_MAX, 128 * MIB),
			 -ENOSPC);
}

static void test_kernel_that_does_not_fit_is_refused(void **state)
{
	struct mem_range small = {MIB, MIB + 40960};

	(void)state;
	parse(0x0205);
	assert_int_equal(linux_place(&kernel, 0, UINT64_MAX, &small, 1, &small,
				     1, &layout),
			 -ENOSPC);
	/* Room to be loaded, none to unpack itself. */
	small.end = MIB + 65536;
	assert_int_equal(linux_place(&kernel, 0, UINT64_MAX, &small, 1, &small,
				     1, &layout),
			 -ENOSPC);
	small.end = 2 * MIB;
	assert_int_equal(linux_place(&kernel, 0, UINT64_MAX, &small, 1, &small,
				     1, &layout),
			 0);
}

static void test_relocatable_kernel_avoids_a_hole(void **state)
{
	struct mem_range holed[] = {{MIB, MIB + 8192}, {16 * MIB, 256 * MIB}};

	(void)state;
	parse(0x020f);
	assert_int_equal(linux_place(&kernel, MIB, UINT64_MAX, holed, 2, holed,
				     2, &layout),
			 0);
	assert_int_equal(layout.kernel, 16 * MIB);
	assert_int_equal(layout.initrd.end, 256 * MIB);
	parse(0x0205);
	assert_int_equal(linux_place(&kernel, MIB, UINT64_MAX, holed, 2, holed,
				     2, &layout),
			 -ENOSPC);
}

static void test_ram_disk_may_stay_where_it_is_right(void **state)
{
	(void)state;
	parse(0x020f);
	assert_int_equal(place(MIB, UINT64_MAX, 512 * MIB), 0);
	assert_true(linux_initrd_may_be(&kernel, UINT64_MAX, &layout, 100 * MIB,
					MIB));
	assert_true(linux_initrd_may_be(&kernel, UINT64_MAX, &layout,
					2 * GIB - MIB, MIB));
	assert_false(linux_initrd_may_be(&kernel, UINT64_MAX, &layout,
					 2 * GIB - MIB + 1, MIB));
	assert_false(linux_initrd_may_be(&kernel, UINT64_MAX, &layout,
					 64 * MIB - 1, MIB));
	assert_false(linux_initrd_may_be(&kernel, 100 * MIB, &layout, 100 * MIB,
					 MIB));
}

static void test_every_damaged_header_is_survived(void **state)
{
	uint32_t noise = 5;
	unsigned int round;
	size_t at;

	(void)state;
	for (round = 0; round < 20000; round++) {
		make(0x020f);
		noise = noise * 1103515245 + 12345;
		at = LINUX_SETUP_SECTS_AT +
		     (noise >> 16) % (LINUX_HEADER_END - LINUX_SETUP_SECTS_AT);
		file[at] ^= (uint8_t)(1 + (noise >> 8) % 255);
		if (linux_parse(file, sizeof(file), &kernel))
			continue;
		assert_true(kernel.setup_len + kernel.kernel_len ==
			    sizeof(file));
		assert_true(kernel.setup_len <= LINUX_SETUP_MAX);
		assert_true(kernel.cmdline_max <= LINUX_CMDLINE_MAX);
		if (place(MIB, UINT64_MAX, 512 * MIB))
			continue;
		assert_true(layout.initrd.end - layout.initrd.start == MIB);
		assert_true(layout.initrd.start >= layout.kernel_end);
		assert_true(layout.initrd.end <= 510 * MIB);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header_of_today),
		cmocka_unit_test(
			test_old_headers_have_the_presets_of_their_time),
		cmocka_unit_test(test_absurd_command_line_size_is_cut),
		cmocka_unit_test(test_other_files_are_no_kernels),
		cmocka_unit_test(test_zimage_is_refused),
		cmocka_unit_test(test_truncated_kernel_is_refused),
		cmocka_unit_test(test_setup_that_is_too_large_is_refused),
		cmocka_unit_test(test_vga_modes),
		cmocka_unit_test(test_memory_limits),
		cmocka_unit_test(test_ram_disk_goes_as_high_as_it_may),
		cmocka_unit_test(test_old_kernels_get_it_below_their_limit),
		cmocka_unit_test(test_mem_moves_it_down),
		cmocka_unit_test(test_no_ram_disk),
		cmocka_unit_test(
			test_what_does_not_fit_is_refused_with_both_sizes),
		cmocka_unit_test(test_kernel_that_does_not_fit_is_refused),
		cmocka_unit_test(test_relocatable_kernel_avoids_a_hole),
		cmocka_unit_test(test_ram_disk_may_stay_where_it_is_right),
		cmocka_unit_test(test_every_damaged_header_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
