/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Console on standard input and output. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "core/console.h"
#include "platform/linux/linux.h"

SELECT_IF(CONSOLE_LINUX);

static struct termios saved_termios;
static bool is_raw;
static bool is_at_end; /* of standard input */

void linux_console_restore(void)
{
	fflush(stdout);
	if (is_raw)
		tcsetattr(STDIN_FILENO, TCSANOW, &saved_termios);
	is_raw = false;
}

/* Once: let keys come one by one, without echo, if they come from a person. */
static void console_begin(void)
{
	static bool has_begun;
	struct termios raw;

	if (has_begun)
		return;
	has_begun = true;
	if (tcgetattr(STDIN_FILENO, &saved_termios))
		return;
	raw = saved_termios;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	if (tcsetattr(STDIN_FILENO, TCSANOW, &raw))
		return;
	is_raw = true;
	atexit(linux_console_restore);
}

static void linux_putchar(uint8_t c)
{
	putchar(c);
	if (c == '\n')
		fflush(stdout);
}

static int linux_getchar(void)
{
	struct pollfd pollfd = {.fd = STDIN_FILENO, .events = POLLIN};
	uint8_t c;

	console_begin();
	fflush(stdout);
	if (is_at_end || poll(&pollfd, 1, 0) < 1)
		return -1;
	if (read(STDIN_FILENO, &c, 1) != 1) {
		is_at_end = !is_raw;
		return -1;
	}
	return c;
}

static const struct console linux_console = {.putchar = linux_putchar,
					     .getchar = linux_getchar};
TABLE_REGISTER(consoles, linux_console);
