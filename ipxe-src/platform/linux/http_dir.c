/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* http:// from files of a folder, for trying scripts without a network. */
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/error.h"
#include "net/download.h"
#include "net/netdevice.h"
#include "platform/linux/linux.h"

const char *linux_http_dir;
bool linux_is_program;

/* Open what PATH names below the folder, and nothing outside of it, whatever
 * "..", links and mounts there are. Returns a descriptor or -errno. */
static int open_beneath(const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	int folder = open(linux_http_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd;

	if (folder < 0)
		return -errno;
	while (*path == '/')
		path++;
	fd = (int)syscall(SYS_openat2, folder, *path ? path : ".", &how,
			  sizeof(how));
	if (fd < 0)
		fd = -errno;
	close(folder);
	return fd;
}

/* Deliver the file FD. */
static int file_deliver(struct download *download, int fd)
{
	char buf[65536];
	struct stat stat;
	ssize_t len;
	int rc;

	if (fstat(fd, &stat))
		return -errno;
	if (!S_ISREG(stat.st_mode))
		return error_set(-EISDIR, "it is no file");
	rc = download_set_total(download, (uint64_t)stat.st_size);
	while (!rc && (len = read(fd, buf, sizeof(buf))) != 0)
		rc = len < 0 ? -errno
			     : download_deliver(download, buf, (size_t)len);
	return rc;
}

static int dir_start(struct download *download)
{
	const char *path = download->uri->path;
	int fd, rc;

	fd = open_beneath(path ? path : "");
	if (fd < 0)
		return error_set(fd, "%.120s in %.80s cannot be read: %s",
				 path ? path : "/", linux_http_dir,
				 fd == -EXDEV ? "it leads out of there"
					      : strerror(-fd));
	rc = file_deliver(download, fd);
	close(fd);
	if (!rc)
		download_finish(download, 0);
	return rc;
}

static void dir_stop(struct download *download __unused_arg)
{
}

static const struct protocol dir_protocol = {
	.scheme = "http",
	.start = dir_start,
	.stop = dir_stop,
};

static int none_start(struct download *download __unused_arg)
{
	return error_set(-ENOTCONN,
			 "there is no network here; with --http DIR, "
			 "files of a folder are taken for what "
			 "http:// names");
}

static const struct protocol no_protocol = {
	.start = none_start,
	.stop = dir_stop,
};

const struct protocol *platform_protocol(const char *scheme)
{
	if (!strcasecmp(scheme, "http") && linux_http_dir)
		return &dir_protocol;
	if (linux_is_program && list_is_empty(&net_devices) &&
	    (!strcasecmp(scheme, "http") || !strcasecmp(scheme, "tftp")))
		return &no_protocol;
	return NULL;
}
