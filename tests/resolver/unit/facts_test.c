/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Reading a machine's facts out of a query. */
#include "facts.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static struct arena arena;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, 1 << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

static int parse(const char *query, struct facts *ret_facts)
{
	struct reason why = {""};
	int rc = facts_parse(query, &arena, ret_facts, &why);

	assert_true((rc == 0) == (why.text[0] == '\0'));
	return rc;
}

static void test_query_yields_facts(void **state)
{
	struct facts facts;

	(void)state;
	assert_int_equal(parse("mac=52-54-00-AB-cd-ef&serial=a%20b&x=1&"
			       "uuid=4C4C454400423510805 2",
			       &facts),
			 -EINVAL);
	assert_int_equal(parse("mac=52-54-00-AB-cd-ef&&serial=a%20b&x=1&"
			       "asset=&nic&server=evil&"
			       "uuid=4C4C4544004235108052B4C04F4A4E31",
			       &facts),
			 0);
	assert_string_equal(facts.mac_name, "52-54-00-ab-cd-ef");
	assert_string_equal(facts.uuid_name,
			    "4c4c4544-0042-3510-8052-b4c04f4a4e31");
	assert_string_equal(facts.value[FACT_MAC], "52-54-00-AB-cd-ef");
	assert_string_equal(facts.value[FACT_SERIAL], "a b");
	assert_null(facts.value[FACT_ASSET]);
	assert_null(facts.value[FACT_NIC]);
	assert_null(facts.value[FACT_SERVER]);
}

static void test_bad_query_leaves_output_alone(void **state)
{
	static const char *const queries[] = {
		"mac=x",
		"uuid=x",
		"serial=%0a",
		"serial=%",
		"serial=%00",
		"serial=a&serial=b",
		"mac=525400123456&mac=525400123456",
	};
	struct facts facts;
	size_t i;

	(void)state;
	memset(&facts, 0x55, sizeof(facts));
	for (i = 0; i < sizeof(queries) / sizeof(queries[0]); i++)
		assert_int_equal(parse(queries[i], &facts), -EINVAL);
	assert_int_equal(facts.mac_name[0], 0x55);
}

static void test_every_cut_of_a_query_is_survived(void **state)
{
	static const char query[] =
		"mac=52%3A54%3a00%3aab:cd:ef&uuid="
		"4c4c4544-0042-3510-8052-b4c04f4a4e31&serial=%41%c3%a9&=&%=%";
	struct facts facts;
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(query); len++) {
		/* Its own memory, so that the sanitiser sees its end. */
		char *copy = test_malloc(len + 1);

		memcpy(copy, query, len);
		copy[len] = '\0';
		parse(copy, &facts);
		test_free(copy);
	}
}

static void test_mac_has_hexadecimal_digits_alone(void **state)
{
	char text[] = "52:54:00:12:34:5x", name[FACT_MAC_NAME_BYTES];
	int c;

	(void)state;
	for (c = 1; c < 256; c++) {
		bool is_digit = strchr("0123456789abcdefABCDEF", c) != NULL;

		text[16] = (char)c;
		assert_int_equal(facts_format_mac(text, name),
				 is_digit ? 0 : -EINVAL);
		if (is_digit)
			assert_int_equal(name[16], c >= 'A' ? c | 0x20 : c);
	}
}

static void test_mac_of_allowed_lengths_yields_name(void **state)
{
	char name[FACT_MAC_NAME_BYTES];

	(void)state;
	assert_int_equal(facts_format_mac("525400ABCDEF", name), 0);
	assert_string_equal(name, "52-54-00-ab-cd-ef");
	assert_int_equal(facts_format_mac("00:11:22:33:44:55:66:77", name), 0);
	assert_string_equal(name, "00-11-22-33-44-55-66-77");
	assert_int_equal(facts_format_mac("00112233445566778899"
					  "aabbccddeeff00112233",
					  name),
			 0);
	assert_int_equal(strlen(name), 59);
	assert_int_equal(facts_format_mac("", name), -EINVAL);
	assert_int_equal(facts_format_mac("5", name), -EINVAL);
	assert_int_equal(facts_format_mac("52540", name), -EINVAL);
	assert_int_equal(facts_format_mac("52:54:00:12:34:56:", name), -EINVAL);
	assert_int_equal(facts_format_mac("0011223344556677", name), 0);
	assert_int_equal(facts_format_mac("00112233445566778899aabbccddeeff"
					  "0011223344",
					  name),
			 -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query_yields_facts),
		cmocka_unit_test(test_bad_query_leaves_output_alone),
		cmocka_unit_test(test_every_cut_of_a_query_is_survived),
		cmocka_unit_test(test_mac_has_hexadecimal_digits_alone),
		cmocka_unit_test(test_mac_of_allowed_lengths_yields_name),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
