/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Colours, movements of the cursor and UTF-8 on the text screen. */
#include "config/console.h"
#include "core/ansi.h"
#include "platform/bios/glyphs.h"
#include "platform/bios/io.h"
#include "platform/bios/screen.h"

SELECT_IF(CONSOLE_ANSI);

#define ATTRIBUTE_BRIGHT 0x08

/* ANSI has red in bit 0 and blue in bit 2, VGA the reverse. */
static const uint8_t colours_vga[] = {0, 4, 2, 6, 1, 5, 3, 7};

static struct ansi ansi;
static struct ansi_colours colours = {
	ANSI_DEFAULT, ANSI_DEFAULT, false, false, 0, 0};

/* The attribute of a character in the present colours. */
static uint8_t attribute(void)
{
	uint8_t front = colours.foreground < 8 ? colours.foreground : 7;
	uint8_t back = colours.background < 8 ? colours.background : 0;
	uint8_t swap = front;

	if (colours.is_reverse) {
		front = back;
		back = swap;
	}
	return (uint8_t)(colours_vga[back] << 4 | colours_vga[front] |
			 (colours.is_bold ? ATTRIBUTE_BRIGHT : 0));
}

/* Blank the cells from FIRST up to END. */
static void cells_clear(const struct screen *screen, unsigned int first,
			unsigned int end)
{
	for (; first < end; first++)
		screen->cells[first] = (uint16_t)(screen_attribute << 8 | ' ');
}

/* Do the control sequence that FINAL ends, on SCREEN. */
static void sequence_do(const struct screen *screen, uint8_t final)
{
	volatile uint8_t *cursor =
		low_ptr(uint8_t, BDA_CURSOR + 2 * screen->page);
	unsigned int count = MAX(ansi.numbers[0], 1u);
	unsigned int column = cursor[0], row = cursor[1];
	unsigned int at = row * screen->columns + column;

	switch (final) {
	case 'm':
		ansi_select(&ansi, &colours);
		screen_attribute = attribute();
		return;
	case 'H':
	case 'f':
		row = MIN(count, screen->rows) - 1;
		column = MIN(MAX(ansi.numbers[1], 1u), screen->columns) - 1;
		break;
	case 'J':
		cells_clear(screen, ansi.numbers[0] ? 0 : at,
			    screen->rows * screen->columns);
		break;
	case 'K':
		cells_clear(screen, at, (row + 1) * screen->columns);
		break;
	case 'A':
		row -= MIN(count, row);
		break;
	case 'B':
		row = MIN(row + count, screen->rows - 1);
		break;
	case 'C':
		column = MIN(column + count, screen->columns - 1);
		break;
	case 'D':
		column -= MIN(count, column);
		break;
	}
	cursor[0] = (uint8_t)column;
	cursor[1] = (uint8_t)row;
}

int screen_ansi(const struct screen *screen, uint8_t byte)
{
	int c = ansi_feed(&ansi, byte);
	int glyph;

	if (c >= ANSI_FINAL(0)) {
		if (screen)
			sequence_do(screen, (uint8_t)(c & 0xff));
		return -1;
	}
	if (c < ' ')
		return c == '\b' || c == '\r' || c == '\n' ? c : -1;
	glyph = glyph_of((uint16_t)c);
	return glyph < 0 ? '?' : glyph;
}
