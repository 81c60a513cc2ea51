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
#include "text.h"

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

/* Look at the clock. */
static uint64_t now_us(struct worker *worker)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	worker->now_us =
		(uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	return worker->now_us;
}

void worker_tell_time(struct worker *worker)
{
	worker->now_ms = now_us(worker) / 1000;
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
	struct transaction *t = worker->spares;

	if (t) {
		worker->spares = t->next;
		worker->spare_count--;
		return t;
	}
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	reply_init(&t->reply);
	arena_init(&t->request.arena, TRANSACTION_BYTES);
	return t;
}

static void transaction_free(struct transaction *t)
{
	arena_fini(&t->request.arena);
	free(t);
}

/* Its bytes are kept elsewhere, or not needed any more. */
static void received_give_back(struct worker *worker, struct transaction *t)
{
	if (t->received)
		ring_give_back(worker->ring, t->received);
	t->received = NULL;
}

/* Its file is closed; it is kept for one of the next requests. */
static void transaction_put(struct worker *worker, struct transaction *t)
{
	struct arena arena = t->request.arena;

	if (t->reply.fd >= 0)
		close(t->reply.fd);
	received_give_back(worker, t);
	if (worker->spare_count == SPARES_MAX) {
		transaction_free(t);
		return;
	}
	arena_reset(&arena, TRANSACTION_BYTES);
	memset(&t->request, 0, sizeof(t->request));
	t->request.arena = arena;
	reply_init(&t->reply);
	t->body = NULL;
	t->end_us = 0;
	t->pending[0].iov_len = t->pending[1].iov_len = 0;
	t->file_left = 0;
	t->next = worker->spares;
	worker->spares = t;
	worker->spare_count++;
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
	uint64_t end_us = t->end_us ? t->end_us : now_us(worker);

	if (t->reply.fd >= 0 && t->reply.status)
		pace_end(worker->service->pace, conn->client);
	access_log(&worker->log, &t->request, &t->reply, end_us - t->start_us,
		   is_whole);
	metric_add_reply(t->reply.status);
	if (t->request.target && text_skip(t->request.target, "/assets/"))
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

/*
 * Put the head of the reply, and its text where that fits, at buf; return the
 * length, or 0: they do not fit.  *ret_has_text: is the text there?
 */
static size_t reply_write(struct worker *worker, struct transaction *t,
			  bool has_text, char *buf, size_t size,
			  bool *ret_has_text)
{
	struct response_options options = {
		.date = date_now(worker),
		.is_last = t->reply.is_last,
		.is_old = t->head.is_old,
	};
	size_t len = response_format(buf, size, &t->reply, &options);

	*ret_has_text = has_text && len && t->reply.len <= size - len;
	if (!*ret_has_text)
		return len;
	memcpy(buf + len, t->reply.text, t->reply.len);
	return len + t->reply.len;
}

/* Put the head of the reply, and its text, where they can be sent from. */
static int reply_prepare(struct worker *worker, struct transaction *t)
{
	const char *method = t->request.method;
	bool has_body =
		t->reply.status != 304 && !(method && text_is(method, "HEAD"));
	bool has_text = has_body && t->reply.fd < 0, is_there;
	char *out = t->out;
	size_t len = reply_write(worker, t, has_text, out, sizeof(t->out),
				 &is_there);

	if (!len || is_there != has_text) {
		out = worker->out;
		len = reply_write(worker, t, has_text, out, sizeof(worker->out),
				  &is_there);
	}
	if (!len)
		return -EMSGSIZE;
	if (has_text && !is_there) {
		t->pending[1].iov_base = (void *)t->reply.text;
		t->pending[1].iov_len = t->reply.len;
	} else if (has_body && !has_text) {
		t->file_left = t->reply.len;
	}
	t->pending[0].iov_base = out;
	t->pending[0].iov_len = len;
	return 0;
}

/* So many bytes of head and text are sent. */
static void pending_advance(struct transaction *t, size_t sent)
{
	size_t part =
		sent < t->pending[0].iov_len ? sent : t->pending[0].iov_len;

	t->pending[0].iov_base = (char *)t->pending[0].iov_base + part;
	t->pending[0].iov_len -= part;
	part = sent - part;
	t->pending[1].iov_base = (char *)t->pending[1].iov_base + part;
	t->pending[1].iov_len -= part;
}

/* Send head and text, or what is left of them. */
static enum result send_pending(struct conn *conn, struct transaction *t)
{
	int flags = MSG_NOSIGNAL | (t->file_left ? MSG_MORE : 0);

	while (t->pending[0].iov_len || t->pending[1].iov_len) {
		struct msghdr msg = {.msg_iov = t->pending, .msg_iovlen = 2};
		ssize_t sent;

		if (t->pending[1].iov_len)
			sent = sendmsg(conn->fd, &msg, flags);
		else
			sent = send(conn->fd, t->pending[0].iov_base,
				    t->pending[0].iov_len, flags);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EAGAIN ? WAITS : IS_OVER;
		pending_advance(t, (size_t)sent);
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

/*
 * Have the ring send the reply, of which all is in the transaction; false when
 * it is not, or the ring has no place.  The request's bytes stay where they
 * are until it is sent, so nothing else may have come with them.
 */
static bool reply_queue(struct worker *worker, struct conn *conn,
			struct transaction *t)
{
	if (!worker->received || t->reply.is_last || t->file_left ||
	    t->pending[1].iov_len || t->pending[0].iov_base != t->out ||
	    ring_send(worker->ring, conn->fd, t->out, t->pending[0].iov_len,
		      conn))
		return false;
	t->received = worker->received;
	worker->received = NULL;
	t->end_us = now_us(worker);
	conn->is_sending = true;
	conn_hold(worker, conn, t);
	conn->wait = CONN_SEND;
	conn->deadline = worker->now_ms + SEND_WAIT_MS;
	return true;
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

/* There is a reply: send it.  is_alone: nothing came behind the request. */
static enum result reply_begin(struct worker *worker, struct conn *conn,
			       struct transaction *t, bool is_alone)
{
	t->reply.is_last |=
		t->head.is_last ||
		__atomic_load_n(&worker->is_draining, __ATOMIC_RELAXED);
	if (t->reply.fd >= 0)
		pace_begin(worker->service->pace, conn->client);
	if (reply_prepare(worker, t) == 0) {
		/* A body was awaited: the pieces outlive this turn already. */
		conn_drop(worker, conn);
		return is_alone && reply_queue(worker, conn, t)
			       ? WAITS
			       : reply_send(worker, conn, t);
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

	if (http_host_is_usable(t->request.host))
		return;
	t->request.host = NULL;
	t->request.local = t->local;
	t->local[0] = '\0';
	if (getsockname(conn->fd, (struct sockaddr *)&local, &len) == 0)
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
	return reply_begin(worker, conn, t, false);
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
	/* When the one before it was answered. */
	t->start_us = worker->now_us;
	worker->now_ms = t->start_us / 1000;
	t->request.client = conn->client;
	*ret_used = rc ? len : t->head.len;
	if (rc) {
		answer_malformed(t, (unsigned int)-rc);
		t->head.is_last = true;
		return reply_begin(worker, conn, t, false);
	}
	transaction_locate(t, conn);
	if (!transaction_answer(worker, t))
		return reply_begin(worker, conn, t, *ret_used == len);
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
	char *in;

	if (!len)
		return 0;
	in = realloc(conn->in, conn->in_len + len);
	if (!in)
		return -ENOMEM;
	memcpy(in + conn->in_len, data, len);
	conn->in = in;
	conn->in_len += len;
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

/* Answer all requests that are whole in what was kept. */
static enum result requests_take_kept(struct worker *worker, struct conn *conn)
{
	char *data = conn->in;
	size_t len = conn->in_len;
	enum result result;

	conn->in = NULL;
	conn->in_len = 0;
	result = requests_take(worker, conn, data, len);
	free(data);
	return result;
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

/* Answer what the ring received. */
static enum result conn_take_received(struct worker *worker, struct conn *conn,
				      char *data, size_t len)
{
	enum result result;

	if (conn->in_len) {
		if (conn_store(conn, data, len))
			return IS_OVER;
		return requests_take_kept(worker, conn);
	}
	worker->received = data;
	result = requests_take(worker, conn, data, len);
	worker->received = NULL;
	return result;
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

/* Part of a body came, and perhaps what is behind it. */
static enum result conn_take_body(struct worker *worker, struct conn *conn,
				  const char *data, size_t len)
{
	struct transaction *t = conn->t;
	size_t left = t->body_size - t->request.body_len;
	size_t part = len < left ? len : left;

	memcpy(t->body + t->request.body_len, data, part);
	t->request.body_len += part;
	if (conn_store(conn, data + part, len - part))
		return IS_OVER;
	return part < left ? WAITS : body_end(worker, conn, t);
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
static enum result conn_throw_away(struct conn *conn, size_t len)
{
	conn->thrown += len;
	return conn->thrown > LINGER_BYTES ? IS_OVER : WAITS;
}

static enum result conn_throw(struct worker *worker, struct conn *conn)
{
	ssize_t got = recv(conn->fd, worker->in, REQUEST_HEAD_MAX, 0);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return WAITS;
	if (got <= 0)
		return IS_OVER;
	return conn_throw_away(conn, (size_t)got);
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

/* Have the ring receive what comes, and epoll tell nothing. */
static int conn_receive(struct worker *worker, struct conn *conn)
{
	int rc = 0;

	if (conn->events &&
	    epoll_ctl(worker->epoll_fd, EPOLL_CTL_DEL, conn->fd, NULL))
		return -errno;
	conn->events = 0;
	conn->has_more = false;
	if (!conn->is_receiving)
		rc = ring_receive(worker->ring, conn->fd, conn);
	conn->is_receiving = rc == 0;
	return rc;
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

	if (worker->ring && (conn->wait != CONN_SEND || conn->is_sending))
		return conn_receive(worker, conn);
	if (conn->events == event.events && !conn->has_more)
		return 0;
	conn->has_more = false;
	conn->events = event.events;
	return epoll_ctl(worker->epoll_fd, op, conn->fd, &event);
}

/* Go on after this result, as far as can be done at once; then wait or
 * close. */
static void conn_follow(struct worker *worker, struct conn *conn,
			enum result result)
{
	/* A reply is sent, or requests came behind the one with a body. */
	if (result == GOES_ON)
		result = requests_take_kept(worker, conn);
	if (result == IS_OVER || conn_watch(worker, conn))
		conn_close(worker, conn);
}

static void conn_run(struct worker *worker, struct conn *conn)
{
	conn_follow(worker, conn, conn_go_on(worker, conn));
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

/* Have what the requests ahead need fetched, for all of them together. */
static void conns_foresee(struct worker *worker, struct conn *const *conns,
			  size_t count)
{
	const struct service *service = worker->service;
	const struct snapshot *snapshot =
		live_look(service->live, &worker->hold);
	bool is_going = true;
	size_t i;

	for (i = 0; i < count; i++) {
		struct ahead *ahead = &worker->ahead[i];

		ahead->foresight.step = NULL;
		if (ahead->got > 0)
			foresight_begin(service, snapshot, conns[i]->client,
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

void conns_look_ahead(struct worker *worker, struct conn *const *conns,
		      size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct ahead *ahead = &worker->ahead[i];
		struct conn *conn = conns[i];

		ahead->got = 0;
		if (conn->wait != CONN_REQUEST || conn->in_len)
			continue;
		ahead->bytes = worker->ahead_bytes[i];
		ahead->got = recv(conn->fd, ahead->bytes, AHEAD_BYTES, 0);
		ahead->error = errno;
		conn->ahead = ahead;
	}
	conns_foresee(worker, conns, count);
}

int conns_look_ahead_ring(struct worker *worker,
			  const struct ring_event *events, int count)
{
	struct conn *conns[AHEAD_MAX];
	size_t found = 0;
	int i;

	for (i = 0; i < count && found < AHEAD_MAX; i++) {
		struct ahead *ahead = &worker->ahead[found];

		if (events[i].what != RING_RECEIVED)
			continue;
		ahead->got = events[i].result;
		ahead->error = events[i].result < 0 ? -events[i].result : 0;
		ahead->bytes = events[i].data;
		ahead->is_last = events[i].is_last;
		conns[found++] = events[i].whose;
	}
	/* A single one has nobody to share the wait with. */
	if (found > 1)
		conns_foresee(worker, conns, found);
	return i;
}

void conn_happened(struct worker *worker, struct conn *conn, uint32_t events)
{
	if (conn->is_gone)
		return;
	/* The end of what the client sends comes behind its last request. */
	conn->has_more |= (events & EPOLLRDHUP) != 0;
	/* Nothing can be sent any more; where a request is awaited, recv()
	 * says so itself. */
	if (conn->wait == CONN_SEND && (events & (EPOLLERR | EPOLLHUP)))
		conn_close(worker, conn);
	else
		conn_run(worker, conn);
}

/* Nothing that it waited for is of use any more. */
static void conn_free(struct worker *worker, struct conn *conn)
{
	*conn->prev_next = conn->next;
	if (conn->next)
		conn->next->prev_next = conn->prev_next;
	__atomic_sub_fetch(worker->connections, 1, __ATOMIC_RELAXED);
	if (worker->ring)
		ring_forget(worker->ring, conn->fd);
	close(conn->fd);
	free(conn->in);
	free(conn);
}

void conn_close(struct worker *worker, struct conn *conn)
{
	struct transaction *t = conn->t;

	/* The ring may still read from its transaction. */
	if (t && !conn->is_sending) {
		conn_drop(worker, conn);
		transaction_end(worker, conn, t, false);
	}
	if (!conn->is_receiving && !conn->is_sending) {
		conn_free(worker, conn);
	} else if (!conn->is_gone) {
		/* Nothing comes behind that, and the ring has to tell so. */
		conn->is_gone = true;
		shutdown(conn->fd, SHUT_RDWR);
	}
}

/* What came is what the connection waits for, or comes too early. */
static enum result conn_take(struct worker *worker, struct conn *conn,
			     char *data, size_t len)
{
	switch (conn->wait) {
	case CONN_REQUEST:
		return conn_take_received(worker, conn, data, len);
	case CONN_BODY:
		return conn_take_body(worker, conn, data, len);
	case CONN_LINGER:
		return conn_throw_away(conn, len);
	case CONN_SEND:
		break;
	}
	/* The client went on before it took the whole reply: its turn comes,
	 * and until then no more is received. */
	if (conn->is_receiving && !conn->is_cancelled && !conn->is_sending) {
		ring_cancel(worker->ring, conn);
		conn->is_cancelled = true;
	}
	return conn_store(conn, data, len) ? IS_OVER : WAITS;
}

/* Nothing came: is that the end?  While a reply is sent, it is told again. */
static bool is_end(const struct conn *conn, int error)
{
	return conn->wait != CONN_SEND && error != ENOBUFS &&
	       error != ECANCELED && error != EAGAIN && error != EINTR;
}

void conn_received(struct worker *worker, struct conn *conn,
		   struct ahead *ahead)
{
	enum result result = WAITS;

	conn->is_receiving = !ahead->is_last;
	conn->is_cancelled &= conn->is_receiving;
	if (conn->is_gone)
		result = IS_OVER;
	else if (ahead->got > 0)
		result = conn_take(worker, conn, ahead->bytes,
				   (size_t)ahead->got);
	else if (is_end(conn, ahead->error))
		result = IS_OVER;
	/* Unless a reply waits with it. */
	if (ahead->bytes && !(conn->t && conn->t->received == ahead->bytes))
		ring_give_back(worker->ring, ahead->bytes);
	conn_follow(worker, conn, result);
}

void conn_sent(struct worker *worker, struct conn *conn, int result)
{
	struct transaction *t = conn->t;
	bool is_over = result < 0 && result != -EAGAIN && result != -EINTR;

	conn->is_sending = false;
	if (conn->is_gone) {
		conn_close(worker, conn);
		return;
	}
	if (result > 0)
		pending_advance(t, (size_t)result);
	if (!is_over && t->pending[0].iov_len) {
		/* A client that takes its time keeps no buffer of all. */
		is_over = transaction_keep(t) != 0;
		received_give_back(worker, t);
	}
	if (is_over)
		conn_close(worker, conn);
	else
		conn_run(worker, conn);
}

void conns_sweep(struct worker *worker)
{
	struct conn *conn, *next;

	for (conn = worker->conns; conn; conn = next) {
		next = conn->next;
		if (conn->is_gone)
			continue;
		if (conn->deadline <= worker->now_ms ||
		    (conn->wait == CONN_SEND &&
		     reply_is_stale(&conn->t->reply)))
			conn_close(worker, conn);
	}
}

void conns_fini(struct worker *worker)
{
	struct transaction *t;

	while (worker->conns) {
		worker->conns->is_receiving = worker->conns->is_sending = false;
		conn_close(worker, worker->conns);
	}
	while ((t = worker->spares)) {
		worker->spares = t->next;
		transaction_free(t);
	}
	worker->spare_count = 0;
}
