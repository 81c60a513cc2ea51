/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* unloopd -n: is this site in order? */
#include "check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "snapshot.h"

/* Folders inside folders that are followed, against runaway trees. */
#define DEPTH_MAX 32

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

/* Compile the site, which tells all its mistakes. */
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
