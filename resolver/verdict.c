/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* How does a machine stand?  One plain sentence out of its timeline. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "timeline.h"

/* No word for so long means that nothing more is to come. */
#define SILENCE_MS (5 * 60 * 1000)

/* So many boots in so short a time are a loop. */
#define LOOP_BOOTS 3
#define LOOP_MS	   (15 * 60 * 1000)

/* What the events say, counted from the newest request for a script. */
struct summary {
	/* The newest of each kind, or NULL. */
	const struct event *asked;
	const struct event *answered;
	const struct event *fetched;
	const struct event *refused;
	const struct event *confirmed;
	const struct event *failed;
	const struct event *error;
	const struct event *booted;
	/* Files taken since the last request. */
	unsigned int files;
	/* Requests in a row after which no file was taken. */
	unsigned int fruitless;
	/* When these began. */
	int64_t fruitless_ms;
};

static bool is_kind(const struct event *event, const char *kind)
{
	return strcmp(event->kind, kind) == 0;
}

static void summary_ask(struct summary *s, const struct event *event)
{
	unsigned int fruitless = s->fruitless + event->count;
	int64_t since = s->fruitless ? s->fruitless_ms : event->at_ms;

	memset(s, 0, sizeof(*s));
	s->asked = event;
	s->fruitless = fruitless;
	s->fruitless_ms = since;
}

static void summary_add(struct summary *s, const struct event *event)
{
	if (event->source == EVENT_PERSON) {
		/* A new order makes what was before it history. */
		s->fruitless = 0;
		s->confirmed = s->failed = s->error = NULL;
	} else if (is_kind(event, "asked")) {
		summary_ask(s, event);
	} else if (is_kind(event, "answered")) {
		s->answered = event;
	} else if (is_kind(event, "refused")) {
		s->refused = event;
	} else if (is_kind(event, "fetched")) {
		s->fetched = event;
		s->files += event->count;
		s->fruitless = 0;
	} else if (is_kind(event, "confirmed")) {
		s->confirmed = event;
	} else if (is_kind(event, "failed")) {
		s->failed = event;
	} else if (is_kind(event, "error")) {
		s->error = event;
	} else if (is_kind(event, "boot") || is_kind(event, "booted")) {
		s->booted = event;
	}
}

static void when_format(char *buf, size_t size, int64_t at_ms)
{
	time_t at = (time_t)(at_ms / 1000);
	struct tm tm;

	gmtime_r(&at, &tm);
	strftime(buf, size, "%H:%M:%S UTC", &tm);
}

/* What a person ordered and what came of it, where that is the last word. */
static bool verdict_state(const struct machine_state *state, char *buf)
{
	if (!state || state->is_lost)
		return false;
	if (state->outcome == OUTCOME_GAVE_UP) {
		snprintf(buf, VERDICT_BYTES,
			 "Gave up: %s did not confirm in %u attempts; it does "
			 "\"%s\" now.",
			 state->profile, state->attempts,
			 intent_name(state->effective));
		return true;
	}
	if (state->outcome == OUTCOME_EXPIRED) {
		snprintf(buf, VERDICT_BYTES,
			 "Gave up: %s did not confirm before its deadline; it "
			 "does \"%s\" now.",
			 state->profile, intent_name(state->effective));
		return true;
	}
	return false;
}

/* What the machine itself, or what it booted, had to say. */
static bool verdict_report(const struct summary *s, char *buf)
{
	if (s->confirmed)
		snprintf(buf, VERDICT_BYTES, "Done: %s.", s->confirmed->text);
	else if (s->failed)
		snprintf(buf, VERDICT_BYTES, "Failed: %s.", s->failed->text);
	else if (s->error)
		snprintf(buf, VERDICT_BYTES, "Failed: its firmware says: %s",
			 s->error->text);
	else if (s->refused)
		snprintf(buf, VERDICT_BYTES, "Refused: %s", s->refused->text);
	else
		return false;
	return true;
}

static void verdict_progress(const struct summary *s,
			     const struct machine_state *state, int64_t now_ms,
			     char *buf)
{
	bool is_silent = now_ms - s->asked->at_ms > SILENCE_MS;
	const char *script = s->answered ? s->answered->text : "a script";
	char when[32];

	when_format(when, sizeof(when), s->asked->at_ms);
	if (s->fruitless >= LOOP_BOOTS &&
	    s->asked->at_ms - s->fruitless_ms < LOOP_MS)
		snprintf(
			buf, VERDICT_BYTES,
			"Looping? Asked %u times, last at %s, and never loaded "
			"a file: its script (%s) fails or starts over.",
			s->fruitless, when, script);
	else if (s->booted)
		snprintf(buf, VERDICT_BYTES, "Booted: %s", s->booted->text);
	else if (s->fetched)
		snprintf(buf, VERDICT_BYTES,
			 "%s at %s from %s with %u file%s, last %s.",
			 is_silent ? "Booted" : "Booting", when, script,
			 s->files, s->files == 1 ? "" : "s", s->fetched->text);
	else if (s->answered && state && state->effective == INTENT_LOCAL)
		snprintf(buf, VERDICT_BYTES,
			 "Was told at %s to boot its local disk%s%s.", when,
			 *state->installed ? ", where it installed " : "",
			 state->installed);
	else if (s->answered)
		snprintf(buf, VERDICT_BYTES,
			 "Got its script (%s) at %s; loaded no file from here "
			 "%s.",
			 script, when, is_silent ? "after that" : "yet");
	else
		snprintf(buf, VERDICT_BYTES, "Asked for its script at %s.",
			 when);
}

void timeline_verdict(const struct event *events, size_t count,
		      const struct machine_state *state, int64_t now_ms,
		      char ret_verdict[VERDICT_BYTES])
{
	struct summary s = {0};
	size_t i;

	for (i = 0; i < count; i++)
		summary_add(&s, &events[i]);
	if (verdict_state(state, ret_verdict) ||
	    verdict_report(&s, ret_verdict))
		return;
	if (s.asked)
		verdict_progress(&s, state, now_ms, ret_verdict);
	else
		snprintf(ret_verdict, VERDICT_BYTES,
			 count ? "Did not ask for a script yet."
			       : "Was not seen since the resolver started.");
}
