/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* One client's connection: requests in, replies out. */
#ifndef RESOLVER_CONN_H
#define RESOLVER_CONN_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "foresight.h"
#include "http.h"
#include "live.h"
#include "log.h"
#include "request.h"
#include "response.h"
#include "service.h"

/* Address as text: IPv6 in brackets, port. */
#define CONN_ADDRESS_BYTES (INET6_ADDRSTRLEN + sizeof("[]:65535"))

/* A request on its way, and its reply. */
struct transaction {
	/* What the routes see. */
	struct http_request request;
	/* The reply; its status is 0 until there is one. */
	struct http_reply reply;
	/* What the transport has to know of the request. */
	struct request_head head;
	/* When its head was whole, monotonic microseconds. */
	uint64_t start_us;
	/* The body that is being read, or NULL; it is in the arena. */
	char *body;
	size_t body_size;
	/* What is to be sent before the file: head and text. */
	struct iovec pending[2];
	/* Bytes of the file that are still to be sent. */
	uint64_t file_left;
	/* This end's address, where the client named no host. */
	char local[CONN_ADDRESS_BYTES];
};

/* Connections whose requests are received before the first is answered, and
 * the bytes that are received of each. */
#define AHEAD_MAX   16
#define AHEAD_BYTES 2048

/* What a connection sent, received before its turn. */
struct ahead {
	/* As recv(2): its result, and errno. */
	ssize_t got;
	int error;
	/* What the request will need. */
	struct foresight foresight;
	/* The bytes. */
	char bytes[AHEAD_BYTES];
};

/* What a connection waits for. */
enum conn_wait {
	CONN_REQUEST, /* the head of a request */
	CONN_BODY,    /* a request's body */
	CONN_SEND,    /* the client to take more of the reply */
	CONN_LINGER,  /* the client to close, behind the last reply */
};

/* A connection; its worker's thread alone touches it. */
struct conn {
	struct conn *next;
	struct conn **prev_next;
	int fd;
	enum conn_wait wait;
	/* What epoll was told to look for; 0 before it was told. */
	uint32_t events;
	/* May there be more to read than was read? */
	bool has_more;
	/* When it is closed if nothing happens, monotonic ms. */
	uint64_t deadline;
	/* What was received before its turn, until then; or NULL. */
	struct ahead *ahead;
	/* Bytes received that belong to a request that is not whole. */
	char *in;
	size_t in_len;
	/* The request that is being read or answered; NULL in between. */
	struct transaction *t;
	/* Is a pace set on the socket? */
	bool is_paced;
	/* Bytes thrown away while lingering. */
	size_t thrown;
	/* The client's address, without its port. */
	char client[CONN_ADDRESS_BYTES];
};

/* What the connections of one thread share. */
struct worker {
	/* What is served. */
	const struct service *service;
	/* What this thread holds of it. */
	struct live_hold hold;
	/* This thread's epoll. */
	int epoll_fd;
	/* Its connections. */
	struct conn *conns;
	/* Counts the connections of all threads; __atomic. */
	unsigned int *connections;
	/* Requests whose body is read or whose reply is sent; __atomic. */
	unsigned int active;
	/* Are connections to be closed behind their replies? __atomic. */
	bool is_draining;
	/* A transaction that is not in use, or NULL. */
	struct transaction *spare;
	/* The time, monotonic ms, as of the last look. */
	uint64_t now_ms;
	/* The date for replies, and its second. */
	char date[RESPONSE_DATE_BYTES];
	time_t date_s;
	/* Lines of the log that are not written yet, and since when there are
	 * some (monotonic ms; 0: there are none, or they are new). */
	struct log_buffer log;
	uint64_t log_ms;
	/* What connections sent whose turn comes soon. */
	struct ahead ahead[AHEAD_MAX];
	/* A request's head is read to here. */
	char in[REQUEST_HEAD_MAX];
	/* A reply's head, and its text where that fits, are put here. */
	char out[16 * 1024];
};

/*
 * Take an accepted, non-blocking socket, which is closed when that fails, and
 * answer what it has sent already.
 */
void conn_open(struct worker *worker, int fd, const struct sockaddr *address);

/*
 * Something happened on these sockets, AHEAD_MAX at most, and conn_happened()
 * is called for each of them next: receive requests, and have what they need
 * fetched from memory.  It is fetched for all of them at the same time; one
 * after the other they would wait for it as long as it takes to answer.
 */
void conns_look_ahead(struct worker *worker, struct conn *const *conns,
		      size_t count);

/* Something happened on the socket (epoll's events); may free the conn. */
void conn_happened(struct worker *worker, struct conn *conn, uint32_t events);

/* Close it, whatever it is doing, and free it. */
void conn_close(struct worker *worker, struct conn *conn);

/* Close connections that have waited too long. */
void conns_sweep(struct worker *worker);

/* Free what the worker keeps for its connections. */
void conns_fini(struct worker *worker);

#endif
