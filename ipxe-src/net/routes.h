/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Static routes of DHCP, RFC 3442. */
#ifndef NET_ROUTES_H
#define NET_ROUTES_H

#include "lwip/ip4_addr.h"

struct netif;

/* The router that DHCP option 121 in the LEN bytes at ROUTES names for DEST,
 * the longest match. Returns 0, or -ENOENT: none, or what is there is
 * malformed. A router of 0.0.0.0 means that DEST is on the link. */
int routes_find(const uint8_t *routes, size_t len, ip4_addr_t dest,
		ip4_addr_t *ret_router);

/* For lwIP: who takes a packet for DEST that is not in NETIF's own network.
 * NULL: its default gateway does. */
const ip4_addr_t *routes_gateway(struct netif *netif, const ip4_addr_t *dest);

#endif
