/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The console on a frame buffer: text in front of a picture.
 *
 * Everything is drawn into memory first, and what has changed is shown some
 * milliseconds later: a line costs much less than its characters one by one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/console.h"
#include "core/ansi.h"
#include "core/console.h"
#include "core/error.h"
#include "core/fbcon.h"
#include "core/framebuffer.h"
#include "core/memory.h"
#include "core/pixbuf.h"
#include "core/platform.h"
#include "core/poll.h"

SELECT_IF(CONSOLE_FRAMEBUFFER);

/* How long what is printed may wait to be shown. */
#define SHOW_US 40000

#define TAB_COLUMNS 8

/* Stands for the picture, as a background. */
#define TRANSPARENT 0xff000000

/* A character on the screen. */
struct cell {
	uint16_t c;
	uint32_t foreground; /* 0x00RRGGBB */
	uint32_t background; /* likewise, or TRANSPARENT */
};

static struct {
	struct framebuffer mode;
	struct pixbuf *screen;	/* as it shall be seen */
	struct pixbuf *picture; /* as large, or NULL: black */
	struct cell *cells;	/* rows * columns, image memory */
	size_t cells_len;	/* bytes */
	unsigned int left, top; /* of the text, pixels */
	unsigned int columns, rows;
	unsigned int column, row; /* of the cursor; column may be == columns */
	bool is_cursor_hidden;
	struct ansi ansi;
	struct ansi_colours colours;
	/* What is not shown yet, pixels; empty if x0 >= x1. */
	unsigned int x0, y0, x1, y1;
	uint64_t shown_us; /* when it was last shown */
	bool is_active;
} fb;

/* ANSI's eight colours, dark and bright. */
static const uint32_t palette[2][8] = {
	{0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa,
	 0xaaaaaa},
	{0x555555, 0xff5555, 0x55ff55, 0xffff55, 0x5555ff, 0xff55ff, 0x55ffff,
	 0xffffff},
};

/* The pixels at X, Y have changed. */
static void mark(unsigned int x, unsigned int y, unsigned int width,
		 unsigned int height)
{
	if (fb.x0 >= fb.x1) {
		fb.x0 = x;
		fb.y0 = y;
		fb.x1 = x + width;
		fb.y1 = y + height;
		return;
	}
	fb.x0 = MIN(fb.x0, x);
	fb.y0 = MIN(fb.y0, y);
	fb.x1 = MAX(fb.x1, x + width);
	fb.y1 = MAX(fb.y1, y + height);
}

/* Draw the cell in COLUMN and ROW. */
static void cell_draw(unsigned int column, unsigned int row, bool has_cursor)
{
	const struct cell *cell = &fb.cells[row * fb.columns + column];
	unsigned int height = fb.mode.glyph_height;
	size_t at = (size_t)(fb.top + row * height) * fb.mode.width + fb.left +
		    column * GLYPH_WIDTH;
	uint8_t rows[GLYPH_HEIGHT_MAX];
	uint32_t background = cell->background;
	uint32_t *pixels;
	unsigned int x, y;

	if (!framebuffer_glyph(cell->c, rows) && !framebuffer_glyph('?', rows))
		memset(rows, 0, sizeof(rows));
	if (has_cursor)
		memset(rows + height - 2, 0xff, 2);
	for (y = 0; y < height; y++, at += fb.mode.width) {
		pixels = fb.screen->pixels + at;
		for (x = 0; x < GLYPH_WIDTH; x++) {
			if (rows[y] << x & 0x80)
				pixels[x] = cell->foreground;
			else if (background != TRANSPARENT)
				pixels[x] = background;
			else
				pixels[x] = fb.picture
						    ? fb.picture->pixels[at + x]
						    : 0;
		}
	}
	mark(fb.left + column * GLYPH_WIDTH, fb.top + row * height, GLYPH_WIDTH,
	     height);
}

/* Draw all cells of the rows from FIRST up to END. */
static void rows_draw(unsigned int first, unsigned int end)
{
	unsigned int column;

	for (; first < end; first++) {
		for (column = 0; column < fb.columns; column++)
			cell_draw(column, first, false);
	}
}

/* Show or hide the cursor. */
static void cursor_draw(bool is_shown)
{
	if (fb.column < fb.columns && !fb.is_cursor_hidden)
		cell_draw(fb.column, fb.row, is_shown);
}

