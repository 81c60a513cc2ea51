/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What consoles are sent: UTF-8 with control sequences. ECMA-48. */
#ifndef CORE_ANSI_H
#define CORE_ANSI_H

#include "core/utf8.h"

/* Most numbers that a control sequence may have; further ones are added up
 * in the last. */
#define ANSI_NUMBERS 16

/* A stream of text. All zero is its beginning. */
struct ansi {
	enum { ANSI_TEXT, ANSI_ESCAPE, ANSI_SEQUENCE } state;
	struct utf8_decoder utf8;
	/* The numbers of the sequence, 0 where there is none. */
	unsigned int numbers[ANSI_NUMBERS];
	unsigned int count; /* of them, at least 1 */
};

/* What ansi_feed() returns for a control sequence, with its final byte. */
#define ANSI_FINAL(final) (0x10000 | (final))

/* Feed one byte. Returns the character (below 0x10000) or ANSI_FINAL(byte)
 * that it completes, -1 if there is nothing to do yet. */
int ansi_feed(struct ansi *ansi, uint8_t byte);

/* Colours that a person sees, as ANSI numbers them, and brightness. */
struct ansi_colours {
	uint8_t foreground; /* 0 to 7, or ANSI_DEFAULT */
	uint8_t background;
	bool is_bold;
	bool is_reverse;
	/* RGB of their own, with ANSI_RGB set, else 0. */
	uint32_t foreground_rgb;
	uint32_t background_rgb;
};

#define ANSI_DEFAULT 9
#define ANSI_RGB     0x1000000

/* Select graphic rendition: change COLOURS as the sequence "m" in ANSI says,
 * ECMA-48 8.3.117, and 38;2;R;G;B of ISO 8613-6. */
void ansi_select(const struct ansi *ansi, struct ansi_colours *colours);

#endif
