/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What is served by TFTP: the site's firmware, knowing the resolver. */
#include "tftp_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "become.h"
#include "beneath.h"
#include "image_cache.h"
#include "log.h"

/* Folders inside of folders, and how many files are looked at. */
#define DEPTH_MAX 8
#define FILES_MAX 4096

/* What is being written, before it gets its name. */
#define NEW_NAME ".new"

/* Longest path of a directory for what is lost at the next start. */
#define RUN_BYTES 256

/* Longest host with port, bytes with NUL. */
#define SERVER_BYTES 64

struct tftp_folder {
	/* The site's path with /firmware behind it. */
	char *from;
	/* The folder. */
	char *to;
	/* Which resolver. */
	char server[SERVER_BYTES];
};

/* One pass over it. */
struct pass {
	const struct tftp_folder *folder;
	struct watch *watch;
	/* Both directories. */
	int from;
	int to;
	/* Files that may still be looked at. */
	unsigned int left;
};

void tftp_folder_close(struct tftp_folder *folder)
{
	if (!folder)
		return;
	free(folder->from);
	free(folder->to);
	free(folder);
}

const char *tftp_folder_path(const struct tftp_folder *folder)
{
	return folder->to;
}

/* "dir/name", or false when that is too long. */
static bool path_join(char path[PATH_MAX], const char *dir, const char *name)
{
	return snprintf(path, PATH_MAX, "%s%s%s", dir, *dir ? "/" : "", name) <
	       PATH_MAX;
}

/* Open a directory below another one for reading its names. */
static DIR *names_open(int base, const char *path)
{
	int fd = beneath_open(base, *path ? path : ".", O_RDONLY | O_DIRECTORY);
	DIR *names = fd < 0 ? NULL : fdopendir(fd);

	if (fd >= 0 && !names)
		close(fd);
	if (fd < 0)
		errno = -fd;
	return names;
}

/* The next name that does not begin with a dot, or NULL. */
static const char *names_next(DIR *names)
{
	struct dirent *entry;

	do {
		entry = readdir(names);
	} while (entry && entry->d_name[0] == '.');
	return entry ? entry->d_name : NULL;
}

/* Remove whatever has this name below a directory, and all below it. */
static void tree_remove(int base, const char *path)
{
	char below[PATH_MAX];
	struct dirent *entry;
	DIR *names;

	if (unlinkat(base, path, 0) == 0 || errno == ENOENT)
		return;
	names = names_open(base, path);
	while (names && (entry = readdir(names)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0 &&
		    path_join(below, path, entry->d_name))
			tree_remove(base, below);
	}
	if (names)
		closedir(names);
	unlinkat(base, path, AT_REMOVEDIR);
}

static void target_remove(const struct pass *pass, const char *path)
{
	tree_remove(pass->to, path);
}

void tftp_folder_remove(const struct tftp_folder *folder)
{
	char dir[RUN_BYTES];
	const char *name = strrchr(folder->to, '/') + 1;
	int base;

	snprintf(dir, sizeof(dir), "%.*s", (int)(name - folder->to),
		 folder->to);
	base = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (base < 0)
		return;
	tree_remove(base, name);
	close(base);
}

/* Give what was written its name. */
static int target_rename(const struct pass *pass, const char *path)
{
	if (renameat(pass->to, NEW_NAME, pass->to, path) == 0)
		return 0;
	if (errno != EISDIR)
		return -errno;
	target_remove(pass, path);
	return renameat(pass->to, NEW_NAME, pass->to, path) ? -errno : 0;
}

static bool write_all(int fd, const uint8_t *data, size_t len)
{
	ssize_t count;

	while (len) {
		count = write(fd, data, len);
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return false;
		data += count;
		len -= (size_t)count;
	}
	return true;
}

/* Is the file these bytes already? */
static bool target_is(const struct pass *pass, const char *path,
		      const uint8_t *data, size_t len)
{
	int fd = openat(pass->to, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	uint8_t *old = NULL;
	struct stat st;
	bool is_same;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (size_t)st.st_size == len)
		old = image_read(fd, len);
	is_same = old && memcmp(old, data, len) == 0;
	free(old);
	if (fd >= 0)
		close(fd);
	return is_same;
}

