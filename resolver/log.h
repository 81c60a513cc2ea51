/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Log lines, to standard error or to syslog(3). */
#ifndef RESOLVER_LOG_H
#define RESOLVER_LOG_H

#include <stddef.h>
#include <syslog.h> /* LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO */

/* Choose syslog (facility daemon) instead of standard error from here on. */
void log_use_syslog(void);

/*
 * Write one line, whole or not at all; any thread may call it.  Text that
 * came from the network goes through log_escape() first.
 */
void log_line(int priority, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Copy text to buf (size bytes, at least 8) so that it is safe inside double
 * quotes on one line: control and non-ASCII bytes, quotes and backslashes
 * become \xNN, and what does not fit is replaced by "...".  Returns the length.
 */
size_t log_escape(char *buf, size_t size, const char *text);

/* Bytes that are collected at most.  A file takes all of them at once; of a
 * pipe, PIPE_BUF bytes are what keeps lines of several threads apart. */
#define LOG_BUFFER_BYTES (64 * 1024)
#define LOG_PIPE_BYTES	 4096

/* Lines that one thread collects, to write them together; zeroes at first. */
struct log_buffer {
	/* How many bytes there are, and how many there may be; 0: ask. */
	size_t len;
	size_t max;
	/* The time in front of lines, as text, and which second it is. */
	char stamp[24];
	long stamp_s;
	/* The lines. */
	char data[LOG_BUFFER_BYTES];
};

/*
 * Add one line of len bytes, without its end, to the buffer, which is written
 * first when there is no room; lines that are much too long are cut.  For
 * syslog nothing is collected.
 */
void log_buffer_add(struct log_buffer *buffer, int priority, const char *line,
		    size_t len);

/* Write what was collected. */
void log_buffer_flush(struct log_buffer *buffer);

#endif
