/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* `set netN/mac`: another address for a card. */
#include <string.h>

#include "config/general.h"
#include "core/error.h"
#include "core/origin.h"
#include "net/dhcp.h"
#include "net/netdevice.h"

SELECT_IF(MAC_SETTING);

#define MAC_LEN sizeof(((struct net_device *)0)->mac)

static int netdev_set_mac(struct net_device *netdev, const uint8_t *data,
			  size_t len)
{
	if (netdev->vlan)
		return error_set(-ENOTSUP, "%s has the address of its trunk",
				 netdev->name);
	if (!len)
		data = netdev->hwaddr;
	else if (len != MAC_LEN || data[0] & 1)
		return error_set(-EINVAL, "the address of a card is six "
					  "bytes, the first one even");
	if (!netdev->is_mac_changed)
		memcpy(netdev->own_mac, netdev->mac, MAC_LEN);
	netdev->is_mac_changed = true;
	memcpy(netdev->mac, data, MAC_LEN);
	return 0;
}

int netdev_store(struct settings *settings, const struct setting *setting,
		 const void *data, size_t len)
{
	struct net_device *netdev =
		container_of(settings, struct net_device, settings);

	if (!setting->scope || strcmp(setting->scope, "net"))
		return -ENOENT;
	if (!strcmp(setting->name, "mac"))
		return netdev_set_mac(netdev, data, len);
	return error_set(-ENOTSUP, "%s of %s cannot be changed", setting->name,
			 netdev->name);
}

/* Have NETDEV use the address that it was given; it is closed for that. */
void netdev_before_open(struct net_device *netdev)
{
	uint8_t *used = netdev->netif.hwaddr;

	if (!memcmp(netdev->mac, used, MAC_LEN))
		return;
	dhcp_forget(netdev);
	netdev_close(netdev);
	/* It stays the card that we came by. */
	if (origin.has_mac && !memcmp(origin.mac, used, MAC_LEN))
		origin_set_mac(netdev->mac);
	memcpy(used, netdev->mac, MAC_LEN);
}
