/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* IPv6 of a NIC: its addresses and ways, as the settings say.
 *
 * Every block of a NIC that has an `ip6` makes an address: netN itself (what a
 * script sets), netN.link, netN.ndp.K, netN.dhcpv6. Without IPv6 in the image
 * all of this is nothing.
 */
#ifndef NET_IPV6_H
#define NET_IPV6_H

#include "lwip/dns.h"
#include "lwip/ip_addr.h"
#include "lwip/raw.h"

#include "core/settings.h"
#include "net/netdevice.h"
#include "net/resolve.h"

struct raw_pcb;

/* Orders of the blocks of a NIC: which of several addresses ${netN/ip6} is. */
#define IPV6_ORDER_PREFIX (-4) /* a prefix without an address */
#define IPV6_ORDER_LINK	  (-3) /* netN.link */
#define IPV6_ORDER_SLAAC  (-2) /* netN.ndp with an address of ours */
#define IPV6_ORDER_DHCPV6 (-1) /* netN.dhcpv6 */

#if LWIP_IPV6

extern const struct setting setting_ip6, setting_len6, setting_gateway6,
	setting_dns6, setting_syslog6;

/* For netdevice.c: NETDEV was registered, is going to be unregistered. */
void ipv6_added(struct net_device *netdev);
void ipv6_removed(struct net_device *netdev);

/* Give lwIP the addresses that the settings of NETDEV, which is open, say.
 * Returns whether one of them is good for more than its own link. */
bool ipv6_apply(struct net_device *netdev);

/* Has NETDEV such an address? */
bool ipv6_has_global(const struct net_device *netdev);

/* NETDEV is being closed: drop its addresses, and what routers said. */
void ipv6_closed(struct net_device *netdev);

/* Has NETDEV, which is configured, no IPv4 address? */
static inline bool ipv6_is_alone(struct net_device *netdev)
{
	return ip4_addr_isany(netif_ip4_addr(&netdev->netif));
}

/* The address in PREFIX (64 bits count) that NETDEV makes of its MAC address,
 * RFC 4291 2.5.1. */
void ipv6_eui64(const struct net_device *netdev, const uint8_t prefix[16],
		uint8_t ret_addr[16]);

/* Have RESOLVE ask for the type of record that a name is asked for first: AAAA
 * where an IPv6 address and a way out are there. */
void ipv6_dns_first(struct resolve *resolve);

/* The same for the one after that; false if there is none. */
bool ipv6_dns_next(struct resolve *resolve);

/* Is the answer of RESOLVE an IPv6 address, and may there be an IPv4 one? */
bool ipv6_has_other(const struct resolve *resolve);

/* The answer was in vain: ask for an IPv4 address, if that makes sense.
 * IS_SILENT: it was not refused, so that other names had better be asked for
 * IPv4 addresses first from now on. Returns whether RESOLVE is open again. */
bool ipv6_resolve_other(struct resolve *resolve, bool is_silent);

/* The address that SETTING of the root says. False: none. */
bool ipv6_setting_fetch(const struct setting *setting, ip_addr_t *ret_addr);

/* The servers of the settings dns6 and dns, DNS_MAX_SERVERS at most, in this
 * order; returns how many. */
unsigned int ipv6_dns_servers(ip_addr_t *servers);

/* Have lwIP compute the checksum of the ICMPv6 messages that PCB sends. */
static inline void ipv6_raw_checksum(struct raw_pcb *pcb)
{
	pcb->chksum_reqd = 1;
	pcb->chksum_offset = 2;
}

#else

static inline void ipv6_raw_checksum(struct raw_pcb *pcb __unused_arg)
{
}

static inline void ipv6_added(struct net_device *netdev __unused_arg)
{
}

static inline void ipv6_removed(struct net_device *netdev __unused_arg)
{
}

static inline bool ipv6_apply(struct net_device *netdev __unused_arg)
{
	return false;
}

static inline void ipv6_closed(struct net_device *netdev __unused_arg)
{
}

static inline bool ipv6_is_alone(struct net_device *netdev __unused_arg)
{
	return false;
}

static inline void ipv6_dns_first(struct resolve *resolve __unused_arg)
{
}

static inline bool ipv6_dns_next(struct resolve *resolve __unused_arg)
{
	return false;
}

static inline bool ipv6_has_other(const struct resolve *resolve __unused_arg)
{
	return false;
}

static inline bool ipv6_resolve_other(struct resolve *resolve __unused_arg,
				      bool is_silent __unused_arg)
{
	return false;
}

#define setting_syslog6 setting_syslog /* a name for what is not used */

static inline bool
ipv6_setting_fetch(const struct setting *setting __unused_arg,
		   ip_addr_t *ret_addr __unused_arg)
{
	return false;
}

static inline unsigned int ipv6_dns_servers(ip_addr_t *servers)
{
	int len =
		settings_fetch(NULL, &setting_dns, servers,
			       DNS_MAX_SERVERS * sizeof(*servers), NULL, NULL);

	return len > 0 ? MIN((unsigned int)len / 4, DNS_MAX_SERVERS) : 0;
}

#endif

#endif
