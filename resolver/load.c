/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Compiling a site's directory to a snapshot. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admission.h"
#include "beneath.h"
#include "identity.h"
#include "ini.h"
#include "pace.h"
#include "settings.h"
#include "snapshot.h"

/* Largest configuration file, in bytes: some millions of machines. */
#define CONF_BYTES_MAX (1024UL * 1024 * 1024)

/* Mistakes that are told; a wrong file can have millions. */
#define MISTAKES_TOLD_MAX 100

/* Most directories that are remembered for watching. */
#define FOLDERS_MAX 256

/* Allocated sizes of the snapshot's arrays, in elements. */
struct sizes {
	size_t texts, files, folders, names, machines, evidence, pool, vars;
	size_t profiles, refs, rules, conditions, dropins, settings;
	size_t placeholders;
};

/* A site that is being loaded. */
struct loader {
	const struct site *site;
	/* The site's directory. */
	int root;
	/* What it becomes. */
	struct snapshot *snapshot;
	struct sizes sizes;
	struct load_report *report;
	/* Mistakes told, fatal or not. */
	unsigned int told;
	/* -ENOMEM once memory was used up. */
	int rc;
	/* The configuration file being read: index and name. */
	uint32_t file;
	const char *file_name;
	/* What its current section is about, an index, or SNAPSHOT_NONE. */
	uint32_t subject;
	/* Was the section refused, so that its keys are passed over? */
	bool is_skipping;
	/* The last profile list as text, and its refs: often the next too. */
	char list_text[256];
	struct stretch list;
	/* Files behind drop-ins, by device and inode: index of a drop-in. */
	struct table inodes;
	struct inode {
		dev_t dev;
		ino_t ino;
	} * inode_list;
	size_t inode_size;
};

static void load_tell(struct loader *loader, bool is_fatal,
		      const char *sentence)
{
	struct load_report *report = loader->report;

	if (is_fatal && !report->errors++)
		reason_set(&report->first, 0, "%s", sentence);
	if (report->tell && ++loader->told <= MISTAKES_TOLD_MAX)
		report->tell(report->ctx, is_fatal, sentence);
}

