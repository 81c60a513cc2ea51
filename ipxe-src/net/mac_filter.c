/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* A card that was given another address does not hear its old one.
 *
 * Most cards see to that themselves. virtio-net and others that receive all
 * frames would go on answering what is sent to the burnt-in address.
 */
#include <string.h>

#include "config/general.h"
#include "net/netdevice.h"

SELECT_IF(MAC_FILTER);

/* Drop a frame to another station. Bit 0 of the first byte is that of groups:
 * IEEE 802-2014 8.2.2. */
static bool mac_filter_rx(struct net_device *netdev, struct pbuf *p)
{
	const uint8_t *to = p->payload;

	if (!netdev->is_mac_changed || p->len < sizeof(netdev->mac) ||
	    to[0] & 1 || !memcmp(to, netdev->netif.hwaddr, sizeof(netdev->mac)))
		return false;
	pbuf_free(p);
	return true;
}

static const struct net_extension mac_filter_extension = {
	.rx = mac_filter_rx,
};
TABLE_REGISTER(net_extensions, mac_filter_extension);
