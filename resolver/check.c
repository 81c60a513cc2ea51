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
#include "facts.h"
#include "template.h"

/* Folders inside folders that are followed, against runaway trees. */
#define DEPTH_MAX 32

/* Memory for the script that is being looked at. */
#define CHECK_SCRIPT_BYTES (2 * SITE_SCRIPT_MAX)

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

static void check_report(void *ctx, const char *sentence)
{
	check_problem(ctx, "%s", sentence);
}

/* Look into one script; ENOENT means that it is gone meanwhile. */
static int check_script(struct check *check, const char *name)
{
	struct arena arena;
	struct reason why;
	const char *text;
	size_t len;
	int rc;

	arena_init(&arena, CHECK_SCRIPT_BYTES);
	rc = site_read_script(check->root, name, &arena, &text, &len, &why);
	if (rc == 0) {
		check->scripts++;
		template_check(text, len, name, check_report, check);
	} else if (rc != -ENOENT) {
		check_problem(check, "%s", why.text);
	}
	arena_fini(&arena);
	return rc;
}

/* Is the stem of a file in hosts/ one that a request is answered from? */
static void check_host_name(struct check *check, const char *name)
{
	const char *dot = strrchr(name, '.');
	size_t len = dot ? (size_t)(dot - name) : strlen(name);
	char mac[FACT_MAC_NAME_BYTES] = "", uuid[FACT_UUID_BYTES] = "";
	char stem[FACT_MAC_NAME_BYTES] = "";
	const char *right = NULL;

	if (len < sizeof(stem))
		memcpy(stem, name, len);
	if (facts_format_mac(stem, mac) == 0)
		right = mac;
	else if (facts_format_uuid(stem, uuid) == 0)
		right = uuid;
	if (!right)
		check_problem(check,
			      "hosts/%s is never asked for: its name "
			      "is neither MAC nor UUID, such as "
			      "52-54-00-12-34-56.ipxe.",
			      name);
	else if (!dot || strcmp(dot, ".ipxe") != 0 || strcmp(stem, right) != 0)
		check_problem(check,
			      "hosts/%s is never asked for: rename it "
			      "to %s.ipxe.",
			      name, right);
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

static void check_host(struct check *check, int dir, const char *name,
		       void *ctx)
{
	char path[NAME_MAX + sizeof("hosts/")];

	(void)dir;
	(void)ctx;
	if (name[0] == '.')
		return;
	snprintf(path, sizeof(path), "hosts/%s", name);
	check_host_name(check, name);
	check_script(check, path);
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

unsigned int check_site(const struct site *site, FILE *out)
{
	struct check check = {.out = out};

	check.root = site_open(site, NULL);
	if (check.root < 0) {
		check_problem(&check, "The site %s cannot be opened: %s.",
			      site->path, strerror(-check.root));
		return check.problems;
	}
	check_hosts(&check);
	if (check_script(&check, "default.ipxe") == -ENOENT)
		fprintf(out, "note: there is no default.ipxe, so machines "
			     "without a script of their own get 404.\n");
	check_script(&check, "autoexec.ipxe");
	check_static(&check, "assets");
	check_static(&check, "firmware");
	close(check.root);
	fprintf(out, "%s: %u scripts, %u files, problems: %u\n", site->path,
		check.scripts, check.files, check.problems);
	return check.problems;
}
