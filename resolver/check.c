/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* unloopd -n: is this site in order? */
#include "check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "identity.h"
#include "lint.h"
#include "resolve.h"
#include "roster.h"
#include "snapshot.h"

/* Folders inside folders that are followed, against runaway trees. */
#define DEPTH_MAX 32

/* Memory for one machine's script, and machines told that get none. */
#define TRIAL_BYTES	  (32 * 1024 * 1024)
#define FAILURES_TOLD_MAX 20

/* How far the check has come. */
struct check {
	/* Where findings are written. */
	FILE *out;
	/* The site's directory. */
	int root;
	/* Problems written so far. */
	unsigned int problems;
	/* Scripts and static files seen so far. */
	unsigned int scripts;
	unsigned int files;
};

static void check_problem(struct check *check, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void check_problem(struct check *check, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(check->out, format, args);
	va_end(args);
	fputc('\n', check->out);
	check->problems++;
}

static void check_tell(void *ctx, bool is_fatal, const char *sentence)
{
	(void)is_fatal;
	check_problem(ctx, "%s", sentence);
}

/* Call visit with each name in a directory but "." and "..". */
static int check_names(int dir,
		       void (*visit)(struct check *check, int dir,
				     const char *name, void *ctx),
		       struct check *check, void *ctx)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;
	DIR *stream;

	if (fd < 0)
		return -errno;
	stream = fdopendir(fd);
	if (!stream) {
		close(fd);
		return -ENOMEM;
	}
	while ((entry = readdir(stream))) {
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			visit(check, dirfd(stream), entry->d_name, ctx);
	}
	closedir(stream);
	return 0;
}

/* Is a file in hosts/ one that a request is answered from? */
static void check_host(struct check *check, int dir, const char *name,
		       void *ctx)
{
	struct arena arena;

	(void)dir;
	(void)ctx;
	if (name[0] == '.')
		return;
	arena_init(&arena, 4096);
	if (!dropin_key(name, false, &arena))
		check_problem(check,
			      "hosts/%s is never asked for: its name is no "
			      "MAC, UUID or host name, such as "
			      "52-54-00-12-34-56.ipxe.",
			      name);
	arena_fini(&arena);
}

/* A directory of static files that is being walked. */
struct walk {
	/* The directory that no link may leave: assets or firmware. */
	int top;
	/* Its name. */
	const char *top_name;
	/* Path of the current directory below top, "" or with a slash. */
	const char *path;
	/* Directories entered. */
	unsigned int depth;
};

static void check_asset(struct check *check, int dir, const char *name,
			void *ctx);

static void check_folder(struct check *check, const struct walk *parent,
			 const char *path)
{
	struct walk walk = *parent;
	char below[PATH_MAX + 1];
	int fd, rc;

	if (++walk.depth > DEPTH_MAX) {
		check_problem(check,
			      "%s/%s is nested too deeply to be "
			      "checked.",
			      walk.top_name, path);
		return;
	}
	snprintf(below, sizeof(below), "%s/", path);
	walk.path = below;
	fd = beneath_open(walk.top, path, O_RDONLY | O_DIRECTORY);
	rc = fd < 0 ? fd : check_names(fd, check_asset, check, &walk);
	if (rc)
		check_problem(check, "%s/%s cannot be read: %s.", walk.top_name,
			      path, site_explain(rc));
	if (fd >= 0)
		close(fd);
}

static void check_asset(struct check *check, int dir, const char *name,
			void *ctx)
{
	const struct walk *walk = ctx;
	char path[PATH_MAX];
	struct stat st;
	int fd;

	if (snprintf(path, sizeof(path), "%s%s", walk->path, name) >=
	    PATH_MAX - 1) {
		check_problem(check, "%s/%s has a path that is too long.",
			      walk->top_name, walk->path);
		return;
	}
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISDIR(st.st_mode)) {
		check_folder(check, walk, path);
		return;
	}
	fd = beneath_open_file(walk->top, path);
	/* A link to a folder inside is fine; the folder itself is walked. */
	if (fd < 0 && fd != -EISDIR)
		check_problem(check, "%s/%s cannot be served: %s.",
			      walk->top_name, path, site_explain(fd));
	check->files++;
	if (fd >= 0)
		close(fd);
}

