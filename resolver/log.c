/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Log lines, to standard error or to syslog(3). */
#include "log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LOG_LINE_BYTES 4096

static bool use_syslog;

void log_use_syslog(void)
{
	openlog("unloopd", LOG_PID | LOG_NDELAY, LOG_DAEMON);
	use_syslog = true;
}

static void log_stderr(const char *format, va_list args)
{
	char line[LOG_LINE_BYTES];
	struct timespec now;
	struct tm tm;
	size_t len;
	int text;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	len = strftime(line, sizeof(line), "%Y-%m-%dT%H:%M:%SZ ", &tm);
	text = vsnprintf(line + len, sizeof(line) - len - 1, format, args);
	if (text < 0)
		return;
	len += (size_t)text;
	if (len > sizeof(line) - 2)
		len = sizeof(line) - 2;
	line[len++] = '\n';
	/* One write keeps lines of several threads apart.  A log that
	 * cannot be written must not stop machines from booting. */
	if (write(STDERR_FILENO, line, len) < 0)
		return;
}

void log_line(int priority, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (use_syslog)
		vsyslog(priority, format, args);
	else
		log_stderr(format, args);
	va_end(args);
}

const char *log_escape(char *buf, size_t size, const char *text)
{
	size_t len = 0;

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';

		/* Room for this character, and for "..." and NUL after it. */
		if (size - len < (plain ? 1 : 4) + sizeof("...")) {
			strcpy(buf + len, "...");
			return buf;
		}
		if (plain)
			buf[len++] = (char)c;
		else
			len += (size_t)sprintf(buf + len, "\\x%02x", c);
	}
	buf[len] = '\0';
	return buf;
}
