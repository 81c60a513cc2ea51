/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What the drivers of network cards on PCI have in common. */
#ifndef DRIVERS_BUS_PCI_NET_H
#define DRIVERS_BUS_PCI_NET_H

#include "drivers/bus/pci.h"
#include "net/netdevice.h"

/* netdev_alloc() with chip, bus type, location and ids filled in. */
struct net_device *pci_netdev_alloc(struct pci_device *pci,
				    const struct net_device_ops *ops,
				    size_t priv_len);

#endif
