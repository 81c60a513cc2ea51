/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* DHCP on the wire: sending as any machine, hearing all that is answered. */
#ifndef RESOLVER_CLI_WIRE_H
#define RESOLVER_CLI_WIRE_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reason.h"

/* An interface that is listened on. */
struct wire {
	/* Its name. */
	char name[IF_NAMESIZE];
	/* Its index. */
	int index;
	/* Its hardware address. */
	uint8_t mac[6];
	/* Its IPv4 address, or 0.0.0.0. */
	struct in_addr address;
	/* Hears and sends whole IP packets (packet(7)). */
	int packet_fd;
	/* Sends from our address, or -1 where there is none. */
	int udp_fd;
};

/* One UDP datagram from a DHCP server. */
struct wire_datagram {
	/* Who sent it. */
	struct in_addr from;
	/* From which port. */
	uint16_t port;
	/* Its payload, bytes. */
	size_t len;
	/* The payload. */
	uint8_t data[2048];
};

/*
 * Open the interface of that name, or with NULL the one that leads to the
 * default route, else the only one that is up.  Returns 0, or a negative errno
 * with a reason: -EPERM without CAP_NET_RAW.
 */
int wire_open(const char *name, struct wire *ret_wire, struct reason *why);

/* Close the sockets. */
void wire_close(struct wire *wire);

/*
 * Send a DHCP packet to everybody (to port 67).  Returns 0 or a negative
 * errno.
 */
int wire_broadcast(const struct wire *wire, const uint8_t *packet, size_t len);

/* Send a DHCP packet to one server's port.  -EADDRNOTAVAIL without address. */
int wire_send(const struct wire *wire, struct in_addr to, uint16_t port,
	      const uint8_t *packet, size_t len);

/*
 * Wait at most ms for a datagram to the DHCP client's port.  Returns 1, 0 when
 * nothing came, or a negative errno.
 */
int wire_receive(const struct wire *wire, int ms,
		 struct wire_datagram *ret_datagram);

#endif
