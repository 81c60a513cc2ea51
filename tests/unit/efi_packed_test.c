/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Packed UEFI applications: unpacking, damage, and the rights of pages. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/crc32.h"

/* The stub's own beside the other one. */
uint32_t crc32_of_stub(const void *data, size_t len);
#define crc32_ieee crc32_of_stub
#include "platform/efi/packed/crc32.c"
#undef crc32_ieee

/* Belong to UEFI images, which this program is not built as. */
#include "platform/efi/packed/packed.c"
#include "platform/efi/packed/rights.c"

/* ---- A packed program ---- */

#define PROGRAM_LEN 20000
#define RODATA	    0x2000
#define DATA	    0x3000
#define ENTRY	    0x123
#define MEMORY_LEN  0x10000 /* with room for the decoder's scratch */
#define POINTER	    8	    /* bytes */

/* Last bytes of a stream, which the encoder writes and no decoder needs. */
#define ENCODER_FLUSH 5

/* Where the pointers are, and the list that says so. */
static const size_t places[] = {0, 8, 262, 517, PROGRAM_LEN - POINTER};
static const uint8_t pointers[] = {0, 8, 254, PACKED_STEP, 0};

static uint8_t plain[PROGRAM_LEN + 200]; /* and the list behind it */
static size_t plain_len;

/* The header and the stream, as in the file. */
static struct {
	struct packed_header header;
	uint8_t stream[PROGRAM_LEN];
} __packed file;

static uint8_t *memory;

static void header_sum(void)
{
	file.header.header_crc32 = crc32_ieee(
		&file.header, offsetof(struct packed_header, header_crc32));
}

/* Pack `plain` with the encoder that the build uses. */
static void pack(void)
{
	static const char command[] =
		"/usr/bin/python3 -c 'import lzma, sys\n"
		"data = open(\"/proc/%d/fd/%d\", \"rb\").read()\n"
		"sys.stdout.buffer.write(lzma.compress(data, "
		"format=lzma.FORMAT_RAW, filters=[{\"id\": lzma.FILTER_LZMA1,"
		"\"preset\": 9, \"lc\": 3, \"lp\": 0, \"pb\": 1}]))'";
	char line[sizeof(command) + 20];
	FILE *data = tmpfile();
	FILE *stream;

	assert_non_null(data);
	assert_int_equal(fwrite(plain, 1, plain_len, data), plain_len);
	assert_int_equal(fflush(data), 0);
	snprintf(line, sizeof(line), command, (int)getpid(), fileno(data));
	stream = popen(line, "r");
	assert_non_null(stream);
	file.header.packed_len =
		(uint32_t)fread(file.stream, 1, sizeof(file.stream), stream);
	assert_int_equal(pclose(stream), 0);
	fclose(data);
	file.header.crc32 = crc32_ieee(plain, plain_len);
	header_sum();
}

/* A program whose pointers, by LIST, lead to offset 0x40 plus their number. */
static void make_file(const uint8_t *list, size_t list_len)
{
	uint64_t value;
	size_t i;

	for (i = 0; i < PROGRAM_LEN; i++)
		plain[i] = (uint8_t)(i * i >> 7);
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		value = 0x40 + i;
		memcpy(plain + places[i], &value, sizeof(value));
	}
	memcpy(plain + PROGRAM_LEN, list, list_len);
	plain_len = PROGRAM_LEN + list_len;
	file.header = (struct packed_header){
		.program_len = PROGRAM_LEN,
		.pointers_len = (uint32_t)list_len,
		.memory_len = MEMORY_LEN,
		.rodata = RODATA,
		.data = DATA,
		.entry = ENTRY,
		.props = {3, 0, 1},
	};
	pack();
}

