/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Which script does this machine get?  No input or output happens here. */
#include "resolve.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "identity.h"
#include "table.h"

/* Most profiles that apply to one machine, and most rules. */
#define ACTIVE_MAX  64
#define MATCHED_MAX 256

/* Generations of profiles that are followed; the loader allows 16. */
#define PARENTS_MAX 32

/* A machine that is being resolved. */
struct deliberation {
	const struct snapshot *snapshot;
	const struct facts *facts;
	const struct machine_state *state;
	struct arena *arena;
	struct resolution *result;
	struct identity identity;
	/* Profiles that apply, the winner last; and who named each. */
	uint32_t active[ACTIVE_MAX];
	const char *active_by[ACTIVE_MAX];
	size_t active_count;
	/* Rules that match, in order. */
	const struct rule *matched[MATCHED_MAX];
	size_t matched_count;
};

const char *resolution_kind_name(enum resolution_kind kind)
{
	static const char *const names[] = {
		[RESOLUTION_NONE] = "none",
		[RESOLUTION_STATE] = "state",
		[RESOLUTION_DISABLED] = "disabled",
		[RESOLUTION_DROPIN] = "drop-in",
		[RESOLUTION_PROFILE] = "profile",
		[RESOLUTION_RULE] = "rule",
		[RESOLUTION_DEFAULT] = "default",
		[RESOLUTION_MENU] = "menu",
		[RESOLUTION_QUARANTINE] = "quarantine",
	};

	return names[kind];
}

static const char *machine_name(const struct deliberation *d)
{
	return d->identity.machine ? d->identity.machine->name : NULL;
}

/* Profile lists. */

static void active_remove(struct deliberation *d, uint32_t profile)
{
	size_t i, kept = 0;

	for (i = 0; i < d->active_count; i++) {
		if (d->active[i] == profile)
			continue;
		d->active[kept] = d->active[i];
		d->active_by[kept++] = d->active_by[i];
	}
	d->active_count = kept;
}

static int active_add(struct deliberation *d, uint32_t profile, const char *by,
		      unsigned int depth);

/* Go through a list: a profile moves to its end, ~profile takes it out. */
static int active_apply(struct deliberation *d, struct stretch refs,
			const char *by, unsigned int depth)
{
	const struct snapshot *snapshot = d->snapshot;
	uint32_t i;
	int rc;

	for (i = 0; i < refs.count; i++) {
		const struct profile_ref *ref = &snapshot->refs[refs.first + i];

		trace_add(d->result->trace, "  %s %s %s", by,
			  ref->is_removal ? "takes out" : "adds",
			  snapshot->profiles[ref->profile].name);
		active_remove(d, ref->profile);
		if (ref->is_removal)
			continue;
		rc = active_add(d, ref->profile, by, depth);
		if (rc)
			return rc;
	}
	return 0;
}

static int active_add(struct deliberation *d, uint32_t profile, const char *by,
		      unsigned int depth)
{
	const struct profile *p = &d->snapshot->profiles[profile];
	int rc;

	if (depth < PARENTS_MAX && p->parents.count) {
		rc = active_apply(d, p->parents, p->name, depth + 1);
		if (rc)
			return rc;
	}
	if (d->active_count == ACTIVE_MAX)
		return reason_set(&d->result->why, -E2BIG,
				  "More than %d profiles apply to this "
				  "machine.",
				  ACTIVE_MAX);
	d->active[d->active_count] = profile;
	d->active_by[d->active_count++] = by;
	return 0;
}

/* Rules. */