/* Make the file these bytes. */
static int target_copy(const struct pass *pass, const char *path,
		       const uint8_t *data, size_t len)
{
	int fd, rc = 0;

	if (target_is(pass, path, data, len))
		return 0;
	unlinkat(pass->to, NEW_NAME, 0);
	fd = openat(pass->to, NEW_NAME,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	/* Whatever the umask is: dnsmasq is another user. */
	if (!write_all(fd, data, len) || fchmod(fd, 0644))
		rc = errno ? -errno : -EIO;
	if (close(fd) && rc == 0)
		rc = -errno;
	return rc ? rc : target_rename(pass, path);
}

/* Make it a link to the site's file. */
static int target_link(const struct pass *pass, const char *path)
{
	char target[PATH_MAX], old[PATH_MAX];
	ssize_t len;

	if (!path_join(target, pass->folder->from, path))
		return -ENAMETOOLONG;
	len = readlinkat(pass->to, path, old, sizeof(old));
	if (len == (ssize_t)strlen(target) &&
	    memcmp(old, target, (size_t)len) == 0)
		return 0;
	unlinkat(pass->to, NEW_NAME, 0);
	if (symlinkat(target, pass->to, NEW_NAME))
		return -errno;
	return target_rename(pass, path);
}

static void file_update(const struct pass *pass, const char *path, int fd,
			size_t size)
{
	uint8_t *data = image_read(fd, size), *made;
	size_t len;
	int rc = -ENOENT;

	if (data && image_for_server(data, size, pass->folder->server, &made,
				     &len) == 0) {
		rc = target_copy(pass, path, made, len);
		free(made);
		if (rc)
			log_line(LOG_ERR,
				 "%s/%s could not be written: %s; the site's "
				 "own file is served by TFTP.",
				 pass->folder->to, path, strerror(-rc));
	}
	free(data);
	if (rc)
		rc = target_link(pass, path);
	if (rc)
		log_line(LOG_ERR,
			 "%s/%s could not be made: %s; it is not served by "
			 "TFTP as it is now.",
			 pass->folder->to, path, strerror(-rc));
}

static int directory_make(const struct pass *pass, const char *path)
{
	struct stat st;

	if (fstatat(pass->to, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    !S_ISDIR(st.st_mode))
		target_remove(pass, path);
	if (mkdirat(pass->to, path, 0755) && errno != EEXIST)
		return -errno;
	return fchmodat(pass->to, path, 0755, 0) ? -errno : 0;
}

/* Remove what the site does not have any more. */
static void directory_clean(const struct pass *pass, const char *path)
{
	char below[PATH_MAX];
	const char *name;
	struct stat st;
	DIR *names = names_open(pass->to, path);

	while (names && (name = names_next(names)) != NULL) {
		if (path_join(below, path, name) &&
		    fstatat(pass->from, below, &st, AT_SYMLINK_NOFOLLOW))
			target_remove(pass, below);
	}
	if (names)
		closedir(names);
}

static int directory_update(struct pass *pass, const char *path,
			    unsigned int depth);

/* A file or directory of the site. */
static void entry_update(struct pass *pass, const char *path,
			 unsigned int depth)
{
	struct stat st;
	int rc = 0;
	int fd = beneath_open(pass->from, path,
			      O_RDONLY | O_NONBLOCK | O_NOCTTY);

	if (fd < 0 || fstat(fd, &st)) {
		log_line(LOG_WARNING,
			 "%s/%s is not served by TFTP: it cannot be read: %s.",
			 pass->folder->from, path,
			 site_explain(fd < 0 ? fd : -errno));
		target_remove(pass, path);
	} else if (S_ISREG(st.st_mode)) {
		file_update(pass, path, fd, (size_t)st.st_size);
	} else if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX) {
		rc = directory_make(pass, path);
		if (rc == 0)
			rc = directory_update(pass, path, depth + 1);
		if (rc)
			log_line(LOG_ERR,
				 "%s/%s could not be made: %s; nothing of it "
				 "is served by TFTP.",
				 pass->folder->to, path, strerror(-rc));
	}
	if (fd >= 0)
		close(fd);
}

static int directory_update(struct pass *pass, const char *path,
			    unsigned int depth)
{
	char below[PATH_MAX];
	const char *name;
	DIR *names = names_open(pass->from, path);

	if (!names)
		return -errno;
	if (pass->watch && path_join(below, pass->folder->from, path))
		watch_add(pass->watch, below);
	while (pass->left && (name = names_next(names)) != NULL) {
		pass->left--;
		if (path_join(below, path, name))
			entry_update(pass, below, depth);
	}
	closedir(names);
	directory_clean(pass, path);
	return 0;
}

int tftp_folder_update(struct tftp_folder *folder, struct watch *watch)
{
	struct pass pass = {
		.folder = folder, .watch = watch, .left = FILES_MAX};
	int rc;

	if (!folder)
		return 0;
	pass.from = open(folder->from, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (pass.from < 0)
		return -errno;
	pass.to = open(folder->to, O_PATH | O_DIRECTORY | O_CLOEXEC);
	rc = pass.to < 0 ? -errno : directory_update(&pass, "", 0);
	if (rc == 0 && !pass.left)
		log_line(LOG_WARNING,
			 "%s has more than %d files; the rest is not served by "
			 "TFTP.",
			 folder->from, FILES_MAX);
	close(pass.from);
	if (pass.to >= 0)
		close(pass.to);
	return rc;
}

/* In a child that has given up root: what it makes is the user's, and it can
 * be made to touch nothing else. */
static void __attribute__((noreturn))
first_update_run(struct tftp_folder *folder, const char *user)
{
	struct reason why;
	int rc = become_user(user, &why);

	if (rc)
		_exit(-rc);
	/* One that is there was left by somebody who had our number. */
	if ((mkdir(folder->to, 0755) && errno != EEXIST) ||
	    chmod(folder->to, 0755)) {
		rc = errno;
		log_line(LOG_ERR, "%s could not be made: %s.", folder->to,
			 strerror(rc));
		_exit(rc);
	}
	_exit(-tftp_folder_update(folder, NULL));
}

static int first_update(struct tftp_folder *folder, const char *user,
			struct reason *why)
{
	pid_t pid = fork();
	int status = 0;

	if (pid < 0)
		return reason_set(why, -errno, "No child process: %s.",
				  strerror(errno));
	if (pid == 0)
		first_update_run(folder, user);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	status = WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
	return reason_set(why, -status,
			  "%s cannot be served by TFTP, from %s (%s); it is to "
			  "hold undionly.kpxe and x86_64-efi/snponly.efi.",
			  folder->from, folder->to, strerror(status));
}

int tftp_folder_open(const struct site *site, const char *server,
		     const char *user, struct tftp_folder **ret_folder,
		     struct reason *why)
{
	const char *run = getenv("RUNTIME_DIRECTORY");
	struct tftp_folder *folder = calloc(1, sizeof(*folder));
	char dir[RUN_BYTES];
	int rc;

	if (!folder)
		return reason_set(why, -ENOMEM, "Out of memory.");
	run = run && *run == '/' ? run : "/run/unloop";
	snprintf(dir, sizeof(dir), "%.*s", (int)strcspn(run, ":"), run);
	snprintf(folder->server, sizeof(folder->server), "%s", server);
	if (asprintf(&folder->from, "%s/firmware", site->path) < 0)
		folder->from = NULL;
	if (asprintf(&folder->to, "%s/tftp-%d", dir, (int)getpid()) < 0)
		folder->to = NULL;
	if (!folder->from || !folder->to) {
		rc = reason_set(why, -ENOMEM, "Out of memory.");
		goto err_open;
	}
	rc = become_give(dir, 0755, user);
	if (rc)
		reason_set(why, rc, "The directory %s cannot be made: %s.", dir,
			   strerror(-rc));
	if (rc)
		goto err_open;
	rc = first_update(folder, user, why);
	if (rc) {
		tftp_folder_remove(folder);
		goto err_open;
	}
	*ret_folder = folder;
	return 0;

err_open:
	tftp_folder_close(folder);
	return rc;
}
