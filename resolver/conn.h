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
#include "ring.h"
#include "service.h"

/* Address as text: IPv6 in brackets, port. */
#define CONN_ADDRESS_BYTES (INET6_ADDRSTRLEN + sizeof("[]:65535"))

/* Bytes of a reply that its transaction holds: all of it, for most scripts. */
#define TRANSACTION_OUT 4096

/* A request on its way, and its reply. */
struct transaction {
	/* The next one that is not in use. */
	struct transaction *next;
	/* What the routes see. */
	struct http_request request;
	/* The reply; its status is 0 until there is one. */
	struct http_reply reply;
	/* What the transport has to know of the request. */
	struct request_head head;
	/* When its turn came, with a whole head, and when its reply was given
	 * to the ring (0: it was not); monotonic microseconds. */
	uint64_t start_us;
	uint64_t end_us;
	/* The ring's buffer that the request is in, or NULL. */
	char *received;
	/* The body that is being read, or NULL; it is in the arena. */
	char *body;
	size_t body_size;
	/* What is to be sent before the file: head and text. */
	struct iovec pending[2];
	/* Bytes of the file that are still to be sent. */
	uint64_t file_left;
	/* This end's address, where the client named no host. */
	char local[CONN_ADDRESS_BYTES];
	/* The reply's head, and its text where that fits. */
	char out[TRANSACTION_OUT];
};

/* Transactions that are kept for the next requests. */
#define SPARES_MAX RING_EVENTS_MAX

/* Connections whose requests are received before the first is answered, and
 * the bytes that are received of each. */
#define AHEAD_MAX   16
#define AHEAD_BYTES RING_RECEIVE_MAX

/* What a connection sent, received before its turn. */
struct ahead {
	/* As recv(2): its result, and errno. */
	ssize_t got;
	int error;
	/* What the request will need. */
	struct foresight foresight;
	/* The bytes; of the ring's, also ring_event.is_last. */
	char *bytes;
	bool is_last;
};

/* What a connection waits for. */
enum conn_wait {
	CONN_REQUEST, /* the head of a request */
	CONN_BODY,    /* a request's body */
	CONN_SEND,    /* the reply to be sent, or the client to take more */
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
	/* What the ring was asked for and has not told; it is freed when there
	 * is nothing any more.  Is receiving to end? */
	bool is_receiving;
	bool is_cancelled;
	bool is_sending;
	/* Is it closed for everything but that? */
	bool is_gone;
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
	/* What receives requests and sends most replies, or NULL: epoll and
	 * system calls do. */
	struct ring *ring;
	/* The ring's buffer whose requests are being answered, or NULL. */
	char *received;
	/* Its connections. */
	struct conn *conns;
	/* Counts the connections of all threads; __atomic. */
	unsigned int *connections;
	/* Requests whose body is read or whose reply is sent; __atomic. */
	unsigned int active;
	/* Are connections to be closed behind their replies? __atomic. */
	bool is_draining;
	/* Transactions that are not in use. */
	struct transaction *spares;
	unsigned int spare_count;
	/* The time, monotonic, as of the last looks: a clock for what takes
	 * long, and one for requests. */
	uint64_t now_ms;
	uint64_t now_us;
	/* The date for replies, and its second. */
	char date[RESPONSE_DATE_BYTES];
	time_t date_s;
	/* Lines of the log that are not written yet, and since when there are
	 * some (monotonic ms; 0: there are none, or they are new). */
	struct log_buffer log;
	uint64_t log_ms;
	/* What connections sent whose turn comes soon. */
	struct ahead ahead[AHEAD_MAX];
	char ahead_bytes[AHEAD_MAX][AHEAD_BYTES];
	/* A request's head is read to here. */
	char in[REQUEST_HEAD_MAX];
	/* A reply's head, and its text where that fits, are put here when the
	 * transaction has too little room. */
	char out[16 * 1024];
};

/* Look at the clock, before what happened is looked at. */
void worker_tell_time(struct worker *worker);

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

/*
 * As conns_look_ahead(), for what the ring received; conn_received() is called
 * for each of the events next, with worker->ahead[0] and those behind it.
 * Returns how many of the events it looked at; others than RING_RECEIVED are
 * passed over.
 */
int conns_look_ahead_ring(struct worker *worker,
			  const struct ring_event *events, int count);

/* The ring received this, which conns_look_ahead_ring() saw; may free the
 * conn. */
void conn_received(struct worker *worker, struct conn *conn,
		   struct ahead *ahead);

/* The ring sent so many bytes of the reply, or failed (a negative errno); may
 * free the conn. */
void conn_sent(struct worker *worker, struct conn *conn, int result);

/* Close it, whatever it is doing, and free it, as soon as the ring has told
 * what it was asked for. */
void conn_close(struct worker *worker, struct conn *conn);

/* Close connections that have waited too long. */
void conns_sweep(struct worker *worker);

/* Close all connections, whatever the ring was asked for, which tells nothing
 * any more; free what the worker keeps for them. */
void conns_fini(struct worker *worker);

#endif
