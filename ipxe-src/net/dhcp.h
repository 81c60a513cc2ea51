/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The DHCP client: RFC 2131, 2132, PXE 2.1, and leases that came before us. */
#ifndef NET_DHCP_H
#define NET_DHCP_H

#include "core/compiler.h"
#include "net/netdevice.h"

/* Configure NETDEV (open, link up). A lease that the native PXE left for this
 * NIC does not spare the question: a server may have another answer for us.
 * Registers blocks netN.dhcp, proxydhcp, pxebs and configures lwIP. TIMEOUT_MS
 * negative: the client's own limits. 0, -ETIMEDOUT, -ECANCELED, ... with a
 * sentence recorded. */
int dhcp_configure(struct net_device *netdev, int timeout_ms);

/* At start-up: turn the cached packets of `origin` into settings of the NIC
 * with origin.mac, open and configure that NIC, and set origin.uri and cwuri
 * if they are not known. Returns 0, or -ENOENT if there was no lease. */
int dhcp_adopt_cached(void) __attribute__((weak)); /* CACHED_LEASE */

/* Remove what DHCP said on NETDEV. */
void dhcp_forget(struct net_device *netdev);

#endif
