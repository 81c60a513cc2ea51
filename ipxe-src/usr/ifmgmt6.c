/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What commands do with IPv6. */
#include <stdio.h>

#include "lwip/priv/nd6_priv.h"

#include "config/general.h"
#include "core/console.h"
#include "core/error.h"
#include "core/ipv6_text.h"
#include "core/poll.h"
#include "net/address.h"
#include "net/ipv6.h"
#include "net/ipv6_config.h"
#include "net/ndp.h"
#include "usr/ifmgmt6.h"

SELECT_IF(NET_PROTO_IPV6);

/* How long what a router has begun may take after DHCP for IPv4 is done. */
#define FINISH_MS 2000

/* ---- The configurator ---- */

void ipv6_begin(struct net_device *netdev)
{
	ipv6_config_start(netdev);
}

/* For poll_until(). */
static bool is_done(void *ctx)
{
	return ipv6_config_poll(ctx) != -EINPROGRESS;
}

/* Who has given the address of the block SETTINGS. */
static const char *block_source(const struct settings *settings)
{
	if (ndp_is_block(settings))
		return "its router's prefix";
	return settings->order == IPV6_ORDER_DHCPV6 ? "DHCPv6" : "settings";
}

/* Say which address NETDEV has now, and by whom. */
static void address_report(struct net_device *netdev)
{
	struct settings *origin;
	char text[IPV6_TEXT_LEN];
	uint8_t raw[16];

	if (settings_fetch(&netdev->settings, &setting_ip6, raw, sizeof(raw),
			   &origin, NULL) != sizeof(raw))
		return;
	console_printf("%s: IPv6 address %s by %s", netdev->name,
		       ipv6_text_format(raw, text), block_source(origin));
	if (settings_fetch(&netdev->settings, &setting_gateway6, raw,
			   sizeof(raw), NULL, NULL) == sizeof(raw))
		console_printf(", gateway %s", ipv6_text_format(raw, text));
	console_printf("\n");
}

int ipv6_end(struct net_device *netdev, int rc)
{
	char why[200];
	int ipv6_rc;

	/* Who has IPv4 does not wait for routers that may not exist. */
	if (rc == -ECANCELED || !ipv6_config_is_answered(netdev))
		return rc;
	snprintf(why, sizeof(why), "%s", error_text(rc));
	ipv6_rc = poll_until(is_done, netdev, FINISH_MS);
	if (ipv6_rc == -ECANCELED)
		return ipv6_rc;
	ipv6_rc = ipv6_config_poll(netdev);
	if (!ipv6_rc) {
		address_report(netdev);
		return 0;
	}
	return rc ? error_set(rc, "%s", why) : 0;
}

int ipv6_configure(struct net_device *netdev, int timeout_ms)
{
	int rc;

	ipv6_config_start(netdev);
	rc = poll_until(is_done, netdev, timeout_ms);
	if (rc == -ETIMEDOUT)
		rc = error_set(rc, "no IPv6 address within %d ms", timeout_ms);
	else if (!rc)
		rc = ipv6_config_poll(netdev);
	if (!rc)
		address_report(netdev);
	return rc;
}

/* ---- What is there ---- */

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
