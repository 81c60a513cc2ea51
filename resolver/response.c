/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The head of a reply. */
#include "response.h"

#include <string.h>

#include "text.h"

/* Statuses and what they are called (RFC 9110 15). */
static const struct status {
	unsigned int code;
	const char *reason;
} statuses[] = {
	{200, "OK"},
	{206, "Partial Content"},
	{304, "Not Modified"},
	{400, "Bad Request"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{409, "Conflict"},
	{411, "Length Required"},
	{413, "Content Too Large"},
	{414, "URI Too Long"},
	{416, "Range Not Satisfiable"},
	{431, "Request Header Fields Too Large"},
	{500, "Internal Server Error"},
	{503, "Service Unavailable"},
	{505, "HTTP Version Not Supported"},
};

/* Text that grows towards an end; full once it did not fit. */
struct out {
	char *next;
	char *end;
	bool is_full;
};

/* There is room for it. */
static inline void put_unchecked(struct out *out, const char *text, size_t len)
{
	memcpy(out->next, text, len);
	out->next += len;
}

static inline void put(struct out *out, const char *text, size_t len)
{
	if (len > (size_t)(out->end - out->next))
		out->is_full = true;
	else
		put_unchecked(out, text, len);
}

static inline void put_text(struct out *out, const char *text)
{
	put(out, text, strlen(text));
}

static void put_number(struct out *out, uint64_t number)
{
	char digits[TEXT_NUMBER_MAX];

	put(out, digits, text_put_number(digits, number, 1));
}

static void put_field(struct out *out, const char *name, const char *value)
{
	size_t name_len = strlen(name), value_len = strlen(value);

	if (name_len + value_len + 4 > (size_t)(out->end - out->next)) {
		out->is_full = true;
		return;
	}
	put_unchecked(out, name, name_len);
	put_unchecked(out, ": ", 2);
	put_unchecked(out, value, value_len);
	put_unchecked(out, "\r\n", 2);
}

static const char *status_reason(unsigned int code)
{
	size_t i;

	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (statuses[i].code == code)
			return statuses[i].reason;
	}
	return "Unknown";
}

void response_format_date(time_t when, char buf[RESPONSE_DATE_BYTES])
{
	struct tm tm = {.tm_mday = 1, .tm_year = 70, .tm_wday = 4};

	gmtime_r(&when, &tm);
	strftime(buf, RESPONSE_DATE_BYTES, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}

size_t response_format(char *buf, size_t size, const struct http_reply *reply,
		       const struct response_options *options)
{
	struct out out = {.next = buf, .end = buf + size};
	const struct http_field *field;

	put_text(&out, "HTTP/1.1 ");
	put_number(&out, reply->status);
	put(&out, " ", 1);
	put_text(&out, status_reason(reply->status));
	put_text(&out, "\r\nDate: ");
	put_text(&out, options->date);
	put_text(&out, "\r\nContent-Length: ");
	put_number(&out, reply->len);
	put(&out, "\r\n", 2);
	if (reply->type)
		put_field(&out, "Content-Type", reply->type);
	if (options->is_last)
		put_field(&out, "Connection", "close");
	else if (options->is_old)
		put_field(&out, "Connection", "keep-alive");
	for (field = reply->fields; field->name; field++)
		put_field(&out, field->name, field->value);
	put(&out, "\r\n", 2);
	return out.is_full ? 0 : (size_t)(out.next - buf);
}
