/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* IPv6 of a NIC: its addresses and ways, as the settings say. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lwip/ethip6.h"
#include "lwip/nd6.h"
#include "lwip/priv/nd6_priv.h"

#include "config/general.h"
#include "core/ipv6_text.h"
#include "lwip_hooks.h"
#include "net/address.h"
#include "net/dhcpv6.h"
#include "net/ipv6.h"
#include "net/ipv6_config.h"
#include "net/ndp.h"

SELECT_IF(NET_PROTO_IPV6);

#define LINK_LOCAL_LEN 64

/* Bits of the network of an address that a script has set and not said. */
#define STATIC_LEN 64

/* An address, and how many of its bits are those of its neighbours too. */
struct ipv6_address {
	ip6_addr_t addr;
	uint8_t len; /* 128: it has no neighbours */
};

/* What a NIC has of this; net_device.ipv6 points to it. */
struct ipv6_nic {
	struct settings link; /* block netN.link */
	struct net_device *netdev;
	struct ipv6_address addresses[LWIP_IPV6_NUM_ADDRESSES]; /* in lwIP */
	unsigned int count;
	ip6_addr_t gateway; /* of a script; "any": none */
};

/* An address of a name was silent by IPv6, since addresses last changed. */
static bool is_distrusted;

SETTING(ip6, "ip6", 0, ipv6, NULL, "IPv6 address");
SETTING(len6, "len6", 0, int8, NULL, "Length of the IPv6 prefix");
SETTING(gateway6, "gateway6", 0, ipv6, NULL, "IPv6 default gateway");
SETTING(dns6, "dns6", 0, ipv6, NULL, "IPv6 DNS server");
SETTING(syslog6, "syslog6", 0, ipv6, NULL, "IPv6 syslog server");

/* ---- The block netN.link ---- */

void ipv6_eui64(const struct net_device *netdev, const uint8_t prefix[16],
		uint8_t ret_addr[16])
{
	const uint8_t *mac =
		netdev->is_open ? netdev->netif.hwaddr : netdev->mac;

	memcpy(ret_addr, prefix, 8);
	memcpy(ret_addr + 8, mac, 3);
	ret_addr[8] ^= 0x02;
	ret_addr[11] = 0xff;
	ret_addr[12] = 0xfe;
	memcpy(ret_addr + 13, mac + 3, 3);
}

static int link_fetch(struct settings *settings, const struct setting *setting,
		      void *buf, size_t len,
		      const struct setting_type **ret_type __unused_arg)
{
	static const uint8_t prefix[16] = {0xfe, 0x80};
	const struct ipv6_nic *nic =
		container_of(settings, struct ipv6_nic, link);
	uint8_t raw[16];

	if (!setting->name || setting->scope)
		return -ENOENT;
	if (!strcmp(setting->name, setting_ip6.name)) {
		ipv6_eui64(nic->netdev, prefix, raw);
		memcpy(buf, raw, MIN(len, sizeof(raw)));
		return sizeof(raw);
	}
	if (!strcmp(setting->name, setting_len6.name)) {
		raw[0] = LINK_LOCAL_LEN;
		memcpy(buf, raw, MIN(len, 1));
		return 1;
	}
	return -ENOENT;
}

static const struct settings_ops link_ops = {.fetch = link_fetch};

void ipv6_added(struct net_device *netdev)
{
	struct ipv6_nic *nic = calloc(1, sizeof(*nic));

	if (!nic)
		return;
	ndp_init();
	nic->netdev = netdev;
	netdev->ipv6 = nic;
	netdev->netif.output_ip6 = ethip6_output;
	netdev->netif.flags |= NETIF_FLAG_MLD6;
	settings_init(&nic->link, &link_ops, IPV6_ORDER_LINK);
	settings_register(&nic->link, &netdev->settings, "link");
}

void ipv6_removed(struct net_device *netdev)
{
	struct ipv6_nic *nic = netdev->ipv6;

	if (!nic)
		return;
	settings_unregister(&nic->link);
	netdev->ipv6 = NULL;
	free(nic);
}

