/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* A request and its reply, between the transport and the routes. */
#include "http.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

void reply_init(struct http_reply *reply)
{
	memset(reply, 0, sizeof(*reply));
	reply->fd = -1;
}

void reply_set_text(struct http_reply *reply, unsigned int status,
		    const char *type, const char *text, size_t len)
{
	reply->status = status;
	reply->type = type;
	reply->text = text;
	reply->len = len;
}

void reply_set_error(struct http_request *request, struct http_reply *reply,
		     unsigned int status, const char *format, ...)
{
	char sentence[640];
	const char *text;
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	text = arena_format(&request->arena, "%s\n", sentence);
	if (!text)
		text = "Out of memory.\n";
	reply_set_text(reply, status, "text/plain; charset=utf-8", text,
		       strlen(text));
	reply->what = arena_strndup(&request->arena, text, strlen(text) - 1);
}

bool reply_is_stale(const struct http_reply *reply)
{
	struct stat st;

	if (reply->fd < 0)
		return false;
	return fstat(reply->fd, &st) ||
	       (uint64_t)st.st_size != reply->file_size ||
	       st.st_mtim.tv_sec != reply->file_mtime.tv_sec ||
	       st.st_mtim.tv_nsec != reply->file_mtime.tv_nsec;
}

void reply_add_field(struct http_reply *reply, const char *name,
		     const char *value)
{
	size_t i = 0;

	if (!value)
		return;
	while (reply->fields[i].name)
		i++;
	assert(i < REPLY_FIELDS_MAX);
	reply->fields[i].name = name;
	reply->fields[i].value = value;
}

bool http_host_is_usable(const char *host)
{
	const char *colon;

	if (!host || !*host || *host == '[')
		return host && *host;
	colon = strchr(host, ':');
	return !colon || !strchr(colon + 1, ':');
}
