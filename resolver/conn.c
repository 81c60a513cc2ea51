/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* One client's connection: requests in, replies out. */
#include "conn.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "access_log.h"
#include "control.h"
#include "metrics.h"
#include "pace.h"
#include "routes.h"

/* How long is waited for a whole head or body, for the next request, for a
 * client that takes nothing of a reply, and for the end of a connection. */
#define REQUEST_WAIT_MS	  10000
#define KEEPALIVE_WAIT_MS 30000
#define SEND_WAIT_MS	  60000
#define LINGER_WAIT_MS	  2000

/* Bytes that are thrown away behind the last reply. */
#define LINGER_BYTES (4 * 1024 * 1024)

/* Memory that a request may take. */
#define TRANSACTION_BYTES (8 * 1024 * 1024)

/* Of a file, what is sent at once, and before others have their turn. */
#define SEND_BYTES (512 * 1024)
#define TURN_BYTES (4 * SEND_BYTES)

/* What became of a connection; its events are what it waits for. */
enum result {
	GOES_ON, /* more can be done at once */
	WAITS,	 /* for what conn->wait says */
	IS_OVER, /* it is to be closed */
};

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* As inet_ntop(3), which takes its time. */
static void v4_format(char *buf, const uint8_t *octets)
{
	int i;

	for (i = 0; i < 4; i++) {
		unsigned int octet = octets[i];

		if (octet >= 100)
			*buf++ = (char)('0' + octet / 100);
		if (octet >= 10)
			*buf++ = (char)('0' + octet / 10 % 10);
		*buf++ = (char)('0' + octet % 10);
		*buf++ = i < 3 ? '.' : '\0';
	}
}

static void address_format(char buf[CONN_ADDRESS_BYTES],
			   const struct sockaddr *address, bool with_port)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
	char host[INET6_ADDRSTRLEN] = "";
	unsigned int port = 0;
	bool is_v6 = false;

	if (address->sa_family == AF_INET) {
		v4_format(host, (const uint8_t *)&v4->sin_addr);
		port = ntohs(v4->sin_port);
	} else if (address->sa_family == AF_INET6) {
		is_v6 = !IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr);
		port = ntohs(v6->sin6_port);
		if (is_v6)
			inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
		else
			v4_format(host, &v6->sin6_addr.s6_addr[12]);
	}
	if (!with_port)
		strcpy(buf, host);
	else
		snprintf(buf, CONN_ADDRESS_BYTES, is_v6 ? "[%s]:%u" : "%s:%u",
			 host, port);
}

/* Transactions. */

static struct transaction *transaction_get(struct worker *worker)
{
	struct transaction *t = worker->spare;

	worker->spare = NULL;
	if (t)
		return t;
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	reply_init(&t->reply);
	arena_init(&t->request.arena, TRANSACTION_BYTES);
	return t;
}

/* Its file is closed; one transaction is kept for the next request. */
static void transaction_put(struct worker *worker, struct transaction *t)
{
	struct arena arena = t->request.arena;

	if (t->reply.fd >= 0)
		close(t->reply.fd);
	if (worker->spare) {
		arena_fini(&arena);
		free(t);
		return;
	}
	arena_reset(&arena, TRANSACTION_BYTES);
	memset(&t->request, 0, sizeof(t->request));
	t->request.arena = arena;
	reply_init(&t->reply);
	t->body = NULL;
	t->pending[0].iov_len = t->pending[1].iov_len = 0;
	t->file_left = 0;
	worker->spare = t;
}

/* Give what the request's fields point to a life as long as its own. */
static int transaction_keep(struct transaction *t)
{
	struct http_request *request = &t->request;
	const char **const texts[] = {
		&request->method,	 &request->target,
		&request->host,		 &request->user_agent,
		&request->range,	 &request->if_range,
		&request->if_none_match, &request->if_modified_since,
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!*texts[i])
			continue;
		*texts[i] = arena_strndup(&request->arena, *texts[i],
					  strlen(*texts[i]));
		if (!*texts[i])
			return -ENOMEM;
	}
	return 0;
}

