/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The lease that the native PXE got, and where it loaded us from. */
#include <errno.h>
#include <string.h>

#include "core/origin.h"
#include "net/dhcp.h"
#include "net/dhcp_packet.h"
#include "net/dhcp_settings.h"
#include "net/ipv6_config.h"

SELECT_IF(CACHED_LEASE);

/* Is the cached packet WHICH there, and a reply? */
static bool cached_is_valid(enum origin_packet which)
{
	return dhcp_is_reply(origin.packet[which].data,
			     origin.packet[which].len, NULL);
}

/* Are two cached packets the same? Stacks give one in place of another. */
static bool cached_is_equal(enum origin_packet a, enum origin_packet b)
{
	return origin.packet[a].len == origin.packet[b].len &&
	       !memcmp(origin.packet[a].data, origin.packet[b].data,
		       origin.packet[a].len);
}

/* Where the file that the cached packet WHICH names is; NULL if it names
 * none. A new reference. */
static struct uri *cached_uri(enum origin_packet which)
{
	const uint8_t *data = origin.packet[which].data;
	size_t len = origin.packet[which].len;
	char filename[256];
	ip4_addr_t server;
	int filename_len;

	if (!cached_is_valid(which))
		return NULL;
	filename_len =
		dhcp_filename_get(data, len, filename, sizeof(filename) - 1);
	if (filename_len < 0 || filename_len >= (int)sizeof(filename))
		return NULL;
	filename[filename_len] = '\0';
	server.addr = dhcp_next_server(data, len);
	return uri_boot(server.addr ? ip4addr_ntoa(&server) : NULL, filename);
}

/* The file was named by the last to be asked that names one. */
static void origin_find_uri(void)
{
	static const enum origin_packet order[] = {
		ORIGIN_PXEREPLY,
		ORIGIN_PROXYOFFER,
		ORIGIN_DHCPACK,
	};
	struct uri *uri = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(order) && !uri; i++)
		uri = cached_uri(order[i]);
	if (uri)
		origin_set_uri(uri);
	uri_put(uri);
}

/* The NIC that the lease is for. */
static struct net_device *cached_netdev(void)
{
	const struct bootp *ack =
		(const struct bootp *)origin.packet[ORIGIN_DHCPACK].data;
	struct net_device *netdev = NULL;

	if (!cached_is_valid(ORIGIN_DHCPACK) || !ack->yiaddr)
		return NULL;
	if (origin.has_mac)
		netdev = netdev_find_mac(origin.mac);
	return netdev ? netdev : netdev_find_mac(ack->chaddr);
}

/* Make the cached packet WHICH a block. */
static int cached_register(struct net_device *netdev, enum origin_packet which,
			   enum dhcp_block_kind kind)
{
	return dhcp_block_register(netdev, kind, origin.packet[which].data,
				   origin.packet[which].len, true);
}

int dhcp_adopt_cached(void)
{
	struct net_device *netdev;
	int rc;

	if (!origin.uri)
		origin_find_uri();
	/* A volume is no server: names are still the boot server's. */
	if (!cwuri && origin.uri && origin.uri->host)
		uri_set_cwuri(origin.uri);
	netdev = cached_netdev();
	if (!netdev)
		return -ENOENT;
	rc = netdev_open(netdev);
	if (rc)
		return rc;
	rc = cached_register(netdev, ORIGIN_DHCPACK, DHCP_BLOCK_LEASE);
	if (rc)
		return rc;
	if (cached_is_valid(ORIGIN_PROXYOFFER) &&
	    !cached_is_equal(ORIGIN_PROXYOFFER, ORIGIN_DHCPACK))
		cached_register(netdev, ORIGIN_PROXYOFFER, DHCP_BLOCK_PROXY);
	if (cached_is_valid(ORIGIN_PXEREPLY) &&
	    !cached_is_equal(ORIGIN_PXEREPLY, ORIGIN_DHCPACK) &&
	    !cached_is_equal(ORIGIN_PXEREPLY, ORIGIN_PROXYOFFER))
		cached_register(netdev, ORIGIN_PXEREPLY, DHCP_BLOCK_PXEBS);
	netdev_apply_settings(netdev);
	ipv6_config_start(netdev);
	return 0;
}
