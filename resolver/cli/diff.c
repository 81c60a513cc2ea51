/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* unloop diff: which machines does this change of the site touch? */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_site.h"
#include "commands.h"
#include "resolve.h"
#include "roster.h"
#include "unloop.h"

/* Memory for the two answers that one machine gets. */
#define DIFF_BYTES (32 * 1024 * 1024)

static const char diff_help[] =
	"  -q, --quiet  say only how many there are\n"
	"\n"
	"Asks both sites for the script of every machine that either of them\n"
	"knows, and for that of a machine that neither knows, and lists those\n"
	"whose answer differs; then the rules and profiles that differ, which "
	"may\n"
	"touch machines that no file knows. Changes nothing. Exit status: 0 "
	"for no\n"
	"difference, 1 for some, 2 when a site does not load. In git:\n"
	"\n"
	"  git worktree add /tmp/old origin/main && unloop diff /tmp/old .\n";

/* A comparison under way. */
struct comparison {
	const struct snapshot *old, *new;
	bool is_quiet;
	/* Is the second site's turn, so that the first's are known? */
	bool is_second;
	unsigned int same, changed, added, removed;
	/* Rules and profiles that differ. */
	unsigned int rules, profiles;
};

/* The answer as a line: the file, or the reason why there is none. */
static const char *answer_name(int rc, const struct resolution *resolution)
{
	return rc ? resolution->why.text : resolution->file;
}

static bool answer_equals(int old_rc, const struct resolution *old, int new_rc,
			  const struct resolution *new)
{
	if (old_rc || new_rc)
		return old_rc == new_rc;
	return old->len == new->len &&memcmp(old->text, new->text, old->len) ==
	       0;
}

static void compare(struct comparison *comparison, const char *name,
		    const struct facts *facts)
{
	struct resolution old = {0}, new = {0};
	struct arena arena;
	int old_rc, new_rc;

	arena_init(&arena, DIFF_BYTES);
	old_rc = resolve(comparison->old, facts, NULL, &arena, &old);
	new_rc = resolve(comparison->new, facts, NULL, &arena, &new);
	if (answer_equals(old_rc, &old, new_rc, &new)) {
		comparison->same++;
	} else {
		comparison->changed++;
		if (!comparison->is_quiet)
			printf("%s: %s -> %s\n", name,
			       answer_name(old_rc, &old),
			       answer_name(new_rc, &new));
	}
	arena_fini(&arena);
}

/* A machine or drop-in script of one of the sites. */
static void on_entry(void *ctx, const struct roster_entry *entry)
{
	struct comparison *comparison = ctx;
	const struct snapshot *other =
		comparison->is_second ? comparison->old : comparison->new;
	bool is_in_other;

	is_in_other = entry->machine ? snapshot_find_machine(other, entry->name)
				     : (const void *)snapshot_find_dropin(
					       other, entry->dropin->key);
	if (comparison->is_second && is_in_other)
		return;
	if (!is_in_other) {
		comparison->added += comparison->is_second;
		comparison->removed += !comparison->is_second;
		if (!comparison->is_quiet)
			printf("%s %s\n", comparison->is_second ? "+" : "-",
			       entry->name);
	}
	compare(comparison, entry->name, &entry->facts);
}

/* Rules and profiles: what they say, as texts that can be compared. */

static void vars_print(FILE *out, const struct snapshot *snapshot,
		       struct stretch vars)
{
	uint32_t i;

	for (i = vars.first; i < vars.first + vars.count; i++)
		fprintf(out, "%s=%s\n", snapshot->names[snapshot->vars[i].name],
			snapshot->vars[i].value);
}

static void refs_print(FILE *out, const struct snapshot *snapshot,
		       struct stretch refs)
{
	uint32_t i;

	for (i = refs.first; i < refs.first + refs.count; i++)
		fprintf(out, "%s%s\n", snapshot->refs[i].is_removal ? "~" : "",
			snapshot->profiles[snapshot->refs[i].profile].name);
}

static void rule_print(FILE *out, const struct snapshot *snapshot,
		       const struct rule *rule)
{
	uint32_t i;

	for (i = 0; i < rule->conditions.count; i++) {
		const struct condition *condition =
			&snapshot->conditions[rule->conditions.first + i];

		fprintf(out, "%s: %s\n", condition_name(condition->fact),
			condition->text);
	}
	vars_print(out, snapshot, rule->vars);
	refs_print(out, snapshot, rule->profiles);
}

/* Copy a file of a site. */
static void file_print(FILE *out, const char *site, const char *name)
{
	char path[4096], buf[4096];
	FILE *in;
	size_t len;

	snprintf(path, sizeof(path), "%s/%s", site, name);
	in = fopen(path, "re");
	while (in && (len = fread(buf, 1, sizeof(buf), in)) > 0)
		fwrite(buf, 1, len, out);
	if (in)
		fclose(in);
}

/* What is compared: the text of a rule or a profile of one of the sites. */
struct part {
	char *text;
	size_t len;
};

static struct part rule_part(const struct snapshot *snapshot,
			     const struct rule *rule)
{
	struct part part = {NULL, 0};
	FILE *out = open_memstream(&part.text, &part.len);

	if (out) {
		rule_print(out, snapshot, rule);
		fclose(out);
	}
	return part;
}

