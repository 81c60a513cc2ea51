/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* How the console looks: graphics, colours and pairs of them. */
#include <errno.h>

#include "config/general.h"
#include "core/ansi.h"
#include "core/console.h"
#include "core/error.h"
#include "core/pixbuf.h"
#include "usr/graphics.h"

SELECT_IF(CONSOLE_CMD);

#define COLOURS	    8  /* that have a number */
#define BASIC_MAGIC 15 /* transparent, or blue where that is not possible */

/* A colour: what plain terminals show, and RGB for others. */
static struct {
	uint8_t basic; /* 0 to 7, ANSI_DEFAULT or BASIC_MAGIC */
	long rgb;      /* negative: none */
} colours[ANSI_DEFAULT + 1] = {
	{0, -1}, {1, -1}, {2, -1}, {3, -1}, {BASIC_MAGIC, -1},
	{5, -1}, {6, -1}, {7, -1}, {9, -1}, {9, -1},
};

/* Pairs of colours. */
static struct {
	uint8_t foreground, background; /* numbers of colours */
} pairs[CPAIR_COUNT] = {
	{9, 9}, {7, 4}, {7, 1}, {6, 4}, {0, 6}, {7, 1}, {6, 4}, {0, 7},
};

int graphics_start(struct fbcon_config *config, struct image *picture)
{
	struct pixbuf *pixbuf = NULL;
	int rc;

	if (picture) {
		rc = image_probe(picture);
		if (rc || !picture->type->pixbuf)
			return error_set(-ENOEXEC, "it is not a picture");
		rc = picture->type->pixbuf(picture, &pixbuf);
		if (rc)
			return rc;
		if (!config->width)
			config->width = pixbuf->width;
		if (!config->height)
			config->height = pixbuf->height;
		config->picture = pixbuf;
	}
	if (fbcon_start)
		rc = fbcon_start(config);
	else
		rc = error_set(-ENOTSUP, "graphics are not built in");
	pixbuf_free(pixbuf);
	/* The screen has forgotten its colours. */
	if (!rc)
		cpair_use(CPAIR_DEFAULT);
	return rc;
}

/* Print colour INDEX as the numbers of a control sequence: BASE is 30 for the
 * foreground, 40 for the background. */
static void colour_print(unsigned int index, unsigned int base)
{
	unsigned int basic = colours[index].basic;
	long rgb = colours[index].rgb;

	if (basic == BASIC_MAGIC)
		basic = fbcon_is_active && fbcon_is_active() ? ANSI_DEFAULT : 4;
	console_printf(";%u", base + basic);
	if (rgb >= 0 && fbcon_is_active && fbcon_is_active())
		console_printf(";%u;2;%lu;%lu;%lu", base + 8,
			       (unsigned long)rgb >> 16 & 0xff,
			       (unsigned long)rgb >> 8 & 0xff,
			       (unsigned long)rgb & 0xff);
}

void cpair_use(enum cpair pair)
{
	console_printf("\033[0");
	if (pairs[pair].foreground != ANSI_DEFAULT ||
	    colours[ANSI_DEFAULT].rgb >= 0)
		colour_print(pairs[pair].foreground, 30);
	if (pairs[pair].background != ANSI_DEFAULT)
		colour_print(pairs[pair].background, 40);
	console_putchar('m');
}

void cpair_line(enum cpair pair)
{
	cpair_use(pair);
	console_printf("\033[K");
}

void cpair_end(void)
{
	cpair_use(CPAIR_DEFAULT);
}

/* Is INDEX the number of a colour? */
static bool is_colour(unsigned long index)
{
	return index < COLOURS || index == ANSI_DEFAULT;
}

int colour_define(unsigned long index, unsigned long basic, long rgb)
{
	if (!is_colour(index))
		return error_set(-EINVAL, "there is no colour %lu, but 0 to 7",
				 index);
	if (!is_colour(basic) && basic != BASIC_MAGIC)
		return error_set(-EINVAL,
				 "there is no basic colour %lu, but 0 "
				 "to 7, 9 and 15",
				 basic);
	if (rgb > 0xffffff)
		return error_set(-EINVAL, "an RGB colour is at most 0xffffff");
	colours[index].basic = (uint8_t)basic;
	colours[index].rgb = rgb;
	cpair_use(CPAIR_DEFAULT);
	return 0;
}

int cpair_define(unsigned long index, unsigned long foreground,
		 unsigned long background)
{
	if (index >= CPAIR_COUNT)
		return error_set(-EINVAL, "there is no pair %lu, but 0 to 7",
				 index);
	if (!is_colour(foreground) || !is_colour(background))
		return error_set(-EINVAL,
				 "there are only the colours 0 to 7, and 9");
	pairs[index].foreground = (uint8_t)foreground;
	pairs[index].background = (uint8_t)background;
	cpair_use(CPAIR_DEFAULT);
	return 0;
}
