/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The DHCPv6 client, RFC 8415: it waits for nobody, its caller polls it. */
#ifndef NET_DHCPV6_H
#define NET_DHCPV6_H

#include "core/compiler.h"
#include "net/netdevice.h"

/* One exchange on one NIC. */
struct dhcpv6_session;

/* Begin to ask on NETDEV, which is open and has its link-local address: for an
 * address and what to boot (IS_STATEFUL; an RA's flag M), or for the latter
 * alone (flag O). NULL on failure, with a sentence. */
struct dhcpv6_session *dhcpv6_start(struct net_device *netdev,
				    bool is_stateful);

/* Go on. Returns -EINPROGRESS; 0 once the block netN.dhcpv6 is registered and
 * its address is in use; or -errno with a sentence. The last two stay. */
int dhcpv6_poll(struct dhcpv6_session *session);

/* End and free it; what it has registered stays. Accepts NULL. */
void dhcpv6_stop(struct dhcpv6_session *session);

/* Remove what DHCPv6 said on NETDEV. */
void dhcpv6_forget(struct net_device *netdev);

#endif
