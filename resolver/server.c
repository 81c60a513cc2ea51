/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The transport: HTTP/1.1 by libmicrohttpd, with limits and a log. */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "control.h"
#include "http.h"
#include "log.h"
#include "metrics.h"
#include "routes.h"

/* Limits.  A connection costs one socket and at most one open file. */
#define CONNECTIONS_MAX	  8192
#define CONNECTION_BYTES  (16 * 1024) /* request line and header fields */
#define IDLE_WAIT_S	  60	      /* client takes nothing of a reply */
#define HEADER_WAIT_MS	  10000 /* from connecting to the end of the header */
#define KEEPALIVE_WAIT_MS 30000 /* from a reply to the end of a header */
#define REQUEST_BYTES	  (8 * 1024 * 1024) /* memory that a request may take */
#define THREADS_MAX	  8
#define FILES_SPARE	  64 /* descriptors for everything but connections */

/* Address as text: IPv6 in brackets, port. */
#define ADDRESS_BYTES (INET6_ADDRSTRLEN + sizeof("[]:65535"))

struct server {
	/* What is served. */
	const struct service *service;
	/* libmicrohttpd's object. */
	struct MHD_Daemon *daemon;
	/* No more connections are taken. */
	atomic_bool is_draining;
	/* Guards everything below. */
	pthread_mutex_t lock;
	/* All connections. */
	struct conn *conns;
	/* Requests whose header was read and whose reply is not sent. */
	unsigned int active;
};

/* A connection, as far as its deadline needs it. */
struct conn {
	struct conn *next;
	struct conn **prev_next;
	/* libmicrohttpd's socket; valid as long as the conn is listed. */
	int fd;
	/* When it is closed (monotonic ms), or 0 while a request is answered.
	 */
	uint64_t deadline;
	/* The reply that is being sent, or NULL; its transaction's. */
	const struct http_reply *reply;
	/* Had the client hung up when we looked last? */
	bool is_hung_up;
};

/* A request in the transport. */
struct transaction {
	/* What the routes see; its arena holds this object's memory too. */
	struct http_request request;
	/* The reply; its status is 0 until there is one. */
	struct http_reply reply;
	/* The reply in the library, which owns the file; NULL before. */
	struct MHD_Response *response;
	/* The client's address. */
	char client[ADDRESS_BYTES];
	/* This end's address. */
	char local[ADDRESS_BYTES];
	/* When the request line was read, monotonic microseconds. */
	uint64_t start_us;
	/* Is it counted in the server's active? */
	bool is_active;
	/* The body that is being read: room for it, or NULL. */
	char *body;
	/* How long it will be. */
	size_t body_size;
};

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void address_format(char buf[ADDRESS_BYTES],
			   const struct sockaddr *address, bool with_port)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
	char host[INET6_ADDRSTRLEN] = "";
	unsigned int port = 0;
	bool is_v6 = false;

	if (address->sa_family == AF_INET) {
		inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
		port = ntohs(v4->sin_port);
	} else if (address->sa_family == AF_INET6) {
		is_v6 = !IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr);
		port = ntohs(v6->sin6_port);
		if (is_v6)
			inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
		else
			inet_ntop(AF_INET, &v6->sin6_addr.s6_addr[12], host,
				  sizeof(host));
	}
	if (!with_port)
		snprintf(buf, ADDRESS_BYTES, "%s", host);
	else
		snprintf(buf, ADDRESS_BYTES, is_v6 ? "[%s]:%u" : "%s:%u", host,
			 port);
}

/* Connections and their deadlines. */

static int connection_fd(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info;

	info = MHD_get_connection_info(connection,
				       MHD_CONNECTION_INFO_CONNECTION_FD);
	return info ? info->connect_fd : -1;
}

