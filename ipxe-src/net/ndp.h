/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What routers say of a network: solicitations, advertisements, and the blocks
 * netN.ndp and netN.ndp.K that they become. RFC 4861, 4862, 8106. */
#ifndef NET_NDP_H
#define NET_NDP_H

#include "lwip/ip6_addr.h"

#include "core/compiler.h"
#include "net/netdevice.h"

/* Begin to listen; once, before anything arrives. */
void ndp_init(void);

/* Ask for routers on the network of NETDEV, which is open, and believe them
 * from now on. */
void ndp_solicit(struct net_device *netdev);

/* Have the questions all been asked, and no router has answered? */
bool ndp_is_silent(const struct net_device *netdev);

/* The flags (RA_MANAGED, RA_OTHER) of the routers that have answered: one that
 * knows of no DHCPv6 does not hide another's. -ENOENT if none has. */
int ndp_flags(const struct net_device *netdev);

/* Is DEST on the link, by the word of a router? */
bool ndp_is_on_link(const struct net_device *netdev, const ip6_addr_t *dest);

/* Is SETTINGS netN.ndp, or below it? */
bool ndp_is_block(const struct settings *settings);

/* Forget what was said on NETDEV, and ask no more. */
void ndp_forget(struct net_device *netdev);

/* Are the first LEN bits of A and B equal? */
bool ndp_is_same_network(const void *a, const void *b, unsigned int len);

#endif