/* The request is over, one way or the other. */
static void transaction_end(struct worker *worker, struct conn *conn,
			    struct transaction *t, bool is_whole)
{
	if (t->reply.fd >= 0 && t->reply.status)
		pace_end(worker->service->pace, conn->client);
	access_log(&worker->log, &t->request, &t->reply, now_us() - t->start_us,
		   is_whole);
	metric_add_reply(t->reply.status);
	if (t->request.target && strncmp(t->request.target, "/assets/", 8) == 0)
		control_fetched(worker->service->control, conn->client,
				t->request.target, t->reply.status, is_whole);
	transaction_put(worker, t);
}

/* Let a transaction outlive this turn of its connection. */
static void conn_hold(struct worker *worker, struct conn *conn,
		      struct transaction *t)
{
	if (!conn->t)
		__atomic_add_fetch(&worker->active, 1, __ATOMIC_RELAXED);
	conn->t = t;
}

static void conn_drop(struct worker *worker, struct conn *conn)
{
	if (conn->t)
		__atomic_sub_fetch(&worker->active, 1, __ATOMIC_RELAXED);
	conn->t = NULL;
}

/* Sending. */

static const char *date_now(struct worker *worker)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	if (now.tv_sec != worker->date_s) {
		worker->date_s = now.tv_sec;
		response_format_date(now.tv_sec, worker->date);
	}
	return worker->date;
}

/* Put the head of the reply, and its text, where they can be sent from. */
static int reply_prepare(struct worker *worker, struct transaction *t)
{
	struct response_options options = {
		.date = date_now(worker),
		.is_last = t->reply.is_last,
		.is_old = t->head.is_old,
	};
	const char *method = t->request.method;
	bool has_body = t->reply.status != 304 &&
			!(method && strcmp(method, "HEAD") == 0);
	size_t len = response_format(worker->out, sizeof(worker->out),
				     &t->reply, &options);

	if (!len)
		return -EMSGSIZE;
	/* Most texts go with the head in one piece. */
	if (has_body && t->reply.fd < 0 &&
	    t->reply.len <= sizeof(worker->out) - len) {
		memcpy(worker->out + len, t->reply.text, t->reply.len);
		len += t->reply.len;
	} else if (has_body && t->reply.fd < 0) {
		t->pending[1].iov_base = (void *)t->reply.text;
		t->pending[1].iov_len = t->reply.len;
	} else if (has_body) {
		t->file_left = t->reply.len;
	}
	t->pending[0].iov_base = worker->out;
	t->pending[0].iov_len = len;
	return 0;
}

/* Send head and text, or what is left of them. */
static enum result send_pending(struct conn *conn, struct transaction *t)
{
	int flags = MSG_NOSIGNAL | (t->file_left ? MSG_MORE : 0);

	while (t->pending[0].iov_len || t->pending[1].iov_len) {
		struct msghdr msg = {.msg_iov = t->pending, .msg_iovlen = 2};
		ssize_t sent;
		size_t part;

		if (t->pending[1].iov_len)
			sent = sendmsg(conn->fd, &msg, flags);
		else
			sent = send(conn->fd, t->pending[0].iov_base,
				    t->pending[0].iov_len, flags);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EAGAIN ? WAITS : IS_OVER;
		part = (size_t)sent < t->pending[0].iov_len
			       ? (size_t)sent
			       : t->pending[0].iov_len;
		t->pending[0].iov_base = (char *)t->pending[0].iov_base + part;
		t->pending[0].iov_len -= part;
		part = (size_t)sent - part;
		t->pending[1].iov_base = (char *)t->pending[1].iov_base + part;
		t->pending[1].iov_len -= part;
	}
	return GOES_ON;
}

/* See that the socket has the pace that this client's files have now. */
static void conn_pace(struct worker *worker, struct conn *conn)
{
	uint64_t rate = pace_rate(worker->service->pace, conn->client);

	if (!rate && !conn->is_paced)
		return;
	conn->is_paced = rate != 0;
	if (!rate)
		rate = ~0ULL;
	/* The kernel spreads the segments (tcp(7), tc-fq(8)). */
	setsockopt(conn->fd, SOL_SOCKET, SO_MAX_PACING_RATE, &rate,
		   sizeof(rate));
}

/* Send of the file as much as the client takes. */
static enum result send_file(struct worker *worker, struct conn *conn,
			     struct transaction *t)
{
	size_t turn = TURN_BYTES;

