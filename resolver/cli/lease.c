/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* A machine's way to an address by DHCP (RFC 2131 4.4.1), one step a call. */
#include "lease.h"

#include <string.h>

static const struct dhcp_client client = {
	.title = "iPXE on a BIOS machine",
	.vendor_class = "PXEClient:Arch:00000:UNDI:002001",
	.ndi = {1, 2, 1},
	.is_ipxe = true,
};

/* What every packet of a machine has; its UUID is made of its address. */
static struct dhcp_query query_of(const struct lease *lease,
				  const uint8_t mac[6])
{
	struct dhcp_query query = {
		.client = &client,
		.xid = lease->xid,
		.type = lease->state,
		.menu_item = -1,
	};

	memcpy(query.mac, mac, sizeof(query.mac));
	memcpy(query.uuid + 10, mac, 6);
	return query;
}

void lease_begin(struct lease *lease, uint32_t xid)
{
	*lease = (struct lease){.xid = xid, .state = DHCP_DISCOVER};
}

int lease_send(const struct wire *wire, const struct lease *lease,
	       const uint8_t mac[6])
{
	struct dhcp_query query = query_of(lease, mac);
	uint8_t packet[DHCP_PACKET_MAX];

	if (lease->state == DHCP_REQUEST) {
		query.requested = lease->address;
		query.server = lease->server;
	}
	return wire_broadcast(wire, packet, dhcp_build(packet, &query));
}

bool lease_take(struct lease *lease, const struct dhcp_reply *reply)
{
	if (reply->xid != lease->xid)
		return false;
	if (lease->state == DHCP_DISCOVER && reply->type == DHCP_OFFER &&
	    reply->address.s_addr && reply->server.s_addr) {
		lease->address = reply->address;
		lease->server = reply->server;
		lease->state = DHCP_REQUEST;
		return true;
	}
	if (lease->state != DHCP_REQUEST ||
	    reply->server.s_addr != lease->server.s_addr)
		return false;
	if (reply->type == DHCP_NAK) {
		lease_begin(lease, lease->xid);
		return true;
	}
	if (reply->type != DHCP_ACK || !reply->address.s_addr)
		return false;
	lease->address = reply->address;
	lease->state = DHCP_ACK;
	return true;
}

void lease_release(const struct wire *wire, struct lease *lease,
		   const uint8_t mac[6])
{
	struct dhcp_query query = query_of(lease, mac);
	uint8_t packet[DHCP_PACKET_MAX];

	if (lease->state != DHCP_REQUEST && lease->state != DHCP_ACK)
		return;
	query.type = DHCP_RELEASE;
	query.address = lease->address;
	query.server = lease->server;
	wire_send(wire, lease->server, DHCP_SERVER_PORT, packet,
		  dhcp_build(packet, &query));
	*lease = (struct lease){0};
}