static struct conn *connection_conn(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info;

	info = MHD_get_connection_info(connection,
				       MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return info ? info->socket_context : NULL;
}

static struct conn *conn_add(struct server *server, int fd)
{
	struct conn *conn = calloc(1, sizeof(*conn));

	if (!conn)
		return NULL;
	conn->fd = fd;
	conn->deadline = now_us() / 1000 + HEADER_WAIT_MS;
	pthread_mutex_lock(&server->lock);
	conn->next = server->conns;
	conn->prev_next = &server->conns;
	if (conn->next)
		conn->next->prev_next = &conn->next;
	server->conns = conn;
	pthread_mutex_unlock(&server->lock);
	return conn;
}

static void conn_remove(struct server *server, struct conn *conn)
{
	if (!conn)
		return;
	pthread_mutex_lock(&server->lock);
	*conn->prev_next = conn->next;
	if (conn->next)
		conn->next->prev_next = conn->prev_next;
	pthread_mutex_unlock(&server->lock);
	free(conn);
}

static void on_connection(void *cls, struct MHD_Connection *connection,
			  void **socket_context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct server *server = cls;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*socket_context = conn_add(server, connection_fd(connection));
	} else {
		conn_remove(server, *socket_context);
		*socket_context = NULL;
	}
}

/*
 * Is a connection that waits for a request of no use any more?  libmicrohttpd
 * 0.9.75 overlooks the end of a stream that comes together with data.
 */
static bool conn_is_dead(struct conn *conn, uint64_t now)
{
	struct pollfd poll_fd = {.fd = conn->fd, .events = POLLRDHUP};
	bool was_hung_up = conn->is_hung_up;

	if (conn->deadline <= now)
		return true;
	conn->is_hung_up = poll(&poll_fd, 1, 0) > 0;
	return conn->is_hung_up && was_hung_up;
}

void server_sweep(struct server *server)
{
	uint64_t now = now_us() / 1000;
	struct conn *conn;
	bool is_dead;

	pthread_mutex_lock(&server->lock);
	for (conn = server->conns; conn; conn = conn->next) {
		if (conn->deadline)
			is_dead = conn_is_dead(conn, now);
		else
			is_dead = conn->reply && reply_is_stale(conn->reply);
		/* Its thread sees the end of the stream and closes it. */
		if (is_dead)
			shutdown(conn->fd, SHUT_RDWR);
	}
	pthread_mutex_unlock(&server->lock);
}

/* A request begins to be answered: no deadline but the idle time. */
static void transaction_enter(struct server *server, struct transaction *t,
			      struct conn *conn)
{
	pthread_mutex_lock(&server->lock);
	if (conn) {
		conn->deadline = 0;
		conn->is_hung_up = false;
	}
	server->active++;
	pthread_mutex_unlock(&server->lock);
	t->is_active = true;
}

/* A body must be there in time too. */
static void conn_limit(struct server *server, struct conn *conn)
{
	if (!conn)
		return;
	pthread_mutex_lock(&server->lock);
	conn->deadline = now_us() / 1000 + HEADER_WAIT_MS;
	pthread_mutex_unlock(&server->lock);
}

/* It is there. */
static void conn_release(struct server *server, struct conn *conn)
{
	if (!conn)
		return;
	pthread_mutex_lock(&server->lock);
	conn->deadline = 0;
	pthread_mutex_unlock(&server->lock);
}

static void transaction_leave(struct server *server, struct transaction *t,
			      struct conn *conn)
{
	pthread_mutex_lock(&server->lock);
	if (conn) {
		conn->deadline = now_us() / 1000 + KEEPALIVE_WAIT_MS;
		conn->reply = NULL;
	}
	if (t->is_active)
		server->active--;
	pthread_mutex_unlock(&server->lock);
}

/* Requests. */

static void *on_target(void *cls, const char *target,
		       struct MHD_Connection *connection)
{
	struct transaction *t = calloc(1, sizeof(*t));
	struct sockaddr_storage local = {0};
	socklen_t local_len = sizeof(local);
	const union MHD_ConnectionInfo *info;

