/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Settings blocks made of DHCP packets: netN.dhcp, proxydhcp, pxebs. */
#ifndef NET_DHCP_SETTINGS_H
#define NET_DHCP_SETTINGS_H

#include "core/compiler.h"
#include "core/settings.h"
#include "net/netdevice.h"

/* Which packet a block holds. */
enum dhcp_block_kind {
	DHCP_BLOCK_LEASE, /* netN.dhcp: the DHCPACK */
	DHCP_BLOCK_PROXY, /* proxydhcp */
	DHCP_BLOCK_PXEBS, /* pxebs: the boot server's reply */
};

/* A block. The packet is its own copy. */
struct dhcp_block {
	struct settings settings;
	struct net_device *netdev; /* that the packet came by */
	enum dhcp_block_kind kind;
	size_t len;	  /* of the packet, bytes */
	uint8_t packet[]; /* from BOOTP's op onwards */
};

/* Make a block of the LEN bytes at PACKET and register it, instead of a former
 * one of that kind. Returns 0 or -errno. */
int dhcp_block_register(struct net_device *netdev, enum dhcp_block_kind kind,
			const void *packet, size_t len, bool is_cached);

/* The block of that kind that came by NETDEV (NULL: by any; not for a lease),
 * or NULL. */
struct dhcp_block *dhcp_block_find(struct net_device *netdev,
				   enum dhcp_block_kind kind);

/* Remove that block, if there is one. */
void dhcp_block_unregister(struct net_device *netdev,
			   enum dhcp_block_kind kind);

/* Is SETTINGS such a block? */
bool dhcp_block_is(const struct settings *settings);

#endif