	if (t->file_left)
		conn_pace(worker, conn);
	while (t->file_left) {
		off_t offset =
			(off_t)(t->reply.offset + t->reply.len - t->file_left);
		size_t len = t->file_left < SEND_BYTES ? (size_t)t->file_left
						       : SEND_BYTES;
		ssize_t sent;

		if (!turn)
			return WAITS;
		/* Bytes of two versions do not belong together. */
		if (reply_is_stale(&t->reply))
			return IS_OVER;
		sent = sendfile(conn->fd, t->reply.fd, &offset, len);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return sent && errno == EAGAIN ? WAITS : IS_OVER;
		t->file_left -= (size_t)sent;
		turn -= (size_t)sent < turn ? (size_t)sent : turn;
	}
	return GOES_ON;
}

/* Behind the last reply: say that it is, and let the client read it. */
static enum result conn_linger(struct worker *worker, struct conn *conn)
{
	if (shutdown(conn->fd, SHUT_WR))
		return IS_OVER;
	conn->wait = CONN_LINGER;
	conn->deadline = worker->now_ms + LINGER_WAIT_MS;
	return WAITS;
}

/* The whole reply is sent. */
static enum result reply_sent(struct worker *worker, struct conn *conn,
			      struct transaction *t)
{
	/* What was not read makes the kernel reset the connection, and the
	 * client perhaps lose the reply. */
	bool is_unread = conn->in_len || t->head.is_chunked || t->head.length ||
			 t->reply.status >= 400;
	bool is_last = t->reply.is_last;

	conn_drop(worker, conn);
	transaction_end(worker, conn, t, true);
	conn->wait = CONN_REQUEST;
	conn->deadline = worker->now_ms + KEEPALIVE_WAIT_MS;
	if (!is_last)
		return GOES_ON;
	return is_unread ? conn_linger(worker, conn) : IS_OVER;
}

/* Go on sending; what cannot be sent now is kept. */
static enum result reply_send(struct worker *worker, struct conn *conn,
			      struct transaction *t)
{
	enum result result = send_pending(conn, t);
	char *rest;

	if (result == GOES_ON)
		result = send_file(worker, conn, t);
	if (result == GOES_ON)
		return reply_sent(worker, conn, t);
	if (!conn->t && transaction_keep(t))
		result = IS_OVER;
	if (result == WAITS && t->pending[0].iov_len && !conn->t) {
		rest = arena_strndup(&t->request.arena, t->pending[0].iov_base,
				     t->pending[0].iov_len);
		t->pending[0].iov_base = rest;
		result = rest ? WAITS : IS_OVER;
	}
	/* conn_close() ends it where it is over. */
	conn_hold(worker, conn, t);
	conn->wait = CONN_SEND;
	conn->deadline = worker->now_ms + SEND_WAIT_MS;
	return result;
}

/* There is a reply: send it. */
static enum result reply_begin(struct worker *worker, struct conn *conn,
			       struct transaction *t)
{
	t->reply.is_last |=
		t->head.is_last ||
		__atomic_load_n(&worker->is_draining, __ATOMIC_RELAXED);
	if (t->reply.fd >= 0)
		pace_begin(worker->service->pace, conn->client);
	if (reply_prepare(worker, t) == 0) {
		/* A body was awaited: the pieces outlive this turn already. */
		conn_drop(worker, conn);
		return reply_send(worker, conn, t);
	}
	conn_hold(worker, conn, t);
	return IS_OVER;
}

/* Receiving. */

/* A request that cannot be understood. */
static void answer_malformed(struct transaction *t, unsigned int status)
{
	reply_set_error(&t->request, &t->reply, status,
			status == 414	? "The request target is too long."
			: status == 431 ? "The header of the request is too "
					  "long."
			: status == 505 ? "Only HTTP/1.1 and HTTP/1.0 are "
					  "spoken here."
					: "This is not an HTTP/1.1 request.");
	t->reply.is_last = true;
}

/*
 * Get ready for a body where the route takes one; false when it does not, or
 * when this one cannot be, and then there may be a reply.
 */