	(void)cls;
	if (!t)
		return NULL;
	t->start_us = now_us();
	reply_init(&t->reply);
	arena_init(&t->request.arena, REQUEST_BYTES);
	info = MHD_get_connection_info(connection,
				       MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	if (info && info->client_addr)
		address_format(t->client, info->client_addr, false);
	if (getsockname(connection_fd(connection), (struct sockaddr *)&local,
			&local_len) == 0)
		address_format(t->local, (struct sockaddr *)&local, true);
	t->request.local = t->local;
	t->request.client = t->client;
	t->request.target =
		arena_strndup(&t->request.arena, target, strlen(target));
	if (!t->request.target)
		t->request.target = "";
	return t;
}

/* What reading the header fields collects. */
struct header_scan {
	struct http_request *request;
	/* How often fields came that must come once (RFC 9112 3.2, 6.3). */
	unsigned int hosts;
	unsigned int lengths;
	/* Does a body follow? */
	bool has_body;
	/* Is its length not told beforehand? */
	bool is_chunked;
	/* Its length as text, or NULL. */
	const char *length;
};

/* Header fields that the routes look at. */
static const struct header_desc {
	/* Field name. */
	const char *name;
	/* Where its value goes. */
	size_t offset;
} header_descs[] = {
	{"Host", offsetof(struct http_request, host)},
	{"User-Agent", offsetof(struct http_request, user_agent)},
	{"Range", offsetof(struct http_request, range)},
	{"If-Range", offsetof(struct http_request, if_range)},
	{"If-None-Match", offsetof(struct http_request, if_none_match)},
	{"If-Modified-Since", offsetof(struct http_request, if_modified_since)},
};

static enum MHD_Result on_field(void *cls, enum MHD_ValueKind kind,
				const char *name, const char *value)
{
	struct header_scan *scan = cls;
	size_t i;

	(void)kind;
	if (!value)
		value = "";
	scan->hosts += strcasecmp(name, "Host") == 0;
	if (strcasecmp(name, "Content-Length") == 0) {
		scan->lengths++;
		scan->has_body |= strcmp(value, "0") != 0;
		scan->length = value;
	}
	scan->is_chunked |= strcasecmp(name, "Transfer-Encoding") == 0;
	scan->has_body |= scan->is_chunked;
	for (i = 0; i < sizeof(header_descs) / sizeof(header_descs[0]); i++) {
		if (strcasecmp(name, header_descs[i].name) == 0)
			*(const char **)((char *)scan->request +
					 header_descs[i].offset) = value;
	}
	return MHD_YES;
}

/*
 * Get ready for a body where the route takes one; false when it does not, or
 * when this one cannot be, and then there may be a reply.
 */
static bool transaction_await(struct transaction *t,
			      const struct header_scan *scan)
{
	size_t most = routes_body_max(t->request.target);
	unsigned long long size;
	char *end;

	if (!most || !scan->has_body || strcmp(t->request.method, "POST") != 0)
		return false;
	if (scan->is_chunked || !scan->length) {
		reply_set_error(&t->request, &t->reply, 411,
				"The length of the body must be told.");
		return false;
	}
	size = strtoull(scan->length, &end, 10);
	if (*end || size > most) {
		reply_set_error(&t->request, &t->reply, 413,
				"The body may have %zu bytes at most.", most);
		return false;
	}
	t->body = arena_alloc(&t->request.arena, (size_t)size + 1);
	t->body_size = (size_t)size;
	return t->body != NULL;
}

/* Take a piece of the body. */
static void transaction_take(struct transaction *t, const char *data,
			     size_t len)
{
	if (len > t->body_size - t->request.body_len)
		len = t->body_size - t->request.body_len;
	memcpy(t->body + t->request.body_len, data, len);
	t->request.body_len += len;
}

/* Make the reply, without sending it, unless a body is to come first. */
static void transaction_answer(const struct server *server,
			       struct transaction *t,
			       struct MHD_Connection *connection)
{
	struct header_scan scan = {.request = &t->request};

