/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What lwIP asks us while it sends: see the files named. */
#ifndef LWIP_HOOKS_H
#define LWIP_HOOKS_H

#include "lwip/ip_addr.h"

struct netif;

/* net/routes.c: the router for DEST by DHCP option 121, or NULL. */
const ip4_addr_t *routes_gateway(struct netif *netif, const ip4_addr_t *dest);

#if LWIP_IPV6
/* net/ipv6.c: who takes a packet for DEST on NETIF, or NULL: a router that
 * has advertised itself. */
const ip6_addr_t *ipv6_next_hop(struct netif *netif, const ip6_addr_t *dest);

/* net/ipv6.c: the interface for a packet to DEST, or NULL: that of such a
 * router. */
struct netif *ipv6_out_netif(const ip6_addr_t *dest);
#endif

#endif