/* What one of the colours now looks like. */
static uint32_t colour_rgb(uint8_t colour, uint32_t rgb, bool is_bold,
			   uint32_t preset)
{
	if (rgb)
		return rgb & 0xffffff;
	if (colour < 8)
		return palette[is_bold][colour];
	return preset;
}

/* Fill in a cell for the character C in the present colours. */
static void cell_put(struct cell *cell, uint16_t c)
{
	const struct ansi_colours *colours = &fb.colours;
	uint32_t front, back;

	front = colour_rgb(colours->foreground, colours->foreground_rgb,
			   colours->is_bold, palette[colours->is_bold][7]);
	back = colour_rgb(colours->background, colours->background_rgb, false,
			  TRANSPARENT);
	cell->c = c;
	cell->foreground = front;
	cell->background = back;
	if (colours->is_reverse) {
		cell->foreground = back == TRANSPARENT ? 0 : back;
		cell->background = front;
	}
}

/* Blank the cells from number FIRST up to END, by rows. */
static void cells_clear(size_t first, size_t end)
{
	size_t i;

	for (i = first; i < end; i++) {
		cell_put(&fb.cells[i], ' ');
		cell_draw((unsigned int)(i % fb.columns),
			  (unsigned int)(i / fb.columns), false);
	}
}

static void line_feed(void)
{
	size_t count = (size_t)fb.columns * (fb.rows - 1);

	fb.column = 0;
	if (++fb.row < fb.rows)
		return;
	fb.row = fb.rows - 1;
	memmove(fb.cells, fb.cells + fb.columns, count * sizeof(*fb.cells));
	rows_draw(0, fb.rows - 1);
	cells_clear(count, count + fb.columns);
}

static void put_character(int c)
{
	if (fb.column == fb.columns)
		line_feed();
	cell_put(&fb.cells[fb.row * fb.columns + fb.column], (uint16_t)c);
	cell_draw(fb.column++, fb.row, false);
}

/* Do the control sequence that FINAL ends. */
static void sequence_do(uint8_t final)
{
	const unsigned int *numbers = fb.ansi.numbers;
	unsigned int count = MAX(numbers[0], 1u);
	size_t at = (size_t)fb.row * fb.columns + MIN(fb.column, fb.columns);
	size_t end = (size_t)fb.rows * fb.columns;

	switch (final) {
	case 'm':
		ansi_select(&fb.ansi, &fb.colours);
		break;
	case 'H':
	case 'f':
		fb.row = MIN(count, fb.rows) - 1;
		fb.column = MIN(MAX(numbers[1], 1u), fb.columns) - 1;
		break;
	case 'J':
		cells_clear(numbers[0] ? 0 : at, numbers[0] == 1 ? at : end);
		break;
	case 'K':
		cells_clear(numbers[0] ? (size_t)fb.row * fb.columns : at,
			    numbers[0] == 1 ? at : (fb.row + 1u) * fb.columns);
		break;
	case 'A':
		fb.row -= MIN(count, fb.row);
		break;
	case 'B':
		fb.row = MIN(fb.row + count, fb.rows - 1);
		break;
	case 'C':
		fb.column = MIN(fb.column + count, fb.columns - 1);
		break;
	case 'D':
		fb.column -= MIN(count, fb.column);
		break;
	case 'h':
	case 'l':
		if (numbers[0] == 25)
			fb.is_cursor_hidden = final == 'l';
		break;
	}
}

static void fbcon_feed(uint8_t byte)
{
	int c = ansi_feed(&fb.ansi, byte);

	if (c < 0)
		return;
	cursor_draw(false);
	if (c >= ANSI_FINAL(0))
		sequence_do((uint8_t)(c & 0xff));
	else if (c == '\n')
		line_feed();
	else if (c == '\r')
		fb.column = 0;
	else if (c == '\b')
		fb.column -= fb.column > 0;
	else if (c == '\t')
		fb.column = MIN((fb.column / TAB_COLUMNS + 1) * TAB_COLUMNS,
				fb.columns - 1);
	else if (c >= ' ')
		put_character(c);
	cursor_draw(true);
	if (c == '\n' && platform_time_us() - fb.shown_us > SHOW_US)
		fbcon_flush();
}

void fbcon_flush(void)
{
	if (!fb.is_active || fb.x0 >= fb.x1)
		return;
	framebuffer_present(fb.screen->pixels, fb.x0, fb.y0, fb.x1 - fb.x0,
			    fb.y1 - fb.y0);
	fb.x1 = fb.x0;
	fb.shown_us = platform_time_us();
}

