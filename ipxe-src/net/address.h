/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Addresses of either family, where the code need not know which: without IPv6
 * an ip_addr_t is an IPv4 address, and this costs nothing. */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include <string.h>

#include "lwip/ip.h"

#include "core/compiler.h"
#include "core/settings.h"

#if LWIP_IPV6

/* ADDR as text, RFC 5952; behind a link-local one "%" and its NIC. In a static
 * buffer. */
const char *address_text(const ip_addr_t *addr);

/* Is TEXT an IPv6 address? One that is link-local may have "%net0" behind it
 * (also "%25net0", RFC 6874); without, it is on the NIC opened last. */
bool address_parse_ipv6(const char *text, ip_addr_t *ret_addr);

/* The interface that takes packets to ADDR, with an address of that family to
 * send them from; NULL: there is no way to it. */
struct netif *address_route(const ip_addr_t *addr);

/* The longest packet to ADDR by NETIF, less the bytes that its header has more
 * than one of IPv4. */
static inline unsigned int address_mtu(const ip_addr_t *addr,
				       const struct netif *netif)
{
	return IP_IS_V6(addr) ? netif->mtu6 - (IP6_HLEN - IP_HLEN) : netif->mtu;
}

/* What ADDR is as the value of a setting. */
static inline const struct setting_type *address_type(const ip_addr_t *addr)
{
	return IP_IS_V6(addr) ? &setting_type_ipv6 : &setting_type_ipv4;
}

static inline const void *address_raw(const ip_addr_t *addr)
{
	return IP_IS_V6(addr) ? (const void *)ip_2_ip6(addr)->addr
			      : (const void *)&ip_2_ip4(addr)->addr;
}

static inline size_t address_len(const ip_addr_t *addr)
{
	return IP_IS_V6(addr) ? 16 : 4;
}

/* For printf(): HOST as the field Host has it, RFC 9110 7.2. An IPv6 address is
 * in brackets, and its zone is nobody else's business (RFC 6874 section 4). */
#define HOST_FORMAT "%s%.*s%s"
#define HOST_ARGS(host)                                                        \
	HOST_IS_IPV6(host) ? "[" : "", (int)strcspn(host, "%"), host,          \
		HOST_IS_IPV6(host) ? "]" : ""
#define HOST_IS_IPV6(host) (strchr(host, ':') != NULL)

#else

#define HOST_FORMAT	"%s"
#define HOST_ARGS(host) host

static inline unsigned int address_mtu(const ip_addr_t *addr __unused_arg,
				       const struct netif *netif)
{
	return netif->mtu;
}

static inline const struct setting_type *
address_type(const ip_addr_t *addr __unused_arg)
{
	return &setting_type_ipv4;
}

static inline const void *address_raw(const ip_addr_t *addr)
{
	return &addr->addr;
}

static inline size_t address_len(const ip_addr_t *addr __unused_arg)
{
	return 4;
}

static inline const char *address_text(const ip_addr_t *addr)
{
	return ip4addr_ntoa(addr);
}

static inline bool address_parse_ipv6(const char *text __unused_arg,
				      ip_addr_t *ret_addr __unused_arg)
{
	return false;
}

static inline struct netif *address_route(const ip_addr_t *addr)
{
	return ip4_route(addr);
}

#endif

#endif
