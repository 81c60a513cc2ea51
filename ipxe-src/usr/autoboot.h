/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Boot what DHCP says. */
#ifndef USR_AUTOBOOT_H
#define USR_AUTOBOOT_H

#include "net/netdevice.h"

/* Configure NETDEV (all others are closed) and boot the filename that its
 * settings name. Returns -errno, having said why, or what the program that it
 * booted returned. */
int netboot(struct net_device *netdev);

/* netboot() each NIC in turn, the one that we were loaded through first.
 * Returns the last status. */
int autoboot(void);

#endif
