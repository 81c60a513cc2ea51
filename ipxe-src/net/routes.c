/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Static routes of DHCP, RFC 3442. */
#include <errno.h>
#include <string.h>

#include "config/general.h"
#include "core/settings.h"
#include "net/netdevice.h"
#include "net/routes.h"

SELECT_IF(STATIC_ROUTES);

int routes_find(const uint8_t *routes, size_t len, ip4_addr_t dest,
		ip4_addr_t *ret_router)
{
	const uint8_t *end = routes + len;
	uint32_t mask, network;
	unsigned int width, octets;
	int best = -1;

	while (routes < end) {
		width = *routes++;
		octets = (width + 7) / 8;
		if (width > 32 || (size_t)(end - routes) < octets + 4)
			return -ENOENT;
		network = 0;
		memcpy(&network, routes, octets);
		mask = width ? lwip_htonl(0xffffffffu << (32 - width)) : 0;
		routes += octets;
		if ((int)width > best && (dest.addr & mask) == network) {
			best = (int)width;
			memcpy(&ret_router->addr, routes, 4);
		}
		routes += 4;
	}
	return best < 0 ? -ENOENT : 0;
}

const ip4_addr_t *routes_gateway(struct netif *netif, const ip4_addr_t *dest)
{
	struct net_device *netdev = netif->state;
	static ip4_addr_t router;
	uint8_t routes[255];
	int len;

	len = settings_fetch(&netdev->settings, &setting_static_routes, routes,
			     sizeof(routes), NULL, NULL);
	if (len <= 0 || len > (int)sizeof(routes) ||
	    routes_find(routes, (size_t)len, *dest, &router))
		return NULL;
	return router.addr ? &router : dest;
}
