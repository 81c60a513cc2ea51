/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What the boot side of the resolver asks of state and timeline. */
#include "control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api.h"
#include "control_private.h"
#include "keeper.h"
#include "log.h"
#include "metrics.h"
#include "table.h"
#include "text.h"
#include "url.h"

void control_format_intent(const struct machine_state *machine, char *buf,
			   size_t size)
{
	snprintf(buf, size, "%s%s%s", intent_name(machine->intent),
		 *machine->profile ? " " : "", machine->profile);
}

int control_set(struct control *control, const struct state_change *change,
		struct machine_state *ret_new, struct reason *why)
{
	char old_text[2 * STATE_NAME_BYTES], new_text[2 * STATE_NAME_BYTES];
	char line[EVENT_TEXT_BYTES];
	struct machine_state old;
	int rc;

	rc = state_set(control->state, change, &old, ret_new, why);
	if (rc)
		return rc;
	metric_add(METRIC_STATE_CHANGES, 1);
	control_format_intent(&old, old_text, sizeof(old_text));
	control_format_intent(ret_new, new_text, sizeof(new_text));
	snprintf(line, sizeof(line), "%.100s (was %.60s), by %.60s", new_text,
		 old_text, change->by);
	timeline_add(control->timeline, change->name, EVENT_PERSON, "set", 0,
		     line);
	rc = audit_write(control->audit, change->by, "set", change->name,
			 old_text, new_text);
	if (rc)
		log_line(LOG_ERR,
			 "The audit log could not be written: %s; the change "
			 "of %s to %s by %s stands.",
			 strerror(-rc), change->name, new_text, change->by);
	return 0;
}

/* Put as much of a text as there is room for; returns where it ended. */
static char *text_put(char *buf, const char *end, const char *text)
{
	size_t len = strnlen(text, (size_t)(end - buf));

	memcpy(buf, text, len);
	return buf + len;
}

/* One line of what a machine said about itself. */
static void facts_format(const struct facts *facts, const char *client,
			 char *buf, size_t size)
{
	static const enum fact shown[] = {FACT_PLATFORM, FACT_ARCH,
					  FACT_VERSION, FACT_NIC, FACT_BOOTID};
	char *end = buf + size - 1;
	size_t i;

	buf = text_put(buf, end, "from ");
	buf = text_put(buf, end, client && *client ? client : "?");
	for (i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		const char *value = facts->value[shown[i]];

		if (!value)
			continue;
		buf = text_put(buf, end, ", ");
		buf = text_put(buf, end, facts_name(shown[i]));
		buf = text_put(buf, end, " ");
		buf = text_put(buf, end, value);
	}
	*buf = '\0';
}

void control_boot(struct control *control, const char *name, bool is_in_site,
		  bool is_off, const char *bootid,
		  struct machine_state *ret_state)
{
	static const enum metric metrics[INTENT_COUNT] = {
		[INTENT_ORDINARY] = METRIC_BOOT_ORDINARY,
		[INTENT_LOCAL] = METRIC_BOOT_LOCAL,
		[INTENT_INSTALL] = METRIC_BOOT_INSTALL,
		[INTENT_RUN] = METRIC_BOOT_RUN,
		[INTENT_RESCUE] = METRIC_BOOT_RESCUE,
		[INTENT_WAIT] = METRIC_BOOT_WAIT,
	};
	struct state *state = control ? control->state : NULL;

	ret_state->intent = ret_state->effective = INTENT_ORDINARY;
	ret_state->is_lost = false;
	/* Else there is nothing to be asked, and the rest is of no use. */
	if (!state_has_none(state, table_hash(name, strlen(name)))) {
		if (is_off)
			state_get(state, name, ret_state);
		else
			state_boot(state, name, bootid, ret_state);
	}
	if (!control || !*name)
		return;
	metric_add(metrics[ret_state->effective], 1);
	if (ret_state->is_lost)
		metric_add(METRIC_STATE_LOST, 1);
	if (!is_in_site && ret_state->intent == INTENT_ORDINARY)
		metric_add(METRIC_BOOT_UNKNOWN, 1);
}