	MHD_get_connection_values(connection, MHD_HEADER_KIND, on_field, &scan);
	if (scan.hosts > 1 || scan.lengths > 1)
		reply_set_error(&t->request, &t->reply, 400,
				"The request has "
				"a Host or Content-Length field twice.");
	else if (transaction_await(t, &scan))
		return;
	else if (!t->reply.status)
		routes_answer(server->service, &t->request, &t->reply);
	/* Nobody reads this body, so what follows cannot be told from the
	 * next request. */
	t->reply.is_last |= scan.has_body || scan.lengths > 1;
}

/* The whole body is there: now make the reply. */
static void transaction_answer_body(const struct server *server,
				    struct transaction *t)
{
	t->body[t->request.body_len] = '\0';
	t->request.body = t->body;
	routes_answer(server->service, &t->request, &t->reply);
}

static struct MHD_Response *response_create(const struct http_reply *reply)
{
	if (reply->fd >= 0)
		return MHD_create_response_from_fd_at_offset64(
			reply->len, reply->fd, reply->offset);
	return MHD_create_response_from_buffer(reply->len, (void *)reply->text,
					       MHD_RESPMEM_PERSISTENT);
}

/* Let server_sweep() see what is being sent. */
static void conn_watch(struct server *server, struct conn *conn,
		       const struct http_reply *reply)
{
	if (!conn)
		return;
	pthread_mutex_lock(&server->lock);
	conn->reply = reply;
	pthread_mutex_unlock(&server->lock);
}

static enum MHD_Result transaction_send(struct server *server,
					struct transaction *t,
					struct MHD_Connection *connection)
{
	const struct http_field *field;
	enum MHD_Result result = MHD_YES;

	t->response = response_create(&t->reply);
	if (!t->response)
		return MHD_NO;
	if (t->reply.type)
		result = MHD_add_response_header(t->response, "Content-Type",
						 t->reply.type);
	if (t->reply.is_last && result == MHD_YES)
		result = MHD_add_response_header(t->response, "Connection",
						 "close");
	for (field = t->reply.fields; field->name && result == MHD_YES; field++)
		result = MHD_add_response_header(t->response, field->name,
						 field->value);
	if (result != MHD_YES)
		return result;
	conn_watch(server, connection_conn(connection), &t->reply);
	return MHD_queue_response(connection, t->reply.status, t->response);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection,
				  const char *url, const char *method,
				  const char *version, const char *upload_data,
				  size_t *upload_data_size, void **con_cls)
{
	struct server *server = cls;
	struct transaction *t = *con_cls;

	(void)url;
	(void)version;
	if (!t)
		return MHD_NO;
	if (t->is_active) {
		/* The reply was made when the header was complete, unless
		 * a body was awaited; this call sends it, or takes a piece of
		 * the body, or throws that away. */
		if (*upload_data_size) {
			if (t->body)
				transaction_take(t, upload_data,
						 *upload_data_size);
			*upload_data_size = 0;
			return MHD_YES;
		}
		if (!t->reply.status)
			transaction_answer_body(server, t);
		if (t->body)
			conn_release(server, connection_conn(connection));
		return transaction_send(server, t, connection);
	}
	transaction_enter(server, t, connection_conn(connection));
	t->request.method = method;
	transaction_answer(server, t, connection);
	if (t->reply.is_last)
		return transaction_send(server, t, connection);
	if (t->body)
		conn_limit(server, connection_conn(connection));
	return MHD_YES;
}

/* The one log line of a request. */
static void transaction_log(const struct transaction *t,
			    enum MHD_RequestTerminationCode code)
{
	uint64_t took = now_us() - t->start_us;
	const char *agent = t->request.user_agent;
	bool has_body =
		t->reply.status != 304 &&
		!(t->request.method && strcmp(t->request.method, "HEAD") == 0);
	char method[32], target[1024], user_agent[160], redacted[1024];

