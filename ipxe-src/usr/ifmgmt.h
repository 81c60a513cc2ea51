/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Work on network interfaces for commands. */
#ifndef USR_IFMGMT_H
#define USR_IFMGMT_H

#include "net/netdevice.h"

/* Open NETDEV; says why if it cannot. 0 or -errno. */
int ifopen(struct net_device *netdev);
void ifclose(struct net_device *netdev);

/* Print the state of NETDEV. */
void ifstat(struct net_device *netdev);

/* How to configure. */
struct ifconf_options {
	int timeout_ms; /* negative: the DHCP client's own limits */
	bool renew;	/* do not reuse the native PXE's lease */
};

/* Open NETDEV, wait for its link, configure it by DHCP; close it if that
 * fails. Says what it does. 0 or -errno. */
int ifconf(struct net_device *netdev, const struct ifconf_options *options);

/* Print addresses and routes. */
void route(void);

#endif
