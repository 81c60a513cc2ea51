/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Asking a running unloopd, by its Unix socket. */
#include "client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "control.h"

/* Longest wait for the resolver to read or write something, seconds. */
#define WAIT_S 30

/* Largest reply that is read, bytes. */
#define REPLY_MAX (64 * 1024 * 1024)

static int client_connect(const char *path, int *ret_fd, struct reason *why)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval wait = {.tv_sec = WAIT_S};
	int fd, rc;

	if (strlen(path) >= sizeof(address.sun_path))
		return reason_set(why, -ENAMETOOLONG,
				  "The socket's path is too long: %s.", path);
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return reason_set(why, -errno, "No socket: %s.",
				  strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		rc = reason_set(why, -errno,
				"No resolver answers on %s: %s.  Is unloopd "
				"running, and may you use its socket?",
				path, strerror(errno));
		close(fd);
		return rc;
	}
	*ret_fd = fd;
	return 0;
}

static int send_all(int fd, const char *text, size_t len, struct reason *why)
{
	ssize_t done;

	for (; len; text += done, len -= (size_t)done) {
		done = send(fd, text, len, MSG_NOSIGNAL);
		if (done < 0)
			return reason_set(why, -errno,
					  "The resolver does not listen: %s.",
					  strerror(errno));
	}
	return 0;
}

/* Read to the end of the connection; the caller frees *ret_text. */
static int read_all(int fd, char **ret_text, struct reason *why)
{
	size_t len = 0, room = 65536;
	char *text = malloc(room);
	char *more;
	ssize_t done;

	while (text) {
		done = recv(fd, text + len, room - len - 1, 0);
		if (done <= 0)
			break;
		len += (size_t)done;
		if (len + 1 < room)
			continue;
		room *= 2;
		more = room > REPLY_MAX ? NULL : realloc(text, room);
		if (!more)
			free(text);
		text = more;
	}
	if (!text)
		return reason_set(why, -ENOMEM, "The reply is too large.");
	if (done < 0) {
		free(text);
		return reason_set(why, -ETIMEDOUT,
				  "The resolver does not answer.");
	}
	text[len] = '\0';
	*ret_text = text;
	return 0;
}

/* Understand the reply; it was closed behind its end (RFC 9112 6.3). */
static int reply_parse(const char *text, json_t **ret_json, struct reason *why)
{
	const char *body = strstr(text, "\r\n\r\n");
	const char *error;
	json_t *json;
	int status = 0;

	if (!body || sscanf(text, "HTTP/1.%*d %d", &status) != 1)
		return reason_set(why, -EPROTO,
				  "What answers there is no resolver.");
	json = json_loads(body + 4, JSON_DECODE_ANY, NULL);
	if (status < 300 && json) {
		*ret_json = json;
		return 0;
	}
	error = json_string_value(json_object_get(json, "error"));
	reason_set(why, 0, "%s", error ? error : body + 4);
	json_decref(json);
	return -EREMOTEIO;
}

int client_call(const char *socket_path, const char *method, const char *path,
		json_t *body, json_t **ret_json, struct reason *why)
{
	struct control_options options;
	char *text = NULL, *request = NULL, *reply = NULL;
	int fd = -1, len, rc;

	control_options_init(&options, "/");
	if (!socket_path)
		socket_path = getenv("UNLOOP_SOCKET");
	rc = client_connect(socket_path ? socket_path : options.socket, &fd,
			    why);
	if (rc)
		return rc;
	text = body ? json_dumps(body, JSON_COMPACT) : strdup("");
	len = text ? asprintf(&request,
			      "%s %s HTTP/1.1\r\nHost: unloop\r\n"
			      "Connection: close\r\n"
			      "Content-Type: application/json\r\n"
			      "Content-Length: %zu\r\n\r\n%s",
			      method, path, strlen(text), text)
		   : -1;
	if (len < 0) {
		request = NULL;
		rc = reason_set(why, -ENOMEM, "Out of memory.");
	}
	if (rc == 0)
		rc = send_all(fd, request, (size_t)len, why);
	if (rc == 0)
		rc = read_all(fd, &reply, why);
	if (rc == 0)
		rc = reply_parse(reply, ret_json, why);
	close(fd);
	free(text);
	free(request);
	free(reply);
	return rc;
}
