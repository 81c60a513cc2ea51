/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The identity note and its scan. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core/crc32.h"
#include "core/identity.h"

/* A file of LEN bytes with a valid note at AT; BUILD 0 is our own build ID. */
static uint8_t *make_file(size_t len, size_t at, uint8_t build)
{
	uint8_t *file = malloc(len);
	struct identity_note note = identity_self;

	memset(file, 0xa5, len);
	note.build_id[0] ^= build;
	note.crc32 = crc32_ieee(&note, offsetof(struct identity_note, crc32));
	memcpy(file + at, &note, sizeof(note));
	return file;
}

static void test_crc_is_the_standard_one(void **state)
{
	(void)state;
	assert_int_equal(crc32_ieee("123456789", 9), 0xcbf43926);
	assert_int_equal(crc32_ieee("", 0), 0);
}

static void test_own_build_is_self(void **state)
{
	const struct identity_note *note;
	uint8_t *file = make_file(70000, 4096, 0);

	(void)state;
	assert_int_equal(identity_scan(file, 70000, &note), IDENTITY_SELF);
	assert_ptr_equal(note, file + 4096);
	free(file);
}

static void test_other_build_is_other(void **state)
{
	const struct identity_note *note;
	uint8_t *file = make_file(70000, 512, 1);

	(void)state;
	assert_int_equal(identity_scan(file, 70000, &note), IDENTITY_OTHER);
	free(file);
}

static void test_note_past_64_kib_or_unaligned_is_foreign(void **state)
{
	uint8_t *file = make_file(70000, 65536, 0);

	(void)state;
	assert_int_equal(identity_scan(file, 70000, NULL), IDENTITY_FOREIGN);
	free(file);
	file = make_file(70000, 24, 0);
	assert_int_equal(identity_scan(file, 70000, NULL), IDENTITY_FOREIGN);
	free(file);
}

static void test_every_damaged_bit_makes_it_foreign(void **state)
{
	size_t len = sizeof(struct identity_note);
	uint8_t *file = make_file(len, 0, 0);
	size_t bit;

	(void)state;
	assert_int_equal(identity_scan(file, len, NULL), IDENTITY_SELF);
	for (bit = 0; bit < len * 8; bit++) {
		file[bit / 8] ^= 1 << bit % 8;
		assert_int_equal(identity_scan(file, len, NULL),
				 IDENTITY_FOREIGN);
		file[bit / 8] ^= 1 << bit % 8;
	}
	free(file);
}

static void test_every_truncation_is_foreign(void **state)
{
	size_t len = sizeof(struct identity_note);
	uint8_t *file, *cut;
	size_t n;

	(void)state;
	file = make_file(len, 0, 0);
	for (n = 0; n < len; n++) {
		/* Its own allocation: ASan sees any read past the end. */
		cut = malloc(n ? n : 1);
		memcpy(cut, file, n);
		assert_int_equal(identity_scan(cut, n, NULL), IDENTITY_FOREIGN);
		free(cut);
	}
	free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crc_is_the_standard_one),
		cmocka_unit_test(test_own_build_is_self),
		cmocka_unit_test(test_other_build_is_other),
		cmocka_unit_test(test_note_past_64_kib_or_unaligned_is_foreign),
		cmocka_unit_test(test_every_damaged_bit_makes_it_foreign),
		cmocka_unit_test(test_every_truncation_is_foreign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
