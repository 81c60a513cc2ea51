/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What commands print of IPv6. */
#include "lwip/priv/nd6_priv.h"

#include "config/general.h"
#include "core/console.h"
#include "core/ipv6_text.h"
#include "net/address.h"
#include "net/ipv6.h"
#include "usr/ifmgmt6.h"

SELECT_IF(NET_PROTO_IPV6);

/* Print the address that SETTINGS has, with the gateway that goes with it, and
 * those of the blocks below. */
static void address_print(struct net_device *netdev, struct settings *settings)
{
	struct settings *origin, *child;
	char text[IPV6_TEXT_LEN];
	unsigned long len;
	uint8_t raw[16];

	if (settings_fetch(settings, &setting_ip6, raw, sizeof(raw), &origin,
			   NULL) == sizeof(raw) &&
	    origin == settings) {
		console_printf("%s: %s", netdev->name,
			       ipv6_text_format(raw, text));
		if (!settings_fetch_uint(settings, &setting_len6, &len))
			console_printf("/%lu", len & 0xff);
		if (settings_fetch(settings, &setting_gateway6, raw,
				   sizeof(raw), NULL, NULL) == sizeof(raw))
			console_printf(" gw %s", ipv6_text_format(raw, text));
		console_printf("%s\n",
			       netdev->is_open ? "" : " (inaccessible)");
	}
	list_for_each_entry(child, &settings->children, siblings)
		address_print(netdev, child);
}

void route6(struct net_device *netdev)
{
	if (netdev->is_open)
		address_print(netdev, &netdev->settings);
}

void neighbours6(void)
{
	const struct nd6_neighbor_cache_entry *entry;
	const struct net_device *netdev;
	ip_addr_t addr;

	for (entry = neighbor_cache;
	     entry < neighbor_cache + LWIP_ND6_NUM_NEIGHBORS; entry++) {
		if (entry->state == ND6_NO_ENTRY ||
		    entry->state == ND6_INCOMPLETE)
			continue;
		netdev = entry->netif->state;
		ip_addr_copy_from_ip6(addr, entry->next_hop_address);
		console_printf("%s %s is %02x:%02x:%02x:%02x:%02x:%02x\n",
			       netdev->name, address_text(&addr),
			       entry->lladdr[0], entry->lladdr[1],
			       entry->lladdr[2], entry->lladdr[3],
			       entry->lladdr[4], entry->lladdr[5]);
	}
}
