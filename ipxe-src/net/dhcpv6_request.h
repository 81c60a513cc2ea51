/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What our DHCPv6 client says of itself. */
#ifndef NET_DHCPV6_REQUEST_H
#define NET_DHCPV6_REQUEST_H

#include "net/dhcpv6_packet.h"
#include "net/netdevice.h"

/* Largest message that we send: it needs no fragments on any link (RFC 8200
 * section 5: 1280 bytes, less the headers of IPv6 and UDP). */
#define DHCPV6_REQUEST_MAX 1232

/* What we are called by servers: DUID-UUID has 18 bytes, DUID-LL 10. */
#define DHCPV6_CLIENT_ID_MAX 18

/* What one message says beyond what all of ours say. */
struct dhcpv6_request {
	uint8_t type;	     /* DHCPV6_SOLICIT, ... */
	uint32_t xid;	     /* transaction id, 24 bits */
	uint16_t elapsed_cs; /* since the first of these, hundredths of a s */
	const struct dhcpv6_option *server_id; /* NULL: to every server */
	const uint8_t *addr; /* that was offered, DHCPV6_ADDR_LEN bytes, or
			      * NULL */
};

/* Our identifier, to BUF of DHCPV6_CLIENT_ID_MAX bytes: that of the machine
 * (RFC 6355) or, where it has no UUID, that of NETDEV (RFC 8415 11.4). Returns
 * its length. */
size_t dhcpv6_client_id(const struct net_device *netdev, uint8_t *buf);

/* The number that our addresses of NETDEV are asked for by. It is the one that
 * iPXE has, so that a server gives both the same. */
uint32_t dhcpv6_iaid(const struct net_device *netdev);

/* Write the message to BUF, of DHCPV6_REQUEST_MAX bytes. Returns its length, or
 * -ENOBUFS (settings too long to be sent). */
int dhcpv6_request_build(const struct net_device *netdev,
			 const struct dhcpv6_request *request, uint8_t *buf);

#endif