static void load_error(struct loader *loader, unsigned int line,
		       const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Tell a mistake in the file that is being read. */
static void load_error(struct loader *loader, unsigned int line,
		       const char *format, ...)
{
	char text[400];
	struct reason why;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (line)
		reason_set(&why, 0, "%s:%u: %s", loader->file_name, line, text);
	else
		reason_set(&why, 0, "%s: %s", loader->file_name, text);
	load_tell(loader, true, why.text);
}

static void load_nomem(struct loader *loader)
{
	if (!loader->rc)
		load_tell(loader, true, "Memory is used up.");
	loader->rc = -ENOMEM;
}

/*
 * Make room for one more element (or more) in an array; returns NULL when
 * memory is used up, which is then told, else the array.
 */
static void *load_grow(struct loader *loader, void *array, size_t count,
		       size_t more, size_t *size, size_t element)
{
	size_t wanted = *size;

	if (loader->rc)
		return NULL;
	while (count + more > wanted)
		wanted = wanted ? wanted + wanted / 2 : 16;
	if (wanted == *size)
		return array;
	array = reallocarray(array, wanted, element);
	if (!array || wanted > SNAPSHOT_NONE - 1) {
		load_nomem(loader);
		return NULL;
	}
	*size = wanted;
	return array;
}

/* Grow snapshot->FIELD so that COUNT + MORE elements fit. */
#define LOAD_GROW(loader, field, count, more, size)                            \
	({                                                                     \
		void *grown = load_grow(loader, (loader)->snapshot->field,     \
					(loader)->snapshot->count, more,       \
					&(loader)->sizes.size,                 \
					sizeof(*(loader)->snapshot->field));   \
		if (grown)                                                     \
			(loader)->snapshot->field = grown;                     \
		grown != NULL;                                                 \
	})

static void load_put(struct loader *loader, struct table *table, uint32_t hash,
		     uint32_t index)
{
	if (table_put(table, hash, index))
		load_nomem(loader);
}

static const char *load_strdup(struct loader *loader, const char *text)
{
	const char *copy =
		arena_strndup(&loader->snapshot->arena, text, strlen(text));

	if (!copy)
		load_nomem(loader);
	return copy ? copy : "";
}

/* Names of facts, built-ins and variables. */

static uint32_t name_add(struct loader *loader, const char *name)
{
	struct snapshot *snapshot = loader->snapshot;
	uint32_t index = snapshot_find_name(snapshot, name, strlen(name));

	if (index != SNAPSHOT_NONE)
		return index;
	if (!LOAD_GROW(loader, names, name_count, 1, names))
		return 0;
	index = snapshot->name_count++;
	snapshot->names[index] = load_strdup(loader, name);
	load_put(loader, &snapshot->name_table, table_hash(name, strlen(name)),
		 index);
	return index;
}

static void names_init(struct loader *loader)
{
	static const char *const builtins[] = {"name", "profile", "token",
					       "confirm"};
	size_t i;

	for (i = 0; i < FACT_COUNT; i++)
		name_add(loader, facts_name((enum fact)i));
	for (i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++)
		name_add(loader, builtins[i]);
}

static bool is_name(const char *text)
{
	return *text && strspn(text, "abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789._-") == strlen(text);
}

/* Add a variable; those of one owner follow each other. */
static bool var_add(struct loader *loader, const char *name, const char *value,
		    unsigned int line)
{
	struct snapshot *snapshot = loader->snapshot;
	uint32_t index;

	if (!is_name(name)) {
		load_error(loader, line,
			   "\"%.64s\" cannot be the name of a variable: only "
			   "letters, digits, '.', '_' and '-' can.",
			   name);
		return false;
	}
	index = name_add(loader, name);
	if (index >= FACT_COUNT && index < BUILTIN_END) {
		load_error(loader, line,
			   "The variable %s cannot be set: the resolver "
			   "itself gives it its value.",
			   name);
		return false;
	}
	if (!LOAD_GROW(loader, vars, var_count, 1, vars))
		return false;
	snapshot->vars[snapshot->var_count++] =
		(struct variable){value, index, line};
	return true;
}

/* "var.NAME"?  Returns NAME, or NULL. */
static const char *var_name(const char *key)
{
	return strncmp(key, "var.", 4) == 0 ? key + 4 : NULL;
}

/* Profiles. */

static uint32_t profile_add(struct loader *loader, const char *name)
{
	struct snapshot *snapshot = loader->snapshot;
	size_t len = strlen(name);
	uint32_t index = snapshot_find_profile(snapshot, name, len);

	if (index != SNAPSHOT_NONE)
		return index;
	if (!LOAD_GROW(loader, profiles, profile_count, 1, profiles))
		return SNAPSHOT_NONE;
	index = snapshot->profile_count++;
	snapshot->profiles[index] =
		(struct profile){.name = load_strdup(loader, name)};
	load_put(loader, &snapshot->profile_table, table_hash(name, len),
		 index);
	return index;
}

/* Find a profile that a file names; tells when there is none. */
static uint32_t profile_find(struct loader *loader, const char *name,
			     unsigned int line)
{
	uint32_t index =
		snapshot_find_profile(loader->snapshot, name, strlen(name));

	if (index == SNAPSHOT_NONE)
		load_error(loader, line,
			   "There is no profile %.64s: neither "
			   "profiles.d/%.64s.ipxe nor profiles.d/%.64s.conf.",
			   name, name, name);
	return index;
}

/* Read "a b ~c" and append its refs to a stretch at the arrays' end. */
static void refs_add(struct loader *loader, struct stretch *stretch,
		     char *value, unsigned int line)
{
	struct snapshot *snapshot = loader->snapshot;
	bool is_short = strlen(value) < sizeof(loader->list_text);
	char *word;

	if (is_short && !stretch->count && loader->list.count &&
	    strcmp(value, loader->list_text) == 0) {
		*stretch = loader->list;
		return;
	}
	/* A list over several keys must lie in one piece. */
	if (stretch->count &&
	    stretch->first + stretch->count != snapshot->ref_count) {
		uint32_t first = snapshot->ref_count;

		if (!LOAD_GROW(loader, refs, ref_count, stretch->count, refs))
			return;
		memcpy(&snapshot->refs[first], &snapshot->refs[stretch->first],
		       stretch->count * sizeof(snapshot->refs[0]));
		snapshot->ref_count += stretch->count;
		stretch->first = first;
	}
	if (!stretch->count)
		stretch->first = snapshot->ref_count;
	if (is_short)
		strcpy(loader->list_text, value);
	while ((word = ini_word(&value, 1))) {
		bool is_removal = *word == '~';
		uint32_t profile =
			profile_find(loader, word + is_removal, line);

		if (!LOAD_GROW(loader, refs, ref_count, 1, refs))
			return;
		if (profile == SNAPSHOT_NONE)
			continue;
		snapshot->refs[snapshot->ref_count++] =
			(struct profile_ref){profile, is_removal};
		stretch->count++;
	}
	loader->list = *stretch;
	if (!is_short)
		loader->list.count = 0;
}

/* Configuration files. */

/* Remember a directory that changes are to be watched in. */
static void folder_add(struct loader *loader, const char *path)
{
	struct snapshot *snapshot = loader->snapshot;
	uint32_t i;

	for (i = 0; i < snapshot->folder_count; i++) {
		if (strcmp(snapshot->folders[i], path) == 0)
			return;
	}
	if (snapshot->folder_count == FOLDERS_MAX ||
	    !LOAD_GROW(loader, folders, folder_count, 1, folders))
		return;
	snapshot->folders[snapshot->folder_count] = strdup(path);
	if (snapshot->folders[snapshot->folder_count])
		snapshot->folder_count++;
	else
		load_nomem(loader);
}

/* Watch where a file really lies, when its name is a link. */
static void folder_add_target(struct loader *loader, const char *name)
{
	char path[PATH_MAX], real[PATH_MAX], *slash;
	struct stat st;

	if (fstatat(loader->root, name, &st, AT_SYMLINK_NOFOLLOW) ||
	    !S_ISLNK(st.st_mode) ||
	    snprintf(path, sizeof(path), "%s/%s", loader->site->path, name) >=
		    PATH_MAX ||
	    !realpath(path, real))
		return;
	slash = strrchr(real, '/');
	if (slash && slash != real) {
		*slash = '\0';
		folder_add(loader, real);
	}
}

/* Read a whole file to memory of its own, NUL behind it. */
static int file_read(struct loader *loader, const char *name, char **ret_text,
		     size_t *ret_len)
{
	size_t used = 0;
	struct stat st;
	char *text;
	int fd, rc;

	fd = beneath_open_file(loader->root, name);
	if (fd < 0)
		return fd;
	rc = fstat(fd, &st) ? -errno : 0;
	if (rc == 0 && (unsigned long)st.st_size > CONF_BYTES_MAX)
		rc = -E2BIG;
	text = rc ? NULL : malloc((size_t)st.st_size + 1);
	if (rc == 0 && !text)
		rc = -ENOMEM;
	while (rc == 0 && used < (size_t)st.st_size) {
		ssize_t got = read(fd, text + used, (size_t)st.st_size - used);

		if (got > 0)
			used += (size_t)got;
		else if (got == 0)
			break;
		else if (errno != EINTR)
			rc = -errno;
	}
	close(fd);
	if (rc) {
		free(text);
		return rc;
	}
	text[used] = '\0';
	*ret_text = text;
	*ret_len = used;
	return 0;
}

/* Keep a text as long as the snapshot; frees it when that fails. */
static bool text_keep(struct loader *loader, char *text)
{
	struct snapshot *snapshot = loader->snapshot;

	if (!LOAD_GROW(loader, texts, text_count, 1, texts)) {
		free(text);
		return false;
	}
	snapshot->texts[snapshot->text_count++] = text;
	return true;
}

/* Start on a file: later messages name it. */
static void file_begin(struct loader *loader, const char *name)
{
	struct snapshot *snapshot = loader->snapshot;

	loader->file_name = load_strdup(loader, name);
	loader->subject = SNAPSHOT_NONE;
	loader->is_skipping = false;
	loader->list.count = 0;
	if (!LOAD_GROW(loader, files, file_count, 1, files))
		return;
	loader->file = snapshot->file_count;
	snapshot->files[snapshot->file_count++] = loader->file_name;
	folder_add_target(loader, name);
}

/* Read a configuration file; a missing one is told unless it may be. */
static void conf_load(struct loader *loader, const char *name,
		      const struct ini_sink *handlers, bool is_optional)
{
	struct ini_sink sink = *handlers;
	struct stat st;
	size_t len;
	char *text;
	int rc;

	if (loader->rc || (is_optional && fstatat(loader->root, name, &st,
						  AT_SYMLINK_NOFOLLOW)))
		return;
	file_begin(loader, name);
	rc = file_read(loader, name, &text, &len);
	if (rc) {
		load_error(loader, 0, "The file cannot be read: %s.",
			   rc == -E2BIG ? "it is larger than 1 GiB"
					: site_explain(rc));
		return;
	}
	if (!text_keep(loader, text))
		return;
	sink.ctx = loader;
	ini_parse(text, len, &sink);
}

static void on_error(void *ctx, unsigned int line, const char *why)
{
	load_error(ctx, line, "%s", why);
}

/* Call visit with each file of a folder, in order of names. */
static void folder_load(struct loader *loader, const char *folder,
			void (*visit)(struct loader *loader, const char *name,
				      const char *path))
{
	char path[PATH_MAX];
	struct dirent **entries;
	struct stat st;
	int count, i, fd;

	snprintf(path, sizeof(path), "%s/%s", loader->site->path, folder);
	fd = beneath_open(loader->root, folder, O_RDONLY | O_DIRECTORY);
	if (fd < 0) {
		loader->file_name = folder;
		if (fd != -ENOENT || fstatat(loader->root, folder, &st,
					     AT_SYMLINK_NOFOLLOW) == 0)
			load_error(loader, 0, "It cannot be read: %s.",
				   site_explain(fd));
		return;
	}
	folder_add(loader, path);
	count = scandirat(fd, ".", &entries, NULL, alphasort);
	close(fd);
	if (count < 0) {
		load_nomem(loader);
		return;
	}
	for (i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;

		if (strcmp(folder, ".") == 0)
			snprintf(path, sizeof(path), "%s", name);
		else
			snprintf(path, sizeof(path), "%s/%s", folder, name);
		if (*name != '.' && !loader->rc)
			visit(loader, name, path);
		free(entries[i]);
	}
	free(entries);
}

/* Does a name end so?  Then copy what is in front of that. */
static bool stem_cut(const char *name, const char *ending, char *ret_stem,
		     size_t size)
{
	size_t len = strlen(name), ending_len = strlen(ending);

	if (len <= ending_len || len - ending_len >= size ||
	    strcmp(name + len - ending_len, ending) != 0)
		return false;
	memcpy(ret_stem, name, len - ending_len);
	ret_stem[len - ending_len] = '\0';
	return true;
}

/* profiles.d */

static void visit_profile_name(struct loader *loader, const char *name,
			       const char *path)
{
	char stem[NAME_MAX + 1];

	if (!stem_cut(name, ".ipxe", stem, sizeof(stem)) &&
	    !stem_cut(name, ".conf", stem, sizeof(stem)))
		return;
	loader->file_name = path;
	if (is_name(stem))
		profile_add(loader, stem);
	else
		load_error(loader, 0,
			   "A profile's name has only letters, digits, '.', "
			   "'_' and '-'; rename the file.");
}

static void on_profile_section(void *ctx, char *name, unsigned int line)
{
	load_error(ctx, line,
		   "A profile's file has no sections such as [%.64s].", name);
}

static void on_profile_entry(void *ctx, char *key, char *value,
			     unsigned int line)
{
	struct loader *loader = ctx;
	struct snapshot *snapshot = loader->snapshot;
	struct profile *profile = &snapshot->profiles[loader->subject];
	const char *var = var_name(key);

	if (var) {
		if (!profile->vars.count)
			profile->vars.first = snapshot->var_count;
		profile->vars.count += var_add(loader, var, value, line);
	} else if (strcmp(key, "profile") == 0) {
		refs_add(loader, &profile->parents, value, line);
	} else {
		load_error(loader, line,
			   "\"%.64s\" is not a key of a profile; there are "
			   "profile and var.NAME.",
			   key);
	}
}

static void visit_profile_conf(struct loader *loader, const char *name,
			       const char *path)
{
	static const struct ini_sink none = {on_profile_section,
					     on_profile_entry, on_error, NULL};
	struct ini_sink sink = none;
	char stem[NAME_MAX + 1], *text;
	uint32_t index;
	size_t len;
	int rc;

	if (!stem_cut(name, ".conf", stem, sizeof(stem)) || !is_name(stem))
		return;
	index = snapshot_find_profile(loader->snapshot, stem, strlen(stem));
	if (index == SNAPSHOT_NONE)
		return;
	file_begin(loader, path);
	loader->subject = index;
	loader->snapshot->profiles[index].vars_file = loader->file_name;
	rc = file_read(loader, path, &text, &len);
	if (rc) {
		load_error(loader, 0, "The file cannot be read: %s.",
			   site_explain(rc));
		return;
	}
	if (!text_keep(loader, text))
		return;
	sink.ctx = loader;
	ini_parse(text, len, &sink);
}

/* Is the profile among its own parents, at any distance? */
static bool profile_is_ringed(const struct snapshot *snapshot, uint32_t start,
			      uint32_t at, unsigned int depth)
{
	const struct stretch *parents = &snapshot->profiles[at].parents;
	uint32_t i;

	if (depth > snapshot->profile_count || depth > 16)
		return true;
	for (i = 0; i < parents->count; i++) {
		uint32_t parent = snapshot->refs[parents->first + i].profile;

		if (parent == start ||
		    profile_is_ringed(snapshot, start, parent, depth + 1))
			return true;
	}
	return false;
}

static void profiles_check(struct loader *loader)
{
	struct snapshot *snapshot = loader->snapshot;
	uint32_t i;

	for (i = 0; i < snapshot->profile_count && !loader->report->errors;
	     i++) {
		if (!profile_is_ringed(snapshot, i, i, 0))
			continue;
		loader->file_name = snapshot->profiles[i].vars_file;
		load_error(loader, 0,
			   "The profile is its own ancestor, or has more than "
			   "16 generations of them.");
	}
}

/* Scripts: of profiles and drop-ins. */

static int find_name(void *ctx, const char *name, size_t len)
{
	struct loader *loader = ctx;
	uint32_t index = snapshot_find_name(loader->snapshot, name, len);

	loader->snapshot->uses_client |= index == FACT_CLIENT;
	return index == SNAPSHOT_NONE ? -ENOENT : (int)index;
}

static int on_include(void *ctx, const char *file, size_t file_len,
		      const char **ret_text, size_t *ret_len,
		      const char **ret_file, struct reason *why)
{
	struct loader *loader = ctx;
	struct arena *arena = &loader->snapshot->arena;
	const char *name =
		arena_format(arena, "profiles.d/%.*s", (int)file_len, file);
	const char *text;
	size_t len;
	int fd, rc;

	if (!name || strlen(name) != file_len + strlen("profiles.d/"))
		return reason_set(why, -EINVAL, "it has no proper name.");
	if (strstr(name, ".."))
		return reason_set(why, -EINVAL, "it lies outside profiles.d.");
	fd = beneath_open_file(loader->root, name);
	if (fd < 0)
		return reason_set(why, -EINVAL, "%s: %s.", name,
				  fd == -ENOENT ? "there is no such file"
						: site_explain(fd));
	rc = site_read_text(fd, arena, &text, &len);
	close(fd);
	if (rc)
		return reason_set(why, -EINVAL, "%s: %s.", name,
				  site_explain(rc));
	folder_add_target(loader, name);
	*ret_text = text;
	*ret_len = len;
	*ret_file = name;
	return 0;
}

static void on_script_mistake(void *ctx, const char *sentence)
{
	load_tell(ctx, true, sentence);
}

static void visit_profile_script(struct loader *loader, const char *name,
				 const char *path)
{
	struct template_env env = {find_name, on_include, on_script_mistake,
				   loader};
	struct snapshot *snapshot = loader->snapshot;
	struct profile *profile;
	char stem[NAME_MAX + 1];
	const char *text, *file;
	struct reason why;
	uint32_t index;
	size_t len;
	int rc;

	if (!stem_cut(name, ".ipxe", stem, sizeof(stem)) || !is_name(stem))
		return;
	index = snapshot_find_profile(snapshot, stem, strlen(stem));
	if (index == SNAPSHOT_NONE)
		return;
	profile = &snapshot->profiles[index];
	file = load_strdup(loader, path);
	rc = site_read_script(loader->root, path, &snapshot->arena, &text, &len,
			      &why);
	if (rc) {
		loader->file_name = file;
		load_tell(loader, true,
			  rc == -ENOENT ? "A profile went away while the "
					  "site was loaded."
					: why.text);
		return;
	}
	folder_add_target(loader, path);
	profile->place.file = file;
	rc = template_compile(text, len, file, &env, &snapshot->arena,
			      &profile->script, &why);
	if (rc == -ENOMEM)
		load_nomem(loader);
}

/* Drop-in scripts. */

/* Has this very file been compiled for another name? */
static const struct dropin *
inode_find(struct loader *loader, const struct stat *st, uint32_t *ret_hash)
{
	uint64_t key[2] = {(uint64_t)st->st_dev, (uint64_t)st->st_ino};
	uint32_t hash = table_hash(key, sizeof(key));
	uint32_t cursor = hash;
	uint32_t i;

	*ret_hash = hash;
	while ((i = table_next(&loader->inodes, hash, &cursor)) != TABLE_END) {
		if (loader->inode_list[i].dev == st->st_dev &&
		    loader->inode_list[i].ino == st->st_ino)
			return &loader->snapshot->dropins[i];
	}
	return NULL;
}

static void on_dropin_mistake(void *ctx, const char *sentence)
{
	load_tell(ctx, false, sentence);
}

/* Read and compile the script of a drop-in, or note why that failed. */
static void dropin_compile(struct loader *loader, struct dropin *dropin)
{
	struct template_env env = {find_name, on_include, on_dropin_mistake,
				   loader};
	struct snapshot *snapshot = loader->snapshot;
	bool is_told = false;
	const char *text;
	struct reason why;
	size_t len;
	int rc;

	rc = site_read_script(loader->root, dropin->file, &snapshot->arena,
			      &text, &len, &why);
	if (rc == -ENOENT)
		reason_set(&why, rc, "%s went away while the site was loaded.",
			   dropin->file);
	if (rc == 0) {
		rc = template_compile(text, len, dropin->file, &env,
				      &snapshot->arena, &dropin->script, &why);
		is_told = rc == -EINVAL;
	}
	if (rc == 0)
		return;
	dropin->error = load_strdup(loader, why.text);
	if (!is_told)
		load_tell(loader, false, why.text);
}

static void dropin_add(struct loader *loader, const char *key, const char *path)
{
	struct snapshot *snapshot = loader->snapshot;
	struct dropin *other =
		(struct dropin *)snapshot_find_dropin(snapshot, key);
	const struct dropin *same = NULL;
	struct dropin *dropin;
	uint32_t hash = 0;
	struct stat st;
	bool is_there;

	if (other) {
		other->error = arena_format(
			&snapshot->arena,
			"%s and %s are for the same machine; remove one.",
			other->file, path);
		other->script = NULL;
		if (other->error)
			load_tell(loader, false, other->error);
		return;
	}
	if (!LOAD_GROW(loader, dropins, dropin_count, 1, dropins))
		return;
	loader->inode_list =
		load_grow(loader, loader->inode_list, snapshot->dropin_count, 1,
			  &loader->inode_size, sizeof(*loader->inode_list));
	if (!loader->inode_list)
		return;
	folder_add_target(loader, path);
	is_there = fstatat(loader->root, path, &st, 0) == 0;
	if (is_there)
		same = inode_find(loader, &st, &hash);
	dropin = &snapshot->dropins[snapshot->dropin_count];
	*dropin =
		(struct dropin){.key = key, .file = load_strdup(loader, path)};
	if (same && same->script)
		dropin->script = same->script;
	else
		dropin_compile(loader, dropin);
	if (is_there) {
		loader->inode_list[snapshot->dropin_count] =
			(struct inode){st.st_dev, st.st_ino};
		load_put(loader, &loader->inodes, hash, snapshot->dropin_count);
	}
	load_put(loader, &snapshot->dropin_table, table_hash(key, strlen(key)),
		 snapshot->dropin_count++);
}

static void visit_host(struct loader *loader, const char *name,
		       const char *path)
{
	const char *key = dropin_key(name, false, &loader->snapshot->arena);

	if (key)
		dropin_add(loader, key, path);
}

static void visit_top(struct loader *loader, const char *name, const char *path)
{
	const char *key = dropin_key(name, true, &loader->snapshot->arena);
	struct stat st;

	if (!key ||
	    (!strstr(name, ".ipxe") &&
	     fstatat(loader->root, path, &st, 0) == 0 && S_ISDIR(st.st_mode)))
		return;
	dropin_add(loader, key, path);
}

/* hosts.d */

static void on_host_section(void *ctx, char *name, unsigned int line)
{
	struct loader *loader = ctx;
	struct snapshot *snapshot = loader->snapshot;
	const struct machine *other = snapshot_find_machine(snapshot, name);

	loader->is_skipping = true;
	if (other) {
		load_error(loader, line,
			   "The machine %.64s was already described in %s:%u.",
			   name, snapshot->files[other->file], other->line);
		return;
	}
	if (!is_name(name) || strlen(name) > 100) {
		load_error(loader, line,
			   "\"%.64s\" cannot be the name of a machine: only "
			   "letters, digits, '.', '_' and '-' can, up to 100.",
			   name);
		return;
	}
	if (!LOAD_GROW(loader, machines, machine_count, 1, machines))
		return;
	loader->is_skipping = false;
	loader->subject = snapshot->machine_count++;
	snapshot->machines[loader->subject] = (struct machine){
		.name = name,
		.file = loader->file,
		.line = line,
		.evidence_first = snapshot->evidence_count,
		.vars_first = snapshot->var_count,
	};
	load_put(loader, &snapshot->machine_table,
		 table_hash(name, strlen(name)), loader->subject);
}

/* Keep a normalised value; false, and the error is told, without memory. */
static bool evidence_keep(struct loader *loader, struct evidence *evidence,
			  const char *value, size_t len)
{
	struct snapshot *snapshot = loader->snapshot;

	if (len <= sizeof(evidence->bytes)) {
		memcpy(evidence->bytes, value, len);
	} else {
		if (!LOAD_GROW(loader, pool, pool_len, len, pool))
			return false;
		evidence->offset = (uint32_t)snapshot->pool_len;
		memcpy(snapshot->pool + snapshot->pool_len, value, len);
		snapshot->pool_len += len;
	}
	evidence->len = (uint8_t)len;
	return true;
}

/* Make an evidence findable, or chain it behind one with the same value. */
static void evidence_link(struct loader *loader, uint32_t index,
			  const char *value, size_t len)
{
	struct snapshot *snapshot = loader->snapshot;
	struct evidence *evidence = &snapshot->evidence[index];
	uint32_t first = identity_lookup(snapshot, (enum fact)evidence->fact,
					 value, len);
	struct evidence *head;

	if (first == SNAPSHOT_NONE) {
		if (evidence_keep(loader, evidence, value, len))
			load_put(loader, &snapshot->evidence_table,
				 evidence->hash, index);
		return;
	}
	head = &snapshot->evidence[first];
	evidence->len = head->len;
	memcpy(evidence->bytes, head->bytes, sizeof(head->bytes));
	evidence->next = head->next;
	head->next = index;
	if (head->sharers < UINT16_MAX)
		head->sharers++;
}

static bool evidence_is_known(const struct snapshot *snapshot,
			      const struct machine *machine, enum fact fact,
			      const char *value, size_t len)
{
	uint32_t i;

	for (i = 0; i < machine->evidence_count; i++) {
		const struct evidence *evidence =
			&snapshot->evidence[machine->evidence_first + i];

		if (evidence->fact == fact && evidence->len == len &&
		    memcmp(evidence_value(snapshot, evidence), value, len) == 0)
			return true;
	}
	return false;
}

static void evidence_add(struct loader *loader, enum fact fact,
			 const char *text, unsigned int line)
{
	struct snapshot *snapshot = loader->snapshot;
	struct machine *machine = &snapshot->machines[loader->subject];
	char value[IDENTITY_VALUE_BYTES];
	size_t len = identity_normalise(fact, text, value);
	struct evidence *evidence;

	if (fact == FACT_MACS)
		fact = FACT_MAC;
	if (!len) {
		load_error(loader, line, "\"%.64s\" is not a proper %s.", text,
			   facts_name(fact));
		return;
	}
	if (evidence_is_known(snapshot, machine, fact, value, len))
		return;
	if (machine->evidence_count == UINT16_MAX ||
	    !LOAD_GROW(loader, evidence, evidence_count, 1, evidence))
		return;
	evidence = &snapshot->evidence[snapshot->evidence_count];
	*evidence = (struct evidence){
		.hash = identity_hash(fact, value, len),
		.machine = loader->subject,
		.next = SNAPSHOT_NONE,
		.line = line,
		.sharers = 1,
		.fact = (uint8_t)fact,
		.is_condition = !identity_weight(fact),
	};
	machine->evidence_count++;
	if (evidence->is_condition ||
	    identity_is_placeholder(snapshot, fact, value, len))
		evidence_keep(loader, evidence, value, len);
	else
		evidence_link(loader, snapshot->evidence_count, value, len);
	snapshot->evidence_count++;
}

static bool bool_parse(struct loader *loader, const char *key,
		       const char *value, unsigned int line)
{
	if (strcmp(value, "yes") == 0)
		return true;
	if (strcmp(value, "no") != 0)
		load_error(loader, line, "%s is yes or no, not \"%.64s\".", key,
			   value);
	return false;
}

/* Facts that are no property of a machine. */
static bool is_passing(int fact)
{
	return fact < 0 || fact == FACT_CHOICE || fact == FACT_CLIENT ||
	       fact == FACT_SERVER;
}

static void on_host_fact(struct loader *loader, enum fact fact, char *value,
			 unsigned int line)
{
	bool by_space = fact == FACT_MAC || fact == FACT_MACS ||
			fact == FACT_UUID || fact == FACT_IP;
	char *word;

	if (!identity_weight(fact)) {
		evidence_add(loader, fact, value, line);
		return;
	}
	while ((word = ini_word(&value, by_space)))
		evidence_add(loader, fact, word, line);
}

static void on_host_entry(void *ctx, char *key, char *value, unsigned int line)
{
	struct loader *loader = ctx;
	struct machine *machine;
	const char *var = var_name(key);
	int fact;

	if (loader->is_skipping)
		return;
	if (loader->subject == SNAPSHOT_NONE) {
		load_error(loader, line,
			   "The key %.64s stands before the first [machine].",
			   key);
		return;
	}
	machine = &loader->snapshot->machines[loader->subject];
	fact = facts_find(key, strlen(key));
	if (var && machine->vars_count < UINT16_MAX)
		machine->vars_count += var_add(loader, var, value, line);
	else if (strcmp(key, "profile") == 0)
		refs_add(loader, &machine->profiles, value, line);
	else if (strcmp(key, "disabled") == 0)
		machine->is_disabled = bool_parse(loader, key, value, line);
	else if (!is_passing(fact))
		on_host_fact(loader, (enum fact)fact, value, line);
	else
		load_error(loader, line,
			   "\"%.64s\" is not a key of a machine; a variable "
			   "is written var.%.64s.",
			   key, key);
}

static void visit_hosts(struct loader *loader, const char *name,
			const char *path)
{
	static const struct ini_sink sink = {on_host_section, on_host_entry,
					     on_error, NULL};
	char stem[NAME_MAX + 1];

	if (stem_cut(name, ".conf", stem, sizeof(stem)))
		conf_load(loader, path, &sink, false);
}

/* rules.d */

static void on_rule_section(void *ctx, char *name, unsigned int line)
{
	struct loader *loader = ctx;
	struct snapshot *snapshot = loader->snapshot;

	loader->is_skipping = true;
	if (!LOAD_GROW(loader, rules, rule_count, 1, rules))
		return;
	loader->is_skipping = false;
	loader->subject = snapshot->rule_count++;
	snapshot->rules[loader->subject] = (struct rule){
		.name = name,
		.place = {loader->file_name, line},
		.conditions = {snapshot->condition_count, 0},
		.vars = {snapshot->var_count, 0},
	};
}

static void on_rule_condition(struct loader *loader, unsigned int fact,
			      const char *value, unsigned int line)
{
	struct snapshot *snapshot = loader->snapshot;
	struct rule *rule = &snapshot->rules[loader->subject];
	struct condition condition;
	struct reason why;
	int rc;

	rc = condition_compile(fact, value, &snapshot->arena, &condition, &why);
	if (rc == -ENOMEM) {
		load_nomem(loader);
		return;
	}
	if (rc) {
		load_error(loader, line, "%s", why.text);
		return;
	}
	condition.line = line;
	snapshot->uses_client |= fact == FACT_CLIENT;
	if (!LOAD_GROW(loader, conditions, condition_count, 1, conditions))
		return;
	snapshot->conditions[snapshot->condition_count++] = condition;
	rule->conditions.count++;
}

static void on_rule_entry(void *ctx, char *key, char *value, unsigned int line)
{
	struct loader *loader = ctx;
	const char *var = var_name(key);
	struct rule *rule;
	int fact;

	if (loader->is_skipping)
		return;
	if (loader->subject == SNAPSHOT_NONE) {
		load_error(loader, line,
			   "The key %.64s stands before the first [rule].",
			   key);
		return;
	}
	rule = &loader->snapshot->rules[loader->subject];
	fact = facts_find(key, strlen(key));
	if (var)
		rule->vars.count += var_add(loader, var, value, line);
	else if (strcmp(key, "profile") == 0)
		refs_add(loader, &rule->profiles, value, line);
	else if (strcmp(key, "name") == 0)
		on_rule_condition(loader, CONDITION_NAME, value, line);
	else if (strcmp(key, "known") == 0)
		on_rule_condition(loader, CONDITION_KNOWN, value, line);
	else if (fact >= 0)
		on_rule_condition(loader, (unsigned int)fact, value, line);
	else
		load_error(loader, line,
			   "\"%.64s\" is not a fact, so no rule can ask for "
			   "it; a variable is written var.%.64s.",
			   key, key);
}

static void visit_rules(struct loader *loader, const char *name,
			const char *path)
{
	static const struct ini_sink sink = {on_rule_section, on_rule_entry,
					     on_error, NULL};
	char stem[NAME_MAX + 1];

	if (stem_cut(name, ".conf", stem, sizeof(stem)))
		conf_load(loader, path, &sink, false);
}

/* site.conf */

static void on_site_section(void *ctx, char *name, unsigned int line)
{
	load_error(ctx, line, "site.conf has no sections such as [%.64s].",
		   name);
}

static void on_site_unknown(struct loader *loader, const char *value,
			    unsigned int line)
{
	static const char *const policies[] = {
		[UNKNOWN_DEFAULT] = "default",
		[UNKNOWN_DENY] = "deny",
		[UNKNOWN_MENU] = "menu",
		[UNKNOWN_QUARANTINE] = "quarantine",
	};
	size_t i;

	for (i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		if (strcmp(value, policies[i]) == 0) {
			loader->snapshot->unknown = (enum unknown_policy)i;
			return;
		}
	}
	load_error(loader, line,
		   "unknown is deny, default, menu or quarantine, not "
		   "\"%.64s\".",
		   value);
}

static void on_site_placeholder(struct loader *loader, char *value)
{
	struct snapshot *snapshot = loader->snapshot;
	char text[IDENTITY_VALUE_BYTES];
	char *word;

	while ((word = ini_word(&value, 0))) {
		size_t len = identity_normalise(FACT_SERIAL, word, text);

		text[len] = '\0';
		if (len && LOAD_GROW(loader, placeholders, placeholder_count, 1,
				     placeholders))
			snapshot->placeholders[snapshot->placeholder_count++] =
				load_strdup(loader, text);
	}
}

static void on_site_disabled(struct loader *loader, const char *value,
			     unsigned int line)
{
	struct snapshot *snapshot = loader->snapshot;

	snapshot->is_disabled_denied = strcmp(value, "deny") == 0;
	if (strcmp(value, "deny") != 0 && strcmp(value, "local") != 0)
		snapshot->disabled_profile = profile_find(loader, value, line);
}

static void setting_add(struct loader *loader, const char *key,
			const char *value, unsigned int line)
{
	struct snapshot *snapshot = loader->snapshot;

	if (snapshot_setting(snapshot, key)) {
		load_error(loader, line, "%.64s is set twice.", key);
		return;
	}
	if (LOAD_GROW(loader, settings, setting_count, 1, settings))
		snapshot->settings[snapshot->setting_count++] =
			(struct setting){key, value, line};
}

static void on_site_entry(void *ctx, char *key, char *value, unsigned int line)
{
	struct loader *loader = ctx;
	struct snapshot *snapshot = loader->snapshot;
	const char *var = var_name(key);
	struct admission_options admission;
	uint64_t rate;
	struct reason why;

	if (var) {
		snapshot->site_vars.count += var_add(loader, var, value, line);
		return;
	}
	if (!setting_is_known(key)) {
		load_error(loader, line,
			   "\"%.64s\" is not a setting; a variable is written "
			   "var.%.64s.",
			   key, key);
		return;
	}
	if (admission_options_set(&admission, key, value, &why) == -EINVAL) {
		load_error(loader, line, "%s", why.text);
		return;
	}
	if (strcmp(key, "asset-rate") == 0 && pace_parse(value, &rate, &why)) {
		load_error(loader, line, "%s", why.text);
		return;
	}
	setting_add(loader, key, value, line);
	if (strcmp(key, "unknown") == 0)
		on_site_unknown(loader, value, line);
	else if (strcmp(key, "default") == 0)
		snapshot->default_profile = profile_find(loader, value, line);
	else if (strcmp(key, "quarantine") == 0)
		snapshot->quarantine_profile =
			profile_find(loader, value, line);
	else if (strcmp(key, "local") == 0)
		snapshot->local_profile = profile_find(loader, value, line);
	else if (strcmp(key, "disabled") == 0)
		on_site_disabled(loader, value, line);
	else if (strcmp(key, "menu") == 0)
		refs_add(loader, &snapshot->menu, value, line);
	else if (strcmp(key, "profile") == 0)
		refs_add(loader, &snapshot->site_profiles, value, line);
	else if (strcmp(key, "placeholder") == 0)
		on_site_placeholder(loader, value);
}

/* See that a policy's profile has a script to answer with. */
static void script_require(struct loader *loader, const char *key,
			   uint32_t profile)
{
	if (profile != SNAPSHOT_NONE &&
	    !loader->snapshot->profiles[profile].place.file)
		load_error(loader, 0,
			   "%s names the profile %s, which has no script: "
			   "there is no profiles.d/%s.ipxe.",
			   key, loader->snapshot->profiles[profile].name,
			   loader->snapshot->profiles[profile].name);
}

static void site_check(struct loader *loader)
{
	struct snapshot *snapshot = loader->snapshot;
	uint32_t i;

	loader->file_name = "site.conf";
	script_require(loader, "default", snapshot->default_profile);
	script_require(loader, "quarantine", snapshot->quarantine_profile);
	script_require(loader, "disabled", snapshot->disabled_profile);
	script_require(loader, "local", snapshot->local_profile);
	for (i = 0; i < snapshot->menu.count; i++)
		script_require(
			loader, "menu",
			snapshot->refs[snapshot->menu.first + i].profile);
	if (snapshot->unknown == UNKNOWN_MENU && !snapshot->menu.count)
		load_error(loader, 0,
			   "unknown = menu needs menu = PROFILE PROFILE..., "
			   "the profiles that it offers.");
}

/* Values of variables may refer to names: see that those exist. */
static void vars_check(struct loader *loader, struct stretch stretch,
		       const char *file)
{
	struct template_env env = {find_name, NULL, NULL, loader};
	struct snapshot *snapshot = loader->snapshot;
	const struct template *template;
	struct arena arena;
	struct reason why;
	uint32_t i;

	for (i = stretch.first; i < stretch.first + stretch.count; i++) {
		const struct variable *var = &snapshot->vars[i];

		if (!strstr(var->value, "{{"))
			continue;
		arena_init(&arena, 1024 * 1024);
		loader->file_name = file;
		if (template_compile(var->value, strlen(var->value), "value",
				     &env, &arena, &template, &why))
			load_error(loader, var->line, "var.%s: %s",
				   snapshot->names[var->name], why.text);
		arena_fini(&arena);
	}
}

static void all_vars_check(struct loader *loader)
{
	const struct snapshot *snapshot = loader->snapshot;
	uint32_t i;

	vars_check(loader, snapshot->site_vars, "site.conf");
	for (i = 0; i < snapshot->profile_count; i++)
		vars_check(loader, snapshot->profiles[i].vars,
			   snapshot->profiles[i].vars_file);
	for (i = 0; i < snapshot->rule_count; i++)
		vars_check(loader, snapshot->rules[i].vars,
			   snapshot->rules[i].place.file);
	for (i = 0; i < snapshot->machine_count; i++) {
		const struct machine *machine = &snapshot->machines[i];

		vars_check(loader,
			   (struct stretch){machine->vars_first,
					    machine->vars_count},
			   snapshot->files[machine->file]);
	}
}

static struct snapshot *snapshot_alloc(void)
{
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));

	if (!snapshot)
		return NULL;
	arena_init(&snapshot->arena, SIZE_MAX / 2);
	snapshot->default_profile = SNAPSHOT_NONE;
	snapshot->quarantine_profile = SNAPSHOT_NONE;
	snapshot->disabled_profile = SNAPSHOT_NONE;
	snapshot->local_profile = SNAPSHOT_NONE;
	return snapshot;
}