static bool fbcon_poll(void)
{
	if (fb.is_active && fb.x0 < fb.x1 &&
	    platform_time_us() - fb.shown_us > SHOW_US)
		fbcon_flush();
	return false;
}

/* Copy PICTURE to the middle of one of the screen's size. */
static int picture_place(const struct pixbuf *picture)
{
	struct pixbuf *whole;
	unsigned int width, height, y;
	unsigned int from_x, from_y, to_x, to_y;

	whole = pixbuf_alloc(fb.mode.width, fb.mode.height);
	if (!whole)
		return -ENOMEM;
	width = MIN(picture->width, whole->width);
	height = MIN(picture->height, whole->height);
	from_x = (picture->width - width) / 2;
	from_y = (picture->height - height) / 2;
	to_x = (whole->width - width) / 2;
	to_y = (whole->height - height) / 2;
	for (y = 0; y < height; y++)
		memcpy(whole->pixels + (size_t)(to_y + y) * whole->width + to_x,
		       picture->pixels + (size_t)(from_y + y) * picture->width +
			       from_x,
		       width * sizeof(uint32_t));
	fb.picture = whole;
	return 0;
}

/* How far from an edge of the screen the text begins: GAP is what the screen
 * is larger than asked for, on both sides together. */
static unsigned int margin(unsigned int wanted, unsigned int gap)
{
	return wanted ? wanted + gap / 2 : 0;
}

/* Find out where the text goes. */
static int text_place(const struct fbcon_config *config)
{
	unsigned int gap_x = fb.mode.width - MIN(config->width, fb.mode.width);
	unsigned int gap_y =
		fb.mode.height - MIN(config->height, fb.mode.height);
	unsigned int right = margin(config->right, gap_x);
	unsigned int bottom = margin(config->bottom, gap_y);

	fb.left = margin(config->left, gap_x);
	fb.top = margin(config->top, gap_y);
	if (fb.left >= fb.mode.width || right >= fb.mode.width - fb.left ||
	    fb.top >= fb.mode.height || bottom >= fb.mode.height - fb.top)
		return error_set(-EINVAL, "the margins leave no room for text");
	fb.columns = (fb.mode.width - fb.left - right) / GLYPH_WIDTH;
	fb.rows = (fb.mode.height - fb.top - bottom) / fb.mode.glyph_height;
	if (!fb.columns || !fb.rows)
		return error_set(-EINVAL, "the margins leave no room for text");
	fb.cells_len = (size_t)fb.columns * fb.rows * sizeof(*fb.cells);
	fb.cells = bulk_realloc(NULL, 0, fb.cells_len);
	return fb.cells ? 0 : -ENOMEM;
}

/* Release what fbcon_start() made. */
static void fbcon_release(void)
{
	pixbuf_free(fb.screen);
	pixbuf_free(fb.picture);
	if (fb.cells)
		bulk_realloc(fb.cells, fb.cells_len, 0);
	memset(&fb, 0, sizeof(fb));
	console_set_screen(NULL);
}

int fbcon_start(const struct fbcon_config *config)
{
	struct framebuffer mode;
	int rc;

	rc = framebuffer_open(config->width, config->height, config->depth,
			      &mode);
	if (rc)
		return rc;
	fbcon_release();
	fb.mode = mode;
	rc = text_place(config);
	if (!rc && config->picture)
		rc = picture_place(config->picture);
	if (!rc) {
		fb.screen = pixbuf_alloc(mode.width, mode.height);
		rc = fb.screen ? 0 : -ENOMEM;
	}
	if (rc) {
		fbcon_release();
		framebuffer_close();
		return rc;
	}
	if (fb.picture)
		memcpy(fb.screen->pixels, fb.picture->pixels,
		       (size_t)mode.width * mode.height * sizeof(uint32_t));
	fb.colours.foreground = ANSI_DEFAULT;
	fb.colours.background = ANSI_DEFAULT;
	cells_clear(0, (size_t)fb.columns * fb.rows);
	mark(0, 0, mode.width, mode.height);
	fb.is_active = true;
	console_set_screen(fbcon_feed);
	fbcon_flush();
	return 0;
}

void fbcon_stop(void)
{
	if (!fb.is_active)
		return;
	fbcon_release();
	framebuffer_close();
}

bool fbcon_is_active(void)
{
	return fb.is_active;
}

static const struct poller fbcon_poller = {
	.poll = fbcon_poll,
};
TABLE_REGISTER(pollers, fbcon_poller);
