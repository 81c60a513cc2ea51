/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The console on a frame buffer: text in front of a picture. */
#ifndef CORE_FBCON_H
#define CORE_FBCON_H

#include "core/compiler.h"

struct pixbuf;

/* How it is to look. Sizes in pixels. */
struct fbcon_config {
	unsigned int width; /* of the screen, at least */
	unsigned int height;
	unsigned int depth; /* bits of a pixel, at least */
	/* Margins of the text. Each that is not 0 counts from the edge of a
	 * rectangle of the size above in the middle of the screen. */
	unsigned int left, right, top, bottom;
	/* Shown behind the text, in the middle; NULL: none. Copied. */
	const struct pixbuf *picture;
};

/* Switch the screen to graphics, or change how it looks. The text consoles of
 * the screen are silent meanwhile. Returns 0, or -errno with a sentence. These
 * functions are weak: NULL in builds without graphics. */
int fbcon_start(const struct fbcon_config *config) __attribute__((weak));

/* Back to text. Harmless if it is text already. */
void fbcon_stop(void) __attribute__((weak));

/* Is the screen in a graphics mode? */
bool fbcon_is_active(void) __attribute__((weak));

/* Show what was printed and is not shown yet. */
void fbcon_flush(void) __attribute__((weak));

#endif
