/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Opening files so that no path leads outside of a directory. */
#include "beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* How often a lookup that raced with a rename is tried again. */
#define BENEATH_TRIES 16

static int openat2_beneath(int dir, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned int)(flags | O_CLOEXEC),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	int tries = BENEATH_TRIES;
	long fd;

	do {
		fd = syscall(SYS_openat2, dir, path, &how, sizeof(how));
	} while (fd < 0 && (errno == EAGAIN || errno == EINTR) && --tries);
	return fd < 0 ? -errno : (int)fd;
}

/* Open one component; *dir is replaced by it and closed unless it is base. */
static int walk_step(int base, int *dir, const char *name, int flags)
{
	int fd = openat(*dir, name, flags | O_NOFOLLOW | O_CLOEXEC);
	int rc = fd < 0 ? -errno : 0;

	if (*dir != base)
		close(*dir);
	*dir = fd;
	return rc;
}

int beneath_open_walk(int dir, const char *path, int flags)
{
	char name[NAME_MAX + 1];
	int at = dir;
	int rc;

	if (!*path)
		return -ENOENT;
	if (*path == '/')
		return -EXDEV;
	while (*path) {
		size_t len = strcspn(path, "/");
		size_t slashes = strspn(path + len, "/");

		rc = -ENAMETOOLONG;
		if (len > NAME_MAX)
			goto err_component;
		memcpy(name, path, len);
		name[len] = '\0';
		path += len + slashes;
		rc = -EXDEV;
		if (strcmp(name, "..") == 0)
			goto err_component;
		if (slashes)
			rc = walk_step(dir, &at, name, O_PATH | O_DIRECTORY);
		else
			rc = walk_step(dir, &at, name, flags);
		if (rc)
			return rc;
	}
	return at;

err_component:
	if (at != dir)
		close(at);
	return rc;
}

int beneath_open(int dir, const char *path, int flags)
{
	int fd = openat2_beneath(dir, path, flags);

	/* EPERM: a container's system call filter that predates openat2. */
	if (fd == -ENOSYS || fd == -EPERM)
		return beneath_open_walk(dir, path, flags);
	return fd;
}

int beneath_open_file(int dir, const char *path)
{
	struct stat st;
	int rc;
	int fd;

	fd = beneath_open(dir, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return fd;
	rc = fstat(fd, &st) ? -errno : 0;
	if (rc == 0 && S_ISDIR(st.st_mode))
		rc = -EISDIR;
	else if (rc == 0 && !S_ISREG(st.st_mode))
		rc = -ENXIO;
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}
