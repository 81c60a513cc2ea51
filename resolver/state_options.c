/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Options and names of the state. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state.h"

static const char *const intent_names[INTENT_COUNT] = {
	[INTENT_ORDINARY] = "ordinary", [INTENT_LOCAL] = "local",
	[INTENT_INSTALL] = "install",	[INTENT_RUN] = "run",
	[INTENT_RESCUE] = "rescue",	[INTENT_WAIT] = "wait",
};

static const char *const outcome_names[OUTCOME_COUNT] = {
	[OUTCOME_NONE] = "none",	   [OUTCOME_STARTED] = "started",
	[OUTCOME_CONFIRMED] = "confirmed", [OUTCOME_FAILED] = "failed",
	[OUTCOME_GAVE_UP] = "gave-up",	   [OUTCOME_EXPIRED] = "expired",
};

/* Options that are a number. */
static const struct number_option {
	/* Key in site.conf. */
	const char *key;
	/* Where it goes. */
	size_t offset;
	/* Least and greatest value. */
	unsigned int min;
	unsigned int max;
} number_options[] = {
	{"state-wait-ms", offsetof(struct state_options, wait_ms), 10, 60000},
	{"state-attempts", offsetof(struct state_options, attempts_max), 1,
	 1000},
	{"state-boot-s", offsetof(struct state_options, boot_s), 1, 86400},
};

/* Options that are an intent: neither may install anything. */
static const struct intent_option {
	/* Key in site.conf. */
	const char *key;
	/* Where it goes. */
	size_t offset;
} intent_options[] = {
	{"state-fallback", offsetof(struct state_options, fallback)},
	{"state-lost", offsetof(struct state_options, lost)},
};

void state_options_init(struct state_options *options)
{
	memset(options, 0, sizeof(*options));
	snprintf(options->uri, sizeof(options->uri), "off");
	options->wait_ms = 500;
	options->attempts_max = 3;
	options->boot_s = 60;
	options->fallback = INTENT_LOCAL;
	options->lost = INTENT_LOCAL;
}

int intent_parse(const char *text)
{
	int i;

	for (i = 0; i < INTENT_COUNT; i++) {
		if (strcmp(intent_names[i], text) == 0)
			return i;
	}
	return -ENOENT;
}

const char *intent_name(enum intent intent)
{
	return (unsigned int)intent < INTENT_COUNT ? intent_names[intent]
						   : "unknown";
}

const char *outcome_name(enum outcome outcome)
{
	return (unsigned int)outcome < OUTCOME_COUNT ? outcome_names[outcome]
						     : "unknown";
}

static int number_set(struct state_options *options,
		      const struct number_option *option, const char *value,
		      struct reason *why)
{
	unsigned long number;
	char *end;

	errno = 0;
	number = strtoul(value, &end, 10);
	if (errno || end == value || *end || *value == '-' ||
	    number < option->min || number > option->max)
		return reason_set(why, -EINVAL,
				  "%s is to be a number from %u to %u, not "
				  "\"%s\".",
				  option->key, option->min, option->max, value);
	*(unsigned int *)((char *)options + option->offset) =
		(unsigned int)number;
	return 0;
}

static int intent_set(struct state_options *options,
		      const struct intent_option *option, const char *value,
		      struct reason *why)
{
	int intent = intent_parse(value);

	if (intent < 0 || intent == INTENT_INSTALL || intent == INTENT_RUN)
		return reason_set(why, -EINVAL,
				  "%s is to be ordinary, local, rescue or "
				  "wait, not \"%s\".",
				  option->key, value);
	*(enum intent *)((char *)options + option->offset) =
		(enum intent)intent;
	return 0;
}

static int uri_set(struct state_options *options, const char *value,
		   struct reason *why)
{
	static const char postgres[] = "postgresql://";
	bool is_known = strcmp(value, "off") == 0 ||
			strncmp(value, "sqlite:/", 8) == 0 ||
			strncmp(value, postgres, sizeof(postgres) - 1) == 0;

	/* The value may hold a password: it is not repeated. */
	if (!is_known || strlen(value) >= sizeof(options->uri))
		return reason_set(why, -EINVAL,
				  "state is to be sqlite:/FILE, "
				  "postgresql://USER@HOST/DATABASE or off.");
	snprintf(options->uri, sizeof(options->uri), "%s", value);
	return 0;
}

int state_options_set(struct state_options *options, const char *key,
		      const char *value, struct reason *why)
{
	size_t i;

	if (strcmp(key, "state") == 0)
		return uri_set(options, value, why);
	for (i = 0; i < sizeof(number_options) / sizeof(number_options[0]);
	     i++) {
		if (strcmp(key, number_options[i].key) == 0)
			return number_set(options, &number_options[i], value,
					  why);
	}
	for (i = 0; i < sizeof(intent_options) / sizeof(intent_options[0]);
	     i++) {
		if (strcmp(key, intent_options[i].key) == 0)
			return intent_set(options, &intent_options[i], value,
					  why);
	}
	return reason_set(why, -ENOENT, "There is no option \"%s\".", key);
}
