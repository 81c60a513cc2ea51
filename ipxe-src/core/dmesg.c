/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* ${dmesg}: the last kilobytes of what the consoles showed. */
#include <string.h>

#include "config/console.h"
#include "core/ansi.h"
#include "core/builtin.h"
#include "core/console.h"

SELECT_IF(CONSOLE_DMESG);

/* Bytes that are kept, and how many of the oldest make room at once. */
#define KEEP_BYTES 8192
#define DROP_BYTES 1024

static char text[KEEP_BYTES];
static size_t text_len;
static size_t line_at; /* where the last line begins in text */

/* Forget the oldest lines: DROP_BYTES and the rest of the line there. */
static void text_drop(void)
{
	const char *end =
		memchr(text + DROP_BYTES, '\n', text_len - DROP_BYTES);
	size_t len = end ? (size_t)(end + 1 - text) : DROP_BYTES;

	text_len -= len;
	line_at = line_at > len ? line_at - len : 0;
	memmove(text, text + len, text_len);
}

static void text_add(uint8_t c)
{
	if (text_len == KEEP_BYTES)
		text_drop();
	text[text_len++] = (char)c;
}

/* Print the byte C as a terminal does: what is written over is not kept.
 * Control sequences are left out. */
static void dmesg_putchar(uint8_t c)
{
	static struct ansi ansi;
	int character;

	if (ansi.state == ANSI_TEXT && c >= 0x80) {
		text_add(c);
		return;
	}
	character = ansi_feed(&ansi, c);
	if (character == '\r')
		text_len = line_at;
	else if (character == '\b' && text_len > line_at)
		text_len--;
	else if ((character >= ' ' && character < 0x7f) || character == '\n')
		text_add((uint8_t)character);
	if (character == '\n')
		line_at = text_len;
}

static const struct console dmesg_console = {
	.putchar = dmesg_putchar,
};
TABLE_REGISTER(consoles, dmesg_console);

static int dmesg_fetch(void *buf, size_t len)
{
	return builtin_bytes(text, text_len, buf, len);
}

BUILTIN(dmesg, "dmesg", string, "The last 8 kB of what the console showed");
