/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The listening socket. */
#ifndef RESOLVER_LISTEN_H
#define RESOLVER_LISTEN_H

#include <stddef.h>
#include <stdint.h>

#include "reason.h"

/* Room for listen_format()'s text. */
#define LISTEN_ADDRESS_BYTES 64

/*
 * Open a listening TCP socket on a numeric address (NULL: every address,
 * IPv6 and IPv4) and port (0: a free one).
 * Returns 0, or a negative errno with a reason; the caller closes *ret_fd.
 */
int listen_open(const char *address, uint16_t port, int *ret_fd,
		struct reason *why);

/* Write the socket's address as it stands in a URL: "[::]:80". */
void listen_format(int fd, char buf[LISTEN_ADDRESS_BYTES]);

/* Return the TCP port of the socket, or 0. */
uint16_t listen_port(int fd);

#endif
