/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Decompression: what zlib packs in every way, and damaged data. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/inflate.h"

#define DATA_LEN 200000

static uint8_t data[DATA_LEN], packed[2 * DATA_LEN], out[DATA_LEN];
static size_t packed_len, out_len;

/* Literals, runs, near matches and ones at the far end of the window. */
static void make_data(void)
{
	uint32_t noise = 1;
	size_t i;

	for (i = 0; i < DATA_LEN; i++) {
		noise = noise * 1103515245 + 12345;
		if (i % 4000 < 300 || i > 150000)
			data[i] = (uint8_t)(noise >> 16);
		else if (i % 7000 > 6000)
			data[i] = 0;
		else if (i > 40000 && i % 1000 < 400)
			data[i] = data[i - 32768];
		else
			data[i] = (uint8_t) "kernel ${url} initrd=x\n"[i % 23];
	}
}

/* Pack `data` with zlib: LEVEL, STRATEGY, and its window bits. */
static void pack(size_t len, int level, int strategy, int wbits)
{
	char command[600];
	FILE *file, *stream;

	file = tmpfile();
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fflush(file), 0);
	snprintf(command, sizeof(command),
		 "/usr/bin/python3 -c 'import sys, zlib\n"
		 "z = zlib.compressobj(%d, zlib.DEFLATED, %d, 8, %d)\n"
		 "data = open(\"/proc/%d/fd/%d\", \"rb\").read()\n"
		 "sys.stdout.buffer.write(z.compress(data) + z.flush())'",
		 level, wbits, strategy, (int)getpid(), fileno(file));
	stream = popen(command, "r");
	assert_non_null(stream);
	packed_len = fread(packed, 1, sizeof(packed), stream);
	assert_int_equal(pclose(stream), 0);
	assert_true(packed_len > 0);
	fclose(file);
}

static int sink(void *ctx, const uint8_t *bytes, size_t len)
{
	(void)ctx;
	assert_true(len <= sizeof(out) - out_len);
	memcpy(out + out_len, bytes, len);
	out_len += len;
	return 0;
}

static int sink_full(void *ctx, const uint8_t *bytes, size_t len)
{
	(void)ctx;
	(void)bytes;
	(void)len;
	return -ENOSPC;
}

/* inflate() of LEN bytes of `packed`, copied so that ASan sees overruns. */
static int unpack(size_t len, enum inflate_format format, size_t *ret_used)
{
	uint8_t *copy = malloc(len ? len : 1);
	int rc;

	memcpy(copy, packed, len);
	out_len = 0;
	rc = inflate(copy, len, format, DATA_LEN, sink, NULL, ret_used);
	free(copy);
	return rc;
}

static void test_what_zlib_packs_comes_out(void **state)
{
	static const struct {
		int level, strategy;
		size_t len;
	} cases[] = {
		{0, 0, DATA_LEN}, {1, 0, DATA_LEN}, {9, 0, DATA_LEN},
		{9, 1, 70000},	  {6, 2, 70000},    {6, 3, DATA_LEN},
		{9, 4, DATA_LEN}, {9, 0, 0},	    {9, 0, 1},
		{0, 0, 0},	  {9, 0, 32768},    {9, 0, 32769},
		{0, 0, 65536},
	};
	size_t i, used;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		static const int wbits[] = {-15, 15, 31};
		enum inflate_format format;

		for (format = INFLATE_RAW; format <= INFLATE_GZIP; format++) {
			pack(cases[i].len, cases[i].level, cases[i].strategy,
			     wbits[format]);
			packed[packed_len] = 0xa5; /* is not looked at */
			assert_int_equal(unpack(packed_len + 1, format, &used),
					 0);
			assert_int_equal(used, packed_len);
			assert_int_equal(out_len, cases[i].len);
			assert_memory_equal(out, data, out_len);
		}
	}
}

static void test_gzip_members_follow_each_other(void **state)
{
	/* One with a comment, a name, an extra field and a header CRC. */
	static const uint8_t header[] = {0x1f, 0x8b, 8, 0x1e, 0,   0, 0,   0,
					 0,    3,    3, 0,    'x', 0, 'y', 'n',
					 'a',  'm',  0, 'c',  'o', 0, 9,   9};
	uint8_t first[64];
	size_t used, first_len;

	(void)state;
	pack(10, 9, 0, 31);
	assert_true(packed_len < sizeof(first));
	first_len = packed_len;
	memcpy(first, packed, first_len);
	memcpy(packed + first_len, header, sizeof(header));
	memcpy(packed + first_len + sizeof(header), first + 10, first_len - 10);
	packed_len = 2 * first_len + sizeof(header) - 10;
	memset(packed + packed_len, 0, 16);
	assert_int_equal(unpack(packed_len + 16, INFLATE_GZIP, &used), 0);
	assert_int_equal(used, packed_len);
	assert_int_equal(out_len, 20);
	assert_memory_equal(out, data, 10);
	assert_memory_equal(out + 10, data, 10);
}

