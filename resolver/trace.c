/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* How a decision came about, line by line, for people. */
#include "trace.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Longest line; the rest is cut off. */
#define TRACE_LINE_BYTES 2048

void trace_init(struct trace *trace, struct arena *arena)
{
	trace->arena = arena;
	trace->lines = NULL;
	trace->tail = &trace->lines;
}

void trace_add_line(struct trace *trace, const char *format, ...)
{
	char text[TRACE_LINE_BYTES];
	struct trace_line *line;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	line = arena_alloc(trace->arena, sizeof(*line));
	if (!line)
		return;
	line->next = NULL;
	line->text = arena_strndup(trace->arena, text, strlen(text));
	if (!line->text)
		return;
	*trace->tail = line;
	trace->tail = &line->next;
}

const char *trace_text(const struct trace *trace, size_t *ret_len)
{
	const struct trace_line *line;
	size_t len = 0;
	char *text, *end;

	for (line = trace->lines; line; line = line->next)
		len += strlen(line->text) + 1;
	text = arena_alloc(trace->arena, len + 1);
	if (!text)
		return NULL;
	end = text;
	for (line = trace->lines; line; line = line->next) {
		end = stpcpy(end, line->text);
		*end++ = '\n';
	}
	*end = '\0';
	*ret_len = len;
	return text;
}
