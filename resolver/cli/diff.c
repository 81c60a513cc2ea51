/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* unloop diff: which machines does this change of the site touch? */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
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
	"whose answer differs. Changes nothing. Exit status: 0 for no\n"
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
	snapshot_free(old);
	snapshot_free(new);
	printf("%u changed, %u same; %u added, %u removed\n",
	       comparison->changed, comparison->same, comparison->added,
	       comparison->removed);
	if (fflush(stdout))
		return 2;
	return comparison->changed || comparison->added || comparison->removed;
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