/* Walk assets/ or firmware/, which need not exist. */
static void check_static(struct check *check, const char *name)
{
	struct walk walk = {.top_name = name, .path = ""};
	struct stat st;
	int rc;

	walk.top = beneath_open(check->root, name, O_RDONLY | O_DIRECTORY);
	if (walk.top == -ENOENT &&
	    fstatat(check->root, name, &st, AT_SYMLINK_NOFOLLOW))
		return;
	rc = walk.top < 0 ? walk.top
			  : check_names(walk.top, check_asset, check, &walk);
	if (rc)
		check_problem(check, "%s cannot be served: %s.", name,
			      site_explain(rc));
	if (walk.top >= 0)
		close(walk.top);
}

static void check_hosts(struct check *check)
{
	int dir = beneath_open(check->root, "hosts", O_RDONLY | O_DIRECTORY);
	struct stat st;
	int rc;

	if (dir == -ENOENT &&
	    fstatat(check->root, "hosts", &st, AT_SYMLINK_NOFOLLOW))
		return;
	rc = dir < 0 ? dir : check_names(dir, check_host, check, NULL);
	if (rc)
		check_problem(check, "hosts cannot be read: %s.",
			      site_explain(rc));
	if (dir >= 0)
		close(dir);
}

/* What each machine gets, and what is looked into once only. */
struct trial {
	struct check *check;
	const struct snapshot *snapshot;
	/* Lives as long as the trial of all machines. */
	struct arena arena;
	/* Files and paths that were looked at already. */
	struct table seen_table;
	const char **seen;
	size_t seen_count, seen_size;
	/* The script that lint is at. */
	const char *file;
	/* Machines without an answer so far. */
	unsigned int failures;
	/* Did a machine try all profiles? */
	bool has_tried;
};

static bool trial_has(const struct trial *trial, const char *text)
{
	uint32_t hash = table_hash(text, strlen(text));
	uint32_t cursor = hash;
	uint32_t i;

	while ((i = table_next(&trial->seen_table, hash, &cursor)) != TABLE_END)
		if (strcmp(trial->seen[i], text) == 0)
			return true;
	return false;
}

/* Was the script of a profile looked at? */
static bool trial_is_seen(const struct trial *trial,
			  const struct profile *profile)
{
	return trial_has(trial, profile->place.file);
}

/* Is this the first time?  Then remember it. */
static bool trial_is_new(struct trial *trial, const char *text)
{
	uint32_t hash = table_hash(text, strlen(text));

	if (trial_has(trial, text))
		return false;
	if (trial->seen_count == trial->seen_size) {
		size_t size = trial->seen_size ? trial->seen_size * 2 : 64;
		const char **seen =
			reallocarray(trial->seen, size, sizeof(*seen));

		if (!seen)
			return false;
		trial->seen = seen;
		trial->seen_size = size;
	}
	trial->seen[trial->seen_count] =
		arena_strndup(&trial->arena, text, strlen(text));
	if (!trial->seen[trial->seen_count] ||
	    table_put(&trial->seen_table, hash, (uint32_t)trial->seen_count))
		return false;
	trial->seen_count++;
	return true;
}

static void on_lint_mistake(void *ctx, unsigned int line, unsigned int column,
			    const char *sentence)
{
	struct trial *trial = ctx;

	(void)column;
	check_problem(trial->check, "%s:%u: %s", trial->file, line, sentence);
}

static void on_lint_nothing(void *ctx, unsigned int line, unsigned int column,
			    const char *sentence)
{
	(void)column;
	(void)ctx;
	(void)line;
	(void)sentence;
}

/* A file that a script fetches from here: is it there? */
static void on_lint_fetch(void *ctx, unsigned int line, const char *path)
{
	struct trial *trial = ctx;
	int fd;

	if ((strncmp(path, "assets/", 7) && strncmp(path, "firmware/", 9)) ||
	    strchr(path, '%') || !trial_is_new(trial, path))
		return;
	fd = beneath_open_file(trial->check->root, path);
	if (fd >= 0)
		close(fd);
	else
		check_problem(trial->check, "%s:%u: %s, which it fetches, %s.",
			      trial->file, line, path,
			      fd == -ENOENT ? "is not there"
					    : "cannot be served");
}

/* What a script is called in messages: only its file. */
static const char *trial_file(const struct resolution *resolution,
			      struct arena *arena)
{
	return arena_strndup(arena, resolution->file,
			     strcspn(resolution->file, " "));
}

/* Look at a script that was made. */
static void trial_look(struct trial *trial, const struct resolution *resolution,
		       struct arena *arena)
{
	struct lint_sink sink = {on_lint_mistake, on_lint_fetch, trial, false};