static bool transaction_await(struct transaction *t)
{
	const struct request_head *head = &t->head;
	size_t most = routes_body_max(t->request.target);
	unsigned long long size;
	char *end;

	if (!most || strcmp(t->request.method, "POST") != 0)
		return false;
	if (head->is_chunked || !head->length) {
		reply_set_error(&t->request, &t->reply, 411,
				"The length of the body must be told.");
		return false;
	}
	errno = 0;
	size = strtoull(head->length, &end, 10);
	if (!isdigit((unsigned char)*head->length) || *end) {
		reply_set_error(&t->request, &t->reply, 400,
				"The length of the body is not a number.");
		return false;
	}
	if (errno || size > most) {
		reply_set_error(&t->request, &t->reply, 413,
				"The body may have %zu bytes at most.", most);
		return false;
	}
	if (!size)
		return false;
	t->body = arena_alloc(&t->request.arena, (size_t)size + 1);
	t->body_size = (size_t)size;
	return t->body != NULL;
}

/* Make the reply, unless a body is to come first; then return true. */
static bool transaction_answer(struct worker *worker, struct transaction *t)
{
	const struct request_head *head = &t->head;
	bool has_body = head->is_chunked ||
			(head->length && strcmp(head->length, "0") != 0);

	if (head->hosts > 1 || head->lengths > 1 ||
	    (head->is_chunked && head->length))
		reply_set_error(&t->request, &t->reply, 400,
				"The request has "
				"a Host or Content-Length field twice.");
	else if (has_body && transaction_await(t))
		return true;
	else if (!t->reply.status)
		routes_answer(worker->service, &worker->hold, &t->request,
			      &t->reply);
	/* Nobody reads this body, so what follows cannot be told from the
	 * next request. */
	t->reply.is_last |= has_body || head->lengths > 1;
	return false;
}

/* The client's own name for this end, or else its address. */
static void transaction_locate(struct transaction *t, struct conn *conn)
{
	struct sockaddr_storage local = {0};
	socklen_t len = sizeof(local);

	t->request.local = t->local;
	t->local[0] = '\0';
	if (!http_host_is_usable(t->request.host) &&
	    getsockname(conn->fd, (struct sockaddr *)&local, &len) == 0)
		address_format(t->local, (struct sockaddr *)&local, true);
}

/* The body begins with what was received behind the head. */
static enum result body_begin(struct worker *worker, struct conn *conn,
			      struct transaction *t, const char *data,
			      size_t len)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

	memcpy(t->body, data, len);
	t->request.body_len = len;
	if (transaction_keep(t))
		return IS_OVER;
	/* A client that does not get this sends after a while all the same. */
	if (t->head.awaits_continue && !len &&
	    send(conn->fd, go_on, sizeof(go_on) - 1, MSG_NOSIGNAL) < 0 &&
	    errno != EAGAIN)
		return IS_OVER;
	conn->wait = CONN_BODY;
	conn->deadline = worker->now_ms + REQUEST_WAIT_MS;
	return WAITS;
}

/* The whole body is there: answer. */
static enum result body_end(struct worker *worker, struct conn *conn,
			    struct transaction *t)
{
	t->body[t->body_size] = '\0';
	t->request.body = t->body;
	routes_answer(worker->service, &worker->hold, &t->request, &t->reply);
	return reply_begin(worker, conn, t);
}

/* Take one request from the bytes; *ret_used tells how many it had. */
static enum result request_take(struct worker *worker, struct conn *conn,
				char *data, size_t len, size_t *ret_used)
{
	struct transaction *t = transaction_get(worker);
	size_t body;
	int rc;

	if (!t)
		return IS_OVER;
	rc = request_parse(data, len, &t->request, &t->head);
	if (rc == -EAGAIN) {
		transaction_put(worker, t);
		return WAITS;
	}
	t->start_us = now_us();
	worker->now_ms = t->start_us / 1000;
	t->request.client = conn->client;
	*ret_used = rc ? len : t->head.len;
	if (rc) {
		answer_malformed(t, (unsigned int)-rc);
		t->head.is_last = true;
		return reply_begin(worker, conn, t);
	}
	transaction_locate(t, conn);
	if (!transaction_answer(worker, t))
		return reply_begin(worker, conn, t);
	body = len - *ret_used < t->body_size ? len - *ret_used : t->body_size;
	conn_hold(worker, conn, t);
	rc = body_begin(worker, conn, t, data + *ret_used, body);
	*ret_used += body;
	if (rc == WAITS && body == t->body_size)
		rc = body_end(worker, conn, t);
	return (enum result)rc;
}