static struct part profile_part(const struct snapshot *snapshot,
				const struct profile *profile, const char *site)
{
	struct part part = {NULL, 0};
	FILE *out = open_memstream(&part.text, &part.len);

	if (out) {
		vars_print(out, snapshot, profile->vars);
		refs_print(out, snapshot, profile->parents);
		if (profile->script)
			file_print(out, site, profile->place.file);
		fclose(out);
	}
	return part;
}

/* Compare two parts, and free them. */
static bool part_differs(struct part old, struct part new)
{
	bool is_same = old.text && new.text &&old.len ==
					   new.len &&memcmp(old.text, new.text,
							    old.len) == 0;

	free(old.text);
	free(new.text);
	return !is_same;
}

static const struct rule *rule_find(const struct snapshot *snapshot,
				    const char *name)
{
	uint32_t i;

	for (i = 0; i < snapshot->rule_count; i++) {
		if (strcmp(snapshot->rules[i].name, name) == 0)
			return &snapshot->rules[i];
	}
	return NULL;
}

static void tell(const struct comparison *comparison, const char *sign,
		 const char *what, const char *name)
{
	if (!comparison->is_quiet)
		printf("%s%s %s\n", sign, what, name);
}

/* Rules in their order, which counts. */
static void compare_rules(struct comparison *comparison)
{
	const struct snapshot *old = comparison->old, *new = comparison->new;
	const struct rule *rule, *was;
	bool is_moved = false;
	uint32_t i;

	for (i = 0; i < old->rule_count; i++) {
		if (rule_find(new, old->rules[i].name))
			continue;
		comparison->rules++;
		tell(comparison, "- ", "rule", old->rules[i].name);
	}
	for (i = 0; i < new->rule_count; i++) {
		rule = &new->rules[i];
		was = rule_find(old, rule->name);
		is_moved |= i < old->rule_count &&
			    strcmp(old->rules[i].name, rule->name) != 0;
		if (was &&
		    !part_differs(rule_part(old, was), rule_part(new, rule)))
			continue;
		comparison->rules++;
		tell(comparison, was ? "" : "+ ",
		     was ? "changed: rule" : "rule", rule->name);
	}
	if (is_moved && !comparison->rules) {
		comparison->rules++;
		tell(comparison, "", "changed: the order of", "rules");
	}
}

static const struct profile *profile_of(const struct snapshot *snapshot,
					const char *name)
{
	uint32_t i = snapshot_find_profile(snapshot, name, strlen(name));

	return i == SNAPSHOT_NONE ? NULL : &snapshot->profiles[i];
}

/* Profiles: orders, menus and rules give them to others too. */
static void compare_profiles(struct comparison *comparison,
			     const char *old_path, const char *new_path)
{
	const struct snapshot *old = comparison->old, *new = comparison->new;
	const struct profile *profile, *was;
	uint32_t i;

	for (i = 0; i < old->profile_count; i++) {
		if (profile_of(new, old->profiles[i].name))
			continue;
		comparison->profiles++;
		tell(comparison, "- ", "profile", old->profiles[i].name);
	}
	for (i = 0; i < new->profile_count; i++) {
		profile = &new->profiles[i];
		was = profile_of(old, profile->name);
		if (was && !part_differs(profile_part(old, was, old_path),
					 profile_part(new, profile, new_path)))
			continue;
		comparison->profiles++;
		tell(comparison, was ? "" : "+ ",
		     was ? "changed: profile" : "profile", profile->name);
	}
}

static int diff(const char *old_path, const char *new_path,
		struct comparison *comparison)
{
	struct facts nobody = {.value = {[FACT_SERVER] = "SERVER"}};
	struct snapshot *old, *new;

	if (cli_site_load(old_path, &old))
		return 2;
	if (cli_site_load(new_path, &new)) {
		snapshot_free(old);
		return 2;
	}
	comparison->old = old;
	comparison->new = new;
	roster_visit(old, on_entry, comparison);
	comparison->is_second = true;
	roster_visit(new, on_entry, comparison);
	compare(comparison, "(an unknown machine)", &nobody);
	compare_rules(comparison);
	compare_profiles(comparison, old_path, new_path);
	snapshot_free(old);
	snapshot_free(new);
	printf("%u changed, %u same; %u added, %u removed", comparison->changed,
	       comparison->same, comparison->added, comparison->removed);
	if (comparison->rules || comparison->profiles)
		printf("; of the site %u rules and %u profiles",
		       comparison->rules, comparison->profiles);
	putchar('\n');
	if (fflush(stdout))
		return 2;
	return comparison->changed || comparison->added ||
	       comparison->removed || comparison->rules || comparison->profiles;
}

int diff_main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"quiet", no_argument, NULL, 'q'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct comparison comparison = {0};
	int c;

	while ((c = getopt_long(argc, argv, "qh", longs, NULL)) != -1) {
		if (c != 'q')
			return subcommand_usage("diff", diff_help,
						c == 'h' ? 0 : 2);
		comparison.is_quiet = true;
	}
	if (argc - optind != 2)
		return subcommand_usage("diff", diff_help, 2);
	return diff(argv[optind], argv[optind + 1], &comparison);
}
