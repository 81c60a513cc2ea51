/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Who changed what: a file that only grows. */
#include "audit.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct audit {
	/* Opened for appending only. */
	int fd;
};

int audit_open(const char *path, struct audit **ret_audit, struct reason *why)
{
	struct audit *audit = calloc(1, sizeof(*audit));
	int rc;

	if (!audit)
		return reason_set(why, -ENOMEM, "Out of memory.");
	audit->fd = open(path,
			 O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
			 0640);
	if (audit->fd < 0) {
		rc = reason_set(why, -errno,
				"The audit log %s cannot be opened: %s.", path,
				strerror(errno));
		free(audit);
		return rc;
	}
	*ret_audit = audit;
	return 0;
}

void audit_close(struct audit *audit)
{
	if (!audit)
		return;
	close(audit->fd);
	free(audit);
}

static void add_text(json_t *line, const char *name, const char *value)
{
	if (value)
		json_object_set_new(line, name, json_string(value));
}

/* One write(2) with O_APPEND keeps lines of several threads whole. */
static int line_write(int fd, const char *text, size_t len)
{
	ssize_t done = write(fd, text, len);

	if (done != (ssize_t)len)
		return done < 0 ? -errno : -EIO;
	return fdatasync(fd) ? -errno : 0;
}

int audit_write(struct audit *audit, const char *by, const char *action,
		const char *what, const char *old, const char *new)
{
	time_t now = time(NULL);
	char at[32], *text, *line;
	json_t *object;
	struct tm tm;
	size_t len;
	int rc = -ENOMEM;

	if (!audit)
		return 0;
	gmtime_r(&now, &tm);
	strftime(at, sizeof(at), "%Y-%m-%dT%H:%M:%SZ", &tm);
	object = json_object();
	add_text(object, "at", at);
	add_text(object, "by", by);
	add_text(object, "action", action);
	add_text(object, "what", what);
	add_text(object, "old", old);
	add_text(object, "new", new);
	text = json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(object);
	if (!text)
		return rc;
	len = strlen(text);
	line = realloc(text, len + 2);
	if (line) {
		line[len] = '\n';
		rc = line_write(audit->fd, line, len + 1);
		text = line;
	}
	free(text);
	return rc;
}