/* The list of all of `places`, and make_file() with it. */
static int setup(void **state)
{
	static uint8_t list[sizeof(pointers) + PROGRAM_LEN / PACKED_STEP + 1];
	size_t left = places[4] - places[3];
	size_t len = sizeof(pointers);

	(void)state;
	memcpy(list, pointers, sizeof(pointers));
	for (; left >= PACKED_STEP; left -= PACKED_STEP)
		list[len++] = PACKED_STEP;
	list[len++] = (uint8_t)left;
	make_file(list, len);
	memory = aligned_alloc(PACKED_PAGE, MEMORY_LEN);
	memset(memory, 0xa5, MEMORY_LEN);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(memory);
	return 0;
}

/* Unpack, the stream in memory of its very length. */
static int unpack(void)
{
	size_t len = sizeof(file.header) + file.header.packed_len;
	struct packed_header *copy;
	int rc;

	if (!packed_is_whole(&file.header))
		return -1;
	copy = malloc(len);
	memcpy(copy, &file, len);
	rc = packed_unpack(copy, memory);
	free(copy);
	return rc;
}

static void test_program_is_in_memory_with_its_pointers(void **state)
{
	uint64_t value;
	size_t i;

	(void)state;
	assert_int_equal(unpack(), 0);
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		memcpy(&value, memory + places[i], sizeof(value));
		assert_int_equal(value, (uintptr_t)memory + 0x40 + i);
		memcpy(memory + places[i], plain + places[i], sizeof(value));
	}
	assert_memory_equal(memory, plain, PROGRAM_LEN);
	for (i = PROGRAM_LEN; i < MEMORY_LEN; i++)
		assert_int_equal(memory[i], 0);
}

static void test_program_without_pointers(void **state)
{
	(void)state;
	make_file(pointers, 0);
	assert_int_equal(unpack(), 0);
	assert_memory_equal(memory, plain, PROGRAM_LEN);
}

static void test_damage_anywhere_is_refused(void **state)
{
	uint8_t *bytes = (uint8_t *)&file;
	size_t len = sizeof(file.header) + file.header.packed_len;
	size_t i;

	(void)state;
	for (i = 0; i < len - ENCODER_FLUSH; i++) {
		bytes[i] ^= (uint8_t)(1 << i % 8);
		assert_int_equal(unpack(), -1);
		bytes[i] ^= (uint8_t)(1 << i % 8);
	}
	assert_int_equal(unpack(), 0);
}

static void test_truncated_stream_is_refused(void **state)
{
	size_t len = file.header.packed_len;

	(void)state;
	while (len-- > ENCODER_FLUSH) {
		file.header.packed_len = (uint32_t)(len - ENCODER_FLUSH);
		header_sum();
		assert_int_equal(unpack(), -1);
	}
}

static void test_other_program_is_refused(void **state)
{
	uint32_t crc = file.header.crc32;

	(void)state;
	plain[5000]++;
	pack();
	assert_int_equal(unpack(), 0);
	file.header.crc32 = crc;
	header_sum();
	assert_int_equal(unpack(), -1);
}

static void test_impossible_header_is_refused(void **state)
{
	static const struct {
		size_t at; /* of a field of 32 bits in the header */
		uint32_t value;
	} bad[] = {
		{offsetof(struct packed_header, program_len), MEMORY_LEN + 1},
		{offsetof(struct packed_header, program_len), MEMORY_LEN},
		{offsetof(struct packed_header, program_len), UINT32_MAX},
		{offsetof(struct packed_header, pointers_len), UINT32_MAX},
		{offsetof(struct packed_header, pointers_len),
		 MEMORY_LEN - PROGRAM_LEN},
		{offsetof(struct packed_header, memory_len), 0},
		{offsetof(struct packed_header, memory_len), 0x6000},
		{offsetof(struct packed_header, memory_len), MEMORY_LEN + 1},
		{offsetof(struct packed_header, memory_len), UINT32_MAX},
		{offsetof(struct packed_header, rodata), RODATA + 1},
		{offsetof(struct packed_header, rodata), DATA + PACKED_PAGE},
		{offsetof(struct packed_header, data), DATA + 8},
		{offsetof(struct packed_header, data),
		 MEMORY_LEN + PACKED_PAGE},
		{offsetof(struct packed_header, entry), RODATA},
		{offsetof(struct packed_header, props), 9},
		{offsetof(struct packed_header, props), 4 | 1 << 8},
		{offsetof(struct packed_header, props), 5 << 16},
	};
	struct packed_header good = file.header;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		file.header = good;
		memcpy((uint8_t *)&file.header + bad[i].at, &bad[i].value,
		       sizeof(bad[i].value));
		header_sum();
		assert_false(packed_is_whole(&file.header));
	}
	file.header = good;
	assert_true(packed_is_whole(&file.header));
}