/* ---- From settings to lwIP ---- */

/* Fetch an address that SETTINGS itself has, not a block below it. */
static bool own_fetch(struct settings *settings, const struct setting *setting,
		      void *raw, size_t len)
{
	struct settings *origin;

	return settings_fetch(settings, setting, raw, len, &origin, NULL) ==
		       (int)len &&
	       origin == settings;
}

/* RAW as lwIP has it, on the link of NETIF (NULL: unknown). */
static void address_set(ip6_addr_t *addr, const uint8_t raw[16],
			struct netif *netif)
{
	memcpy(addr->addr, raw, 16);
	ip6_addr_clear_zone(addr);
	if (netif)
		ip6_addr_assign_zone(addr, IP6_UNKNOWN, netif);
}

/* Add the address of SETTINGS, and those of the blocks below, to NIC. */
static void addresses_collect(struct ipv6_nic *nic, struct settings *settings)
{
	struct netif *netif = &nic->netdev->netif;
	struct ipv6_address *address = &nic->addresses[nic->count];
	struct settings *child;
	uint8_t raw[16];

	if (nic->count == ARRAY_SIZE(nic->addresses))
		return;
	if (own_fetch(settings, &setting_ip6, raw, sizeof(raw))) {
		address_set(&address->addr, raw, netif);
		/* A router says itself what is on the link. */
		if (ndp_is_block(settings) ||
		    !own_fetch(settings, &setting_len6, &address->len, 1) ||
		    !address->len || address->len > 128)
			address->len = settings == &nic->netdev->settings
					       ? STATIC_LEN
					       : 128;
		if (!ip6_addr_isany(&address->addr) &&
		    !ip6_addr_ismulticast(&address->addr) &&
		    !ip6_addr_isloopback(&address->addr))
			nic->count++;
	}
	list_for_each_entry(child, &settings->children, siblings)
		addresses_collect(nic, child);
}

/* The place of ADDR among those of NIC, or -1. */
static int address_index(const struct ipv6_nic *nic, const ip6_addr_t *addr)
{
	unsigned int i;

	for (i = 0; i < nic->count; i++) {
		if (ip6_addr_eq(&nic->addresses[i].addr, addr))
			return (int)i;
	}
	return -1;
}

/* Take from lwIP the addresses that NIC has no more. */
static bool addresses_drop(struct ipv6_nic *nic)
{
	struct netif *netif = &nic->netdev->netif;
	bool is_changed = false;
	s8_t i;

	for (i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++) {
		if (ip6_addr_isinvalid(netif_ip6_addr_state(netif, i)) ||
		    address_index(nic, netif_ip6_addr(netif, i)) >= 0)
			continue;
		netif_ip6_addr_set_state(netif, i, IP6_ADDR_INVALID);
		is_changed = true;
	}
	return is_changed;
}

/* Give lwIP ADDR. It has its first place for a link-local one. */
static bool address_give(struct netif *netif, const ip6_addr_t *addr)
{
	s8_t i;

	if (netif_get_ip6_addr_match(netif, addr) >= 0)
		return false;
	for (i = ip6_addr_islinklocal(addr) ? 0 : 1;
	     i < LWIP_IPV6_NUM_ADDRESSES; i++) {
		if (!ip6_addr_isinvalid(netif_ip6_addr_state(netif, i)))
			continue;
		netif_ip6_addr_set(netif, i, addr);
		netif_ip6_addr_set_valid_life(netif, i, IP6_ADDR_LIFE_INFINITE);
		netif_ip6_addr_set_pref_life(netif, i, IP6_ADDR_LIFE_INFINITE);
		netif_ip6_addr_set_state(netif, i, IP6_ADDR_PREFERRED);
		return true;
	}
	return false;
}

