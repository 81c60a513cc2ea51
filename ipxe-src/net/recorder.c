/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The flight recorder: what the console said, sent to the resolver.
 *
 * Every decision is one plain line on the console, so the console's lines are
 * the record. They are kept, the last few kilobytes of them, until a server
 * says that it wants them: a resolver of ours does, by the header field
 * "Unloop-Events" with its script, whose value is the URL. They then go there
 * whenever the console has been quiet for a moment, by the poller, so that
 * nothing waits for it; and, within FLUSH_MS, before control is given away.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/general.h"
#include "core/builtin.h"
#include "core/console.h"
#include "core/error.h"
#include "core/exec_watcher.h"
#include "core/platform.h"
#include "core/poll.h"
#include "core/uri.h"
#include "net/address.h"
#include "net/http_connection.h"
#include "net/http_response.h"
#include "net/resolve.h"

SELECT_IF(FLIGHT_RECORDER);

/* Bytes of events that are kept; the oldest go first. */
#define KEEP_BYTES 4096

/* Longest text of an event, before it is escaped. */
#define TEXT_BYTES 160

/* How long the console is quiet before its lines are sent, and how long is
 * waited between two requests. */
#define QUIET_MS 300
#define PAUSE_MS 2000

/* How long one request may take, how long the start of an image is delayed,
 * and after how many failures nothing is sent any more. */
#define SEND_MS	     3000
#define FLUSH_MS     200
#define FAILURES_MAX 3

/* What is kept. */
static struct {
	char events[KEEP_BYTES]; /* lines of JSON */
	size_t len;		 /* bytes of them */
	size_t sending;		 /* of these, how many are on their way */
	uint64_t last_us;	 /* when the last was added */
	char line[TEXT_BYTES];	 /* of the console, so far */
	size_t line_len;
	unsigned int keys; /* console_key_count() at its beginning */
	bool is_escape;	   /* within an ANSI sequence */
} record;

/* What is being sent. */
static struct {
	struct uri *uri;	/* where to; NULL: nobody wants it */
	struct resolve resolve; /* while is_resolving */
	struct http_connection *connection;
	char request[512];
	size_t request_len;
	char body[KEEP_BYTES + 128];
	size_t body_len;
	bool is_resolving, is_busy;
	uint64_t deadline_us; /* of this request, or of the next pause */
	unsigned int failures;
} sender;

/* ---- The boot's ID ---- */

/* Tells the events of one boot from those of the next. */
static uint32_t boot_id(void)
{
	static uint32_t id;
	uint8_t mac[6];
	size_t i;

	if (id)
		return id;
	id = 2166136261u ^ (uint32_t)platform_time_us();
	if (settings_fetch(NULL, &setting_mac, mac, sizeof(mac), NULL, NULL) ==
	    sizeof(mac)) {
		for (i = 0; i < sizeof(mac); i++)
			id = (id ^ mac[i]) * 16777619u;
	}
	id |= 1;
	return id;
}

static int bootid_fetch(void *buf, size_t len)
{
	char text[9];

	snprintf(text, sizeof(text), "%08x", (unsigned int)boot_id());
	return builtin_text(text, buf, len);
}

BUILTIN(bootid, "bootid", string, "ID of this boot, for the resolver");

/* ---- What is kept ---- */

/* Drop the oldest event. */
static void record_drop(void)
{
	char *end = memchr(record.events, '\n', record.len);
	size_t len = end ? (size_t)(end + 1 - record.events) : record.len;

	record.len -= len;
	record.sending -= MIN(record.sending, len);
	memmove(record.events, record.events + len, record.len);
}

/* Write TEXT so that it may stand in a JSON string: RFC 8259 7, without
 * escapes: what would need one is replaced. */
static void text_clean(char *buf, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		buf[i] = text[i];
		if (text[i] == '"')
			buf[i] = '\'';
		else if (text[i] == '\\')
			buf[i] = '/';
		else if ((uint8_t)text[i] < ' ' || text[i] == 0x7f)
			buf[i] = ' ';
	}
	buf[len] = '\0';
}

