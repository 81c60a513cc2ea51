/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The API's listeners: who may ask, and the transport of it. */
#include "api.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "api_routes.h"
#include "control_private.h"
#include "listen.h"
#include "log.h"

/* Limits: a thread and a socket for each connection, streams included. */
#define CONNECTIONS_MAX	 64
#define CONNECTION_BYTES (16 * 1024)
#define IDLE_WAIT_S	 30
#define REQUEST_BYTES	 (32 * 1024 * 1024)

/* Largest certificate or key file. */
#define PEM_BYTES_MAX (256 * 1024)

struct api {
	struct control *control;
	struct MHD_Daemon *daemon;
	/* Is it TCP, so that tokens are needed? */
	bool is_tcp;
	/* Path of the socket, "" for TCP. */
	char path[108];
	/* Tells the streams to end. */
	bool is_stopping;
	/* PEM texts, which the library does not copy. */
	char *cert;
	char *key;
};

/* A request while its body arrives. */
struct api_call {
	struct http_request request;
	struct http_reply reply;
	/* The body, NUL-terminated; its room is API_BODY_MAX + 1. */
	char *body;
	size_t body_len;
	/* The body was larger. */
	bool is_too_large;
	/* Who asks. */
	char by[STATE_NAME_BYTES];
};

static const char *header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* Whoever is at the other end of a Unix socket, by name (unix(7)). */
static void peer_name(struct MHD_Connection *connection, char *buf, size_t size)
{
	const union MHD_ConnectionInfo *info;
	struct ucred peer = {.uid = (uid_t)-1};
	socklen_t len = sizeof(peer);
	struct passwd pw, *found = NULL;
	char text[1024];

	info = MHD_get_connection_info(connection,
				       MHD_CONNECTION_INFO_CONNECTION_FD);
	if (info)
		getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &peer,
			   &len);
	getpwuid_r(peer.uid, &pw, text, sizeof(text), &found);
	if (found)
		snprintf(buf, size, "%.100s", found->pw_name);
	else
		snprintf(buf, size, "uid %u", (unsigned int)peer.uid);
}

/*
 * A browser that was led here under a foreign name must not get in by way of
 * a forwarded socket (DNS rebinding), so only these names are ours there.
 */
static bool is_local_host(const char *host)
{
	static const char *const names[] = {"localhost", "127.0.0.1", "[::1]",
					    "unloop"};
	size_t i;

	if (!host)
		return false;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t len = strlen(names[i]);

		if (strncasecmp(host, names[i], len) == 0 &&
		    (!host[len] || host[len] == ':'))
			return true;
	}
	return false;
}

/* May this be answered at all?  Fills in by; else the reply is made. */
static bool call_admit(struct api *api, struct api_call *call,
		       struct MHD_Connection *connection, const char *path)
{
	const char *field = header(connection, "Authorization");
	struct reason why;
	int rc;

	if (!api->is_tcp) {
		peer_name(connection, call->by, sizeof(call->by));
		if (is_local_host(header(connection, "Host")))
			return true;
		reply_set_error(&call->request, &call->reply, 403,
				"Ask for localhost.");
		return false;
	}
	if (api_is_open(path))
		return true;
	if (!field || strncasecmp(field, "Bearer ", 7) != 0) {
		reply_set_error(&call->request, &call->reply, 401,
				"This needs a token; \"unloop token new NAME\" "
				"makes one.");
		reply_add_field(&call->reply, "WWW-Authenticate", "Bearer");
		return false;
	}
	rc = state_key_check(api->control->state, field + 7, call->by, &why);
	if (rc == 0)
		return true;
	reply_set_error(&call->request, &call->reply, rc == -ENOENT ? 401 : 503,
			"%s", why.text);
	if (rc == -ENOENT)
		reply_add_field(&call->reply, "WWW-Authenticate", "Bearer");
	return false;
}

static void *on_target(void *cls, const char *target,
		       struct MHD_Connection *connection)
{
	struct api_call *call = calloc(1, sizeof(*call));

	(void)cls;
	(void)connection;
	if (!call)
		return NULL;
	reply_init(&call->reply);
	arena_init(&call->request.arena, REQUEST_BYTES);
	call->request.target =
		arena_strndup(&call->request.arena, target, strlen(target));
	if (!call->request.target)
		call->request.target = "";
	return call;
}

/* Server-sent events: the library asks for more whenever it sent some. */

static ssize_t on_stream(void *cls, uint64_t at, char *buf, size_t max)
{
	struct api_stream *stream = cls;
	ssize_t len;

	(void)at;
	len = api_stream_read(stream, buf, max);
	return len < 0 ? MHD_CONTENT_READER_END_OF_STREAM : len;
}

static void on_stream_end(void *cls)
{
	api_stream_close(cls);
}

static struct MHD_Response *response_create(struct api *api,
					    struct http_reply *reply)
{
	struct api_stream *stream;

