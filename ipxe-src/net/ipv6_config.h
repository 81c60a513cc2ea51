/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The IPv6 configurator: routers are asked, and DHCPv6 where they say so.
 *
 * It works in the background, so that it never slows down DHCP for IPv4: what
 * a router says late still becomes settings.
 */
#ifndef NET_IPV6_CONFIG_H
#define NET_IPV6_CONFIG_H

#include "lwip/opt.h"

#include "core/compiler.h"
#include "net/netdevice.h"

#if LWIP_IPV6

/* Begin, anew if it was begun already, on NETDEV, which is open. */
void ipv6_config_start(struct net_device *netdev);

/* Returns -EINPROGRESS; 0: NETDEV has an address that is good for more than its
 * link; or -errno with a sentence. */
int ipv6_config_poll(const struct net_device *netdev);

/* Has a router answered on NETDEV? */
bool ipv6_config_is_answered(const struct net_device *netdev);

/* Is it done, and known what to boot? Then DHCP for IPv4 need not be waited for
 * as long. */
bool ipv6_config_suffices(const struct net_device *netdev);

/* End it on NETDEV, which is being closed. */
void ipv6_config_forget(struct net_device *netdev);

#else

static inline void ipv6_config_start(struct net_device *netdev __unused_arg)
{
}

static inline bool
ipv6_config_suffices(const struct net_device *netdev __unused_arg)
{
	return false;
}

#endif

#endif