static void record_add(const char *event, const char *text, size_t len)
{
	char clean[TEXT_BYTES + 1];
	char entry[TEXT_BYTES + 64];
	size_t entry_len;

	text_clean(clean, text, MIN(len, (size_t)TEXT_BYTES));
	record.last_us = platform_time_us();
	entry_len = (size_t)snprintf(
		entry, sizeof(entry),
		"{\"event\":\"%s\",\"ms\":%lu,\"text\":\"%s\"}\n", event,
		(unsigned long)(record.last_us / 1000), clean);
	while (record.len + entry_len > sizeof(record.events))
		record_drop();
	memcpy(record.events + record.len, entry, entry_len);
	record.len += entry_len;
}

/* A whole line, unless a person typed in it: that may be a password. */
static void record_line(void)
{
	if (record.line_len > 1 && record.keys == console_key_count())
		record_add("console", record.line, record.line_len);
	record.line_len = 0;
}

/* The console's bytes; a line that is written over (progress) is not kept. */
static void recorder_putchar(uint8_t c)
{
	if (!record.line_len)
		record.keys = console_key_count();
	if (record.is_escape)
		record.is_escape = c == '[' || c < '@';
	else if (c == 0x1b)
		record.is_escape = true;
	else if (c == '\n')
		record_line();
	else if (c == '\r')
		record.line_len = 0;
	else if (c == '\b')
		record.line_len -= record.line_len > 0;
	else if (record.line_len < sizeof(record.line))
		record.line[record.line_len++] = (char)c;
}

static const struct console recorder_console = {.putchar = recorder_putchar};
TABLE_REGISTER(consoles, recorder_console);

/* ---- Sending ---- */

/* It is over: WAS_TAKEN, or to be tried again later. */
static void sender_stop(bool was_taken)
{
	struct http_connection *connection = sender.connection;

	sender.connection = NULL;
	if (connection)
		http_connection_close(connection);
	if (sender.is_resolving)
		resolve_stop(&sender.resolve);
	sender.is_resolving = sender.is_busy = false;
	sender.deadline_us = platform_time_us() + PAUSE_MS * 1000ULL;
	if (was_taken) {
		record.len -= record.sending;
		memmove(record.events, record.events + record.sending,
			record.len);
		sender.failures = 0;
	} else if (++sender.failures == FAILURES_MAX) {
		uri_put(sender.uri);
		sender.uri = NULL;
	}
	record.sending = 0;
}

static void sender_write(void *ctx __unused_arg)
{
	if (http_connection_send(sender.connection, sender.request,
				 sender.request_len))
		sender_stop(false);
	else
		http_connection_send_body(sender.connection, sender.body,
					  sender.body_len);
}

/* Any answer will do: what it refuses once it would refuse again. */
static void on_data(void *ctx __unused_arg, const struct pbuf *p __unused_arg)
{
	sender_stop(true);
}

static void on_end(void *ctx __unused_arg, int rc __unused_arg)
{
	sender_stop(false);
}

static const struct http_connection_user sender_user = {
	.on_open = sender_write,
	.on_data = on_data,
	.on_end = on_end,
};

/* Who speaks, then the events. */
static void body_write(void)
{
	uint8_t mac[6] = {0};

	settings_fetch(NULL, &setting_mac, mac, sizeof(mac), NULL, NULL);
	sender.body_len =
		(size_t)snprintf(sender.body, sizeof(sender.body),
				 "{\"mac\":\"%02x:%02x:%02x:%02x:%02x:%02x\","
				 "\"boot\":\"%08x\"}\n",
				 mac[0], mac[1], mac[2], mac[3], mac[4], mac[5],
				 (unsigned int)boot_id());
	memcpy(sender.body + sender.body_len, record.events, record.len);
	sender.body_len += record.len;
	record.sending = record.len;
}

