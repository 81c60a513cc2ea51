/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Text on a frame buffer: where it goes, its colours, what is behind it. */
#include "capture.h"
#include "core/fbcon.h"
#include "core/pixbuf.h"
#include "platform/linux/linux.h"

#define GREY  0xaaaaaaU
#define WIDTH 8
#define ROWS  16

/* The pixel at X, Y of what is shown. */
static uint32_t pixel(unsigned int x, unsigned int y)
{
	fbcon_flush();
	assert_true(x < linux_screen_width && y < linux_screen_height);
	return linux_screen[(size_t)y * linux_screen_width + x];
}

/* The character in COLUMN and ROW of text from LEFT, TOP on: its glyph is its
 * number in binary, drawn in COLOUR. */
static int character(unsigned int column, unsigned int row, unsigned int left,
		     unsigned int top, uint32_t colour)
{
	int c = 0;
	unsigned int x;

	for (x = 0; x < WIDTH; x++) {
		c <<= 1;
		c |= pixel(left + column * WIDTH + x, top + row * ROWS + 3) ==
		     colour;
	}
	return c;
}

static struct fbcon_config config;

static int setup(void **state)
{
	memset(&config, 0, sizeof(config));
	config.width = 640;
	config.height = 480;
	return capture_setup(state);
}

static int teardown(void **state)
{
	(void)state;
	fbcon_stop();
	assert_null(linux_screen);
	return linux_bulk_used != 0;
}

static void test_text_is_drawn_in_cells(void **state)
{
	(void)state;
	assert_int_equal(fbcon_start(&config), 0);
	console_printf("AB\n C\b\bD\033[4;7HE\rF");
	assert_int_equal(character(0, 0, 0, 0, GREY), 'A');
	assert_int_equal(character(1, 0, 0, 0, GREY), 'B');
	assert_int_equal(character(0, 1, 0, 0, GREY), 'D');
	assert_int_equal(character(1, 1, 0, 0, GREY), 'C');
	assert_int_equal(character(6, 3, 0, 0, GREY), 'E');
	assert_int_equal(character(0, 3, 0, 0, GREY), 'F');
	/* The cursor is behind it. */
	assert_int_equal(pixel(WIDTH, 3 * ROWS + ROWS - 1), GREY);
	assert_int_equal(pixel(WIDTH, 3 * ROWS), 0);
}

static void test_lines_wrap_and_scroll(void **state)
{
	unsigned int i;

	(void)state;
	assert_int_equal(fbcon_start(&config), 0);
	for (i = 0; i < 80; i++)
		console_putchar('x');
	assert_int_equal(character(0, 1, 0, 0, GREY), 0);
	console_putchar('y');
	assert_int_equal(character(79, 0, 0, 0, GREY), 'x');
	assert_int_equal(character(0, 1, 0, 0, GREY), 'y');
	for (i = 2; i < 30; i++)
		console_printf("\n%c", 'a' + (int)i % 26);
	assert_int_equal(character(0, 29, 0, 0, GREY), 'a' + 29 % 26);
	console_printf("\nz");
	assert_int_equal(character(0, 0, 0, 0, GREY), 'y');
	assert_int_equal(character(0, 28, 0, 0, GREY), 'a' + 29 % 26);
	assert_int_equal(character(0, 29, 0, 0, GREY), 'z');
	assert_int_equal(character(1, 28, 0, 0, GREY), 0);
}

static void test_a_new_last_line_is_empty(void **state)
{
	(void)state;
	assert_int_equal(fbcon_start(&config), 0);
	console_printf("\033[30;1Hlong\nz");
	assert_int_equal(character(3, 28, 0, 0, GREY), 'g');
	assert_int_equal(character(0, 29, 0, 0, GREY), 'z');
	assert_int_equal(character(3, 29, 0, 0, GREY), 0);
}