static void test_pointer_behind_the_program_is_refused(void **state)
{
	uint8_t list[PROGRAM_LEN / PACKED_STEP + 2];
	size_t left, len;

	(void)state;
	for (left = PROGRAM_LEN - POINTER; left <= PROGRAM_LEN + 200; left++) {
		memset(list, PACKED_STEP, sizeof(list));
		len = left / PACKED_STEP;
		list[len++] = left % PACKED_STEP;
		make_file(list, len);
		assert_int_equal(unpack(),
				 left == PROGRAM_LEN - POINTER ? 0 : -1);
		/* Three that are just behind it, then one far away. */
		left += left < PROGRAM_LEN - POINTER + 3 ? 0 : 150;
	}
}

static void test_both_crcs_are_the_same(void **state)
{
	size_t len;

	(void)state;
	assert_int_equal(crc32_of_stub("123456789", 9), 0xcbf43926);
	for (len = 0; len < PROGRAM_LEN; len += 1 + len / 3)
		assert_int_equal(crc32_of_stub(plain, len),
				 crc32_ieee(plain, len));
}

/* ---- The rights of its pages ---- */

#define PAGES (MEMORY_LEN / PACKED_PAGE)

/* The firmware: every page's attributes, and what it can do. */
static UINT64 fake_pages[PAGES];
static bool fake_has_protocol, fake_keeps_xp;
static bool is_strict; /* no page may be writable and executable now */

static void check_pages(void)
{
	size_t i;

	for (i = 0; is_strict && i < PAGES; i++)
		assert_true(fake_pages[i] & (EFI_MEMORY_RO | EFI_MEMORY_XP));
}

static EFI_STATUS EFIAPI fake_get(struct efi_memory_attribute *this,
				  EFI_PHYSICAL_ADDRESS base, UINT64 len,
				  UINT64 *attributes)
{
	(void)this;
	assert_int_equal(base, (uintptr_t)memory);
	assert_int_equal(len, MEMORY_LEN);
	*attributes = fake_pages[0];
	return EFI_SUCCESS;
}

static void fake_range(EFI_PHYSICAL_ADDRESS base, UINT64 len, UINT64 set,
		       UINT64 clear)
{
	size_t first = (size_t)(base - (uintptr_t)memory) / PACKED_PAGE;
	size_t i;

	assert_true(base >= (uintptr_t)memory && len);
	assert_int_equal(base % PACKED_PAGE, 0);
	assert_int_equal(len % PACKED_PAGE, 0);
	assert_true(first + len / PACKED_PAGE <= PAGES);
	for (i = first; i < first + len / PACKED_PAGE; i++)
		fake_pages[i] = (fake_pages[i] | set) & ~clear;
	check_pages();
}