	if (reply->type && strcmp(reply->type, "text/event-stream") == 0) {
		stream = api_stream_open(api->control, &api->is_stopping);
		if (!stream)
			return NULL;
		return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096,
							 on_stream, stream,
							 on_stream_end);
	}
	if (reply->fd >= 0)
		return MHD_create_response_from_fd_at_offset64(
			reply->len, reply->fd, reply->offset);
	return MHD_create_response_from_buffer(reply->len, (void *)reply->text,
					       MHD_RESPMEM_MUST_COPY);
}

static enum MHD_Result call_send(struct api *api, struct api_call *call,
				 struct MHD_Connection *connection)
{
	static const struct http_field always[] = {
		{"Cache-Control", "no-store"},
		{"X-Content-Type-Options", "nosniff"},
		{"Referrer-Policy", "no-referrer"},
	};
	struct MHD_Response *response = response_create(api, &call->reply);
	const struct http_field *field;
	enum MHD_Result result;
	size_t i;

	if (!response)
		return MHD_NO;
	if (call->reply.type)
		MHD_add_response_header(response, "Content-Type",
					call->reply.type);
	for (i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		MHD_add_response_header(response, always[i].name,
					always[i].value);
	for (field = call->reply.fields; field->name; field++)
		MHD_add_response_header(response, field->name, field->value);
	result = MHD_queue_response(connection, call->reply.status, response);
	MHD_destroy_response(response);
	return result;
}

/* Add a piece of the body; what is too much is thrown away. */
static void call_add_body(struct api_call *call, const char *data, size_t len)
{
	if (!call->body)
		call->body =
			arena_alloc(&call->request.arena, API_BODY_MAX + 1);
	if (!call->body || len > API_BODY_MAX - call->body_len) {
		call->is_too_large = true;
		return;
	}
	memcpy(call->body + call->body_len, data, len);
	call->body_len += len;
	call->body[call->body_len] = '\0';
}

static void call_answer(struct api *api, struct api_call *call,
			struct MHD_Connection *connection, const char *path)
{
	if (!call_admit(api, call, connection, path))
		return;
	if (call->is_too_large)
		reply_set_error(&call->request, &call->reply, 413,
				"The body of the request is too large.");
	else
		api_answer(api->control, &call->request, call->by,
			   call->body ? call->body : "", call->body_len,
			   &call->reply);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection,
				  const char *url, const char *method,
				  const char *version, const char *upload_data,
				  size_t *upload_data_size, void **con_cls)
{
	struct api_call *call = *con_cls;
	struct api *api = cls;

	(void)version;
	if (!call)
		return MHD_NO;
	if (!call->request.method) {
		/* The header is complete; the body is yet to come. */
		call->request.method = method;
		call->request.host = header(connection, "Host");
		if (!http_host_is_usable(call->request.host)) {
			call->request.host = NULL;
			call->request.local = "localhost";
		}
		return MHD_YES;
	}
	if (*upload_data_size) {
		call_add_body(call, upload_data, *upload_data_size);
		*upload_data_size = 0;
		return MHD_YES;
	}
	call_answer(api, call, connection, url);
	return call_send(api, call, connection);
}

static void on_completed(void *cls, struct MHD_Connection *connection,
			 void **con_cls, enum MHD_RequestTerminationCode code)
{
	struct api_call *call = *con_cls;

	(void)cls;
	(void)connection;
	(void)code;
	if (!call)
		return;
	*con_cls = NULL;
	arena_fini(&call->request.arena);
	free(call);
}

/* Starting and stopping. */

static int api_start(struct api *api, int fd, struct reason *why)
{
	unsigned int flags = MHD_USE_INTERNAL_POLLING_THREAD |
			     MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL |
			     MHD_USE_ITC;
	struct MHD_OptionItem tls[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, api->cert},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, api->key},
		{MHD_OPTION_END, 0, NULL},
	};

	if (api->cert)
		flags |= MHD_USE_TLS;
	else
		tls[0].option = MHD_OPTION_END;
	api->daemon = MHD_start_daemon(
		flags, 0, NULL, NULL, on_request, api, MHD_OPTION_LISTEN_SOCKET,
		fd, MHD_OPTION_URI_LOG_CALLBACK, on_target, api,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, api,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned int)CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)IDLE_WAIT_S,
		MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
	if (!api->daemon)
		return reason_set(why, -EIO, "The API could not be started%s.",
				  api->cert ? "; are certificate and key valid?"
					    : "");
	return 0;
}

void api_stop(struct api *api)
{
	if (!api)
		return;
	__atomic_store_n(&api->is_stopping, true, __ATOMIC_RELAXED);
	if (api->daemon)
		MHD_stop_daemon(api->daemon);
	if (*api->path)
		unlink(api->path);
	free(api->cert);
	free(api->key);
	free(api);
}

