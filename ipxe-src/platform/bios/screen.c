/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The BIOS console: text screen and keyboard.
 *
 * In a text mode, characters are written to the screen's memory and the BIOS
 * data area is kept in step, which costs no trip to real mode; in any other
 * mode the BIOS prints them. Escape sequences are swallowed unless there is
 * screen_ansi.c.
 */
#include "config/console.h"
#include "core/console.h"
#include "core/platform.h"
#include "platform/bios/io.h"
#include "platform/bios/keys.h"
#include "platform/bios/real.h"
#include "platform/bios/screen.h"
#include "platform/bios/timer.h"

SELECT_IF(CONSOLE_PCBIOS);

#define COLOUR_TEXT    0xb8000
#define MONO_TEXT      0xb0000
#define MODE_TEXT_LAST 3 /* modes 0 to 3 are colour text modes */
#define MODE_MONO      7
#define SCREEN_MAX     (132 * 60) /* cells that the text window can show */
#define ROWS_PRESET    25
#define BLANK	       0x0720 /* a space, grey on black */
#define CRTC_CURSOR    0x0e   /* register: high byte; the low one is next */

uint8_t screen_attribute = BLANK >> 8;

static bool cursor_moved;

/* Look up the screen. False if it is not in a text mode that is understood. */
static bool screen_get(struct screen *screen)
{
	uint8_t mode = *low_ptr(uint8_t, BDA_VIDEO_MODE);
	unsigned int offset = *low_ptr(uint16_t, BDA_PAGE_OFFSET);

	screen->columns = *low_ptr(uint16_t, BDA_COLUMNS);
	screen->rows = *low_ptr(uint8_t, BDA_ROWS) + 1u;
	screen->page = *low_ptr(uint8_t, BDA_PAGE) & 7;
	if (screen->rows == 1)
		screen->rows = ROWS_PRESET;
	if ((mode > MODE_TEXT_LAST && mode != MODE_MONO) || !screen->columns ||
	    screen->columns * screen->rows > SCREEN_MAX ||
	    offset + screen->columns * screen->rows * 2 > 0x8000)
		return false;
	screen->cells =
		low_ptr(uint16_t,
			(mode == MODE_MONO ? MONO_TEXT : COLOUR_TEXT) + offset);
	return true;
}

/* Show the hardware cursor where the BIOS data area says that it is. */
static void cursor_show(void)
{
	volatile uint8_t *cursor;
	struct screen screen;
	unsigned int at;
	uint16_t crtc = *low_ptr(uint16_t, BDA_CRTC);

	cursor_moved = false;
	if (!screen_get(&screen))
		return;
	cursor = low_ptr(uint8_t, BDA_CURSOR + 2 * screen.page);
	at = *low_ptr(uint16_t, BDA_PAGE_OFFSET) / 2 +
	     cursor[1] * screen.columns + cursor[0];
	port_out16(crtc, (uint16_t)(CRTC_CURSOR | (at & 0xff00)));
	port_out16(crtc, (uint16_t)((CRTC_CURSOR + 1) | at << 8));
}

/* Move all rows up by one. */
static void screen_scroll(const struct screen *screen)
{
	unsigned int len = screen->columns * screen->rows;
	unsigned int i;

	for (i = 0; i < len; i++)
		screen->cells[i] =
			i + screen->columns < len
				? screen->cells[i + screen->columns]
				: (uint16_t)(screen_attribute << 8 | ' ');
}

/* Write one character to the screen's memory. */
static void screen_write(const struct screen *screen, uint8_t c)
{
	volatile uint8_t *cursor =
		low_ptr(uint8_t, BDA_CURSOR + 2 * screen->page);
	unsigned int column = MIN(cursor[0], screen->columns - 1);
	unsigned int row = MIN(cursor[1], screen->rows - 1);

	switch (c) {
	case '\b':
		column -= column != 0;
		break;
	case '\r':
		column = 0;
		break;
	case '\n':
		column = 0;
		row++;
		break;
	default:
		screen->cells[row * screen->columns + column++] =
			(uint16_t)(screen_attribute << 8 | c);
	}
	if (column == screen->columns) {
		column = 0;
		row++;
	}
	if (row == screen->rows) {
		screen_scroll(screen);
		row--;
	}
	cursor[0] = (uint8_t)column;
	cursor[1] = (uint8_t)row;
}

/* Have the BIOS print one character. */
static void bios_write(uint8_t c)
{
	struct real_regs *regs;

	if (c == '\n')
		bios_write('\r');
	regs = real_begin();
	regs->eax = 0x0e00 | c;
	regs->ebx = 7;
	real_int(regs, 0x10);
}

/* Is C part of an escape sequence, or of a character beyond ASCII but its
 * first byte? Those are not shown. */
static bool is_swallowed(uint8_t c)
{
	static enum { TEXT, ESCAPE, SEQUENCE } state;

	switch (state) {
	case TEXT:
		if (c == KEY_ESC)
			state = ESCAPE;
		return c == KEY_ESC || (c & 0xc0) == 0x80 ||
		       (c < ' ' && c != '\b' && c != '\r' && c != '\n');
	case ESCAPE:
		state = c == '[' ? SEQUENCE : TEXT;
		return true;
	default:
		if (c >= '@' && c <= '~')
			state = TEXT;
		return true;
	}
}

static void screen_putchar(uint8_t c)
{
	struct screen screen;
	bool is_text = screen_get(&screen);
	int glyph;

	if (screen_ansi) {
		glyph = screen_ansi(is_text ? &screen : NULL, c);
		cursor_moved = true;
		if (glyph < 0)
			return;
		c = (uint8_t)glyph;
	} else if (is_swallowed(c)) {
		return;
	} else if (c > '~') {
		c = '?';
	}
	if (!is_text) {
		bios_write(c);
		return;
	}
	screen_write(&screen, c);
	cursor_moved = true;
	if (c == '\n' || c == '\r')
		cursor_show();
}

/* Scan codes of keys without a character, and how their sequences end. */
static const struct {
	uint8_t scan;
	char end[3];
} keys[] = {
	{0x48, "A"}, {0x50, "B"},  {0x4d, "C"},	 {0x4b, "D"},  {0x47, "H"},
	{0x4f, "F"}, {0x53, "3~"}, {0x49, "5~"}, {0x51, "6~"},
};

static int screen_getchar(void)
{
	static const char *pending; /* rest of a sequence or character */
	struct real_regs *regs;
	unsigned int i;

	if (pending && *pending)
		return (uint8_t)*pending++;
	if (cursor_moved)
		cursor_show();
	real_take_interrupts();
	if (*low_ptr(uint16_t, BDA_KBD_HEAD) ==
	    *low_ptr(uint16_t, BDA_KBD_TAIL))
		return -1;
	platform_busy();
	regs = real_begin();
	regs->eax = 0x1000; /* a key of an enhanced keyboard */
	real_int(regs, 0x16);
	if (keys_translate) {
		pending = keys_translate((uint16_t)regs->eax);
		if (pending)
			return (uint8_t)*pending++;
	}
	if ((regs->eax & 0xff) && (regs->eax & 0xff) != 0xe0)
		return regs->eax & 0xff;
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		if (keys[i].scan == (regs->eax >> 8 & 0xff)) {
			static char sequence[4] = "[";

			sequence[1] = keys[i].end[0];
			sequence[2] = keys[i].end[1];
			pending = sequence;
			return KEY_ESC;
		}
	}
	return -1;
}

static const struct console screen_console = {
	.putchar = screen_putchar,
	.getchar = screen_getchar,
	.is_screen = true,
};
TABLE_REGISTER(consoles, screen_console);
