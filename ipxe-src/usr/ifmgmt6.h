/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What commands do with IPv6; nothing where it is not in the image. */
#ifndef USR_IFMGMT6_H
#define USR_IFMGMT6_H

#include "lwip/opt.h"

#include "net/netdevice.h"

/* Begin to configure NETDEV, in the background. */
void ipv6_begin(struct net_device *netdev);

/* DHCP for IPv4 has ended with RC: finish what ipv6_begin() began if a router
 * has answered, and say what came of it. Returns 0 if either has succeeded,
 * else RC. */
int ipv6_end(struct net_device *netdev, int rc);

/* Configure NETDEV for IPv6 alone; TIMEOUT_MS negative: its own limits. */
int ipv6_configure(struct net_device *netdev, int timeout_ms);

#if LWIP_IPV6

/* What --configurator may say. */
#define CONFIGURATORS "dhcp and ipv6"

/* Print the addresses and the gateway of NETDEV: `route`. */
void route6(struct net_device *netdev);

/* Print the neighbours that were found: `nstat`. */
void neighbours6(void);

/* Have PRINT print what lwIP has counted: `ipstat`. */
#define IPSTAT6(print)                                                         \
	do {                                                                   \
		print("IPv6", &lwip_stats.ip6);                                \
		print("ICMPv6", &lwip_stats.icmp6);                            \
	} while (0)

#else

#define CONFIGURATORS "dhcp"

static inline void route6(struct net_device *netdev __unused_arg)
{
}

static inline void neighbours6(void)
{
}

#define IPSTAT6(print)                                                         \
	do {                                                                   \
	} while (0)

#endif

#endif