	trial->file = trial_file(resolution, arena);
	/* One machine's script stands for all of that file. */
	if (!trial->file || !trial_is_new(trial, trial->file))
		sink.mistake = on_lint_nothing;
	lint_script(resolution->text, resolution->len, "SERVER", arena, &sink);
}

/* Resolve one machine and look at its script. */
static void trial_run(void *ctx, const struct roster_entry *entry)
{
	struct trial *trial = ctx;
	struct resolution resolution = {0};
	struct arena arena;
	int rc;

	/* What is wrong with the file was told when it was loaded. */
	if (entry->dropin && entry->dropin->error)
		return;
	arena_init(&arena, TRIAL_BYTES);
	rc = resolve(trial->snapshot, &entry->facts, NULL, &arena, &resolution);
	/* A tie was told as a value that two machines have. */
	if (rc && rc != -EBADMSG && rc != -ENOTUNIQ &&
	    resolution.kind != RESOLUTION_DISABLED) {
		if (++trial->failures <= FAILURES_TOLD_MAX)
			check_problem(trial->check, "%s gets no script: %s",
				      entry->name, resolution.why.text);
	} else if (rc == 0) {
		trial_look(trial, &resolution, &arena);
	}
	arena_fini(&arena);
}

/*
 * Look at the scripts that no machine gets as it is: those of installs, of the
 * rescue system, of menus.  A machine tries them all; one that it lacks the
 * variables for stays unread.
 */
static void trial_profiles(struct trial *trial, const struct facts *facts)
{
	struct machine_state state = {.effective = INTENT_INSTALL,
				      .token = "TOKEN"};
	uint32_t i;

	for (i = 0; i < trial->snapshot->profile_count; i++) {
		const struct profile *profile = &trial->snapshot->profiles[i];
		struct resolution resolution = {0};
		struct arena arena;

		if (!profile->script || trial_is_seen(trial, profile) ||
		    strlen(profile->name) >= sizeof(state.profile))
			continue;
		strcpy(state.profile, profile->name);
		arena_init(&arena, TRIAL_BYTES);
		if (resolve(trial->snapshot, facts, &state, &arena,
			    &resolution) == 0 &&
		    resolution.kind == RESOLUTION_STATE)
			trial_look(trial, &resolution, &arena);
		arena_fini(&arena);
	}
}

/* The first machine that may do what it is told tries all profiles. */
static void trial_first(void *ctx, const struct roster_entry *entry)
{
	struct trial *trial = ctx;

	if (trial->has_tried || !entry->machine || entry->machine->is_disabled)
		return;
	trial->has_tried = true;
	trial_profiles(trial, &entry->facts);
}

static void check_machines(struct check *check, const struct snapshot *snapshot)
{
	struct trial trial = {.check = check, .snapshot = snapshot};
	struct roster_entry nobody = {.name = "An unknown machine"};
	const struct dropin *dropin = snapshot_find_dropin(snapshot, "default");

	arena_init(&trial.arena, SIZE_MAX / 2);
	roster_visit(snapshot, trial_run, &trial);
	nobody.facts.value[FACT_SERVER] = "SERVER";
	/* A missing default was noted. */
	if (snapshot->unknown != UNKNOWN_DENY &&
	    (snapshot->unknown != UNKNOWN_DEFAULT ||
	     snapshot->default_profile != SNAPSHOT_NONE ||
	     (dropin && dropin->script)))
		trial_run(&trial, &nobody);
	roster_visit(snapshot, trial_first, &trial);
	trial_profiles(&trial, &nobody.facts);
	if (trial.failures > FAILURES_TOLD_MAX)
		fprintf(check->out, "%u more machines get no script.\n",
			trial.failures - FAILURES_TOLD_MAX);
	table_fini(&trial.seen_table);
	free(trial.seen);
	arena_fini(&trial.arena);
}

/* Values that several machines have, and values that nobody filled in. */
static void check_evidence(struct check *check, const struct snapshot *snapshot)
{
	char value[IDENTITY_VALUE_BYTES];
	uint32_t i;

	for (i = 0; i < snapshot->evidence_count; i++) {
		const struct evidence *evidence = &snapshot->evidence[i];
		const struct machine *machine =
			&snapshot->machines[evidence->machine];
		enum fact fact = (enum fact)evidence->fact;
		size_t len = evidence->len;

		memcpy(value, evidence_value(snapshot, evidence), len);
		if (evidence->is_condition)
			continue;
		if (identity_is_placeholder(snapshot, fact, value, len))
			check_problem(check,
				      "%s:%u: This %s of %s is a placeholder, "
				      "which identifies nobody.",
				      snapshot->files[machine->file],
				      evidence->line, facts_name(fact),
				      machine->name);
		else if (evidence->sharers > 1)
			check_problem(
				check,
				"%s:%u: This %s of %s is also that of %s "
				"(%u machines have it).",
				snapshot->files[machine->file], evidence->line,
				facts_name(fact), machine->name,
				snapshot->machines
					[snapshot->evidence[evidence->next]
						 .machine]
						.name,
				evidence->sharers);
	}
}