static void test_limit_is_kept(void **state)
{
	(void)state;
	pack(50000, 9, 0, 15);
	out_len = 0;
	assert_int_equal(inflate(packed, packed_len, INFLATE_ZLIB, 49999, sink,
				 NULL, NULL),
			 -EFBIG);
	assert_true(out_len <= 49999);
	assert_int_equal(inflate(packed, packed_len, INFLATE_ZLIB, 50000,
				 sink_full, NULL, NULL),
			 -ENOSPC);
	out_len = 0;
	assert_int_equal(inflate(packed, packed_len, INFLATE_ZLIB, 50000, sink,
				 NULL, NULL),
			 0);
}

static void test_cut_data_is_refused_everywhere(void **state)
{
	enum inflate_format format;
	size_t len;

	(void)state;
	for (format = INFLATE_RAW; format <= INFLATE_GZIP; format++) {
		static const int wbits[] = {-15, 15, 31};

		pack(3000, 9, 0, wbits[format]);
		for (len = 0; len < packed_len; len++)
			assert_int_equal(unpack(len, format, NULL), -EINVAL);
	}
}

static void test_changed_bits_never_pass_the_checksum(void **state)
{
	size_t bit;
	int rc;

	(void)state;
	pack(3000, 9, 0, 15);
	for (bit = 16; bit < packed_len * 8; bit++) {
		packed[bit / 8] ^= (uint8_t)(1 << bit % 8);
		rc = unpack(packed_len, INFLATE_ZLIB, NULL);
		/* Only the padding in front of the checksum is free. */
		if (!rc)
			assert_true(bit / 8 == packed_len - 5 &&
				    out_len == 3000 &&
				    !memcmp(out, data, out_len));
		else
			assert_true(rc == -EINVAL || rc == -EFBIG);
		packed[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

/* Rubbish that begins like each kind of block. */
static void test_rubbish_is_refused_or_ends(void **state)
{
	uint32_t noise = 7;
	unsigned int round;
	size_t i;

	(void)state;
	for (round = 0; round < 3000; round++) {
		for (i = 0; i < 200; i++) {
			noise = noise * 1103515245 + 12345;
			packed[i] = (uint8_t)(noise >> 16);
		}
		packed[0] = (uint8_t)((packed[0] & 0xf8) | round % 8);
		unpack(200, INFLATE_RAW, NULL);
	}
}

static void test_forbidden_codes_are_refused(void **state)
{
	static const struct {
		const char *what;
		uint8_t bytes[24];
		size_t len;
	} cases[] = {
		{"block of kind 3", {0x07}, 1},
		{"length 0xffff with the same complement",
		 {0x01, 0xff, 0xff, 0xff, 0xff},
		 5},
		/* Fixed codes: length 3, distance 1, with nothing before. */
		{"match before the begin", {0x03, 0x02, 0x00}, 3},
		/* HLIT 31: 288 literals. */
		{"too many literals", {0xfd, 0x00, 0x00, 0x00}, 4},
		/* HDIST 31: 32 distances. */
		{"too many distances", {0x05, 0x1f, 0x00, 0x00}, 4},
		/* All lengths of the lengths' code 1. */
		{"too many codes",
		 {0x05, 0xe0, 0x93, 0x24, 0x49, 0x92, 0x24, 0x49, 0x92, 0x24},
		 10},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memcpy(packed, cases[i].bytes, cases[i].len);
		memset(packed + cases[i].len, 0, 32);
		if (unpack(cases[i].len + 32, INFLATE_RAW, NULL) != -EINVAL)
			fail_msg("%s passed", cases[i].what);
	}
}

static void test_wrappings_are_checked(void **state)
{
	(void)state;
	assert_false(inflate_is_gzip((const uint8_t *)"\x1f\x8b\x08", 3));
	pack(100, 9, 0, 15);
	packed[1] |= 0x20; /* a preset dictionary */
	assert_int_equal(unpack(packed_len, INFLATE_ZLIB, NULL), -EINVAL);
	pack(100, 9, 0, 31);
	assert_true(inflate_is_gzip(packed, packed_len));
	packed[packed_len - 1] ^= 1; /* the length */
	assert_int_equal(unpack(packed_len, INFLATE_GZIP, NULL), -EINVAL);
	packed[packed_len - 1] ^= 1;
	packed[packed_len - 8] ^= 1; /* the CRC */
	assert_int_equal(unpack(packed_len, INFLATE_GZIP, NULL), -EINVAL);
	packed[3] = 0x20; /* a reserved flag */
	assert_false(inflate_is_gzip(packed, packed_len));
	assert_int_equal(unpack(packed_len, INFLATE_GZIP, NULL), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_zlib_packs_comes_out),
		cmocka_unit_test(test_gzip_members_follow_each_other),
		cmocka_unit_test(test_limit_is_kept),
		cmocka_unit_test(test_cut_data_is_refused_everywhere),
		cmocka_unit_test(test_changed_bits_never_pass_the_checksum),
		cmocka_unit_test(test_rubbish_is_refused_or_ends),
		cmocka_unit_test(test_forbidden_codes_are_refused),
		cmocka_unit_test(test_wrappings_are_checked),
	};

	make_data();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