static bool rule_matches(const struct deliberation *d, const struct rule *rule)
{
	const struct snapshot *snapshot = d->snapshot;
	uint32_t i;

	for (i = 0; i < rule->conditions.count; i++) {
		const struct condition *condition =
			&snapshot->conditions[rule->conditions.first + i];

		if (condition_matches(condition, d->facts, machine_name(d)))
			continue;
		trace_add(d->result->trace,
			  "  rule %s (%s:%u) does not match: %s is not %s",
			  rule->name, rule->place.file, rule->place.line,
			  condition_name(condition->fact), condition->text);
		return false;
	}
	trace_add(d->result->trace, "  rule %s (%s:%u) matches", rule->name,
		  rule->place.file, rule->place.line);
	return true;
}

static int rules_apply(struct deliberation *d)
{
	const struct snapshot *snapshot = d->snapshot;
	uint32_t i;
	int rc;

	for (i = 0; i < snapshot->rule_count; i++) {
		const struct rule *rule = &snapshot->rules[i];

		if (!rule_matches(d, rule))
			continue;
		if (d->matched_count == MATCHED_MAX)
			return reason_set(&d->result->why, -E2BIG,
					  "More than %d rules match.",
					  MATCHED_MAX);
		d->matched[d->matched_count++] = rule;
		rc = active_apply(d, rule->profiles, rule->name, 0);
		if (rc)
			return rc;
	}
	return 0;
}

/* Values of names. */

static const struct variable *vars_find(const struct snapshot *snapshot,
					uint32_t first, uint32_t count,
					uint32_t name)
{
	/* The last one wins, as everywhere. */
	while (count--) {
		if (snapshot->vars[first + count].name == name)
			return &snapshot->vars[first + count];
	}
	return NULL;
}

/* Find a variable and who set it: machine, rules, profiles, site. */
static const struct variable *variable_find(const struct deliberation *d,
					    uint32_t name,
					    struct place *ret_place)
{
	const struct snapshot *snapshot = d->snapshot;
	const struct machine *machine = d->identity.machine;
	const struct variable *var = NULL;
	size_t i;

	if (machine)
		var = vars_find(snapshot, machine->vars_first,
				machine->vars_count, name);
	if (var) {
		ret_place->file = snapshot->files[machine->file];
		return var;
	}
	for (i = d->matched_count; i--;) {
		const struct rule *rule = d->matched[i];

		var = vars_find(snapshot, rule->vars.first, rule->vars.count,
				name);
		ret_place->file = rule->place.file;
		if (var)
			return var;
	}
	for (i = d->active_count; i--;) {
		const struct profile *p = &snapshot->profiles[d->active[i]];

		var = vars_find(snapshot, p->vars.first, p->vars.count, name);
		ret_place->file = p->vars_file;
		if (var)
			return var;
	}
	ret_place->file = "site.conf";
	return vars_find(snapshot, snapshot->site_vars.first,
			 snapshot->site_vars.count, name);
}

static const char *confirm_url(const struct deliberation *d)
{
	const char *server = d->facts->value[FACT_SERVER];

	return arena_format(d->arena, "http://%s" STATE_CONFIRM_PATH "%s",
			    server ? server : "", d->state->token);
}

static struct template_value builtin_value(const struct deliberation *d,
					   uint32_t name)
{
	struct template_value value = {0};
	bool has_token = d->state && *d->state->token;

	if (name == BUILTIN_NAME)
		value.text = machine_name(d);
	else if (name == BUILTIN_PROFILE)
		value.text = d->result->profile;
	else if (name == BUILTIN_TOKEN && has_token)
		value.text = d->state->token;
	else if (name == BUILTIN_CONFIRM && has_token)
		value.text = confirm_url(d);
	return value;
}

static struct template_value scope_value(void *ctx, uint32_t name)
{
	const struct deliberation *d = ctx;
	struct template_value value = {0};
	const struct variable *var;
	struct place place = {0};

	if (name >= FACT_COUNT && name < BUILTIN_END)
		return builtin_value(d, name);
	var = variable_find(d, name, &place);
	if (var) {
		value.text = var->value;
		return value;
	}
	if (name >= FACT_COUNT) {
		value.is_required = true;
		return value;
	}
	value.text = d->facts->value[name];
	value.is_foreign = true;
	return value;
}