static void sender_start(void)
{
	const struct uri *uri = sender.uri;
	int len;

	body_write();
	len = snprintf(sender.request, sizeof(sender.request),
		       "POST %s%s%s HTTP/1.1\r\nHost: " HOST_FORMAT "%s%s\r\n"
		       "Content-Length: %lu\r\nConnection: close\r\n\r\n",
		       uri->epath, uri->query ? "?" : "",
		       uri->query ? uri->query : "", HOST_ARGS(uri->host),
		       uri->port ? ":" : "", uri->port ? uri->port : "",
		       (unsigned long)sender.body_len);
	if (len < 0 || (size_t)len >= sizeof(sender.request))
		return;
	sender.request_len = (size_t)len;
	sender.is_busy = sender.is_resolving = true;
	sender.deadline_us = platform_time_us() + SEND_MS * 1000ULL;
	resolve_start(&sender.resolve, uri->host);
}

/* The server's address is known, or not. */
static void sender_connect(void)
{
	int rc = resolve_poll(&sender.resolve);

	if (rc == -EINPROGRESS)
		return;
	sender.is_resolving = false;
	if (!rc)
		rc = http_connection_open(
			&sender.resolve.addr, uri_port(sender.uri, 80),
			&sender_user, NULL, &sender.connection);
	if (rc)
		sender_stop(false);
	else if (http_connection_was_kept(sender.connection))
		sender_write(NULL);
}

static bool recorder_poll(void)
{
	uint64_t now = platform_time_us();

	if (sender.is_busy && now >= sender.deadline_us)
		sender_stop(false);
	else if (sender.is_resolving)
		sender_connect();
	else if (!sender.is_busy && sender.uri && record.len &&
		 now >= sender.deadline_us &&
		 now - record.last_us >= QUIET_MS * 1000ULL)
		sender_start();
	return false;
}

static const struct poller recorder_poller = {recorder_poll};
TABLE_REGISTER(pollers, recorder_poller);

/* ---- When, and where to ---- */

static void take_events_url(const char *value)
{
	struct uri *uri = uri_parse(value);

	if (uri && uri->scheme && !strcasecmp(uri->scheme, "http") &&
	    uri->host && uri->epath && uri_port(uri, 80)) {
		uri_put(sender.uri);
		sender.uri = uri;
		sender.failures = 0;
		return;
	}
	uri_put(uri);
}

static const struct http_field_watcher events_field = {
	.name = "Unloop-Events",
	.take = take_events_url,
};
TABLE_REGISTER(http_field_watchers, events_field);

static bool sender_is_idle(void *ctx __unused_arg)
{
	return !sender.is_busy;
}

/* Send all there is, now, and wait for that only as long as is not felt. */
static void recorder_flush(void)
{
	uint64_t end = platform_time_us() + FLUSH_MS * 1000ULL;

	poll_until(sender_is_idle, NULL, FLUSH_MS);
	if (sender.is_busy || !sender.uri || !record.len ||
	    platform_time_us() >= end)
		return;
	sender_start();
	poll_until(sender_is_idle, NULL,
		   (int)((end - platform_time_us()) / 1000));
}

static bool is_script(struct image *image)
{
	return image->type->role(image) == IMAGE_ROLE_SCRIPT;
}

static void before_exec(struct image *image)
{
	char text[TEXT_BYTES];

	if (is_script(image))
		return;
	snprintf(text, sizeof(text), "%s, %s", image->name, image->type->name);
	record_add("boot", text, strlen(text));
	recorder_flush();
}

static void after_exec(struct image *image, int rc)
{
	char text[TEXT_BYTES];

	if (is_script(image))
		return;
	snprintf(text, sizeof(text), "%s %s", image->name,
		 rc < 0 ? error_text(rc) : "gave control back");
	record_add(rc < 0 ? "failed" : "returned", text, strlen(text));
}

static const struct exec_watcher recorder_watcher = {
	.before = before_exec,
	.after = after_exec,
};
TABLE_REGISTER(exec_watchers, recorder_watcher);
