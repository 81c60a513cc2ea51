/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Where the state, the audit log and the API's socket are. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "become.h"
#include "control.h"
#include "log.h"

/* Environment that systemd sets; with several directories the first counts. */
static bool from_environment(char *buf, size_t size, const char *name,
			     const char *rest)
{
	const char *value = getenv(name);
	size_t len = value ? strcspn(value, ":") : 0;

	if (!len || *value != '/' || len + strlen(rest) >= size)
		return false;
	snprintf(buf, size, "%.*s%s", (int)len, value, rest);
	return true;
}

/* Each site has a directory of its own, named as systemd-escape(1) would. */
static void find_state_dir(char *buf, size_t size, const char *site)
{
	char rest[256] = "/unloop/";
	size_t len = strlen(rest);

	if (from_environment(buf, size, "STATE_DIRECTORY", ""))
		return;
	*buf = '\0';
	for (site += strspn(site, "/"); *site && len < sizeof(rest) - 1; site++)
		rest[len++] = *site == '/' ? '-' : *site;
	if (*site || strstr(rest, "/.."))
		return;
	rest[len] = '\0';
	if (geteuid() == 0)
		snprintf(buf, size, "/var/lib%s", rest);
	else if (!from_environment(buf, size, "XDG_STATE_HOME", rest) &&
		 from_environment(buf, size, "HOME", "/.local/state"))
		snprintf(buf + strlen(buf), size - strlen(buf), "%s", rest);
}

static void find_socket(char *buf, size_t size)
{
	if (from_environment(buf, size, "RUNTIME_DIRECTORY", "/unloop.sock"))
		return;
	if (geteuid() == 0)
		snprintf(buf, size, "/run/unloop/unloop.sock");
	else if (!from_environment(buf, size, "XDG_RUNTIME_DIR",
				   "/unloop/unloop.sock"))
		*buf = '\0';
}

void control_options_init(struct control_options *options, const char *site)
{
	memset(options, 0, sizeof(*options));
	state_options_init(&options->state);
	find_state_dir(options->state_dir, sizeof(options->state_dir), site);
	find_socket(options->socket, sizeof(options->socket));
	if (*options->state_dir)
		snprintf(options->state.uri, sizeof(options->state.uri),
			 "sqlite:%.500s/state.db", options->state_dir);
}

void control_prepare(struct control_options *options, const char *user)
{
	char dir[sizeof(options->socket)];
	char *slash;
	int rc;

	rc = *options->state_dir ? become_give(options->state_dir, 0750, user)
				 : -ENOENT;
	if (rc) {
		log_line(LOG_WARNING,
			 "No directory for the state (%s: %s); machines' "
			 "states and the audit log are not kept.",
			 options->state_dir, strerror(-rc));
		if (strncmp(options->state.uri, "sqlite:", 7) == 0)
			strcpy(options->state.uri, "off");
		options->state_dir[0] = '\0';
	}
	strcpy(dir, options->socket);
	slash = strrchr(dir, '/');
	if (!slash || slash == dir)
		return;
	*slash = '\0';
	rc = become_give(dir, 0755, user);
	if (rc) {
		log_line(LOG_WARNING,
			 "No directory for the socket %s (%s); unloop machine "
			 "will not work.",
			 options->socket, strerror(-rc));
		options->socket[0] = '\0';
	}
}