	log_line(
		t->reply.status >= 500 ? LOG_ERR : LOG_INFO,
		"%s %s \"%s\" %u %llu %llu.%03llums \"%s\" %s%s", t->client,
		log_escape(method, sizeof(method),
			   t->request.method ? t->request.method : "-"),
		log_escape(target, sizeof(target),
			   control_redact(redacted, sizeof(redacted),
					  t->request.target)),
		t->reply.status,
		has_body ? (unsigned long long)t->reply.len : 0ULL,
		(unsigned long long)took / 1000,
		(unsigned long long)took % 1000,
		log_escape(user_agent, sizeof(user_agent), agent ? agent : "-"),
		t->reply.what ? t->reply.what : "-",
		code == MHD_REQUEST_TERMINATED_COMPLETED_OK ? ""
							    : " (broken off)");
}

static void on_completed(void *cls, struct MHD_Connection *connection,
			 void **con_cls, enum MHD_RequestTerminationCode code)
{
	struct server *server = cls;
	struct transaction *t = *con_cls;

	if (!t)
		return;
	*con_cls = NULL;
	transaction_log(t, code);
	metric_add_reply(t->reply.status);
	if (strncmp(t->request.target, "/assets/", 8) == 0)
		control_fetched(server->service->control, t->client,
				t->request.target, t->reply.status,
				code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
	transaction_leave(server, t, connection_conn(connection));
	/* Kept until here, so that the file stayed open for the sweep. */
	if (t->response)
		MHD_destroy_response(t->response);
	else if (t->reply.fd >= 0)
		close(t->reply.fd);
	arena_fini(&t->request.arena);
	free(t);
}

/* Starting and stopping. */

static enum MHD_Result on_accept(void *cls,
				 const struct sockaddr *address
				 __attribute__((unused)),
				 socklen_t len __attribute__((unused)))
{
	struct server *server = cls;

	return atomic_load(&server->is_draining) ? MHD_NO : MHD_YES;
}

static unsigned int thread_count(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (cpus < 2)
		return 2;
	return cpus < THREADS_MAX ? (unsigned int)cpus : THREADS_MAX;
}

/* Raise the limit of open files; return the connections that it allows. */
static unsigned int connection_limit(void)
{
	struct rlimit limit;
	rlim_t files;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return 256;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		getrlimit(RLIMIT_NOFILE, &limit);
	files = limit.rlim_cur;
	if (files > 2 * CONNECTIONS_MAX + FILES_SPARE)
		return CONNECTIONS_MAX;
	if (files < 2 * FILES_SPARE)
		return FILES_SPARE / 4;
	return (unsigned int)(files - FILES_SPARE) / 2;
}

int server_start(const struct service *service, int listen_fd,
		 struct server **ret_server)
{
	struct server *server = calloc(1, sizeof(*server));
	int rc;

	if (!server)
		return -ENOMEM;
	server->service = service;
	atomic_init(&server->is_draining, false);
	pthread_mutex_init(&server->lock, NULL);
	server->daemon = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC, 0, on_accept,
		server, on_request, server, MHD_OPTION_LISTEN_SOCKET, listen_fd,
		MHD_OPTION_URI_LOG_CALLBACK, on_target, server,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
		MHD_OPTION_THREAD_POOL_SIZE, thread_count(),
		MHD_OPTION_CONNECTION_LIMIT, connection_limit(),
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)IDLE_WAIT_S,
		MHD_OPTION_END);
	rc = errno ? -errno : -EIO;
	if (!server->daemon)
		goto err_start;
	*ret_server = server;
	return 0;

err_start:
	pthread_mutex_destroy(&server->lock);
	free(server);
	return rc;
}

/* Not by MHD_quiesce_daemon(): in 0.9.75 it and the threads both take the
 * socket out of their epoll sets, and whoever is second ends the process. */
void server_quiesce(struct server *server)
{
	atomic_store(&server->is_draining, true);
}

unsigned int server_count_active(struct server *server)
{
	unsigned int active;

	pthread_mutex_lock(&server->lock);
	active = server->active;
	pthread_mutex_unlock(&server->lock);
	return active;
}

void server_stop(struct server *server)
{
	if (!server)
		return;
	MHD_stop_daemon(server->daemon);
	pthread_mutex_destroy(&server->lock);
	free(server);
}
