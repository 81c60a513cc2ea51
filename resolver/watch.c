/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Noticing that files of the site have changed. */
#include "watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

/* What counts as a change; a file that is only opened for reading does not. */
#define WATCH_EVENTS                                                           \
	(IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM |              \
	 IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF)

struct watch {
	/* inotify(7). */
	int fd;
	/* The site's directory when it was set. */
	dev_t dev;
	ino_t ino;
};

int watch_open(struct watch **ret_watch)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	int rc;

	if (!watch)
		return -ENOMEM;
	watch->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (watch->fd < 0) {
		rc = -errno;
		free(watch);
		return rc;
	}
	*ret_watch = watch;
	return 0;
}

void watch_close(struct watch *watch)
{
	if (!watch)
		return;
	close(watch->fd);
	free(watch);
}

static bool site_stat(const struct site *site, struct stat *ret_st)
{
	return stat(site->path, ret_st) == 0;
}

void watch_add(struct watch *watch, const char *path)
{
	inotify_add_watch(watch->fd, path, WATCH_EVENTS | IN_ONLYDIR);
}

void watch_set(struct watch *watch, const struct site *site,
	       const struct snapshot *snapshot)
{
	struct stat st;
	uint32_t i;

	/* Watching a directory twice is watching it once (inotify(7)); one
	 * that is gone is forgotten by the kernel. */
	for (i = 0; i < snapshot->folder_count; i++)
		watch_add(watch, snapshot->folders[i]);
	if (site_stat(site, &st)) {
		watch->dev = st.st_dev;
		watch->ino = st.st_ino;
	}
}

int watch_fd(const struct watch *watch)
{
	return watch->fd;
}

/* Editors' and git's own files come and go without meaning anything. */
static bool event_counts(const struct inotify_event *event)
{
	return !event->len || event->name[0] != '.';
}

bool watch_drain(struct watch *watch)
{
	union {
		struct inotify_event event;
		char bytes[16384];
	} buf;
	bool is_changed = false;
	ssize_t len;

	while ((len = read(watch->fd, &buf, sizeof(buf))) > 0) {
		ssize_t at = 0;

		while (at < len) {
			const struct inotify_event *event =
				(const void *)(buf.bytes + at);

			is_changed |= event_counts(event);
			at += (ssize_t)(sizeof(*event) + event->len);
		}
	}
	return is_changed;
}

bool watch_is_moved(struct watch *watch, const struct site *site)
{
	struct stat st;

	return site_stat(site, &st) &&
	       (st.st_dev != watch->dev || st.st_ino != watch->ino);
}
