/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What the API answers: machines, tokens, the page, live news. */
#include "api_routes.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audit.h"
#include "control_private.h"
#include "metrics.h"
#include "page.h"
#include "token.h"
#include "url.h"

/* Most machines in one list. */
#define LIST_MAX 20000

/* Machines in one piece of news, and clients that may follow. */
#define NEWS_MAX    64
#define STREAMS_MAX 32

/* How long a client waits for news before it gets a comment. */
#define NEWS_WAIT_MS 1000
#define NEWS_POLL_MS 100

/* Longest deadline that is given relative to now, seconds: ten years. */
#define DEADLINE_S_MAX (10LL * 365 * 24 * 3600)

/* Where each machine is. */
#define MACHINES "/v1/machines/"

/* What a route's function works on. */
struct call {
	struct control *control;
	struct http_request *request;
	struct http_reply *reply;
	/* Who asks. */
	const char *by;
	/* Behind the route's path: a machine's or token's name. */
	const char *name;
	/* The body. */
	const char *body;
	size_t len;
	/* Is it a machine's name that some machine can have? */
	bool is_machine;
	/* Where the state's name for it is. */
	char machine_name[STATE_NAME_BYTES];
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* JSON, out. */

/* Text of the network may be anything; JSON takes UTF-8 only (RFC 8259). */
static json_t *json_text(const char *text)
{
	json_t *value = json_string(text);
	char plain[EVENT_TEXT_BYTES];
	size_t len;

	if (value)
		return value;
	for (len = 0; text[len] && len < sizeof(plain) - 1; len++)
		plain[len] = (unsigned char)text[len] < 0x80 ? text[len] : '?';
	plain[len] = '\0';
	return json_string(plain);
}

static void put_text(json_t *object, const char *key, const char *value)
{
	if (*value)
		json_object_set_new(object, key, json_text(value));
}

static void put_int(json_t *object, const char *key, int64_t value)
{
	if (value)
		json_object_set_new(object, key, json_integer(value));
}

static void put_state(json_t *object, const struct machine_state *machine)
{
	json_object_set_new(object, "intent",
			    json_string(intent_name(machine->intent)));
	json_object_set_new(object, "effective",
			    json_string(intent_name(machine->effective)));
	json_object_set_new(object, "outcome",
			    json_string(outcome_name(machine->outcome)));
	put_text(object, "label", machine->label);
	put_text(object, "profile", machine->profile);
	put_text(object, "installed", machine->installed);
	put_text(object, "by", machine->by);
	put_int(object, "attempts", machine->attempts);
	put_int(object, "attempts_max", machine->attempts_max);
	put_int(object, "deadline", machine->deadline);
	put_int(object, "outcome_at", machine->outcome_at);
	put_int(object, "changed", machine->changed);
	if (machine->is_lost)
		json_object_set_new(object, "lost", json_true());
}

static void put_sighting(json_t *object, const struct sighting *sighting)
{
	json_object_set_new(object, "known", json_boolean(sighting->is_known));
	put_int(object, "first_ms", sighting->first_ms);
	put_int(object, "last_ms", sighting->last_ms);
	put_text(object, "client", sighting->client);
	put_text(object, "mac", sighting->mac);
	put_text(object, "uuid", sighting->uuid);
	put_text(object, "serial", sighting->serial);
	put_text(object, "product", sighting->product);
	put_text(object, "platform", sighting->platform);
	put_text(object, "version", sighting->version);
}

static const char *source_name(enum event_source source)
{
	static const char *const names[] = {
		[EVENT_SERVER] = "server",
		[EVENT_FIRMWARE] = "firmware",
		[EVENT_PERSON] = "person",
	};

	return names[source];
}

static json_t *event_json(const struct event *event)
{
	json_t *object = json_object();

	json_object_set_new(object, "at_ms", json_integer(event->at_ms));
	json_object_set_new(object, "source",
			    json_string(source_name(event->source)));
	json_object_set_new(object, "kind", json_text(event->kind));
	json_object_set_new(object, "text", json_text(event->text));
	json_object_set_new(object, "count", json_integer(event->count));
	return object;
}

static bool is_in_site(const struct control *control, const char *name)
{
	char found[STATE_NAME_BYTES];

	return control_find_in_site(control, name, found);
}

/* Is this a machine's MAC or UUID, by which it went before the site gave it a
 * name?  Then it is not another one. */
static bool is_renamed(const struct control *control, const char *name)
{
	char found[STATE_NAME_BYTES];

	return control_find_in_site(control, name, found) &&
	       strcmp(found, name) != 0;
}

/* Everything about one machine; with_events adds its timeline. */
static json_t *machine_json(struct control *control,
			    const struct machine_state *state, bool with_events)
{
	struct event events[TIMELINE_EVENTS_MAX];
	char verdict[VERDICT_BYTES];
	struct sighting sighting;
	json_t *object = json_object();
	json_t *list;
	int count, i;

	json_object_set_new(object, "name", json_text(state->name));
	put_state(object, state);
	count = timeline_get(control->timeline, state->name, &sighting, events);
	if (count >= 0) {
		/* Adopting makes known what no file of the site knows; and one
		 * that the site has may never have asked. */
		sighting.is_known |= state->intent != INTENT_ORDINARY ||
				     is_in_site(control, state->name);
		put_sighting(object, &sighting);
	} else {
		json_object_set_new(object, "known", json_true());
		count = 0;
	}
	timeline_verdict(events, (size_t)count, state, now_ms(), verdict);
	json_object_set_new(object, "verdict", json_text(verdict));
	if (!with_events)
		return object;
	list = json_array();
	for (i = 0; i < count; i++)
		json_array_append_new(list, event_json(&events[i]));
	json_object_set_new(object, "events", list);
	return object;
}

/* Make the reply this JSON, which is used up. */
static void reply_json(struct call *x, unsigned int status, json_t *json)
{
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	char *copy = NULL;
	size_t len = 0;

	json_decref(json);
	if (text) {
		len = strlen(text);
		copy = arena_alloc(&x->request->arena, len + 2);
	}
	if (copy) {
		memcpy(copy, text, len);
		memcpy(copy + len, "\n", 2);
		reply_set_text(x->reply, status, "application/json", copy,
			       len + 1);
	} else {
		reply_set_error(x->request, x->reply, 503, "Out of memory.");
	}
	free(text);
}

/* Errors are JSON too: {"error": "One sentence."}. */
static void reply_failure(struct call *x, int rc, const struct reason *why)
{
	static const struct {
		int rc;
		unsigned int status;
	} map[] = {
		{-EINVAL, 400}, {-ENOENT, 404},	   {-EEXIST, 409},
		{-ENOMEM, 503}, {-ETIMEDOUT, 504}, {-EIO, 503},
	};
	unsigned int status = 500;
	json_t *object = json_object();
	size_t i;

	for (i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
		if (map[i].rc == rc)
			status = map[i].status;
	}
	json_object_set_new(object, "error", json_text(why->text));
	reply_json(x, status, object);
}

/* JSON, in. */

/* Read the body, an object; NULL when the reply was made. */
static json_t *body_parse(struct call *x)
{
	json_error_t error;
	struct reason why;
	json_t *object;

	object = json_loadb(x->body, x->len, JSON_REJECT_DUPLICATES, &error);
	if (json_is_object(object))
		return object;
	reply_failure(x,
		      reason_set(&why, -EINVAL,
				 "The body is to be a JSON object: %s.",
				 object ? "it is something else" : error.text),
		      &why);
	json_decref(object);
	return NULL;
}

/* Take a text out of the body; NULL where it is not there. */
static const char *body_text(json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* Take a whole number from 0 to max; -EINVAL for anything else. */
static int body_number(json_t *object, const char *key, int64_t max,
		       int64_t *ret_value, struct reason *why)
{
	json_t *value = json_object_get(object, key);

	*ret_value = 0;
	if (!value || json_is_null(value))
		return 0;
	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
	    json_integer_value(value) > max)
		return reason_set(why, -EINVAL,
				  "\"%s\" is to be a number from 0 to %lld.",
				  key, (long long)max);
	*ret_value = json_integer_value(value);
	return 0;
}

/* Routes. */

static void answer_page(struct call *x)
{
	const char *text, *policy;
	size_t len;

	if (page_format(&x->request->arena, &text, &len, &policy)) {
		reply_set_error(x->request, x->reply, 503, "Out of memory.");
		return;
	}
	reply_set_text(x->reply, 200, "text/html; charset=utf-8", text, len);
	reply_add_field(x->reply, "Content-Security-Policy", policy);
}

static void answer_stream(struct call *x)
{
	x->reply->status = 200;
	x->reply->type = "text/event-stream";
}

static void answer_metrics(struct call *x)
{
	control_metrics(x->control, x->request, x->reply);
}

static int name_compare(const void *a, const void *b)
{
	const struct machine_state *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* Every machine that has a state or was seen, once. */
static void answer_list(struct call *x)
{
	struct machine_state *states = NULL, *found;
	struct sighting *seen = NULL;
	json_t *list = json_array();
	size_t count = 0, i;
	struct reason why;
	int seen_count, j, rc;

	rc = state_list(x->control->state, &states, &count, &why);
	seen_count = timeline_list(x->control->timeline, 0, LIST_MAX, &seen);
	for (i = 0; i < count; i++) {
		if (!is_renamed(x->control, states[i].name))
			json_array_append_new(
				list,
				machine_json(x->control, &states[i], false));
	}
	for (j = 0; j < seen_count; j++) {
		struct machine_state one = {0};

		strcpy(one.name, seen[j].name);
		found = count ? bsearch(&one, states, count, sizeof(*states),
					name_compare)
			      : NULL;
		if (!found && !is_renamed(x->control, one.name)) {
			one.is_lost = rc != 0;
			json_array_append_new(
				list, machine_json(x->control, &one, false));
		}
	}
	free(states);
	free(seen);
	reply_json(x, 200,
		   json_pack("{s:o, s:b}", "machines", list, "state_is_well",
			     rc == 0 && state_is_well(x->control->state)));
}

static void answer_show(struct call *x)
{
	struct machine_state machine;

	state_get(x->control->state, x->name, &machine);
	if (!*machine.name)
		snprintf(machine.name, sizeof(machine.name), "%.100s", x->name);
	reply_json(x, 200, machine_json(x->control, &machine, true));
}

static int change_parse(json_t *body, struct state_change *change,
			struct reason *why)
{
	const char *intent = body_text(body, "intent");
	int64_t attempts, seconds;
	int number, rc;

	number = intent ? intent_parse(intent) : -ENOENT;
	if (number < 0 || number >= INTENT_WAIT)
		return reason_set(why, -EINVAL,
				  "\"intent\" is to be ordinary, local, "
				  "install, run or rescue.");
	change->intent = (enum intent)number;
	change->profile = body_text(body, "profile");
	change->label = body_text(body, "label");
	rc = body_number(body, "attempts", 1000, &attempts, why);
	if (rc == 0)
		rc = body_number(body, "deadline_s", DEADLINE_S_MAX, &seconds,
				 why);
	if (rc)
		return rc;
	change->attempts_max = (unsigned int)attempts;
	change->deadline = seconds ? (int64_t)time(NULL) + seconds : 0;
	return 0;
}

/* Could the machine do that at its next boot? */
static int change_check(const struct call *x, const struct state_change *change,
			struct reason *why)
{
	const struct control_site *site = &x->control->site;
	const char *profile = change->profile ? change->profile : "";

	if (!*profile && change->intent == INTENT_RESCUE)
		profile = "rescue";
	if (!x->is_machine)
		return reason_set(why, -ENOENT,
				  "The site has no machine %.64s; one that is "
				  "not in it is named by its MAC or its UUID.",
				  x->name);
	if (*profile && site->has_profile &&
	    !site->has_profile(site->ctx, profile))
		return reason_set(
			why, -EINVAL,
			"The site has no profiles.d/%.64s.ipxe, which "
			"%s is to run.",
			profile, x->name);
	return 0;
}

static void answer_set(struct call *x)
{
	struct state_change change = {.name = x->name, .by = x->by};
	struct machine_state machine;
	struct reason why;
	json_t *body = body_parse(x);
	int rc;

	if (!body)
		return;
	rc = change_parse(body, &change, &why);
	if (rc == 0)
		rc = change_check(x, &change, &why);
	if (rc == 0)
		rc = control_set(x->control, &change, &machine, &why);
	json_decref(body);
	if (rc)
		reply_failure(x, rc, &why);
	else
		reply_json(x, 200, machine_json(x->control, &machine, true));
}

static void answer_clear(struct call *x)
{
	struct state_change change = {
		.name = x->name, .by = x->by, .intent = INTENT_ORDINARY};
	struct machine_state machine;
	struct reason why;
	int rc;

	rc = control_set(x->control, &change, &machine, &why);
	if (rc)
		reply_failure(x, rc, &why);
	else
		reply_json(x, 200, machine_json(x->control, &machine, true));
}

static void token_note(struct call *x, const char *action, const char *name)
{
	audit_write(x->control->audit, x->by, action, name, NULL, NULL);
}

static void answer_token_new(struct call *x)
{
	char token[TOKEN_BYTES];
	struct reason why;
	int rc;

	rc = state_key_make(x->control->state, x->name, token, &why);
	if (rc) {
		reply_failure(x, rc, &why);
		return;
	}
	token_note(x, "token-new", x->name);
	reply_json(x, 201,
		   json_pack("{s:s, s:s}", "name", x->name, "token", token));
}

static void answer_token_remove(struct call *x)
{
	struct reason why;
	int rc;

	rc = state_key_remove(x->control->state, x->name, &why);
	if (rc) {
		reply_failure(x, rc, &why);
		return;
	}
	token_note(x, "token-remove", x->name);
	reply_json(x, 200, json_pack("{s:s}", "removed", x->name));
}

/*
 * All paths; one that ends with a slash stands for the names behind it.
 * Changes are PUT and DELETE, which no foreign web page can make a browser
 * send without asking first (Fetch standard, CORS preflight).
 */
static const struct api_route {
	const char *method;
	const char *path;
	/* Does it need no token on TCP? */
	bool is_open;
	void (*answer)(struct call *x);
} routes[] = {
	{"GET", "/", true, answer_page},
	{"GET", "/metrics", false, answer_metrics},
	{"GET", "/v1/stream", false, answer_stream},
	{"GET", "/v1/machines", false, answer_list},
	{"GET", MACHINES, false, answer_show},
	{"PUT", MACHINES, false, answer_set},
	{"DELETE", MACHINES, false, answer_clear},
	{"PUT", "/v1/tokens/", false, answer_token_new},
	{"DELETE", "/v1/tokens/", false, answer_token_remove},
};

static bool route_fits(const struct api_route *route, const char *path,
		       const char **ret_name)
{
	size_t len = strlen(route->path);

	if (len > 1 && route->path[len - 1] == '/') {
		*ret_name = path + len;
		return strncmp(path, route->path, len) == 0 && path[len];
	}
	*ret_name = "";
	return strcmp(path, route->path) == 0;
}

bool api_is_open(const char *path)
{
	const char *name;
	size_t i;

	for (i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		if (routes[i].is_open && route_fits(&routes[i], path, &name))
			return true;
	}
	return false;
}

/* What the API does not know may be the resolver's, for reading. */
static void answer_other(struct call *x, bool is_path_known)
{
	struct reason why;

	if (!is_path_known && x->control->site.answer &&
	    strcmp(x->request->method, "GET") == 0) {
		x->control->site.answer(x->control->site.ctx, x->request,
					x->reply);
		return;
	}
	if (is_path_known) {
		reason_set(&why, 0, "This method does not work here.");
		reply_failure(x, -EINVAL, &why);
		x->reply->status = 405;
		return;
	}
	reason_set(&why, 0, "There is nothing at this address.");
	reply_failure(x, -ENOENT, &why);
}

/* Call the machine what the state calls it. */
static void call_name_machine(struct call *x)
{
	const struct control_site *site = &x->control->site;
	bool is_known;

	if (!site->find_name) {
		x->is_machine = true;
		return;
	}
	x->is_machine = site->find_name(site->ctx, x->name, x->machine_name,
					&is_known) == 0;
	if (x->is_machine)
		x->name = x->machine_name;
}

void api_answer(struct control *control, struct http_request *request,
		const char *by, const char *body, size_t len,
		struct http_reply *reply)
{
	struct call x = {.control = control,
			 .request = request,
			 .reply = reply,
			 .by = by,
			 .name = "",
			 .body = body,
			 .len = len};
	bool is_path_known = false;
	const char *path, *query;
	struct reason why;
	size_t i;
	int rc;

	rc = url_split(request->target, &request->arena, &path, &query, &why);
	if (rc) {
		reply_failure(&x, rc, &why);
		return;
	}
	for (i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		if (!route_fits(&routes[i], path, &x.name))
			continue;
		is_path_known = true;
		if (strcmp(routes[i].method, request->method) == 0) {
			if (strcmp(routes[i].path, MACHINES) == 0)
				call_name_machine(&x);
			routes[i].answer(&x);
			return;
		}
	}
	answer_other(&x, is_path_known);
}

/* Live news: server-sent events (HTML standard 9.2). */

struct api_stream {
	struct control *control;
	const bool *is_stopping;
	/* Number of the last change that was told. */
	uint64_t sequence;
	/* Text that is yet to be sent, allocated. */
	char *text;
	size_t len;
	size_t sent;
};

static unsigned int streams;

struct api_stream *api_stream_open(struct control *control,
				   const bool *is_stopping)
{
	struct api_stream *stream;

	if (__atomic_add_fetch(&streams, 1, __ATOMIC_RELAXED) > STREAMS_MAX)
		goto err_count;
	stream = calloc(1, sizeof(*stream));
	if (!stream)
		goto err_count;
	stream->control = control;
	stream->is_stopping = is_stopping;
	stream->sequence = timeline_sequence(control->timeline);
	return stream;

err_count:
	__atomic_sub_fetch(&streams, 1, __ATOMIC_RELAXED);
	return NULL;
}

void api_stream_close(struct api_stream *stream)
{
	if (!stream)
		return;
	__atomic_sub_fetch(&streams, 1, __ATOMIC_RELAXED);
	free(stream->text);
	free(stream);
}

/* One machine as an event. */
static void news_print(struct api_stream *stream, FILE *out, const char *name)
{
	struct machine_state machine;
	json_t *object;
	char *text;

	state_get(stream->control->state, name, &machine);
	object = machine_json(stream->control, &machine, false);
	text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	if (text)
		fprintf(out, "event: machine\ndata: %s\n\n", text);
	free(text);
}

static int sequence_compare(const void *a, const void *b)
{
	const struct sighting *x = a, *y = b;

	return (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

/* Collect what changed; with too much of it the client is to ask anew. */
static int news_collect(struct api_stream *stream)
{
	uint64_t now = timeline_sequence(stream->control->timeline);
	struct sighting *list = NULL;
	FILE *out;
	int count, i;

	count = timeline_list(stream->control->timeline, stream->sequence,
			      LIST_MAX, &list);
	if (count < 0)
		return count;
	out = open_memstream(&stream->text, &stream->len);
	if (!out) {
		free(list);
		return -ENOMEM;
	}
	if (count > NEWS_MAX) {
		fputs("event: reload\ndata: {}\n\n", out);
	} else {
		qsort(list, (size_t)count, sizeof(*list), sequence_compare);
		for (i = 0; i < count; i++) {
			if (!is_renamed(stream->control, list[i].name))
				news_print(stream, out, list[i].name);
		}
	}
	if (!count)
		fputs(":\n\n", out);
	fclose(out);
	free(list);
	stream->sequence = now;
	stream->sent = 0;
	return stream->text ? 0 : -ENOMEM;
}

static void news_wait(const struct api_stream *stream)
{
	static const struct timespec pause = {0, NEWS_POLL_MS * 1000000};
	int waited;

	for (waited = 0; waited < NEWS_WAIT_MS; waited += NEWS_POLL_MS) {
		if (timeline_sequence(stream->control->timeline) !=
			    stream->sequence ||
		    __atomic_load_n(stream->is_stopping, __ATOMIC_RELAXED))
			return;
		nanosleep(&pause, NULL);
	}
}

ssize_t api_stream_read(struct api_stream *stream, char *buf, size_t max)
{
	size_t len;

	if (!stream->text) {
		news_wait(stream);
		if (__atomic_load_n(stream->is_stopping, __ATOMIC_RELAXED) ||
		    news_collect(stream))
			return -ECANCELED;
	}
	len = stream->len - stream->sent;
	if (len > max)
		len = max;
	memcpy(buf, stream->text + stream->sent, len);
	stream->sent += len;
	if (stream->sent == stream->len) {
		free(stream->text);
		stream->text = NULL;
	}
	return (ssize_t)len;
}
