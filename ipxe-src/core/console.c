/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Text to every console at once, keys from any of them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/console.h"
#include "core/platform.h"
#include "core/poll.h"

/* How long the rest of an escape sequence may take to arrive. */
#define ESCAPE_WAIT_MS 50

/* Keys that have arrived and that nobody has asked for yet. */
static uint16_t key_queue[32];
static unsigned int key_queue_len;
static unsigned int key_count;
static void (*console_hook)(uint8_t c);
static void (*console_screen)(uint8_t c);

void console_set_hook(void (*hook)(uint8_t c))
{
	console_hook = hook;
}

void console_set_screen(void (*putchar)(uint8_t c))
{
	console_screen = putchar;
}

unsigned int console_key_count(void)
{
	return key_count;
}

void console_putchar(uint8_t c)
{
	const struct console *console;

	if (console_hook)
		console_hook(c);
	if (console_screen)
		console_screen(c);
	for_each_table_entry(console, consoles) {
		if (!console_screen || !console->is_screen)
			console->putchar(c);
	}
}

void console_write(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		console_putchar((uint8_t)text[i]);
}

void console_vprintf(const char *format, va_list args)
{
	char text[512];
	int len;

	len = vsnprintf(text, sizeof(text), format, args);
	if (len < 0)
		return;
	console_write(text, MIN((size_t)len, sizeof(text) - 1));
}

void console_printf(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	console_vprintf(format, args);
	va_end(args);
}

/* Read one raw byte from CONSOLE within WAIT_MS; -1 if there is none. */
static int console_read_byte(const struct console *console,
			     unsigned int wait_ms)
{
	uint64_t end = platform_time_us() + wait_ms * 1000ULL;
	int c;

	do {
		c = console->getchar();
	} while (c < 0 && platform_time_us() < end);
	return c;
}

/* The key of an escape sequence "ESC [ NUMBER FINAL", 0 if unknown. */
static int escape_key(unsigned int number, int final)
{
	static const uint8_t vt_keys[] = {
		1, (uint8_t)KEY_HOME,  3, (uint8_t)KEY_DELETE,
		4, (uint8_t)KEY_END,   5, (uint8_t)KEY_PPAGE,
		6, (uint8_t)KEY_NPAGE, 7, (uint8_t)KEY_HOME,
		8, (uint8_t)KEY_END,
	};
	size_t i;

	switch (final) {
	case 'A':
		return KEY_UP;
	case 'B':
		return KEY_DOWN;
	case 'C':
		return KEY_RIGHT;
	case 'D':
		return KEY_LEFT;
	case 'H':
		return KEY_HOME;
	case 'F':
		return KEY_END;
	case '~':
		break;
	default:
		return 0;
	}
	for (i = 0; i < sizeof(vt_keys); i += 2) {
		if (vt_keys[i] == number)
			return 0x100 | vt_keys[i + 1];
	}
	if (number >= 11 && number <= 15)
		return KEY_F(number - 10);
	if (number >= 17 && number <= 21)
		return KEY_F(number - 11);
	if (number >= 23 && number <= 24)
		return KEY_F(number - 12);
	return 0;
}

/* Having read ESC from CONSOLE, read the rest: a key, or ESC alone. */
static int read_escape(const struct console *console)
{
	unsigned int number = 0;
	unsigned int i;
	int c;

	c = console_read_byte(console, ESCAPE_WAIT_MS);
	if (c < 0)
		return KEY_ESC;
	if (c != '[' && c != 'O')
		return 0;
	for (i = 0; i < 8; i++) {
		c = console_read_byte(console, ESCAPE_WAIT_MS);
		if (c < 0)
			return 0;
		if (c >= '0' && c <= '9')
			number = number * 10 + (unsigned int)(c - '0');
		else if (c != ';')
			return escape_key(number, c);
	}
	return 0;
}

/* Move what the consoles have into the queue. When it is full the rest stays
 * where it is, or is lost if MAY_DROP: so that Ctrl-C is seen behind it. */
static void console_poll(bool may_drop)
{
	const struct console *console;
	unsigned int bound;
	int c;

	for_each_table_entry(console, consoles) {
		if (!console->getchar)
			continue;
		for (bound = 0; bound < ARRAY_SIZE(key_queue); bound++) {
			if (key_queue_len == ARRAY_SIZE(key_queue) && !may_drop)
				return;
			c = console->getchar();
			if (c < 0)
				break;
			if (c == KEY_ESC)
				c = read_escape(console);
			if (c == 0x7f)
				c = '\b';
			if (c == CTRL_C)
				key_queue_len = 0;
			if (c && key_queue_len < ARRAY_SIZE(key_queue))
				key_queue[key_queue_len++] = (uint16_t)c;
		}
	}
}

/* Take the first key of the queue. */
static int key_take(void)
{
	int key = key_queue[0];

	key_queue_len--;
	memmove(key_queue, key_queue + 1, key_queue_len * sizeof(key_queue[0]));
	key_count++;
	return key;
}

int console_getkey(int timeout_ms)
{
	uint64_t start = platform_time_us();

	for (;;) {
		console_poll(false);
		if (key_queue_len)
			return key_take();
		if (timeout_ms >= 0 &&
		    platform_time_us() - start >= (uint64_t)timeout_ms * 1000)
			return -ETIMEDOUT;
		poll_all();
	}
}

bool console_is_cancelled(void)
{
	console_poll(true);
	if (!key_queue_len || key_queue[0] != CTRL_C)
		return false;
	key_take();
	return true;
}
