/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* POST /v1/events: what the firmware's flight recorder has to say. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "control_private.h"
#include "metrics.h"

/* Most lines of one request, and the longest that is read. */
#define LINES_MAX      256
#define LINE_BYTES_MAX 2048
#define BODY_BYTES_MAX (64 * 1024)

/* What the lines of one request have in common. */
struct batch {
	struct control *control;
	/* The machine that the lines are about, "" while nobody said. */
	char name[STATE_NAME_BYTES];
	/* Which of its boots, "" where nobody said. */
	char boot[16];
	/* Lines taken and refused. */
	unsigned int taken;
	unsigned int refused;
};

static const char *text_of(json_t *line, const char *key)
{
	const char *text = json_string_value(json_object_get(line, key));

	return text ? text : "";
}

/* Find a machine by its MAC or UUID, or "": one that asked for its script of
 * late, or else one of the site. */
static bool batch_find(struct batch *batch, const char *key)
{
	struct control *control = batch->control;
	char name[STATE_NAME_BYTES];
	bool has_asked = timeline_find(control->timeline, key, batch->name);

	/* It may have got a name since it asked. */
	if (!control_find_in_site(control, has_asked ? batch->name : key, name))
		return has_asked;
	strcpy(batch->name, name);
	return true;
}

/* A line may say who speaks, by MAC or UUID; later ones need not. */
static void batch_identify(struct batch *batch, json_t *line)
{
	char mac[FACT_MAC_NAME_BYTES] = "", uuid[FACT_UUID_BYTES] = "";

	if (*text_of(line, "boot"))
		snprintf(batch->boot, sizeof(batch->boot), "%s",
			 text_of(line, "boot"));
	if (*text_of(line, "mac") &&
	    facts_format_mac(text_of(line, "mac"), mac))
		mac[0] = '\0';
	if (*text_of(line, "uuid") &&
	    facts_format_uuid(text_of(line, "uuid"), uuid))
		uuid[0] = '\0';
	if (!batch_find(batch, mac) && !batch_find(batch, uuid) &&
	    (*mac || *uuid))
		strcpy(batch->name, *mac ? mac : uuid);
}

/*
 * One event.  Its time is the server's: the firmware's clock is often wrong;
 * "ms", since when its machine was started, stands in the text.
 */
static bool batch_take(struct batch *batch, json_t *line)
{
	const char *kind = text_of(line, "event");
	const char *text = text_of(line, "text");
	json_t *ms = json_object_get(line, "ms");
	char with_ms[EVENT_TEXT_BYTES];

	if (!json_is_object(line))
		return false;
	batch_identify(batch, line);
	if (!*batch->name)
		return false;
	/* A line that only says who speaks. */
	if (!*kind)
		return *text_of(line, "mac") || *text_of(line, "uuid");
	if (json_is_integer(ms) && json_integer_value(ms) >= 0)
		snprintf(with_ms, sizeof(with_ms), "%.200s (%s%s%s%lld ms)",
			 text, *batch->boot ? "boot " : "", batch->boot,
			 *batch->boot ? ", " : "",
			 (long long)json_integer_value(ms));
	else
		snprintf(with_ms, sizeof(with_ms), "%.250s", text);
	timeline_add(batch->control->timeline, batch->name, EVENT_FIRMWARE,
		     kind, 0, with_ms);
	return true;
}

/*
 * Read one line.  A text of the machine's surroundings may be in any encoding,
 * which JSON may not (RFC 8259 8.1): then what is not ASCII becomes '?'.
 */
static json_t *line_parse(const char *text, size_t len)
{
	char plain[LINE_BYTES_MAX];
	json_t *line;
	size_t i;

	if (len > sizeof(plain))
		return NULL;
	line = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	if (line)
		return line;
	for (i = 0; i < len; i++)
		plain[i] = (unsigned char)text[i] < 0x80 ? text[i] : '?';
	return json_loadb(plain, len, JSON_REJECT_DUPLICATES, NULL);
}

static void batch_line(struct batch *batch, const char *text, size_t len)
{
	json_t *line;

	if (!len)
		return;
	line = line_parse(text, len);
	if (batch_take(batch, line))
		batch->taken++;
	else
		batch->refused++;
	json_decref(line);
}

static void batch_read(struct batch *batch, const char *body, size_t len)
{
	unsigned int lines = 0;
	const char *end;

	while (len && lines++ < LINES_MAX) {
		end = memchr(body, '\n', len);
		if (!end) {
			batch_line(batch, body, len);
			return;
		}
		batch_line(batch, body, (size_t)(end - body));
		len -= (size_t)(end + 1 - body);
		body = end + 1;
	}
	if (len)
		batch->refused++;
}

void control_events(struct control *control, struct http_request *request,
		    const char *client, const char *body, size_t len,
		    struct http_reply *reply)
{
	struct batch batch = {.control = control};
	const char *text;

	if (!control) {
		reply_set_error(request, reply, 404,
				"This resolver keeps no events.");
		return;
	}
	if (len > BODY_BYTES_MAX) {
		metric_add(METRIC_EVENTS_REFUSED, 1);
		reply_set_error(request, reply, 413,
				"Send at most %d bytes of events at once.",
				BODY_BYTES_MAX);
		return;
	}
	if (client)
		timeline_find(control->timeline, client, batch.name);
	batch_read(&batch, body, len);
	metric_add(METRIC_EVENTS, batch.taken);
	metric_add(METRIC_EVENTS_REFUSED, batch.refused);
	text = arena_format(&request->arena, "{\"taken\":%u,\"refused\":%u}\n",
			    batch.taken, batch.refused);
	if (!text) {
		reply_set_error(request, reply, 503, "Out of memory.");
		return;
	}
	reply_set_text(reply, batch.taken || !batch.refused ? 200 : 400,
		       "application/json", text, strlen(text));
	reply->what = "events";
}
