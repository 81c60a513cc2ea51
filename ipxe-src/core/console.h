/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Text to every console at once, keys from any of them. */
#ifndef CORE_CONSOLE_H
#define CORE_CONSOLE_H

#include <stdarg.h>

#include "core/compiler.h"
#include "core/table.h"

/* One console. Registered in the table "consoles". */
struct console {
	/* Show one byte: UTF-8 text, "\n" (the driver adds "\r" if it must),
	 * "\r", "\b", or part of an ANSI escape sequence (ECMA-48). */
	void (*putchar)(uint8_t c);
	/* Take one byte of input, -1 if there is none; never waits. Keys that
	 * are not characters come as ANSI sequences (ESC [ A is up). NULL if
	 * the console has no input. */
	int (*getchar)(void);
	/* Does it print on the screen in a text mode? Then it prints nothing
	 * while the screen is in a graphics mode. */
	bool is_screen;
};

TABLE_DECLARE(consoles, const struct console);

/* Keys that are not a character. */
#define KEY_UP	   0x101
#define KEY_DOWN   0x102
#define KEY_RIGHT  0x103
#define KEY_LEFT   0x104
#define KEY_HOME   0x105
#define KEY_END	   0x106
#define KEY_DELETE 0x107
#define KEY_PPAGE  0x108
#define KEY_NPAGE  0x109
#define KEY_F(n)   (0x110 + (n)) /* 1 to 12 */

#define CTRL_A	0x01
#define CTRL_B	0x02
#define CTRL_C	0x03
#define KEY_ESC 0x1b

/* Print on all consoles, like printf() (of the formats that libc/ knows). */
void console_printf(const char *format, ...) __printf(1, 2);
void console_vprintf(const char *format, va_list args);

/* Print one byte, or LEN bytes, on all consoles. */
void console_putchar(uint8_t c);
void console_write(const char *text, size_t len);

/* Wait for a key. TIMEOUT_MS 0 only looks, negative waits for ever; the
 * network is polled meanwhile. Returns the character or KEY_..., -ETIMEDOUT. */
int console_getkey(int timeout_ms);

/* Is Ctrl-C waiting? Takes it (and discards what was typed before it). Other
 * keys stay for console_getkey(). Cheap enough for every poll. */
bool console_is_cancelled(void);

/* Number of keys that were ever taken by console_getkey(): progress made by a
 * person (the ring guard asks). */
unsigned int console_key_count(void);

/* What prints on the screen, in place of its text consoles; NULL: they do. */
void console_set_screen(void (*putchar)(uint8_t c));

/* For tests: everything printed also goes to HOOK while it is not NULL. */
void console_set_hook(void (*hook)(uint8_t c));

#endif