bool control_again(struct control *control, const struct control_repeat *repeat)
{
	if (!control || !*repeat->name)
		return true;
	if (!state_has_none(control->state, repeat->hash) ||
	    !timeline_again(control->timeline, repeat->hash, repeat->name,
			    repeat->is_known, repeat->digest, repeat->client))
		return false;
	metric_add(METRIC_BOOT_ORDINARY, 1);
	if (!repeat->is_in_site)
		metric_add(METRIC_BOOT_UNKNOWN, 1);
	return true;
}

void control_peek(struct control *control, const char *name,
		  struct machine_state *ret_state)
{
	state_get(control ? control->state : NULL, name, ret_state);
}

bool control_foresee(struct control *control, struct timeline_foresight *f)
{
	return control && timeline_foresee(control->timeline, f);
}

void control_answered(struct control *control,
		      const struct control_answer *answer)
{
	char asked[EVENT_TEXT_BYTES], refused[EVENT_TEXT_BYTES];
	bool is_refused = answer->status >= 400;
	struct timeline_boot boot = {
		.name = answer->name,
		.hash = answer->hash,
		.is_known = answer->is_known,
		.is_refused = is_refused,
		.facts = answer->facts,
		.client = answer->client,
		.asked = asked,
		.answered = answer->what ? answer->what : "its script",
		.digest = is_refused ? 0 : answer->digest,
	};

	if (!control || !*answer->name)
		return;
	facts_format(answer->facts, answer->client, asked, sizeof(asked));
	if (is_refused) {
		snprintf(refused, sizeof(refused), "%u %s", answer->status,
			 answer->what ? answer->what : "no reason given");
		boot.answered = refused;
	}
	timeline_boot(control->timeline, &boot);
}

void control_fetched(struct control *control, const char *client,
		     const char *target, unsigned int status, bool is_whole)
{
	char name[STATE_NAME_BYTES], line[EVENT_TEXT_BYTES];
	int len = (int)strcspn(target, "?");

	if (!control || !client ||
	    !timeline_find(control->timeline, client, name))
		return;
	if (len > 200)
		len = 200;
	if (status < 400)
		snprintf(line, sizeof(line), "%.*s%s", len, target,
			 is_whole ? "" : " (broken off)");
	else
		snprintf(line, sizeof(line), "%.*s: status %u", len, target,
			 status);
	timeline_add(control->timeline, name, EVENT_SERVER,
		     status >= 400 ? "refused"
		     : is_whole	   ? "fetched"
				   : "broken",
		     0, line);
}

/* What goes into timeline and audit log when a machine reported. */
static void confirm_note(struct control *control,
			 const struct machine_state *machine, bool is_ok)
{
	const char *profile = is_ok ? machine->installed : machine->profile;
	char line[EVENT_TEXT_BYTES];
	int rc;

	snprintf(line, sizeof(line), "%.100s %s",
		 *profile ? profile : "its install",
		 is_ok ? "was installed and confirmed it"
		       : "reported that it failed");
	timeline_add(control->timeline, machine->name, EVENT_FIRMWARE,
		     is_ok ? "confirmed" : "failed", 0, line);
	rc = audit_write(control->audit, "machine", is_ok ? "confirm" : "fail",
			 machine->name, NULL, profile);
	if (rc)
		log_line(LOG_ERR, "The audit log could not be written: %s.",
			 strerror(-rc));
	log_line(LOG_NOTICE, "%s: %s", machine->name, line);
}

void control_confirm(struct control *control, struct http_request *request,
		     const char *rest, const char *query,
		     struct http_reply *reply)
{
	static const char done[] = "Thank you.\n";
	bool is_ok = !query || strcmp(query, "result=failed") != 0;
	struct machine_state machine;
	struct reason why;
	int rc;

