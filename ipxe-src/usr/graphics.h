/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* How the console looks. */
#ifndef USR_GRAPHICS_H
#define USR_GRAPHICS_H

#include "core/fbcon.h"
#include "core/image.h"

/* Switch to graphics as CONFIG says, with PICTURE (an image, NULL: none) behind
 * the text; the size of the screen is at least PICTURE's if CONFIG has none.
 * Returns 0, or -errno with a sentence. */
int graphics_start(struct fbcon_config *config, struct image *picture);

/* Define colour INDEX, 0 to 7 or 9: the ANSI colour BASIC (0 to 7, 9 is the
 * default, 15 transparent or blue), and where there are more colours RGB, if
 * it is not negative. -EINVAL with a sentence. */
int colour_define(unsigned long index, unsigned long basic, long rgb);

/* Define pair INDEX, 0 to 7, by two colours. -EINVAL with a sentence. */
int cpair_define(unsigned long index, unsigned long foreground,
		 unsigned long background);

/* What pairs are for; as iPXE numbers them. */
enum cpair {
	CPAIR_DEFAULT,
	CPAIR_NORMAL,	 /* menus, forms, the editor */
	CPAIR_SELECT,	 /* the line selected */
	CPAIR_SEPARATOR, /* gaps of menus */
	CPAIR_EDIT,	 /* what is being edited */
	CPAIR_ALERT,	 /* errors */
	CPAIR_URL,
	CPAIR_PXE, /* the selected line of a PXE menu */
	CPAIR_COUNT,
};

/* Print in the colours of PAIR from now on. Weak: NULL in builds without the
 * commands for it. */
void cpair_use(enum cpair pair) __attribute__((weak));

/* Begin a line that is in the colours of PAIR up to its end; end it, before its
 * \n. Nothing in builds without the commands for colours. */
void cpair_line(enum cpair pair);
void cpair_end(void);

#endif