/* Keep bytes of a request that is not whole, or not yet wanted. */
static int conn_store(struct conn *conn, const char *data, size_t len)
{
	if (!len)
		return 0;
	conn->in = malloc(len);
	if (!conn->in)
		return -ENOMEM;
	memcpy(conn->in, data, len);
	conn->in_len = len;
	return 0;
}

/* Answer all requests that are whole in the data. */
static enum result requests_take(struct worker *worker, struct conn *conn,
				 char *data, size_t len)
{
	enum result result = len ? GOES_ON : WAITS;
	size_t at = 0;

	while (result == GOES_ON && at < len) {
		size_t used = 0;

		result = request_take(worker, conn, data + at, len - at, &used);
		at += used;
	}
	if (result == IS_OVER || conn->wait == CONN_LINGER)
		return result;
	if (conn_store(conn, data + at, len - at))
		return IS_OVER;
	return WAITS;
}

/* Put what was kept of earlier requests into worker->in. */
static size_t conn_restore(struct worker *worker, struct conn *conn)
{
	size_t len = conn->in_len;

	if (!len)
		return 0;
	memcpy(worker->in, conn->in, len);
	free(conn->in);
	conn->in = NULL;
	conn->in_len = 0;
	return len;
}

static enum result conn_read(struct worker *worker, struct conn *conn)
{
	size_t len = conn_restore(worker, conn);
	size_t room = REQUEST_HEAD_MAX - len;
	ssize_t got = recv(conn->fd, worker->in + len, room, 0);

	conn->has_more |= got < 0 ? errno == EINTR : (size_t)got == room;
	if (got > 0)
		return requests_take(worker, conn, worker->in,
				     len + (size_t)got);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return conn_store(conn, worker->in, len) ? IS_OVER : WAITS;
	return IS_OVER;
}

/* Go on with what was received already. */
static enum result conn_take_ahead(struct worker *worker, struct conn *conn)
{
	struct ahead *ahead = conn->ahead;

	conn->ahead = NULL;
	conn->has_more |= ahead->got < 0 ? ahead->error == EINTR
					 : ahead->got == AHEAD_BYTES;
	if (ahead->got > 0)
		return requests_take(worker, conn, ahead->bytes,
				     (size_t)ahead->got);
	return ahead->got < 0 &&
			       (ahead->error == EAGAIN || ahead->error == EINTR)
		       ? WAITS
		       : IS_OVER;
}

static enum result conn_read_body(struct worker *worker, struct conn *conn)
{
	struct transaction *t = conn->t;
	ssize_t got = recv(conn->fd, t->body + t->request.body_len,
			   t->body_size - t->request.body_len, 0);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return WAITS;
	if (got <= 0)
		return IS_OVER;
	t->request.body_len += (size_t)got;
	if (t->request.body_len < t->body_size)
		return WAITS;
	return body_end(worker, conn, t);
}

/* Throw away what the client still sends. */
static enum result conn_throw(struct worker *worker, struct conn *conn)
{
	ssize_t got = recv(conn->fd, worker->in, REQUEST_HEAD_MAX, 0);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return WAITS;
	if (got <= 0)
		return IS_OVER;
	conn->thrown += (size_t)got;
	return conn->thrown > LINGER_BYTES ? IS_OVER : WAITS;
}

static enum result conn_go_on(struct worker *worker, struct conn *conn)
{
	switch (conn->wait) {
	case CONN_REQUEST:
		return conn->ahead ? conn_take_ahead(worker, conn)
				   : conn_read(worker, conn);
	case CONN_BODY:
		return conn_read_body(worker, conn);
	case CONN_SEND:
		return reply_send(worker, conn, conn->t);
	case CONN_LINGER:
		return conn_throw(worker, conn);
	}
	return IS_OVER;
}

/*
 * Have epoll tell what the connection waits for.  That a request came is told
 * once: else epoll looks at each connection again, in vain, before it waits.
 * So it has to be told again when there may be more than was read, and
 * whenever the connection waited for something else; then epoll looks anew.
 */
