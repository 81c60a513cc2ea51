/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Log lines, to standard error or to syslog(3). */
#include "log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
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

/* Characters that stand for themselves. */
static const bool plain[256] = {
	[' ' ... '"' - 1] = true,
	['"' + 1 ... '\\' - 1] = true,
	['\\' + 1 ... '~'] = true,
};

size_t log_escape(char *buf, size_t size, const char *text)
{
	size_t most = size - sizeof("..."), len = 0;

	/* Most texts are plain from end to end. */
	while (len < most && plain[(unsigned char)text[len]])
		len++;
	memcpy(buf, text, len);
	for (text += len; *text; text++) {
		unsigned char c = (unsigned char)*text;

		/* Room for this character, and for "..." and NUL after it. */
		if (size - len < (plain[c] ? 1 : 4) + sizeof("..."))
			return len + strlen(strcpy(buf + len, "..."));
		if (plain[c])
			buf[len++] = (char)c;
		else
			len += (size_t)sprintf(buf + len, "\\x%02x", c);
	}
	buf[len] = '\0';
	return len;
}

void log_buffer_flush(struct log_buffer *buffer)
{
	size_t len = buffer->len;

	buffer->len = 0;
	if (len && write(STDERR_FILENO, buffer->data, len) < 0)
		return;
}

/* How much may be written at once? */
static size_t room_find(void)
{
	struct stat st;

	return fstat(STDERR_FILENO, &st) == 0 && S_ISREG(st.st_mode)
		       ? LOG_BUFFER_BYTES
		       : LOG_PIPE_BYTES;
}

/* The time in front of a line changes once a second. */
static size_t stamp(struct log_buffer *buffer)
{
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	if (now.tv_sec != buffer->stamp_s) {
		buffer->stamp_s = now.tv_sec;
		gmtime_r(&now.tv_sec, &tm);
		strftime(buffer->stamp, sizeof(buffer->stamp),
			 "%Y-%m-%dT%H:%M:%SZ ", &tm);
	}
	return strlen(buffer->stamp);
}

void log_buffer_add(struct log_buffer *buffer, int priority, const char *line,
		    size_t len)
{
	size_t stamp_len;

	if (use_syslog) {
		syslog(priority, "%.*s", (int)len, line);
		return;
	}
	stamp_len = stamp(buffer);
	if (!buffer->max)
		buffer->max = room_find();
	if (len > LOG_PIPE_BYTES - 1 - stamp_len)
		len = LOG_PIPE_BYTES - 1 - stamp_len;
	if (stamp_len + len + 1 > buffer->max - buffer->len)
		log_buffer_flush(buffer);
	memcpy(buffer->data + buffer->len, buffer->stamp, stamp_len);
	buffer->len += stamp_len;
	memcpy(buffer->data + buffer->len, line, len);
	buffer->len += len;
	buffer->data[buffer->len++] = '\n';
}