/* The gateway that was not advertised by a router: lwIP knows those. */
static void gateway_find(struct ipv6_nic *nic, ip6_addr_t *ret_gateway)
{
	struct settings *origin;
	uint8_t raw[16];

	ip6_addr_set_any(ret_gateway);
	if (settings_fetch(&nic->netdev->settings, &setting_gateway6, raw,
			   sizeof(raw), &origin, NULL) == sizeof(raw) &&
	    !ndp_is_block(origin))
		address_set(ret_gateway, raw, &nic->netdev->netif);
}

bool ipv6_apply(struct net_device *netdev)
{
	struct ipv6_nic *nic = netdev->ipv6;
	struct netif *netif = &netdev->netif;
	bool is_changed, is_global = false;
	ip6_addr_t gateway;
	unsigned int i;

	if (!nic)
		return false;
	if (netif->mtu6 > netif->mtu)
		netif->mtu6 = netif->mtu;
	nic->count = 0;
	addresses_collect(nic, &netdev->settings);
	is_changed = addresses_drop(nic);
	for (i = 0; i < nic->count; i++) {
		is_changed |= address_give(netif, &nic->addresses[i].addr);
		is_global |= !ip6_addr_islinklocal(&nic->addresses[i].addr);
	}
	gateway_find(nic, &gateway);
	if (!ip6_addr_eq(&gateway, &nic->gateway)) {
		nic->gateway = gateway;
		is_changed = true;
	}
	/* What it remembers may lead elsewhere now. */
	if (is_changed) {
		nd6_clear_destination_cache();
		is_distrusted = false;
	}
	if (is_global && !netif_default)
		netif_set_default(netif);
	return is_global;
}

void ipv6_closed(struct net_device *netdev)
{
	struct ipv6_nic *nic = netdev->ipv6;

	if (!nic)
		return;
	ipv6_config_forget(netdev);
	dhcpv6_forget(netdev);
	ndp_forget(netdev);
	nic->count = 0;
	addresses_drop(nic);
	ip6_addr_set_any(&nic->gateway);
	netdev->netif.mtu6 = netdev->netif.mtu;
}

/* ---- Ways ---- */

/* Is DEST a neighbour, by an address of NIC or by a router? */
static bool is_on_link(const struct ipv6_nic *nic, const ip6_addr_t *dest)
{
	unsigned int i;

	for (i = 0; i < nic->count; i++) {
		if (nic->addresses[i].len < 128 &&
		    ndp_is_same_network(nic->addresses[i].addr.addr, dest->addr,
					nic->addresses[i].len))
			return true;
	}
	return ndp_is_on_link(nic->netdev, dest);
}

const ip6_addr_t *ipv6_next_hop(struct netif *netif, const ip6_addr_t *dest)
{
	const struct net_device *netdev = netif->state;
	const struct ipv6_nic *nic = netdev->ipv6;

	if (!nic)
		return NULL;
	if (is_on_link(nic, dest))
		return dest;
	return ip6_addr_isany(&nic->gateway) ? NULL : &nic->gateway;
}

struct netif *ipv6_out_netif(const ip6_addr_t *dest)
{
	struct net_device *netdev, *found = NULL;
	struct ipv6_nic *nic;

	list_for_each_entry(netdev, &net_devices, list) {
		nic = netdev->ipv6;
		if (!netdev->is_open || !netdev->has_link || !nic)
			continue;
		if (is_on_link(nic, dest))
			return &netdev->netif;
		if (!ip6_addr_isany(&nic->gateway) &&
		    (!found || netdev->open_count > found->open_count))
			found = netdev;
	}
	return found ? &found->netif : NULL;
}

/* Has a router on the network of NETIF advertised a way to DEST? */
static bool is_advertised(const struct netif *netif, const ip6_addr_t *dest)
{
	const struct nd6_prefix_list_entry *prefix;
	const struct nd6_router_list_entry *router;

	for (prefix = prefix_list; prefix < prefix_list + LWIP_ND6_NUM_PREFIXES;
	     prefix++) {
		if (prefix->netif == netif &&
		    ip6_addr_net_eq(&prefix->prefix, dest))
			return true;
	}
	for (router = default_router_list;
	     router < default_router_list + LWIP_ND6_NUM_ROUTERS; router++) {
		if (router->neighbor_entry &&
		    router->neighbor_entry->netif == netif)
			return true;
	}
	return false;
}

