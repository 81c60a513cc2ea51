/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* SMBIOS structures, whole and damaged. */
#include "capture.h"
#include "core/smbios.h"

/* Types 1 (8 bytes), 2, 1 again, 127. */
static const uint8_t table[] = {
	1, 8, 0,   0, 1, 2, 0, 7, 'A', 'c', 'm', 'e', 0, 'B', 'o', 'x',
	0, 0, 2,   5, 1, 0, 9, 0, 0,   1,   6,	 2,   0, 1,   0,   'Z',
	0, 0, 127, 4, 3, 0, 0, 0, 3,   4,   4,	 0,   0, 0,
};

static void test_structures_are_found_by_type_and_instance(void **state)
{
	const uint8_t *found, *end;
	size_t len;

	(void)state;
	found = smbios_find(table, sizeof(table), 1, 0, &len, &end);
	assert_ptr_equal(found, table);
	assert_int_equal(len, 8);
	assert_string_equal(smbios_string(found + len, end, 1), "Acme");
	assert_string_equal(smbios_string(found + len, end, 2), "Box");
	assert_null(smbios_string(found + len, end, 3));
	assert_null(smbios_string(found + len, end, 0));
	found = smbios_find(table, sizeof(table), 1, 1, &len, &end);
	assert_int_equal(len, 6);
	assert_string_equal(smbios_string(found + len, end, 1), "Z");
	found = smbios_find(table, sizeof(table), 2, 0, &len, &end);
	assert_null(smbios_string(found + len, end, 1));
	assert_null(smbios_find(table, sizeof(table), 1, 2, &len, &end));
	/* Nothing behind the end-of-table structure counts. */
	assert_null(smbios_find(table, sizeof(table), 3, 0, &len, &end));
}

/* Every prefix of the table, and every length byte wrong, in memory that ends
 * exactly there: ASan watches. */
static void test_damaged_tables_are_not_overrun(void **state)
{
	const uint8_t *found, *end;
	uint8_t *copy;
	size_t len, i, structure_len;
	unsigned int type, value;

	(void)state;
	for (len = 0; len <= sizeof(table); len++) {
		copy = malloc(len ? len : 1);
		for (i = 0; i <= len && i < sizeof(table); i++) {
			for (value = 0; value < 256; value += 51) {
				memcpy(copy, table, len);
				if (i < len)
					copy[i] = (uint8_t)value;
				for (type = 0; type < 128; type += 1) {
					found = smbios_find(
						copy, len, (uint8_t)type, 1,
						&structure_len, &end);
					if (!found)
						continue;
					assert_true(end <= copy + len);
					smbios_string(found + structure_len,
						      end, 9);
				}
			}
		}
		free(copy);
	}
}

/* The settings read the machine's own table, if it lets us. */
static void test_settings_do_not_fail_without_a_table(void **state)
{
	static const char *const names[] = {
		"uuid",		  "manufacturer",
		"product",	  "serial",
		"asset",	  "board-serial",
		"smbios/0.0.0",	  "smbios/1.4.0",
		"smbios/1.0.1",	  "smbios/1.255.255",
		"smbios/9.1.4.0", "smbios/127.0.0",
		"smbios/200.1.1",
	};
	size_t i;

	(void)state;
	settings_register_smbios();
	for (i = 0; i < ARRAY_SIZE(names); i++)
		free(settings_fetch_text(names[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_structures_are_found_by_type_and_instance),
		cmocka_unit_test(test_damaged_tables_are_not_overrun),
		cmocka_unit_test(test_settings_do_not_fail_without_a_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
