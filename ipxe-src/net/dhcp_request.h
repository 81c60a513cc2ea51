/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What our DHCP client says of itself. */
#ifndef NET_DHCP_REQUEST_H
#define NET_DHCP_REQUEST_H

#include "net/dhcp_packet.h"
#include "net/netdevice.h"

/* Largest packet that we send: what every server must take, RFC 2131 2. */
#define DHCP_REQUEST_MAX 576

/* What one packet says beyond what all of ours say. */
struct dhcp_request {
	unsigned int type;     /* DHCP_DISCOVER or DHCP_REQUEST */
	uint32_t xid;	       /* as in the packet */
	uint16_t secs;	       /* since the exchange began */
	uint32_t ciaddr;       /* our address, or 0; network order */
	uint32_t requested_ip; /* option 50, or 0 */
	uint32_t server_id;    /* option 54, or 0 */
};

/* Write the packet to BUF, of DHCP_REQUEST_MAX bytes. Returns its length, or
 * -ENOBUFS (settings too long to be sent). */
int dhcp_request_build(struct net_device *netdev,
		       const struct dhcp_request *request, uint8_t *buf);

#endif
