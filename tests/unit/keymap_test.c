/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Keyboard maps: each is whole, and keys come out as they say. */
#include "capture.h"
#include "core/keymap.h"
#include "core/utf8.h"

/* What the key C gives with FLAGS by the map NAME. */
static const char *key(const char *name, uint8_t c, unsigned int flags)
{
	static char text[KEYMAP_BYTES + 1];

	assert_int_equal(settings_store_text("keymap", name), 0);
	text[keymap_translate(c, flags, text)] = '\0';
	return text;
}

static void test_the_maps_asked_for_are_there(void **state)
{
	static const char *const names[] = {
		"uk", "de", "fr", "es", "it", "pt-br",	  "sv",	   "no",
		"da", "fi", "pl", "cz", "hu", "ru-latin", "jp106", "dvorak",
	};
	const struct keymap *keymap;
	unsigned int found;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		found = 0;
		for_each_table_entry(keymap, keymaps)
			found += !strcmp(keymap->name, names[i]);
		assert_int_equal(found, 1);
	}
	assert_int_equal(TABLE_COUNT(keymaps), ARRAY_SIZE(names));
}

/* Keys with Alt have no character from the BIOS, only their place. */
static void test_alt_keys_are_known_by_their_place(void **state)
{
	static const struct {
		uint8_t scan, plain, shifted;
	} keys[] = {
		{0x10, 'q', 'Q'}, {0x19, 'p', 'P'},  {0x1b, ']', '}'},
		{0x1e, 'a', 'A'}, {0x1f, 's', 'S'},  {0x26, 'l', 'L'},
		{0x29, '`', '~'}, {0x2b, '\\', '|'}, {0x2c, 'z', 'Z'},
		{0x35, '/', '?'}, {0x56, '\\', '|'}, {0x78, '1', '!'},
		{0x79, '2', '@'}, {0x83, '=', '+'},  {0x3b, 0, 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		assert_int_equal(keymap_alt_character(keys[i].scan, false),
				 keys[i].plain);
		assert_int_equal(keymap_alt_character(keys[i].scan, true),
				 keys[i].shifted);
	}
}

/* Pairs of one US character, once each, and one UTF-8 character. */
static void check_pairs(const char *name, const char *pairs)
{
	struct utf8_decoder decoder = {0};
	bool seen[128] = {false};
	int c;

	while (pairs && *pairs) {
		if (*pairs <= ' ' || *pairs > '~' || seen[(int)*pairs])
			fail_msg("%s: the key at %s", name, pairs);
		seen[(int)*pairs++] = true;
		do
			c = utf8_feed(&decoder, (uint8_t)*pairs++);
		while (c < 0);
		assert_int_not_equal(c, UTF8_REPLACEMENT);
		assert_true(c > ' ');
	}
}

static void test_maps_are_well_formed(void **state)
{
	const struct keymap *keymap;

	(void)state;
	for_each_table_entry(keymap, keymaps) {
		check_pairs(keymap->name, keymap->keys);
		check_pairs(keymap->name, keymap->altgr);
	}
}

/* Scripts and URLs need all of ASCII: no map may lose a character, also where
 * the firmware does not tell the 102nd key. */
static void test_every_ascii_character_can_be_typed(void **state)
{
	const struct keymap *keymap;
	char want[2] = "";
	int c;

	(void)state;
	for_each_table_entry(keymap, keymaps) {
		for (want[0] = '!'; want[0] <= '~'; want[0]++) {
			for (c = '!'; c <= '~'; c++) {
				if (!strcmp(key(keymap->name, (uint8_t)c, 0),
					    want) ||
				    !strcmp(key(keymap->name, (uint8_t)c,
						KEYMAP_ALTGR),
					    want))
					break;
			}
			if (c > '~')
				fail_msg("%s has no key for %s", keymap->name,
					 want);
		}
	}
}

static void test_keys_give_what_is_printed_on_them(void **state)
{
	(void)state;
	assert_string_equal(key("de", 'z', 0), "y");
	assert_string_equal(key("de", 'Y', 0), "Z");
	assert_string_equal(key("de", ';', 0), "ö");
	assert_string_equal(key("de", 'q', KEYMAP_ALTGR), "@");
	assert_string_equal(key("de", 'e', KEYMAP_ALTGR), "€");
	assert_string_equal(key("de", '\\', 0), "#");
	assert_string_equal(key("de", '\\', KEYMAP_EXTRA), "<");
	assert_string_equal(key("de", '|', KEYMAP_EXTRA), ">");
	assert_string_equal(key("de", '\\', KEYMAP_EXTRA | KEYMAP_ALTGR), "|");
	assert_string_equal(key("de", 'm', KEYMAP_ALTGR), "|");
	assert_string_equal(key("fr", 'q', 0), "a");
	assert_string_equal(key("fr", '1', 0), "&");
	assert_string_equal(key("fr", '!', 0), "1");
	assert_string_equal(key("dvorak", 's', 0), "o");
	assert_string_equal(key("pl", 'a', 0), "a");
	assert_string_equal(key("pl", 'a', KEYMAP_ALTGR), "ą");
	assert_string_equal(key("us", 'z', 0), "z");
	assert_string_equal(key("us", 'q', KEYMAP_ALTGR), "q");
	assert_string_equal(key("klingon", 'z', 0), "z");
	assert_string_equal(key("", 'z', 0), "z");
}

static void test_control_follows_the_letter(void **state)
{
	(void)state;
	assert_string_equal(key("fr", 1, KEYMAP_CTRL), "\x11");
	assert_string_equal(key("dvorak", 'N' & 0x1f, KEYMAP_CTRL), "\x02");
	assert_string_equal(key("fr", 2, KEYMAP_CTRL), "\x02");
	/* M is a comma there: the key stays what it was. */
	assert_string_equal(key("fr", 0x0d, KEYMAP_CTRL), "\x0d");
}

static void test_alt_keys_have_characters(void **state)
{
	(void)state;
	assert_int_equal(keymap_alt_character(0x10, false), 'q');
	assert_int_equal(keymap_alt_character(0x1b, true), '}');
	assert_int_equal(keymap_alt_character(0x32, false), 'm');
	assert_int_equal(keymap_alt_character(0x81, false), '0');
	assert_int_equal(keymap_alt_character(0x83, true), '+');
	assert_int_equal(keymap_alt_character(0x84, true), 0);
	assert_int_equal(keymap_alt_character(0x47, false), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_maps_asked_for_are_there),
		cmocka_unit_test(test_alt_keys_are_known_by_their_place),
		cmocka_unit_test(test_maps_are_well_formed),
		cmocka_unit_test(test_every_ascii_character_can_be_typed),
		cmocka_unit_test(test_keys_give_what_is_printed_on_them),
		cmocka_unit_test(test_control_follows_the_letter),
		cmocka_unit_test(test_alt_keys_have_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