static EFI_STATUS EFIAPI fake_set(struct efi_memory_attribute *this,
				  EFI_PHYSICAL_ADDRESS base, UINT64 len,
				  UINT64 attributes)
{
	(void)this;
	fake_range(base, len, attributes, 0);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI fake_clear(struct efi_memory_attribute *this,
				    EFI_PHYSICAL_ADDRESS base, UINT64 len,
				    UINT64 attributes)
{
	(void)this;
	if (attributes & EFI_MEMORY_XP && fake_keeps_xp)
		return EFI_UNSUPPORTED;
	fake_range(base, len, 0, attributes);
	return EFI_SUCCESS;
}

static struct efi_memory_attribute fake_protocol = {fake_get, fake_set,
						    fake_clear};

static EFI_STATUS EFIAPI fake_locate(EFI_GUID *guid, VOID *registration,
				     VOID **interface)
{
	static const EFI_GUID expected = EFI_MEMORY_ATTRIBUTE_PROTOCOL_GUID;

	(void)registration;
	assert_memory_equal(guid, &expected, sizeof(expected));
	if (!fake_has_protocol)
		return EFI_NOT_FOUND;
	*interface = &fake_protocol;
	return EFI_SUCCESS;
}

static EFI_BOOT_SERVICES fake_boot = {.LocateProtocol = fake_locate};

/* All pages have ATTRIBUTES. */
static void fake_reset(bool has_protocol, UINT64 attributes)
{
	size_t i;

	fake_has_protocol = has_protocol;
	fake_keeps_xp = false;
	is_strict = false;
	for (i = 0; i < PAGES; i++)
		fake_pages[i] = attributes;
}

static void assert_pages(size_t first, size_t end, UINT64 attributes)
{
	for (; first < end; first++)
		assert_int_equal(fake_pages[first], attributes);
}

static EFI_STATUS take(struct rights *rights)
{
	return rights_take(rights, &fake_boot, &file.header, (uintptr_t)memory);
}

static void test_rights_are_taken_and_given_back(void **state)
{
	static const UINT64 before[] = {0, EFI_MEMORY_XP};
	struct rights rights;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(before); i++) {
		fake_reset(true, before[i]);
		/* Where the firmware is strict, so are we at every step. */
		is_strict = before[i];
		assert_int_equal(take(&rights), EFI_SUCCESS);
		is_strict = true;
		check_pages();
		assert_pages(0, RODATA / PACKED_PAGE, EFI_MEMORY_RO);
		assert_pages(RODATA / PACKED_PAGE, DATA / PACKED_PAGE,
			     EFI_MEMORY_RO | EFI_MEMORY_XP);
		assert_pages(DATA / PACKED_PAGE, PAGES, EFI_MEMORY_XP);
		is_strict = before[i];
		rights_give_back(&rights);
		assert_pages(0, PAGES, before[i]);
	}
}

static void test_firmware_without_the_protocol(void **state)
{
	struct rights rights;

	(void)state;
	fake_reset(false, 0);
	assert_int_equal(take(&rights), EFI_SUCCESS);
	rights_give_back(&rights);
	assert_pages(0, PAGES, 0);
}

static void test_code_that_may_not_be_executed_is_not_entered(void **state)
{
	struct rights rights;

	(void)state;
	fake_reset(true, EFI_MEMORY_XP);
	fake_keeps_xp = true;
	assert_int_equal(take(&rights), EFI_SECURITY_VIOLATION);
	assert_pages(0, PAGES, EFI_MEMORY_XP);
	/* Where it was executable all the time, nothing is lost. */
	fake_reset(true, 0);
	fake_keeps_xp = true;
	assert_int_equal(take(&rights), EFI_SUCCESS);
	assert_pages(0, RODATA / PACKED_PAGE, EFI_MEMORY_RO);
}

#define unpack_test(function)                                                  \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		unpack_test(test_program_is_in_memory_with_its_pointers),
		unpack_test(test_program_without_pointers),
		unpack_test(test_damage_anywhere_is_refused),
		unpack_test(test_truncated_stream_is_refused),
		unpack_test(test_other_program_is_refused),
		unpack_test(test_impossible_header_is_refused),
		unpack_test(test_pointer_behind_the_program_is_refused),
		unpack_test(test_both_crcs_are_the_same),
		unpack_test(test_rights_are_taken_and_given_back),
		unpack_test(test_firmware_without_the_protocol),
		unpack_test(test_code_that_may_not_be_executed_is_not_entered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
