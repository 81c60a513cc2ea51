/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* For tests: a console on which a person types. */
#ifndef TESTS_UNIT_TYPING_H
#define TESTS_UNIT_TYPING_H

#include "core/console.h"

/* What is typed next, not faster than it is read: the console keeps only so
 * many keys. */
static const char *typed = "";
static unsigned int given; /* keys, whole escape sequences being one */
static bool is_in_escape;

static void no_putchar(uint8_t c __unused_arg)
{
}

static int typed_getchar(void)
{
	uint8_t c = (uint8_t)*typed;

	if (!c)
		return -1;
	if (!is_in_escape) {
		if (given - console_key_count() >= 8)
			return -1;
		given++;
		is_in_escape = c == KEY_ESC;
	} else if (c != '[' && (c < '0' || c > '9')) {
		is_in_escape = false;
	}
	typed++;
	return c;
}

static const struct console typing_console = {.putchar = no_putchar,
					      .getchar = typed_getchar};
TABLE_REGISTER(consoles, typing_console);

#define UP    "\x1b[A"
#define DOWN  "\x1b[B"
#define RIGHT "\x1b[C"
#define LEFT  "\x1b[D"
#define HOME  "\x1b[H"
#define END   "\x1b[F"
#define DEL   "\x1b[3~"
#define PGUP  "\x1b[5~"
#define PGDN  "\x1b[6~"

#endif