/* Has NETIF an address that is good for more than its own link? */
static bool has_global(const struct netif *netif)
{
	s8_t i;

	for (i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++) {
		if (ip6_addr_isvalid(netif_ip6_addr_state(netif, i)) &&
		    !ip6_addr_islinklocal(netif_ip6_addr(netif, i)))
			return true;
	}
	return false;
}

bool ipv6_has_global(const struct net_device *netdev)
{
	return netdev->is_open && has_global(&netdev->netif);
}

struct netif *address_route(const ip_addr_t *addr)
{
	const ip6_addr_t *dest = ip_2_ip6(addr);
	struct netif *netif;

	if (IP_IS_V4(addr))
		return ip4_route(ip_2_ip4(addr));
	netif = ip6_route(IP6_ADDR_ANY6, dest);
	if (!netif || ip6_addr_islinklocal(dest) || ip6_addr_ismulticast(dest))
		return netif;
	if (!has_global(netif) ||
	    (!ipv6_next_hop(netif, dest) && !is_advertised(netif, dest)))
		return NULL;
	return netif;
}

/* ---- Text ---- */

const char *address_text(const ip_addr_t *addr)
{
	static char text[IPV6_TEXT_LEN + 1 +
			 sizeof(((struct net_device *)0)->name)];
	const struct net_device *netdev;

	if (IP_IS_V4(addr))
		return ip4addr_ntoa(ip_2_ip4(addr));
	ipv6_text_format((const uint8_t *)ip_2_ip6(addr)->addr, text);
	list_for_each_entry(netdev, &net_devices, list) {
		if (ip6_addr_has_zone(ip_2_ip6(addr)) &&
		    ip6_addr_test_zone(ip_2_ip6(addr), &netdev->netif)) {
			strcat(text, "%");
			strcat(text, netdev->name);
		}
	}
	return text;
}

bool address_parse_ipv6(const char *text, ip_addr_t *ret_addr)
{
	const char *zone = strchr(text, '%');
	size_t len = zone ? (size_t)(zone - text) : strlen(text);
	struct net_device *netdev;
	char address[IPV6_TEXT_LEN + 8]; /* an IPv4 end makes it longer */
	uint8_t raw[16];

	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	if (ipv6_text_parse(address, raw))
		return false;
	if (zone)
		zone += !strncmp(zone, "%25", 3) ? 3 : 1;
	netdev = netdev_find(zone ? zone : "netX");
	if (zone && !netdev)
		return false;
	IP_SET_TYPE(ret_addr, IPADDR_TYPE_V6);
	memcpy(ip_2_ip6(ret_addr)->addr, raw, sizeof(raw));
	ip6_addr_clear_zone(ip_2_ip6(ret_addr));
	if (netdev)
		ip6_addr_assign_zone(ip_2_ip6(ret_addr), IP6_UNKNOWN,
				     &netdev->netif);
	return true;
}

/* ---- Names ---- */

/* Can the world be reached by IPv6, by IPv4? */
static void families_find(bool *ret_ipv6, bool *ret_ipv4)
{
	static const ip_addr_t world = IPADDR6_INIT_HOST(0x20000000, 0, 0, 1);
	const struct net_device *netdev;

	*ret_ipv6 = address_route(&world) != NULL;
	*ret_ipv4 = false;
	list_for_each_entry(netdev, &net_devices, list) {
		if (netdev->is_open &&
		    !ip4_addr_isany(netif_ip4_addr(&netdev->netif)))
			*ret_ipv4 = true;
	}
}

void ipv6_dns_first(struct resolve *resolve)
{
	const struct net_device *netdev;
	bool has_ipv6, has_ipv4;

	families_find(&has_ipv6, &has_ipv4);
	if (!has_ipv6 && !has_ipv4) {
		/* No way out, but perhaps one to the neighbours. */
		list_for_each_entry(netdev, &net_devices, list)
			has_ipv6 |= ipv6_has_global(netdev);
	}
	if (has_ipv4 && (is_distrusted || resolve->is_ipv4_wanted))
		has_ipv6 = false;
	resolve->type =
		has_ipv6 ? LWIP_DNS_ADDRTYPE_IPV6 : LWIP_DNS_ADDRTYPE_IPV4;
}

