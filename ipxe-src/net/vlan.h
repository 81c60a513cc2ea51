/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Virtual LANs: interfaces of which every frame carries a tag, IEEE 802.1Q. */
#ifndef NET_VLAN_H
#define NET_VLAN_H

#include "net/netdevice.h"

/* Tags 0 and 4095 are reserved, 802.1Q table 9-2. */
#define VLAN_TAG_MIN	  1
#define VLAN_TAG_MAX	  4094
#define VLAN_PRIORITY_MAX 7

/* Make the interface "<trunk>-<tag>", or change the priority of the one that
 * exists. Returns 0 or -errno with a sentence. */
int vlan_create(struct net_device *trunk, unsigned int tag,
		unsigned int priority);

/* End NETDEV. Returns 0, or -ENOTSUP with a sentence if it is no VLAN. */
int vlan_destroy(struct net_device *netdev);

#endif