/* Does the later rule match whenever the earlier does? */
static bool rule_covers(const struct snapshot *snapshot,
			const struct rule *later, const struct rule *earlier)
{
	uint32_t i, j;

	for (i = 0; i < later->conditions.count; i++) {
		for (j = 0; j < earlier->conditions.count; j++) {
			if (condition_covers(
				    &snapshot->conditions
					     [later->conditions.first + i],
				    &snapshot->conditions
					     [earlier->conditions.first + j]))
				break;
		}
		if (j == earlier->conditions.count)
			return false;
	}
	return true;
}

/* Is there a profile with a script in a rule's list, not taken out? */
static bool rule_has_script(const struct snapshot *snapshot,
			    const struct rule *rule)
{
	uint32_t i;

	for (i = 0; i < rule->profiles.count; i++) {
		const struct profile_ref *ref =
			&snapshot->refs[rule->profiles.first + i];

		if (!ref->is_removal && snapshot->profiles[ref->profile].script)
			return true;
	}
	return false;
}

/* Does a rule only name profiles with scripts, no variables at all? */
static bool rule_is_plain(const struct snapshot *snapshot,
			  const struct rule *rule)
{
	uint32_t i;

	if (rule->vars.count || !rule->profiles.count)
		return false;
	for (i = 0; i < rule->profiles.count; i++) {
		const struct profile_ref *ref =
			&snapshot->refs[rule->profiles.first + i];
		const struct profile *profile =
			&snapshot->profiles[ref->profile];

		if (ref->is_removal || !profile->script ||
		    profile->vars.count || profile->parents.count)
			return false;
	}
	return true;
}

/* Rules whose script a later one always takes the place of. */
static void check_rules(struct check *check, const struct snapshot *snapshot)
{
	uint32_t i, j;

	for (i = 0; i < snapshot->rule_count; i++) {
		const struct rule *rule = &snapshot->rules[i];

		for (j = i + 1;
		     rule_is_plain(snapshot, rule) && j < snapshot->rule_count;
		     j++) {
			const struct rule *later = &snapshot->rules[j];

			if (!rule_has_script(snapshot, later) ||
			    !rule_covers(snapshot, later, rule))
				continue;
			check_problem(check,
				      "%s:%u: The rule %s is never of any "
				      "effect: %s (%s:%u) matches whenever it "
				      "does, and comes later.",
				      rule->place.file, rule->place.line,
				      rule->name, later->name,
				      later->place.file, later->place.line);
			break;
		}
	}
}

/* Compile the site, which tells all its mistakes, and look into it. */
static void check_compile(struct check *check, const struct site *site)
{
	struct load_report report = {.tell = check_tell, .ctx = check};
	struct snapshot *snapshot;
	uint32_t i;

	if (snapshot_load(site, &report, &snapshot))
		return;
	check->scripts = snapshot->dropin_count;
	for (i = 0; i < snapshot->profile_count; i++)
		check->scripts += snapshot->profiles[i].script != NULL;
	if (snapshot->unknown == UNKNOWN_DEFAULT &&
	    snapshot->default_profile == SNAPSHOT_NONE &&
	    !snapshot_find_dropin(snapshot, "default"))
		fprintf(check->out,
			"note: there is no default.ipxe, so machines without "
			"a script of their own get 404.\n");
	check_evidence(check, snapshot);
	check_rules(check, snapshot);
	check_machines(check, snapshot);
	snapshot_free(snapshot);
}

unsigned int check_site(const struct site *site, FILE *out)
{
	struct check check = {.out = out};

	check.root = site_open(site, NULL);
	if (check.root < 0) {
		check_problem(&check, "The site %s cannot be opened: %s.",
			      site->path, strerror(-check.root));
		return check.problems;
	}
	check_compile(&check, site);
	check_hosts(&check);
	check_static(&check, "assets");
	check_static(&check, "firmware");
	close(check.root);
	fprintf(out, "%s: %u scripts, %u files, problems: %u\n", site->path,
		check.scripts, check.files, check.problems);
	return check.problems;
}
