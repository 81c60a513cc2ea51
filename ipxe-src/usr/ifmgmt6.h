/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What commands print of IPv6; nothing where it is not in the image. */
#ifndef USR_IFMGMT6_H
#define USR_IFMGMT6_H

#include "lwip/opt.h"

#include "net/netdevice.h"

#if LWIP_IPV6

/* Print the addresses and the gateway of NETDEV: `route`. */
void route6(struct net_device *netdev);

/* Print the neighbours that were found: `nstat`. */
void neighbours6(void);

#else

static inline void route6(struct net_device *netdev __unused_arg)
{
}

static inline void neighbours6(void)
{
}

#endif

#endif
