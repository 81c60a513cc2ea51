/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The editor of settings, by its keys: what is stored, what is shown. */
#include "capture.h"
#include "typing.h"

#define CTRL_D "\x04"
#define CTRL_X "\x18"

/* What the screen shows, 80 x 25. */
static char screen[26][81];

/* Play what was captured as a terminal does. */
static const char *play(void)
{
	unsigned int row = 0, column = 0, numbers[2], i;
	const char *p;

	memset(screen, 0, sizeof(screen));
	for (p = captured; *p; p++) {
		if (*p == '\033' && p[1] == '[') {
			numbers[0] = numbers[1] = 0;
			for (p += 2, i = 0; *p < '@'; p++) {
				if (*p == ';')
					i = 1;
				else
					numbers[i] = numbers[i] * 10 +
						     (unsigned int)(*p - '0');
			}
			if (*p == 'J') {
				memset(screen, 0, sizeof(screen));
			} else if (*p == 'H') {
				row = numbers[0] ? numbers[0] - 1 : 0;
				column = numbers[1] ? numbers[1] - 1 : 0;
			} else if (*p == 'K') {
				memset(screen[row] + column, 0, 80 - column);
			}
		} else if (*p == '\r') {
			column = 0;
		} else if (*p == '\b') {
			column -= column > 0;
		} else if (*p == '\n') {
			row++;
			column = 0;
		} else {
			assert_true(column < 80);
			screen[row][column++] = *p;
		}
		assert_true(row < 25);
	}
	return screen[0];
}

/* Is TEXT on the screen? */
static bool shows(const char *text)
{
	unsigned int row;

	for (row = 0; row < 25; row++) {
		if (strstr(screen[row], text))
			return true;
	}
	return false;
}

/* Type KEYS into the editor of BLOCK; the screen is as before the last key,
 * which is Ctrl-X. */
static void edit(const char *block, const char *keys)
{
	char text[256];

	snprintf(text, sizeof(text), "%s" CTRL_X, keys);
	typed = text;
	capture_setup(NULL);
	snprintf(captured, sizeof(captured), "config %s", block);
	assert_int_equal(exec_line(captured), 0);
	/* Without the clearing at the end. */
	captured_len = strlen(captured);
	while (captured_len && captured[captured_len - 1] != 'm')
		captured[--captured_len] = '\0';
	play();
}

static int setup(void **state)
{
	settings_store_text("mine/alpha", "one");
	settings_store_text("mine/beta:uint8", "5");
	settings_store_text("mine/filename", "x.ipxe");
	settings_store_text("mine/password", "hush");
	settings_store_text("mine/reverse-password", "hush");
	settings_store_text("mine/key", "hush");
	settings_store_text("mine/privkey", "68:75:73:68");
	return capture_setup(state);
}

#define assert_setting(name, value)                                            \
	do {                                                                   \
		char *text_ = settings_fetch_text(name);                       \
		assert_non_null(text_);                                        \
		assert_string_equal(text_, value);                             \
		free(text_);                                                   \
	} while (0)

static void test_values_are_shown(void **state)
{
	(void)state;
	edit("mine", "");
	assert_true(shows("Settings of mine"));
	assert_true(shows("> [..]"));
	assert_true(shows("alpha                     one"));
	assert_true(shows("beta                      0x5"));
	assert_true(shows("filename                  x.ipxe"));
	edit("mine", PGDN);
	assert_true(shows("password                  ****"));
	assert_true(shows("privkey                   ****"));
	assert_true(shows("reverse-password          ****"));
	assert_true(shows("key                       ****"));
	assert_false(shows("hush") || shows("68:75"));
}

static void test_values_are_changed_and_deleted(void **state)
{
	char *text;

	(void)state;
	/* The way up, active-scan, alpha. */
	edit("mine", DOWN DOWN "\r\x15two\xc3\xb6\r");
	assert_setting("mine/alpha", "two\xc3\xb6");
	assert_true(shows("two\xc3\xb6"));
	edit("mine", DOWN DOWN CTRL_D);
	text = settings_fetch_text("mine/alpha");
	assert_null(text);
}

static void test_wrong_values_are_refused_with_a_sentence(void **state)
{
	(void)state;
	edit("mine", DOWN DOWN DOWN "\r\x15nonsense\r");
	assert_setting("mine/beta", "0x5");
	assert_true(shows("nonsense") && shows("uint8"));
}

static void test_blocks_are_entered_and_left(void **state)
{
	(void)state;
	settings_store_text("mine.inner/deep", "down");
	edit("mine", DOWN "\r");
	assert_true(shows("Settings of mine.inner"));
	assert_true(shows("deep                      down"));
	edit("mine.inner", "\x1b[D");
	assert_true(shows("Settings of mine"));
	edit("", HOME);
	assert_true(shows("Settings of the whole machine"));
	settings_unregister(settings_find("mine.inner", false));
}

/* Any keys, on blocks of any kind: nothing is overrun. */
static void test_random_keys_do_no_harm(void **state)
{
	static const char *const keys[] = {UP,	 DOWN,	PGUP,	PGDN,
					   HOME, END,	"\r",	"x",
					   LEFT, RIGHT, CTRL_D, "\b"};
	uint32_t noise = 3;
	char text[200];
	unsigned int i;

	(void)state;
	settings_register_builtin();
	settings_register_smbios();
	for (i = 0; i < 30; i++) {
		text[0] = '\0';
		while (strlen(text) < 150) {
			noise = noise * 1103515245 + 12345;
			strcat(text, keys[(noise >> 16) % ARRAY_SIZE(keys)]);
		}
		/* Out of a line that is being edited, if there is one. */
		strcat(text, "\r" CTRL_X "\r");
		edit("", text);
	}
}

static void test_unknown_block_is_refused(void **state)
{
	(void)state;
	assert_int_not_equal(capture_script("#!ipxe\nconfig nowhere\n"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_values_are_shown, setup),
		cmocka_unit_test_setup(test_values_are_changed_and_deleted,
				       setup),
		cmocka_unit_test_setup(
			test_wrong_values_are_refused_with_a_sentence, setup),
		cmocka_unit_test_setup(test_blocks_are_entered_and_left, setup),
		cmocka_unit_test_setup(test_random_keys_do_no_harm, setup),
		cmocka_unit_test_setup(test_unknown_block_is_refused, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
