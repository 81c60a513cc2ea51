/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The transport: threads that accept connections and wait for them. */
#ifndef RESOLVER_SERVER_H
#define RESOLVER_SERVER_H

#include <stdbool.h>

#include "service.h"

struct server;

/*
 * Serve on a listening socket, in threads of its own that block the
 * signals which the caller blocks.  The socket belongs to the server from
 * here on; the service must live longer than the server.  uses_ring: receive
 * and send with io_uring(7) where the kernel allows it; else with epoll(7).
 * Returns 0, or a negative errno, when the socket is still the caller's.
 */
int server_start(const struct service *service, int listen_fd, bool uses_ring,
		 struct server **ret_server);

/* Take no more connections (new ones are closed at once); what is being
 * answered goes on, and its connection is closed behind it. */
void server_quiesce(struct server *server);

/* Return the number of requests that are being answered. */
unsigned int server_count_active(struct server *server);

/* Close all connections, end the threads, free; NULL is accepted. */
void server_stop(struct server *server);

#endif
