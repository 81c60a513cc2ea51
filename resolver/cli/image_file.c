/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Files that are read and replaced as a whole. */
#include "image_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Longest file that is read, bytes. */
#define FILE_LEN_MAX (1ULL << 30)

/* Bytes that are written at once. */
#define BLOCK_LEN ((size_t)64 * 1024)

/* The file that is being written, to be removed when a signal ends us. */
static char temporary[PATH_MAX];

static void remove_and_die(int signal_number)
{
	if (*temporary)
		unlink(temporary);
	_exit(128 + signal_number);
}

static int fail(struct reason *why, const char *what)
{
	int rc = -errno;

	return reason_set(why, rc, "it could not be %s: %s", what,
			  strerror(-rc));
}

/* Read exactly len bytes, or fail. */
static int read_all(int fd, uint8_t *data, size_t len, struct reason *why)
{
	while (len) {
		ssize_t count = read(fd, data, len);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return fail(why, "read");
		if (count == 0)
			return reason_set(why, -EIO,
					  "it became shorter while it was "
					  "read");
		data += count;
		len -= (size_t)count;
	}
	return 0;
}

int image_file_read(const char *path, uint8_t **ret_data, size_t *ret_len,
		    struct reason *why)
{
	struct stat st;
	uint8_t *data;
	size_t len;
	int fd, rc;

	/* Not to wait for whoever writes into a FIFO. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return fail(why, "opened");
	if (fstat(fd, &st)) {
		rc = fail(why, "read");
		goto out;
	}
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size > FILE_LEN_MAX) {
		rc = S_ISREG(st.st_mode)
			     ? reason_set(why, -EFBIG,
					  "it is larger than 1 GiB, no image "
					  "of this product is")
			     : reason_set(why, -EINVAL,
					  "it is not a regular file; customise "
					  "an image before it is written to a "
					  "device");
		goto out;
	}
	len = (size_t)st.st_size;
	data = malloc(len + 1);
	rc = data ? read_all(fd, data, len, why)
		  : reason_set(why, -ENOMEM, "out of memory");
	if (rc) {
		free(data);
		goto out;
	}
	*ret_data = data;
	*ret_len = len;
out:
	close(fd);
	return rc;
}

/* Are there zeros only? */
static bool is_zero(const uint8_t *data, size_t len)
{
	return !data[0] && memcmp(data, data + 1, len - 1) == 0;
}

/* Write len bytes to the empty file fd. Most of a stick is zeros, which take
 * neither time nor room as a hole. */
static int write_all(int fd, const uint8_t *data, size_t len,
		     struct reason *why)
{
	size_t at = 0;

	while (at < len) {
		size_t part = len - at < BLOCK_LEN ? len - at : BLOCK_LEN;
		ssize_t count = (ssize_t)part;

		if (!is_zero(data + at, part))
			count = pwrite(fd, data + at, part, (off_t)at);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return fail(why, "written");
		at += (size_t)count;
	}
	return ftruncate(fd, (off_t)len) ? fail(why, "written") : 0;
}

/* Give fd the mode that the finished file is to have. */
static int set_mode(int fd, const char *path, const char *like,
		    struct reason *why)
{
	mode_t mask = umask(0);
	mode_t mode = 0644 & ~mask;
	struct stat st;

	umask(mask);
	if (stat(path, &st) == 0 || (like && stat(like, &st) == 0))
		mode = st.st_mode & 07777;
	return fchmod(fd, mode) ? fail(why, "written") : 0;
}

/* Make the file that is to be removed when a signal ends us: no signal comes
 * between the two. */
static int make_temporary(char name[PATH_MAX])
{
	sigset_t all, before;
	int fd, error;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	fd = mkostemp(name, O_CLOEXEC);
	error = errno;
	if (fd >= 0)
		memcpy(temporary, name, PATH_MAX);
	sigprocmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return fd;
}

/* image_file_write() into a new file beside target, which then becomes it. */
static int replace(const char *target, const char *like, const uint8_t *data,
		   size_t len, struct reason *why)
{
	char name[PATH_MAX];
	char *copy = strdup(target);
	int fd, rc;

	if (!copy)
		return reason_set(why, -ENOMEM, "out of memory");
	rc = snprintf(name, sizeof(name), "%s/.unloop.XXXXXX", dirname(copy));
	free(copy);
	if (rc >= (int)sizeof(name))
		return reason_set(why, -ENAMETOOLONG, "its name is too long");
	fd = make_temporary(name);
	if (fd < 0)
		return fail(why, "written in its folder");
	rc = write_all(fd, data, len, why);
	if (rc == 0)
		rc = set_mode(fd, target, like, why);
	if (close(fd) && rc == 0)
		rc = fail(why, "written");
	if (rc == 0 && rename(name, target))
		rc = fail(why, "replaced");
	if (rc)
		unlink(name);
	*temporary = '\0';
	return rc;
}

int image_file_write(const char *path, const char *like, const uint8_t *data,
		     size_t len, struct reason *why)
{
	const struct sigaction action = {.sa_handler = remove_and_die};
	struct stat st;
	char *real;
	int rc;

	/* A file put in place of a device would be the end of the device. */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return reason_set(why, -EINVAL,
				  "it is no ordinary file, and stays as it is; "
				  "write a file with -o, and copy that");
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	/* What a link points to is replaced, not the link. */
	real = realpath(path, NULL);
	rc = replace(real ? real : path, like, data, len, why);
	free(real);
	return rc;
}

bool image_file_is_region(const char *path, const uint8_t *data, size_t len)
{
	const char *slash = strrchr(path, '/');
	struct region region;

	if (len && data[0]) {
		if (region_parse(data, len, &region))
			return len >= 6 && memcmp(data, "\x7fUregn", 6) == 0;
		region_fini(&region);
		return true;
	}
	return strcmp(slash ? slash + 1 : path, REGION_FILE_NAME) == 0;
}

int image_file_parse(const char *path, const uint8_t *data, size_t len,
		     struct boot_image *ret_image, struct region *ret_region,
		     struct reason *why)
{
	int rc;

	memset(ret_image, 0, sizeof(*ret_image));
	memset(ret_region, 0, sizeof(*ret_region));
	if (image_file_is_region(path, data, len)) {
		rc = region_parse(data, len, ret_region);
		if (rc && rc != -ENOENT)
			return reason_set(why, rc,
					  rc == -ENOMEM
						  ? "out of memory"
						  : "it is damaged, or of a "
						    "later version");
		return 0;
	}
	rc = boot_image_find(data, len, ret_image);
	if (rc)
		return reason_set(why, rc,
				  "it is not an image of this product: there "
				  "is no identity note in its first 64 KiB");
	return boot_image_region(data, len, ret_image, ret_region, why);
}