static void test_sequences_move_the_cursor(void **state)
{
	(void)state;
	assert_int_equal(fbcon_start(&config), 0);
	console_printf("\033[9;5H\033[2Ax");
	assert_int_equal(character(4, 6, 0, 0, GREY), 'x');
	console_printf("\033[9;5H\033[3Bx");
	assert_int_equal(character(4, 11, 0, 0, GREY), 'x');
	console_printf("\033[9;5H\033[2Cx");
	assert_int_equal(character(6, 8, 0, 0, GREY), 'x');
	console_printf("\033[9;5H\033[3Dx");
	assert_int_equal(character(1, 8, 0, 0, GREY), 'x');
	console_printf("\033[1;1Ha\tb");
	assert_int_equal(character(8, 0, 0, 0, GREY), 'b');
	/* What the font has not. */
	console_printf("\033[5;1H\xe2\x82\xac");
	assert_int_equal(character(0, 4, 0, 0, GREY), '?');
	/* And not off the screen. */
	console_printf("\033[99C\033[99B\033[3Cy");
	assert_int_equal(character(79, 29, 0, 0, GREY), 'y');
	console_printf("\033[99A\033[99Dz");
	assert_int_equal(character(0, 0, 0, 0, GREY), 'z');
}

static void test_parts_of_lines_and_screen_are_cleared(void **state)
{
	(void)state;
	assert_int_equal(fbcon_start(&config), 0);
	console_printf("ABCD\r\033[2C\033[1K");
	assert_int_equal(character(1, 0, 0, 0, GREY), 0);
	assert_int_equal(character(3, 0, 0, 0, GREY), 'D');
	console_printf("\rABCD\r\033[2C\033[K");
	assert_int_equal(character(1, 0, 0, 0, GREY), 'B');
	assert_int_equal(character(3, 0, 0, 0, GREY), 0);
	console_printf("\rABCD\r\033[2C\033[2K");
	assert_int_equal(character(1, 0, 0, 0, GREY), 0);
	assert_int_equal(character(3, 0, 0, 0, GREY), 0);
	console_printf("\033[1;1HA\033[3;1HC\033[2;1H\033[1J");
	assert_int_equal(character(0, 0, 0, 0, GREY), 0);
	assert_int_equal(character(0, 2, 0, 0, GREY), 'C');
}

static void test_the_cursor_can_be_hidden(void **state)
{
	(void)state;
	assert_int_equal(fbcon_start(&config), 0);
	console_printf("A");
	assert_int_equal(pixel(WIDTH, ROWS - 1), GREY);
	console_printf("\033[?25l");
	assert_int_equal(pixel(WIDTH, ROWS - 1), 0);
	console_printf("\033[?25h");
	assert_int_equal(pixel(WIDTH, ROWS - 1), GREY);
}

static void test_colours_are_shown(void **state)
{
	(void)state;
	assert_int_equal(fbcon_start(&config), 0);
	console_printf("\033[31mA\033[38;2;1;2;3;44mB\033[0;7mC");
	assert_int_equal(character(0, 0, 0, 0, 0xaa0000), 'A');
	assert_int_equal(character(1, 0, 0, 0, 0x010203), 'B');
	assert_int_equal(character(1, 0, 0, 0, 0x0000aa), 0xff & ~'B');
	assert_int_equal(character(2, 0, 0, 0, 0x000000), 'C');
	console_printf("\033[0;1;31mD\033[0;1mE");
	assert_int_equal(character(3, 0, 0, 0, 0xff5555), 'D');
	assert_int_equal(character(4, 0, 0, 0, 0xffffff), 'E');
}