/* Does somebody answer on the socket already? */
static bool is_answered(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool is_answered;

	if (fd < 0)
		return false;
	is_answered = connect(fd, (const struct sockaddr *)address,
			      sizeof(*address)) == 0;
	close(fd);
	return is_answered;
}

static int unix_listen(const char *path, int *ret_fd, struct reason *why)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	mode_t mask;
	int fd = -1, rc;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (is_answered(&address))
		return reason_set(why, -EADDRINUSE,
				  "Another resolver has the socket %s.", path);
	unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return reason_set(why, -errno, "No socket: %s.",
				  strerror(errno));
	mask = umask(0117);
	rc = bind(fd, (const struct sockaddr *)&address, sizeof(address));
	umask(mask);
	if (rc || listen(fd, SOMAXCONN)) {
		rc = reason_set(why, -errno,
				"The socket %s cannot be opened: %s.", path,
				strerror(errno));
		close(fd);
		return rc;
	}
	*ret_fd = fd;
	return 0;
}

static struct api *api_new(struct control *control, struct reason *why)
{
	struct api *api = calloc(1, sizeof(*api));

	if (!api)
		reason_set(why, -ENOMEM, "Out of memory.");
	else
		api->control = control;
	return api;
}

int api_start_unix(struct control *control, struct api **ret_api,
		   struct reason *why)
{
	const char *path = control->options.socket;
	struct api *api;
	int fd = -1, rc;

	rc = unix_listen(path, &fd, why);
	if (rc) {
		/* Machines boot without it. */
		log_line(LOG_WARNING,
			 "%s unloop machine does not reach this "
			 "resolver.",
			 why->text);
		return 0;
	}
	api = api_new(control, why);
	rc = api ? api_start(api, fd, why) : -ENOMEM;
	if (rc) {
		close(fd);
		api_stop(api);
		return rc;
	}
	snprintf(api->path, sizeof(api->path), "%s", path);
	*ret_api = api;
	return 0;
}

/* Read a PEM file whole. */
static int pem_read(const char *path, char **ret_text, struct reason *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = calloc(1, PEM_BYTES_MAX);
	ssize_t len = fd >= 0 && text ? read(fd, text, PEM_BYTES_MAX - 1) : -1;
	int rc = len > 0 ? 0 : len < 0 ? -errno : -EINVAL;

	if (fd >= 0)
		close(fd);
	if (rc) {
		free(text);
		return reason_set(why, rc, "%s cannot be read: %s.", path,
				  strerror(-rc));
	}
	*ret_text = text;
	return 0;
}

/* Split ADDRESS:PORT, [V6]:PORT or PORT, which means the loopback address. */
static int listen_parse(const char *text, char *host, size_t size,
			uint16_t *ret_port, struct reason *why)
{
	const char *colon = strrchr(text, ':');
	const char *port = colon ? colon + 1 : text;
	size_t len = colon ? (size_t)(colon - text) : 0;
	unsigned long number;
	char *end;

	number = strtoul(port, &end, 10);
	if (!*port || *end || *port == '-' || number > UINT16_MAX ||
	    len >= size)
		return reason_set(why, -EINVAL,
				  "\"%s\" is not ADDRESS:PORT for the API.",
				  text);
	if (len && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	snprintf(host, size, "%.*s", (int)len, text);
	if (!len)
		snprintf(host, size, "127.0.0.1");
	*ret_port = (uint16_t)number;
	return 0;
}

/* Read certificate and key. */
static int tls_load(struct api *api, const struct control_options *options,
		    struct reason *why)
{
	int rc;

	if (!*options->tls_cert || !*options->tls_key)
		return reason_set(why, -EINVAL,
				  "TLS needs both a certificate and a key.");
	rc = pem_read(options->tls_cert, &api->cert, why);
	return rc ? rc : pem_read(options->tls_key, &api->key, why);
}

int api_start_tcp(struct control *control, struct api **ret_api,
		  struct reason *why)
{
	const struct control_options *options = &control->options;
	char host[sizeof(options->listen)];
	char address[LISTEN_ADDRESS_BYTES];
	struct api *api;
	uint16_t port = 0;
	int fd = -1, rc;

	rc = listen_parse(options->listen, host, sizeof(host), &port, why);
	if (rc)
		return rc;
	if (!*options->tls_cert && !*options->tls_key)
		return reason_set(why, -EINVAL,
				  "The API on %s would send its tokens in "
				  "clear: give it a certificate and its key, "
				  "or use its Unix socket.",
				  host);
	api = api_new(control, why);
	if (!api)
		return -ENOMEM;
	api->is_tcp = true;
	rc = tls_load(api, options, why);
	if (rc == 0)
		rc = listen_open(host, port, &fd, why);
	if (rc == 0)
		rc = api_start(api, fd, why);
	if (rc) {
		if (fd >= 0)
			close(fd);
		api_stop(api);
		return rc;
	}
	listen_format(fd, address);
	log_line(LOG_NOTICE, "page and API on https://%s/", address);
	*ret_api = api;
	return 0;
}
