/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The LZMA decoder: what an encoder packs, and damaged streams. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/lzma.h"

#define DATA_MAX 70000

/* Last bytes of a stream, which the encoder writes and no decoder needs. */
#define ENCODER_FLUSH 5

static uint8_t data[DATA_MAX], packed[DATA_MAX], unpacked[DATA_MAX];
static size_t data_len, packed_len;

/* Something with literals, runs, near and far repetitions. */
static void make_data(size_t len)
{
	uint32_t noise = 1;
	size_t i;

	data_len = len;
	for (i = 0; i < len; i++) {
		noise = noise * 1103515245 + 12345;
		if (i % 4000 < 300)
			data[i] = (uint8_t)(noise >> 16);
		else if (i % 7000 > 6000)
			data[i] = 0;
		else if (i > 30000 && i % 1000 < 400)
			data[i] = data[i - 29989];
		else
			data[i] =
				(uint8_t) "call %eax; mov %ebx, %ecx\n"[i % 26];
	}
}

/* Pack `data` with the encoder that the build uses. */
static void pack(const struct lzma_props *props)
{
	char command[600];
	FILE *file, *stream;

	file = tmpfile();
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, data_len, file), data_len);
	assert_int_equal(fflush(file), 0);
	snprintf(command, sizeof(command),
		 "/usr/bin/python3 -c 'import lzma, sys\n"
		 "data = open(\"/proc/%d/fd/%d\", \"rb\").read()\n"
		 "sys.stdout.buffer.write(lzma.compress(data, "
		 "format=lzma.FORMAT_RAW, filters=[{\"id\": lzma.FILTER_LZMA1,"
		 "\"preset\": 9, \"lc\": %u, \"lp\": %u, \"pb\": %u}]))'",
		 (int)getpid(), fileno(file), props->lc, props->lp, props->pb);
	stream = popen(command, "r");
	assert_non_null(stream);
	packed_len = fread(packed, 1, sizeof(packed), stream);
	assert_int_equal(pclose(stream), 0);
	fclose(file);
	assert_true(packed_len > 5);
}

/* Decode with every buffer exactly as large as it may be. */
static int unpack(const struct lzma_props *props, const uint8_t *in,
		  size_t in_len, size_t out_len)
{
	uint8_t *exact_in = malloc(in_len + 1);
	uint8_t *out = malloc(out_len + 1);
	uint16_t *probs = malloc(LZMA_PROBS_LEN(props) * sizeof(*probs));
	int rc;

	memcpy(exact_in + 1, in, in_len);
	rc = lzma_decode(exact_in + 1, in_len, out + 1, out_len, probs, props);
	memcpy(unpacked, out + 1, out_len);
	free(probs);
	free(out);
	free(exact_in);
	return rc;
}

static void test_what_was_packed_comes_back(void **state)
{
	static const struct lzma_props all[] = {
		{3, 0, 2}, {3, 0, 0}, {4, 0, 1},
		{0, 0, 0}, {2, 2, 4}, {0, 4, 3},
	};
	size_t i;

	(void)state;
	make_data(DATA_MAX);
	for (i = 0; i < ARRAY_SIZE(all); i++) {
		pack(&all[i]);
		assert_int_equal(unpack(&all[i], packed, packed_len, data_len),
				 0);
		assert_memory_equal(unpacked, data, data_len);
	}
}

static void test_empty_and_tiny_data(void **state)
{
	static const struct lzma_props props = {3, 0, 0};
	size_t len;

	(void)state;
	for (len = 0; len < 3; len++) {
		make_data(len);
		pack(&props);
		assert_int_equal(unpack(&props, packed, packed_len, len), 0);
		assert_memory_equal(unpacked, data, len);
	}
}

static void test_wrong_length_is_refused(void **state)
{
	static const struct lzma_props props = {3, 0, 0};

	(void)state;
	make_data(5000);
	pack(&props);
	assert_int_equal(unpack(&props, packed, packed_len, 4999), -1);
	assert_int_equal(unpack(&props, packed, packed_len, 5001), -1);
	assert_int_equal(unpack(&props, packed, packed_len, 5000), 0);
}

static void test_truncated_stream_is_refused(void **state)
{
	static const struct lzma_props props = {3, 0, 0};
	size_t len;

	(void)state;
	make_data(5000);
	pack(&props);
	for (len = 0; len < packed_len - ENCODER_FLUSH; len++)
		assert_int_equal(unpack(&props, packed, len, data_len), -1);
}

static void test_damaged_stream_is_survived(void **state)
{
	static const struct lzma_props props = {3, 0, 0};
	size_t i;
	int refused = 0;

	(void)state;
	make_data(3000);
	pack(&props);
	for (i = 0; i < packed_len; i++) {
		packed[i] ^= (uint8_t)(1 + i % 255);
		if (unpack(&props, packed, packed_len, data_len) < 0)
			refused++;
		else if (i < packed_len - ENCODER_FLUSH)
			assert_memory_not_equal(unpacked, data, data_len);
		packed[i] ^= (uint8_t)(1 + i % 255);
	}
	/* There is no checksum; nearly all damage shows all the same. */
	assert_true(refused > (int)packed_len * 9 / 10);
}

static void test_noise_is_survived(void **state)
{
	static const struct lzma_props props = {3, 0, 2};
	uint32_t noise = 7;
	unsigned int round;
	size_t i;

	(void)state;
	for (round = 0; round < 300; round++) {
		for (i = 0; i < 500; i++) {
			noise = noise * 1103515245 + 12345;
			packed[i] = (uint8_t)(noise >> 16);
		}
		packed[0] = 0;
		unpack(&props, packed, 500, 4000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_packed_comes_back),
		cmocka_unit_test(test_empty_and_tiny_data),
		cmocka_unit_test(test_wrong_length_is_refused),
		cmocka_unit_test(test_truncated_stream_is_refused),
		cmocka_unit_test(test_damaged_stream_is_survived),
		cmocka_unit_test(test_noise_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