	rc = state_confirm(control ? control->state : NULL, rest, is_ok,
			   &machine, &why);
	reply_add_field(reply, "Cache-Control", "no-store");
	if (rc == 0) {
		metric_add(is_ok ? METRIC_CONFIRM_OK : METRIC_CONFIRM_FAILED,
			   1);
		confirm_note(control, &machine, is_ok);
		reply_set_text(reply, 200, "text/plain; charset=utf-8", done,
			       sizeof(done) - 1);
		reply->what = is_ok ? "confirmed" : "reported failed";
		return;
	}
	metric_add(METRIC_CONFIRM_REFUSED, 1);
	reply_set_error(request, reply, rc == -ENOENT ? 404 : 503, "%s",
			why.text);
	if (rc != -ENOENT)
		reply_add_field(reply, "Retry-After", "2");
}

bool control_is_well(struct control *control)
{
	return !control || state_is_well(control->state);
}

void control_metrics(struct control *control, struct http_request *request,
		     struct http_reply *reply)
{
	const char *text;
	size_t len;

	if (control) {
		metric_set(METRIC_STATE_UP, state_is_well(control->state));
		metric_set(METRIC_MACHINES_SEEN,
			   timeline_count(control->timeline));
	}
	if (metrics_format(&request->arena, &text, &len)) {
		reply_set_error(request, reply, 503, "Out of memory.");
		return;
	}
	reply_set_text(reply, 200, "text/plain; version=0.0.4; charset=utf-8",
		       text, len);
}

const char *control_redact(char *buf, size_t size, const char *target)
{
	const char *path = strchr(target, '/');
	size_t len;

	while (path && !text_skip(path, STATE_CONFIRM_PATH))
		path = strchr(path + 1, '/');
	if (!path)
		return target;
	len = (size_t)(path - target) + strlen(STATE_CONFIRM_PATH);
	if (len >= size)
		len = size - 1;
	memcpy(buf, target, len);
	buf[len] = '\0';
	if (size - len > sizeof("..."))
		strcpy(buf + len, "...");
	return buf;
}

/* Starting and stopping. */

/* A name that no other resolver with the same database has. */
static void control_name(const struct control *control, char *buf, size_t size)
{
	char host[64] = "?";

	gethostname(host, sizeof(host) - 1);
	snprintf(buf, size, "%s:%s", host, control->options.socket);
}

static int control_open(struct control *control, struct reason *why)
{
	const struct control_options *options = &control->options;
	char path[sizeof(options->state_dir) + 16];
	char writer[STATE_WRITER_BYTES];
	int rc;

	control->timeline = timeline_new();
	if (!control->timeline)
		return reason_set(why, -ENOMEM, "Out of memory.");
	rc = state_open(&options->state, &control->state, why);
	if (rc)
		return rc;
	control_name(control, writer, sizeof(writer));
	rc = keeper_start(control->state, control->timeline, writer,
			  &control->keeper);
	if (rc)
		return reason_set(why, rc, "Could not start a thread: %s.",
				  strerror(-rc));
	if (!*options->state_dir)
		return 0;
	snprintf(path, sizeof(path), "%s/audit.log", options->state_dir);
	return audit_open(path, &control->audit, why);
}

int control_start(const struct control_options *options,
		  const struct control_site *site, struct control **ret_control,
		  struct reason *why)
{
	struct control *control = calloc(1, sizeof(*control));
	int rc;

	if (!control)
		return reason_set(why, -ENOMEM, "Out of memory.");
	control->options = *options;
	control->site = *site;
	rc = control_open(control, why);
	if (rc == 0 && *options->listen)
		rc = api_start_tcp(control, &control->api_tcp, why);
	if (rc == 0 && *options->socket)
		rc = api_start_unix(control, &control->api_unix, why);
	if (rc) {
		control_stop(control);
		return rc;
	}
	*ret_control = control;
	return 0;
}

void control_stop(struct control *control)
{
	if (!control)
		return;
	api_stop(control->api_unix);
	api_stop(control->api_tcp);
	keeper_stop(control->keeper);
	state_close(control->state);
	audit_close(control->audit);
	timeline_free(control->timeline);
	free(control);
}