static void test_picture_is_behind_the_text_and_stays(void **state)
{
	struct pixbuf *picture = pixbuf_alloc(600, 700);
	unsigned int i;

	(void)state;
	for (i = 0; i < 600 * 700; i++)
		picture->pixels[i] = i;
	config.width = 640;
	config.height = 480;
	config.picture = picture;
	assert_int_equal(fbcon_start(&config), 0);
	pixbuf_free(picture);
	/* In the middle, cut above and below, black left and right. */
	assert_int_equal(pixel(0, 0), 0);
	assert_int_equal(pixel(20, 20), (110 + 20) * 600);
	assert_int_equal(pixel(619, 479), (110 + 479) * 600 + 599);
	for (i = 0; i < 100; i++)
		console_printf("text \033[41mred\033[m\n");
	console_printf("\033[2J");
	assert_int_equal(pixel(20, 20), (110 + 20) * 600);
	assert_int_equal(pixel(619, 479), (110 + 479) * 600 + 599);
}

/* Margins count from a rectangle of the size asked for; the screen is the next
 * larger one. */
static void test_margins_are_kept(void **state)
{
	unsigned int i;

	(void)state;
	config.width = 700;
	config.height = 500;
	config.left = 8;
	config.right = 8;
	config.top = 5;
	assert_int_equal(fbcon_start(&config), 0);
	assert_int_equal(linux_screen_width, 800);
	console_putchar('A');
	assert_int_equal(character(0, 0, 50 + 8, 50 + 5, GREY), 'A');
	for (i = 1; i < (800 - 2 * 58) / WIDTH; i++)
		console_putchar('b');
	console_putchar('C');
	assert_int_equal(character(0, 1, 58, 55, GREY), 'C');
	/* No margin below: text to the end of the screen. */
	console_printf("\033[99;1HD");
	assert_int_equal(character(0, (600 - 55) / ROWS - 1, 58, 55, GREY),
			 'D');
}

static void test_impossible_wishes_are_refused(void **state)
{
	(void)state;
	config.width = 5000;
	assert_int_equal(fbcon_start(&config), -ENODEV);
	config.width = 640;
	config.left = 400;
	config.right = 400;
	assert_int_equal(fbcon_start(&config), -EINVAL);
	assert_false(fbcon_is_active());
	config.left = 0xffffffff;
	assert_int_equal(fbcon_start(&config), -EINVAL);
}

static void test_commands_do_it(void **state)
{
	(void)state;
	assert_int_equal(capture_script("#!ipxe\nconsole -x 800 -y 600 -l 16\n"
					"echo A\n"),
			 0);
	assert_int_equal(linux_screen_width, 800);
	assert_int_equal(character(0, 0, 16, 0, GREY), 'A');
	assert_int_equal(
		capture_script("#!ipxe\ncolour --basic 1 --rgb 0x123456 2\n"
			       "cpair --foreground 2 0\necho B\n"),
		0);
	assert_int_equal(character(0, 1, 16, 0, 0x123456), 'B');
	assert_int_equal(capture_script("#!ipxe\ncpair 0\nconsole\n"), 0);
	assert_null(linux_screen);
	assert_int_not_equal(capture_script("#!ipxe\ncolour 8\n"), 0);
	assert_int_not_equal(capture_script("#!ipxe\ncolour --basic 8 1\n"), 0);
	assert_int_not_equal(
		capture_script("#!ipxe\ncolour --rgb 0x1000000 1\n"), 0);
	assert_int_not_equal(capture_script("#!ipxe\ncpair 8\n"), 0);
	assert_int_not_equal(capture_script("#!ipxe\ncpair -f 8 1\n"), 0);
	capture_image("text.png", "no picture");
	assert_int_not_equal(
		capture_script("#!ipxe\nconsole --picture text.png\n"), 0);
	assert_null(linux_screen);
	assert_null(image_find("text.png"));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_text_is_drawn_in_cells),
		TEST(test_lines_wrap_and_scroll),
		TEST(test_a_new_last_line_is_empty),
		TEST(test_sequences_move_the_cursor),
		TEST(test_parts_of_lines_and_screen_are_cleared),
		TEST(test_the_cursor_can_be_hidden),
		TEST(test_colours_are_shown),
		TEST(test_picture_is_behind_the_text_and_stays),
		TEST(test_margins_are_kept),
		TEST(test_impossible_wishes_are_refused),
		TEST(test_commands_do_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