/* Give memory back that growing took in advance. */
static void snapshot_trim(struct snapshot *snapshot)
{
	void *machines = realloc(snapshot->machines,
				 (snapshot->machine_count + 1UL) *
					 sizeof(*snapshot->machines));
	void *evidence = realloc(snapshot->evidence,
				 (snapshot->evidence_count + 1UL) *
					 sizeof(*snapshot->evidence));
	void *pool = realloc(snapshot->pool, snapshot->pool_len + 1);
	void *vars = realloc(snapshot->vars, (snapshot->var_count + 1UL) *
						     sizeof(*snapshot->vars));

	if (machines)
		snapshot->machines = machines;
	if (evidence)
		snapshot->evidence = evidence;
	if (pool)
		snapshot->pool = pool;
	if (vars)
		snapshot->vars = vars;
}

static void load_all(struct loader *loader)
{
	static const struct ini_sink site_sink = {
		on_site_section, on_site_entry, on_error, NULL};

	names_init(loader);
	folder_load(loader, "profiles.d", visit_profile_name);
	folder_load(loader, "profiles.d", visit_profile_conf);
	loader->snapshot->site_vars.first = loader->snapshot->var_count;
	conf_load(loader, "site.conf", &site_sink, true);
	folder_load(loader, "hosts.d", visit_hosts);
	folder_load(loader, "rules.d", visit_rules);
	folder_load(loader, "profiles.d", visit_profile_script);
	folder_load(loader, "hosts", visit_host);
	folder_load(loader, ".", visit_top);
	if (loader->rc)
		return;
	profiles_check(loader);
	site_check(loader);
	all_vars_check(loader);
}

int snapshot_load(const struct site *site, struct load_report *report,
		  struct snapshot **ret_snapshot)
{
	struct loader loader = {.site = site, .report = report};
	struct reason why;

	report->errors = 0;
	loader.root = site_open(site, NULL);
	if (loader.root < 0) {
		reason_set(&why, 0, "The site %s cannot be opened: %s.",
			   site->path, strerror(-loader.root));
		load_tell(&loader, true, why.text);
		return loader.root;
	}
	loader.snapshot = snapshot_alloc();
	if (loader.snapshot) {
		folder_add(&loader, site->path);
		load_all(&loader);
	} else {
		load_nomem(&loader);
	}
	close(loader.root);
	table_fini(&loader.inodes);
	free(loader.inode_list);
	if (report->errors) {
		snapshot_free(loader.snapshot);
		return loader.rc ? loader.rc : -EINVAL;
	}
	snapshot_trim(loader.snapshot);
	*ret_snapshot = loader.snapshot;
	return 0;
}
