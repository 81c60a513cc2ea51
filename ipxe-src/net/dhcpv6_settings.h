/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Settings blocks netN.dhcpv6, made of DHCPv6 replies. */
#ifndef NET_DHCPV6_SETTINGS_H
#define NET_DHCPV6_SETTINGS_H

#include "core/compiler.h"
#include "core/settings.h"
#include "net/dhcpv6_packet.h"
#include "net/netdevice.h"

/* In a path through such a block a number is a DHCPv6 option. */
#define DHCPV6_SCOPE "dhcpv6"

/* Make a block of MESSAGE, which it copies, and register it under NETDEV
 * instead of a former one. Its address counts only if it IS_STATEFUL. Says so,
 * once, where the boot file's URL cannot be used. Returns 0 or -errno. */
int dhcpv6_block_register(struct net_device *netdev,
			  const struct dhcpv6_message *message,
			  bool is_stateful);

/* Remove the block of NETDEV, if there is one. */
void dhcpv6_block_unregister(struct net_device *netdev);

#endif
