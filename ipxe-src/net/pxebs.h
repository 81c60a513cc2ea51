/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* PXE boot server discovery: which server has the file of this type? */
#ifndef NET_PXEBS_H
#define NET_PXEBS_H

#include "net/netdevice.h"

/* Ask the boot servers of TYPE, as option 43 says (PXE 2.1 2.4): the multicast
 * group, everybody, then each server that is listed. The answer becomes the
 * block `pxebs`. NETDEV has an address. TIMEOUT_MS is for all of it; negative:
 * each is asked for PXEBS_NEXT_MS. Returns 0, -ETIMEDOUT, -ECANCELED, or
 * -errno with a sentence. */
int pxebs_discover(struct net_device *netdev, uint16_t type, int timeout_ms);

/* The type that a script means by NUMBER. iPXE documents the number itself, and
 * takes its bytes in the wrong order: where DHCP's lists of servers and items
 * have only the type that this makes, that is meant. */
uint16_t pxebs_type(struct net_device *netdev, uint16_t number);

#endif
