/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The one log line of a request. */
#include "access_log.h"

#include <string.h>

#include "control.h"
#include "text.h"

/* Most bytes of the target and of the User-Agent. */
#define TARGET_BYTES 1024
#define AGENT_BYTES  160

/* A line that grows; there is always room, as every part has its bound. */
struct line {
	size_t len;
	char text[TARGET_BYTES + AGENT_BYTES + 1024];
};

static inline void put(struct line *line, const char *text, size_t len)
{
	memcpy(line->text + line->len, text, len);
	line->len += len;
}

static void put_escaped(struct line *line, const char *text, size_t size)
{
	line->len += log_escape(line->text + line->len, size, text);
}

static void put_number(struct line *line, uint64_t number, size_t width)
{
	line->len += text_put_number(line->text + line->len, number, width);
}

void access_log(struct log_buffer *buffer, const struct http_request *request,
		const struct http_reply *reply, uint64_t took_us, bool is_whole)
{
	const char *method = request->method ? request->method : "-";
	const char *target = request->target ? request->target : "-";
	const char *what = reply->what ? reply->what : "-";
	bool has_body = reply->status != 304 && !text_is(method, "HEAD");
	char redacted[TARGET_BYTES];
	struct line line;

	line.len = 0;
	put(&line, request->client, strnlen(request->client, 64));
	put(&line, " ", 1);
	put_escaped(&line, method, 32);
	put(&line, " \"", 2);
	put_escaped(&line, control_redact(redacted, sizeof(redacted), target),
		    TARGET_BYTES);
	put(&line, "\" ", 2);
	put_number(&line, reply->status, 1);
	put(&line, " ", 1);
	put_number(&line, has_body ? reply->len : 0, 1);
	put(&line, " ", 1);
	put_number(&line, took_us / 1000, 1);
	put(&line, ".", 1);
	put_number(&line, took_us % 1000, 3);
	put(&line, "ms \"", 4);
	put_escaped(&line, request->user_agent ? request->user_agent : "-",
		    AGENT_BYTES);
	put(&line, "\" ", 2);
	put(&line, what, strnlen(what, 640));
	if (!is_whole)
		put(&line, " (broken off)", strlen(" (broken off)"));
	log_buffer_add(buffer, reply->status >= 500 ? LOG_ERR : LOG_INFO,
		       line.text, line.len);
}
