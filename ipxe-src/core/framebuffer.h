/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* A graphics mode of the screen, and a font: what a platform gives to fbcon.
 *
 * platform/bios/vesa.c, platform/efi/gop.c and, a screen in memory for tests,
 * platform/linux/framebuffer_linux.c implement it.
 */
#ifndef CORE_FRAMEBUFFER_H
#define CORE_FRAMEBUFFER_H

#include "core/compiler.h"

#define GLYPH_WIDTH	 8
#define GLYPH_HEIGHT_MAX 32

/* The mode that is set. */
struct framebuffer {
	unsigned int width; /* pixels */
	unsigned int height;
	unsigned int glyph_height; /* rows of a character, to the maximum */
};

/* Set the smallest mode of at least WIDTH x HEIGHT pixels and, if there is
 * such a one, DEPTH bits. Returns 0, or -errno with a sentence; the screen is
 * then as it was. */
int framebuffer_open(unsigned int width, unsigned int height,
		     unsigned int depth, struct framebuffer *ret);

/* Back to text, on a clear screen. */
void framebuffer_close(void);

/* Show the rectangle at X, Y of WIDTH x HEIGHT pixels of PIXELS, which has the
 * whole screen: 0x00RRGGBB. */
void framebuffer_present(const uint32_t *pixels, unsigned int x, unsigned int y,
			 unsigned int width, unsigned int height);

/* The rows of the character C, most significant bit left. False if the font
 * lacks it. */
bool framebuffer_glyph(uint16_t c, uint8_t rows[GLYPH_HEIGHT_MAX]);

#endif