static const char *scope_name(void *ctx, uint32_t name)
{
	const struct deliberation *d = ctx;

	return d->snapshot->names[name];
}

static int scope_find_name(void *ctx, const char *name, size_t len)
{
	const struct deliberation *d = ctx;
	uint32_t index = snapshot_find_name(d->snapshot, name, len);

	return index == SNAPSHOT_NONE ? -ENOENT : (int)index;
}

static void trace_origin(void *ctx, uint32_t name, const char *file,
			 unsigned int line)
{
	const struct deliberation *d = ctx;
	struct trace *trace = d->result->trace;
	struct place place = {0};
	const struct variable *var = NULL;
	struct template_value value;

	if (name < FACT_COUNT || name >= BUILTIN_END)
		var = variable_find(d, name, &place);
	value = scope_value(ctx, name);
	if (var)
		trace_add(trace, "  %s:%u: {{%s}} is \"%s\", from %s:%u", file,
			  line, d->snapshot->names[name], var->value,
			  place.file, var->line);
	else if (name >= BUILTIN_END)
		trace_add(trace, "  %s:%u: {{%s}} is not set by anybody", file,
			  line, d->snapshot->names[name]);
	else if (name == BUILTIN_TOKEN || name == BUILTIN_CONFIRM)
		trace_add(trace, "  %s:%u: {{%s}} is not shown", file, line,
			  d->snapshot->names[name]);
	else
		trace_add(trace, "  %s:%u: {{%s}} is %s%s%s, from the %s", file,
			  line, d->snapshot->names[name],
			  value.text ? "\"" : "",
			  value.text ? value.text : "nothing",
			  value.text ? "\"" : "",
			  name < FACT_COUNT ? "request" : "resolver");
}

/* Answers. */