bool ipv6_dns_next(struct resolve *resolve)
{
	bool has_ipv6, has_ipv4;

	families_find(&has_ipv6, &has_ipv4);
	if (resolve->is_ipv4_wanted || !has_ipv6 || !has_ipv4 ||
	    (resolve->type == LWIP_DNS_ADDRTYPE_IPV4) != is_distrusted)
		return false;
	resolve->type =
		is_distrusted ? LWIP_DNS_ADDRTYPE_IPV6 : LWIP_DNS_ADDRTYPE_IPV4;
	return true;
}

bool ipv6_has_other(const struct resolve *resolve)
{
	bool has_ipv6, has_ipv4;

	families_find(&has_ipv6, &has_ipv4);
	return resolve->resolver && IP_IS_V6(&resolve->addr) && has_ipv4 &&
	       !is_distrusted;
}

bool ipv6_resolve_other(struct resolve *resolve, bool is_silent)
{
	const struct resolver *resolver = resolve->resolver;
	const char *name = resolve->name;

	if (!ipv6_has_other(resolve))
		return false;
	is_distrusted |= is_silent;
	resolver->stop(resolve);
	memset(resolve, 0, sizeof(*resolve));
	resolve->name = name;
	resolve->resolver = resolver;
	resolve->rc = -EINPROGRESS;
	resolve->is_ipv4_wanted = true;
	resolver->start(resolve);
	return true;
}

/* The NIC that the block SETTINGS is of, or NULL. */
static struct net_device *block_netdev(const struct settings *settings)
{
	struct net_device *netdev;

	for (; settings; settings = settings->parent) {
		list_for_each_entry(netdev, &net_devices, list) {
			if (settings == &netdev->settings)
				return netdev;
		}
	}
	return NULL;
}

/* Up to MAX addresses, at most DNS_MAX_SERVERS, that SETTING says. */
static unsigned int addresses_fetch(const struct setting *setting,
				    ip_addr_t *addrs, unsigned int max)
{
	struct settings *origin = NULL;
	uint8_t raw[DNS_MAX_SERVERS][16];
	struct net_device *netdev;
	unsigned int i, count;
	int len;

	len = settings_fetch(NULL, setting, raw, sizeof(raw), &origin, NULL);
	if (len < 0)
		return 0;
	count = MIN((unsigned int)len / 16, (unsigned int)ARRAY_SIZE(raw));
	count = MIN(count, max);
	netdev = block_netdev(origin);
	if (!netdev)
		netdev = netdev_find("netX");
	for (i = 0; i < count; i++) {
		IP_SET_TYPE(&addrs[i], IPADDR_TYPE_V6);
		address_set(ip_2_ip6(&addrs[i]), raw[i],
			    netdev ? &netdev->netif : NULL);
	}
	return count;
}

unsigned int ipv6_dns_servers(ip_addr_t *servers)
{
	/* Some are left for the other family. */
	unsigned int i, count = addresses_fetch(&setting_dns6, servers,
						DNS_MAX_SERVERS / 2);
	uint32_t addrs[DNS_MAX_SERVERS];
	int len;

	len = settings_fetch(NULL, &setting_dns, addrs, sizeof(addrs), NULL,
			     NULL);
	len = MIN(len, (int)((DNS_MAX_SERVERS - count) * sizeof(addrs[0])));
	for (i = 0; len >= 4; i++, len -= 4) {
		ip_addr_set_ip4_u32_val(servers[count], addrs[i]);
		count++;
	}
	return count;
}

bool ipv6_setting_fetch(const struct setting *setting, ip_addr_t *ret_addr)
{
	return addresses_fetch(setting, ret_addr, 1) == 1;
}