static int conn_watch(struct worker *worker, struct conn *conn)
{
	static const uint32_t events[] = {
		[CONN_REQUEST] = EPOLLIN | EPOLLRDHUP | EPOLLET,
		[CONN_BODY] = EPOLLIN,
		[CONN_SEND] = EPOLLOUT,
		[CONN_LINGER] = EPOLLIN,
	};
	struct epoll_event event = {
		.events = events[conn->wait],
		.data.ptr = conn,
	};
	int op = conn->events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

	if (conn->events == event.events && !conn->has_more)
		return 0;
	conn->has_more = false;
	conn->events = event.events;
	return epoll_ctl(worker->epoll_fd, op, conn->fd, &event);
}

/* Do what can be done at once, then wait or close. */
static void conn_run(struct worker *worker, struct conn *conn)
{
	enum result result = conn_go_on(worker, conn);

	/* A reply is sent, or requests came behind the one with a body. */
	if (result == GOES_ON)
		result = requests_take(worker, conn, worker->in,
				       conn_restore(worker, conn));
	if (result == IS_OVER || conn_watch(worker, conn))
		conn_close(worker, conn);
}

void conn_open(struct worker *worker, int fd, const struct sockaddr *address)
{
	struct conn *conn = calloc(1, sizeof(*conn));

	if (!conn) {
		close(fd);
		return;
	}
	conn->fd = fd;
	conn->deadline = worker->now_ms + REQUEST_WAIT_MS;
	address_format(conn->client, address, false);
	conn->next = worker->conns;
	conn->prev_next = &worker->conns;
	if (conn->next)
		conn->next->prev_next = &conn->next;
	worker->conns = conn;
	__atomic_add_fetch(worker->connections, 1, __ATOMIC_RELAXED);
	conn_run(worker, conn);
}

void conns_look_ahead(struct worker *worker, struct conn *const *conns,
		      size_t count)
{
	const struct service *service = worker->service;
	const struct snapshot *snapshot;
	bool is_going = count > 0;
	size_t i;

	snapshot = live_look(service->live, &worker->hold);
	for (i = 0; i < count; i++) {
		struct ahead *ahead = &worker->ahead[i];
		struct conn *conn = conns[i];

		ahead->foresight.step = NULL;
		if (conn->wait != CONN_REQUEST || conn->in_len)
			continue;
		ahead->got = recv(conn->fd, ahead->bytes, AHEAD_BYTES, 0);
		ahead->error = errno;
		conn->ahead = ahead;
		if (ahead->got > 0)
			foresight_begin(service, snapshot, conn->client,
					ahead->bytes, (size_t)ahead->got,
					&ahead->foresight);
	}
	while (is_going) {
		is_going = false;
		for (i = 0; i < count; i++)
			is_going |= foresight_go(service, snapshot,
						 &worker->ahead[i].foresight);
	}
}

void conn_happened(struct worker *worker, struct conn *conn, uint32_t events)
{
	/* The end of what the client sends comes behind its last request. */
	conn->has_more |= (events & EPOLLRDHUP) != 0;
	/* Nothing can be sent any more; where a request is awaited, recv()
	 * says so itself. */
	if (conn->wait == CONN_SEND && (events & (EPOLLERR | EPOLLHUP)))
		conn_close(worker, conn);
	else
		conn_run(worker, conn);
}

void conn_close(struct worker *worker, struct conn *conn)
{
	struct transaction *t = conn->t;

	conn_drop(worker, conn);
	if (t)
		transaction_end(worker, conn, t, false);
	*conn->prev_next = conn->next;
	if (conn->next)
		conn->next->prev_next = conn->prev_next;
	__atomic_sub_fetch(worker->connections, 1, __ATOMIC_RELAXED);
	close(conn->fd);
	free(conn->in);
	free(conn);
}

void conns_sweep(struct worker *worker)
{
	struct conn *conn, *next;

	for (conn = worker->conns; conn; conn = next) {
		next = conn->next;
		if (conn->deadline <= worker->now_ms ||
		    (conn->wait == CONN_SEND &&
		     reply_is_stale(&conn->t->reply)))
			conn_close(worker, conn);
	}
}

void conns_fini(struct worker *worker)
{
	while (worker->conns)
		conn_close(worker, worker->conns);
	if (!worker->spare)
		return;
	arena_fini(&worker->spare->request.arena);
	free(worker->spare);
	worker->spare = NULL;
}