static void etag_format(const char *text, size_t len,
			char ret_etag[RESOLUTION_ETAG_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	uint64_t hash = table_mix(0, text, len);
	size_t i;

	ret_etag[0] = ret_etag[17] = '"';
	for (i = 0; i < 16; i++)
		ret_etag[1 + i] = digits[hash >> (60 - 4 * i) & 15];
	ret_etag[18] = '\0';
}

/* Answer with a finished text, as printf(3) made it. */
static int answer_text(struct deliberation *d, enum resolution_kind kind,
		       const char *what, const char *text)
{
	struct resolution *result = d->result;

	result->kind = kind;
	if (!text || !what)
		return reason_set(&result->why, -ENOMEM, "Out of memory.");
	result->text = text;
	result->len = strlen(text);
	result->file = what;
	etag_format(text, result->len, result->etag);
	trace_add(result->trace, "The answer: %s", what);
	return 0;
}

static int answer_template(struct deliberation *d, enum resolution_kind kind,
			   const char *what, const struct template *template)
{
	const struct template_scope scope = {scope_value, scope_name,
					     scope_find_name, d};
	struct resolution *result = d->result;
	const char *text = NULL;
	size_t len = 0;
	int rc;

	result->kind = kind;
	if (!what)
		return reason_set(&result->why, -ENOMEM, "Out of memory.");
	trace_add(result->trace, "The answer: %s", what);
	if (result->trace) {
		trace_add(result->trace, "Where its values come from:");
		template_visit(template, trace_origin, d);
	}
	rc = template_expand(template, &scope, d->arena, &text, &len,
			     &result->why);
	if (rc)
		return rc;
	result->text = text;
	result->len = len;
	result->file = what;
	etag_format(text, len, result->etag);
	return 0;
}

static int answer_dropin(struct deliberation *d, enum resolution_kind kind,
			 const struct dropin *dropin)
{
	d->result->kind = kind;
	if (dropin->error)
		return reason_set(&d->result->why, -ENOEXEC, "%s",
				  dropin->error);
	return answer_template(
		d, kind,
		arena_strndup(d->arena, dropin->file, strlen(dropin->file)),
		dropin->script);
}

/* "FILE for NAME", as arena_format() would make it, but sooner; or FILE. */
static const char *machine_file(struct arena *arena, const char *file,
				const char *name)
{
	static const char word[] = " for ";
	size_t file_len = strlen(file), name_len;
	size_t word_len = sizeof(word) - 1;
	char *text;

	if (!name)
		return arena_strndup(arena, file, file_len);
	name_len = strlen(name);
	text = arena_alloc(arena, file_len + word_len + name_len + 1);
	if (!text)
		return NULL;
	memcpy(text, file, file_len);
	memcpy(text + file_len, word, word_len);
	memcpy(text + file_len + word_len, name, name_len + 1);
	return text;
}

static int answer_profile(struct deliberation *d, enum resolution_kind kind,
			  uint32_t index)
{
	const struct profile *profile = &d->snapshot->profiles[index];

	d->result->profile = profile->name;
	return answer_template(
		d, kind,
		machine_file(d->arena, profile->place.file, machine_name(d)),
		profile->script);
}

/* The local disk, where the site has no profile for that. */
static int answer_local(struct deliberation *d, enum resolution_kind kind,
			uint32_t profile, const char *why)
{
	if (profile != SNAPSHOT_NONE)
		return answer_profile(d, kind, profile);
	return answer_text(d, kind, why,
			   "#!ipxe\n"
			   "echo This machine boots from its own disk.\n"
			   "iseq ${platform} pcbios && sanboot --no-describe "
			   "--drive 0x80 ||\n"
			   "exit 0\n");
}

static int answer_disabled(struct deliberation *d)
{
	const struct snapshot *snapshot = d->snapshot;

	trace_add(d->result->trace, "%s is disabled (%s:%u).", machine_name(d),
		  snapshot->files[d->identity.machine->file],
		  d->identity.machine->line);
	if (!snapshot->is_disabled_denied)
		return answer_local(d, RESOLUTION_DISABLED,
				    snapshot->disabled_profile,
				    "the local disk, because it is disabled");
	d->result->kind = RESOLUTION_DISABLED;
	return reason_set(&d->result->why, -ENOENT,
			  "The machine %s is disabled.", machine_name(d));
}

/* Return the right-most profile that has a script, or SNAPSHOT_NONE. */
static uint32_t active_winner(const struct deliberation *d)
{
	struct trace *trace = d->result->trace;
	uint32_t winner = SNAPSHOT_NONE;
	size_t i;

	for (i = d->active_count; i--;) {
		const struct profile *profile =
			&d->snapshot->profiles[d->active[i]];

		if (winner != SNAPSHOT_NONE)
			trace_add(trace,
				  "  profile %s, named by %s, loses: it "
				  "stands further left",
				  profile->name, d->active_by[i]);
		else if (!profile->script)
			trace_add(trace,
				  "  profile %s, named by %s, has variables "
				  "only",
				  profile->name, d->active_by[i]);
		else
			trace_add(trace,
				  "  profile %s, named by %s, wins: it is the "
				  "right-most with a script",
				  profile->name, d->active_by[i]);
		if (winner == SNAPSHOT_NONE && profile->script)
			winner = d->active[i];
	}
	return winner;
}

/* Somebody asked for a profile: it is the right-most one. */
static int answer_ordered(struct deliberation *d)
{
	const struct machine_state *state = d->state;
	const char *name = state->profile;
	uint32_t profile;
	int rc;

	if (!*name && state->effective == INTENT_RESCUE)
		name = "rescue";
	if (!*name) {
		profile = active_winner(d);
		if (profile == SNAPSHOT_NONE)
			return reason_set(&d->result->why, -ENOEXEC,
					  "Somebody asked for %s, but neither "
					  "names a profile nor has the machine "
					  "one.",
					  intent_name(state->effective));
		return answer_profile(d, RESOLUTION_STATE, profile);
	}
	profile = snapshot_find_profile(d->snapshot, name, strlen(name));
	if (profile == SNAPSHOT_NONE || !d->snapshot->profiles[profile].script)
		return reason_set(&d->result->why, -ENOEXEC,
				  "Somebody asked for %s with the profile "
				  "%.64s, but there is no "
				  "profiles.d/%.64s.ipxe.",
				  intent_name(state->effective), name, name);
	active_remove(d, profile);
	rc = active_add(d, profile, "the state", 0);
	if (rc)
		return rc;
	return answer_profile(d, RESOLUTION_STATE, profile);
}

static int answer_state(struct deliberation *d)
{
	const struct machine_state *state = d->state;

	d->result->kind = RESOLUTION_STATE;
	trace_add(d->result->trace, "Its state says: %s%s%s",
		  intent_name(state->effective), *state->profile ? " " : "",
		  state->profile);
	if (state->effective == INTENT_WAIT)
		return reason_set(&d->result->why, -EAGAIN,
				  "It is not known at the moment what this "
				  "machine is to do; ask again later.");
	if (state->effective == INTENT_LOCAL)
		return answer_local(d, RESOLUTION_STATE,
				    d->snapshot->local_profile,
				    "the local disk, by its state");
	return answer_ordered(d);
}

/* Drop-in scripts. */

static const struct dropin *dropin_try(struct deliberation *d, const char *key)
{
	const struct dropin *dropin = NULL;

	if (!key)
		return NULL;
	dropin = snapshot_find_dropin(d->snapshot, key);
	trace_add(d->result->trace, "  %s: %s", key,
		  dropin ? dropin->file : "no such file");
	return dropin;
}

static const struct dropin *dropin_try_text(struct deliberation *d,
					    const char *kind, const char *text)
{
	char key[FACT_VALUE_MAX + sizeof("serial:")];
	char *c;

	if (!text ||
	    snprintf(key, sizeof(key), "%s:%s", kind, text) >= (int)sizeof(key))
		return NULL;
	for (c = key; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return dropin_try(d, key);
}

static const struct dropin *dropin_find(struct deliberation *d)
{
	const struct facts *facts = d->facts;
	const struct dropin *dropin = NULL;

	/* Alone there can be the default and autoexec.ipxe. */
	if (!d->snapshot->dropin_count)
		return NULL;
	trace_add(d->result->trace, "Has it a script of its own?");
	if (*facts->mac_name)
		dropin = dropin_try_text(d, "mac", facts->mac_name);
	if (!dropin && *facts->uuid_name)
		dropin = dropin_try(
			d, dropin_uuid_key(facts->uuid_name, d->arena));
	if (!dropin)
		dropin =
			dropin_try_text(d, "serial", facts->value[FACT_SERIAL]);
	if (!dropin)
		dropin = dropin_try_text(d, "host", machine_name(d));
	if (!dropin)
		dropin =
			dropin_try_text(d, "host", facts->value[FACT_HOSTNAME]);
	return dropin;
}

/* Machines that nothing is known about. */

/* The URL that an unknown machine asks again, without the choice. */
static const char *return_url(const struct deliberation *d)
{
	const struct facts *facts = d->facts;
	const char *server = facts->value[FACT_SERVER];

	return arena_format(d->arena, "http://%s/boot.ipxe?mac=%s&uuid=%s",
			    server ? server : "${next-server}", facts->mac_name,
			    facts->uuid_name);
}

static bool is_offered(const struct deliberation *d, const char *name,
		       uint32_t *ret_profile)
{
	const struct snapshot *snapshot = d->snapshot;
	uint32_t i;

	for (i = 0; i < snapshot->menu.count; i++) {
		*ret_profile = snapshot->refs[snapshot->menu.first + i].profile;
		if (strcmp(snapshot->profiles[*ret_profile].name, name) == 0)
			return true;
	}
	return false;
}

static int answer_menu(struct deliberation *d)
{
	const struct snapshot *snapshot = d->snapshot;
	const char *choice = d->facts->value[FACT_CHOICE];
	const char *items = "";
	uint32_t profile, i;

	if (choice && is_offered(d, choice, &profile))
		return answer_profile(d, RESOLUTION_MENU, profile);
	for (i = 0; i < snapshot->menu.count && items; i++) {
		profile = snapshot->refs[snapshot->menu.first + i].profile;
		items = arena_format(d->arena, "%sitem %s %s\n", items,
				     snapshot->profiles[profile].name,
				     snapshot->profiles[profile].name);
	}
	return answer_text(
		d, RESOLUTION_MENU, "the menu for unknown machines",
		arena_format(d->arena,
			     "#!ipxe\n"
			     "menu This machine is not known here. What shall "
			     "it boot?\n"
			     "%s"
			     "item exit Its own disk\n"
			     "choose --timeout 120000 --default exit choice "
			     "|| exit 0\n"
			     "iseq ${choice} exit && exit 0 ||\n"
			     "chain --replace --autofree %s&choice=${choice}\n",
			     items ? items : "", return_url(d)));
}

static int answer_quarantine(struct deliberation *d)
{
	if (d->snapshot->quarantine_profile != SNAPSHOT_NONE)
		return answer_profile(d, RESOLUTION_QUARANTINE,
				      d->snapshot->quarantine_profile);
	return answer_text(
		d, RESOLUTION_QUARANTINE, "quarantine",
		arena_format(d->arena,
			     "#!ipxe\n"
			     "echo This machine is not known here. It waits "
			     "until somebody adopts it: mac %s uuid %s\n"
			     "prompt --timeout 30000 Asking again in 30 "
			     "seconds; press a key to boot from disk. "
			     "&& exit 0 ||\n"
			     "chain --replace --autofree %s\n",
			     d->facts->mac_name, d->facts->uuid_name,
			     return_url(d)));
}

static int answer_nothing(struct deliberation *d)
{
	const char *name = machine_name(d);
	const struct facts *facts = d->facts;

	if (name)
		return reason_set(&d->result->why, -ENOENT,
				  "This resolver has no script for this "
				  "machine: %s has no profile with a script, "
				  "and there is no default.",
				  name);
	return reason_set(&d->result->why, -ENOENT,
			  "This resolver has no script for this machine: "
			  "nothing is known about mac %s, uuid %s, and unknown "
			  "machines get %s.",
			  *facts->mac_name ? facts->mac_name : "(none)",
			  *facts->uuid_name ? facts->uuid_name : "(none)",
			  d->snapshot->unknown == UNKNOWN_DENY
				  ? "nothing"
				  : "default.ipxe, which is not there");
}

static int answer_default(struct deliberation *d)
{
	const struct dropin *dropin;

	d->result->kind = RESOLUTION_DEFAULT;
	if (d->snapshot->default_profile != SNAPSHOT_NONE)
		return answer_profile(d, RESOLUTION_DEFAULT,
				      d->snapshot->default_profile);
	dropin = snapshot_find_dropin(d->snapshot, "default");
	if (dropin)
		return answer_dropin(d, RESOLUTION_DEFAULT, dropin);
	return answer_nothing(d);
}

static int answer_unknown(struct deliberation *d)
{
	trace_add(d->result->trace, "Nothing is known about it.");
	switch (d->snapshot->unknown) {
	case UNKNOWN_DENY:
		return answer_nothing(d);
	case UNKNOWN_MENU:
		return answer_menu(d);
	case UNKNOWN_QUARANTINE:
		return answer_quarantine(d);
	case UNKNOWN_DEFAULT:
		break;
	}
	return answer_default(d);
}

/* Say what the machine's profiles and the rules make of it. */
static int profiles_apply(struct deliberation *d)
{
	const struct machine *machine = d->identity.machine;
	int rc;

	if (d->snapshot->rule_count || d->snapshot->profile_count)
		trace_add(d->result->trace, "Which profiles apply?");
	rc = active_apply(d, d->snapshot->site_profiles, "site.conf", 0);
	if (rc == 0)
		rc = rules_apply(d);
	if (rc == 0 && machine)
		rc = active_apply(d, machine->profiles, machine->name, 0);
	return rc;
}

/* Do rules alone answer an unknown machine? */
static bool is_ruled(const struct deliberation *d)
{
	size_t i;

	for (i = 0; i < d->matched_count; i++) {
		if (d->matched[i]->profiles.count)
			return true;
	}
	return false;
}

static int deliberate(struct deliberation *d)
{
	const struct machine *machine = d->identity.machine;
	const struct dropin *dropin;
	uint32_t winner = SNAPSHOT_NONE;
	int rc;

	rc = profiles_apply(d);
	if (rc)
		return rc;
	if (machine && machine->is_disabled)
		return answer_disabled(d);
	if (d->state && d->state->effective != INTENT_ORDINARY)
		return answer_state(d);
	dropin = dropin_find(d);
	if (dropin)
		return answer_dropin(d, RESOLUTION_DROPIN, dropin);
	if (machine || is_ruled(d))
		winner = active_winner(d);
	if (winner != SNAPSHOT_NONE)
		return answer_profile(
			d, machine ? RESOLUTION_PROFILE : RESOLUTION_RULE,
			winner);
	return machine ? answer_default(d) : answer_unknown(d);
}

/* Begin with nothing found; a reason needs no zeroes but its first. */
static void deliberation_begin(struct deliberation *d,
			       const struct snapshot *snapshot,
			       const struct facts *facts, struct arena *arena,
			       struct resolution *result)
{
	struct trace *trace = result->trace;

	memset(result, 0, offsetof(struct resolution, why.text) + 1);
	result->trace = trace;
	d->snapshot = snapshot;
	d->facts = facts;
	d->state = NULL;
	d->arena = arena;
	d->result = result;
	d->active_count = 0;
	d->matched_count = 0;
}

int resolve(const struct snapshot *snapshot, const struct facts *facts,
	    const struct machine_state *state, struct arena *arena,
	    struct resolution *ret_resolution)
{
	const struct identity *identity = ret_resolution->identity;
	struct deliberation d;
	int rc;

	deliberation_begin(&d, snapshot, facts, arena, ret_resolution);
	d.state = state;
	if (identity)
		d.identity = *identity;
	else
		identity_find(snapshot, facts, ret_resolution->trace,
			      &d.identity);
	ret_resolution->machine = d.identity.machine;
	if (d.identity.tied[0])
		rc = reason_set(&ret_resolution->why, -ENOTUNIQ,
				"This machine may be %s or %s: what it says "
				"about itself fits both alike, so it gets no "
				"script.",
				d.identity.tied[0]->name,
				d.identity.tied[1]->name);
	else
		rc = deliberate(&d);
	if (rc)
		trace_add(ret_resolution->trace, "No answer: %s",
			  ret_resolution->why.text);
	return rc;
}

int resolve_named(const struct snapshot *snapshot, const char *key,
		  const struct facts *facts, struct arena *arena,
		  struct resolution *ret_resolution)
{
	const struct dropin *dropin = snapshot_find_dropin(snapshot, key);
	struct deliberation d;

	deliberation_begin(&d, snapshot, facts, arena, ret_resolution);
	d.identity = (struct identity){0};
	if (dropin)
		return answer_dropin(&d, RESOLUTION_DROPIN, dropin);
	return reason_set(&ret_resolution->why, -ENOENT,
			  "This resolver has no %s.ipxe.", key);
}
