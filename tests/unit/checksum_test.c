/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The Internet checksum against the definition of RFC 1071. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core/compiler.h"
#include "lwip/arch.h"

/* Sixteen bits at a time. */
static uint16_t simple(const uint8_t *data, size_t len)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		sum += (uint32_t)data[i] << (i % 2 ? 8 : 0);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static void check(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len + 1);

	memcpy(copy, data, len);
	assert_int_equal(net_checksum(copy, (int)len), simple(data, len));
	free(copy);
}

static void test_every_length_and_alignment(void **state)
{
	static uint8_t data[1600];
	size_t i, len;

	(void)state;
	srand(1);
	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)rand();
	for (len = 0; len < 200; len++) {
		for (i = 0; i < 9; i++)
			check(data + i, len);
	}
	check(data, sizeof(data));
	memset(data, 0xff, sizeof(data));
	for (len = 0; len < sizeof(data); len++)
		check(data, len);
	memset(data, 0, sizeof(data));
	check(data, sizeof(data));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_length_and_alignment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
