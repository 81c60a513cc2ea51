/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Work on network interfaces for commands. */
#ifndef USR_IFMGMT_H
#define USR_IFMGMT_H

#include "core/table.h"
#include "net/netdevice.h"

/* Open NETDEV; says why if it cannot. 0 or -errno. */
int ifopen(struct net_device *netdev);
void ifclose(struct net_device *netdev);

/* Print the state of NETDEV. */
void ifstat(struct net_device *netdev);

/* Who configures. */
enum { CONFIGURE_ALL, CONFIGURE_DHCP, CONFIGURE_IPV6 };

/* How to configure. */
struct ifconf_options {
	int timeout_ms;	       /* negative: the DHCP client's own limits */
	uint8_t configurators; /* one of those above; where there is no IPv6,
				* nobody looks */
};

/* Open NETDEV, wait for its link, configure it by DHCP and for IPv6 at once;
 * close it if neither succeeds. Says what it does. 0 or -errno. */
int ifconf(struct net_device *netdev, const struct ifconf_options *options);

/* Configure the first NIC that can be; see usr/several_nics.c for what that
 * means where there are several. 0, or -errno of the last one. */
int ifconf_any(const struct ifconf_options *options);

/* Try the NICs one after the other: nic_first(), then nic_next() until NULL.
 * The NIC that we were loaded from comes first. TIMEOUT_MS is how long links
 * are waited for, as in ifconf(). */
struct net_device *nic_first(int timeout_ms);
struct net_device *nic_next(void);

/* A better way to choose than one after the other, where it is linked in.
 * Table "nic_choosers", of at most one. */
struct nic_chooser {
	/* The next NIC, marked was_tried, or NULL; SINCE_US is when the first
	 * was asked for, WAIT_MS how long links are waited for from then. */
	struct net_device *(*next)(uint64_t since_us, unsigned int wait_ms);
	/* NETDEV was configured: is what it was told of use? Says so if not. */
	bool (*is_useful)(struct net_device *netdev);
};

TABLE_DECLARE(nic_choosers, const struct nic_chooser);

/* Print addresses and routes. */
void route(void);

#endif
