/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What PXE servers offer: boot servers, and the menu of them. */
#ifndef USR_PXEMGMT_H
#define USR_PXEMGMT_H

#include "core/uri.h"
#include "net/netdevice.h"

/* Find a boot server of TYPE for NETDEV and say so. TIMEOUT_MS negative: as
 * long as pxebs_discover() takes. 0, or -errno having said why. */
int pxebs(struct net_device *netdev, uint16_t type, int timeout_ms);

/* If DHCP on NETDEV gave a boot menu: let a person choose, or time, and find
 * the boot server. Returns 1 if there is no menu that is to be shown; 0 with
 * what is to be booted in *RET_URI, a new reference, or NULL for the local
 * disk; or -errno having said why. Only where PXE_MENU is linked. */
int pxe_menu_boot(struct net_device *netdev, struct uri **ret_uri);

#endif
