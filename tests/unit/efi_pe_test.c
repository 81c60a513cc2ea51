/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What is a UEFI program, and what is a Linux kernel. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/compiler.h"
#include "image/efi_pe.h"

#define AMD64 0x8664

/* A file of LEN bytes, with a PE header for SUBSYSTEM at AT, on the heap. */
static uint8_t *make_pe(size_t len, uint32_t at, uint16_t subsystem)
{
	uint8_t *file = calloc(1, len);

	memcpy(file, "MZ", 2);
	put_le32(file + 0x3c, at);
	memcpy(file + at, "PE\0", 4);
	put_le16(file + at + 4, AMD64);
	put_le16(file + at + 20, 240);
	put_le16(file + at + 24 + 68, subsystem);
	return file;
}

static void test_application_is_recognised(void **state)
{
	uint8_t *file = make_pe(1024, 128, 10);
	uint16_t machine = 0;

	(void)state;
	assert_int_equal(efi_pe_parse(file, 1024, &machine), 0);
	assert_int_equal(machine, AMD64);
	assert_false(efi_pe_is_linux(file, 1024));
	free(file);
}

static void test_windows_program_is_not_for_uefi(void **state)
{
	uint8_t *file = make_pe(1024, 128, 3);
	uint16_t machine = 1;

	(void)state;
	assert_int_equal(efi_pe_parse(file, 1024, &machine), -ENOEXEC);
	assert_int_equal(machine, 1);
	free(file);
}

static void test_every_cut_is_refused_within_bounds(void **state)
{
	uint8_t *file = make_pe(1024, 128, 10);
	uint8_t *cut;
	uint16_t machine;
	size_t len;

	(void)state;
	for (len = 0; len < 128 + 24 + 70; len++) {
		cut = malloc(len ? len : 1);
		memcpy(cut, file, len);
		assert_int_equal(efi_pe_parse(cut, len, &machine), -ENOEXEC);
		assert_false(efi_pe_is_linux(cut, len));
		free(cut);
	}
	free(file);
}

static void test_header_beyond_the_file_is_refused(void **state)
{
	static const uint32_t far[] = {1000,	   1024,       1025,
				       0x7fffffff, 0xfffffff0, 0xffffffff};
	uint8_t *file = make_pe(1024, 128, 10);
	uint16_t machine;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(far); i++) {
		put_le32(file + 0x3c, far[i]);
		assert_int_equal(efi_pe_parse(file, 1024, &machine), -ENOEXEC);
	}
	free(file);
}

static void test_linux_is_recognised(void **state)
{
	uint8_t *file = make_pe(1024, 128, 10);

	(void)state;
	memcpy(file + 0x202, "HdrS", 4);
	assert_true(efi_pe_is_linux(file, 1024));
	assert_true(efi_pe_is_linux(file, 0x206));
	assert_false(efi_pe_is_linux(file, 0x205));
	memset(file + 0x202, 0, 4);
	memcpy(file + 0x38, "ARMd", 4);
	assert_true(efi_pe_is_linux(file, 1024));
	free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_application_is_recognised),
		cmocka_unit_test(test_windows_program_is_not_for_uefi),
		cmocka_unit_test(test_every_cut_is_refused_within_bounds),
		cmocka_unit_test(test_header_beyond_the_file_is_refused),
		cmocka_unit_test(test_linux_is_recognised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
