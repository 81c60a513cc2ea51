/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The site: a directory with scripts, assets and firmware. */
#include "site.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"

int site_init(struct site *site, const char *path)
{
	char *cwd;
	int rc = 0;

	site->path = NULL;
	if (*path == '/') {
		site->path = strdup(path);
		return site->path ? 0 : -ENOMEM;
	}
	cwd = getcwd(NULL, 0);
	if (!cwd)
		return -errno;
	if (strcmp(path, ".") == 0 || strcmp(path, "./") == 0) {
		site->path = cwd;
		return 0;
	}
	if (asprintf(&site->path, "%s/%s", cwd, path) < 0) {
		site->path = NULL;
		rc = -ENOMEM;
	}
	free(cwd);
	return rc;
}

void site_fini(struct site *site)
{
	if (!site)
		return;
	free(site->path);
	site->path = NULL;
}

int site_open(const struct site *site, const char *sub)
{
	int root, fd;

	root = open(site->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return -errno;
	if (!sub)
		return root;
	fd = beneath_open(root, sub, O_PATH | O_DIRECTORY);
	close(root);
	return fd;
}

bool site_is_script(const char *text, size_t len)
{
	static const char magic[] = "#!ipxe";
	const size_t magic_len = sizeof(magic) - 1;

	return len > magic_len && memcmp(text, magic, magic_len) == 0 &&
	       strchr(" \t\r\n", text[magic_len]) && text[magic_len];
}

const char *site_explain(int rc)
{
	switch (-rc) {
	case EXDEV:
	case ELOOP:
		return "it is, or goes through, a symbolic link that leads "
		       "outside of its directory";
	case ENOENT:
	case ENOLINK:
		return "it is a symbolic link to something that does not "
		       "exist";
	case ENXIO:
		return "it is not a regular file";
	case EFBIG:
		return "it is larger than 1 MiB";
	case EACCES:
		return "the resolver's user may not read it";
	default:
		return strerror(-rc);
	}
}

int site_read_text(int fd, struct arena *arena, const char **ret_text,
		   size_t *ret_len)
{
	struct stat st;
	size_t used = 0;
	size_t size;
	char *text;

	if (fstat(fd, &st))
		return -errno;
	if (st.st_size > SITE_SCRIPT_MAX)
		return -EFBIG;
	size = (size_t)st.st_size;
	text = arena_alloc(arena, size + 1);
	if (!text)
		return -ENOMEM;
	while (used < size) {
		ssize_t got = read(fd, text + used, size - used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		used += (size_t)got;
	}
	text[used] = '\0';
	*ret_text = text;
	*ret_len = used;
	return 0;
}

int site_read_script(int root, const char *name, struct arena *arena,
		     const char **ret_text, size_t *ret_len, struct reason *why)
{
	const char *text = NULL;
	struct stat st;
	size_t len = 0;
	int fd, rc;

	fd = beneath_open_file(root, name);
	/* A link to nowhere is a mistake, and not the same as no script:
	 * the machine must not get another one instead. */
	if (fd == -ENOENT && fstatat(root, name, &st, AT_SYMLINK_NOFOLLOW))
		return -ENOENT;
	if (fd == -ENOENT)
		fd = -ENOLINK;
	if (fd < 0)
		return reason_set(why, fd, "%s cannot be read: %s.", name,
				  site_explain(fd));
	rc = site_read_text(fd, arena, &text, &len);
	close(fd);
	if (rc)
		return reason_set(why, rc, "%s cannot be read: %s.", name,
				  site_explain(rc));
	if (!site_is_script(text, len))
		return reason_set(why, -ENOEXEC,
				  "%s is not a script: its "
				  "first line is not #!ipxe.",
				  name);
	*ret_text = text;
	*ret_len = len;
	return 0;
}
