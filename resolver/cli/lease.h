/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* A machine's way to an address by DHCP (RFC 2131 4.4.1), one step a call. */
#ifndef RESOLVER_CLI_LEASE_H
#define RESOLVER_CLI_LEASE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "dhcp_packet.h"
#include "wire.h"

/* How far a machine is.  All zero before it begins. */
struct lease {
	/* Transaction of what was sent last. */
	uint32_t xid;
	/* DHCP_DISCOVER, DHCP_REQUEST, or DHCP_ACK: the address is its own. */
	enum dhcp_type state;
	/* The address that is offered, and by which server. */
	struct in_addr address, server;
};

/* Say that it begins anew, with this transaction. */
void lease_begin(struct lease *lease, uint32_t xid);

/* Send what its state wants, as an iPXE of that hardware address.  0 or a
 * negative errno. */
int lease_send(const struct wire *wire, const struct lease *lease,
	       const uint8_t mac[6]);

/*
 * Take an answer.  Returns whether the state changed: then lease_send() is due,
 * unless it is DHCP_ACK.  An offer without an address, from a proxy, and
 * answers to other transactions change nothing; a refusal begins anew.
 */
bool lease_take(struct lease *lease, const struct dhcp_reply *reply);

/*
 * Give the address back (RFC 2131 4.4.6), where ours lets us reach the server;
 * one that was requested, too, since the answer may be on its way.
 */
void lease_release(const struct wire *wire, struct lease *lease,
		   const uint8_t mac[6]);

#endif
