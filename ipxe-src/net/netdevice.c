/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Network interfaces: registry, the way of a frame, the blocks netN and netX.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lwip/etharp.h"
#include "netif/ethernet.h"

#include "config/dhcp.h"
#include "core/console.h"
#include "core/error.h"
#include "core/origin.h"
#include "core/platform.h"
#include "core/poll.h"
#include "net/dhcp.h"
#include "net/ipv6.h"
#include "net/netdevice.h"
#include "net/stack.h"

/* Sizes of an IPv4 packet that a link may have: RFC 791 3.2, Ethernet. */
#define MTU_MIN 576
#define MTU_MAX 1500

/* A card that is closed drops what it has not sent yet, such as the last
 * acknowledgement of a download. None says how long it takes. */
#define TX_DRAIN_US 5000

LIST_HEAD(net_devices);

static unsigned int open_counter;
static unsigned int name_counter;

/* ---- The way of a frame ---- */

static err_t netdev_linkoutput(struct netif *netif, struct pbuf *p)
{
	struct net_device *netdev = netif->state;
	int rc;

	if (!netdev->is_open)
		return ERR_IF;
	rc = netdev->ops->transmit(netdev, p);
	if (rc) {
		netdev->tx_errors++;
		netdev->tx_rc = rc;
		return rc == -ENOBUFS ? ERR_MEM : ERR_IF;
	}
	netdev->tx++;
	netdev->tx_us = platform_time_us();
	platform_busy();
	return ERR_OK;
}

struct pbuf *netdev_rx_alloc(size_t len)
{
	if (!len || len > NETDEV_FRAME_MAX)
		return NULL;
	return pbuf_alloc(PBUF_RAW, (u16_t)len, PBUF_POOL);
}

void netdev_rx(struct net_device *netdev, struct pbuf *p)
{
	const struct net_extension *extension;

	netdev->rx++;
	for_each_table_entry(extension, net_extensions) {
		if (extension->rx && extension->rx(netdev, p))
			return;
	}
	if (netdev->netif.input(p, &netdev->netif) != ERR_OK)
		pbuf_free(p);
}

void netdev_rx_verified(struct net_device *netdev, struct pbuf *p)
{
	u16_t flags = netdev->netif.chksum_flags;

	NETIF_SET_CHECKSUM_CTRL(
		&netdev->netif,
		flags & ~(NETIF_CHECKSUM_CHECK_TCP | NETIF_CHECKSUM_CHECK_UDP));
	netdev_rx(netdev, p);
	NETIF_SET_CHECKSUM_CTRL(&netdev->netif, flags);
}

void netdev_random_mac(uint8_t mac[6])
{
	put_be32(mac + 2, net_random());
	put_be16(mac, (uint16_t)net_random());
	/* Of one station, and administered locally: IEEE 802-2014 8.4. */
	mac[0] = (mac[0] & 0xfc) | 0x02;
}

void netdev_rx_error(struct net_device *netdev, int rc)
{
	netdev->rx_errors++;
	netdev->rx_rc = rc;
}

void netdev_set_link(struct net_device *netdev, bool up)
{
	if (netdev->has_link == up)
		return;
	netdev->has_link = up;
	if (up)
		netif_set_link_up(&netdev->netif);
	else
		netif_set_link_down(&netdev->netif);
}

static bool netdev_has_link(void *ctx)
{
	return ((struct net_device *)ctx)->has_link;
}

int netdev_wait_link(struct net_device *netdev, int timeout_ms)
{
	int rc;

	/* A link is often known only after a first look. */
	poll_all();
	if (netdev->has_link)
		return 0;
	rc = poll_until(netdev_has_link, netdev,
			timeout_ms < 0 ? LINK_WAIT_MS : timeout_ms);
	if (rc == -ETIMEDOUT)
		rc = error_set(-ENOLINK_UP, "%s has no link; is the cable in?",
			       netdev->name);
	return rc;
}

/* ---- Settings ---- */

/* Copy LEN bytes of a value to BUF as far as it goes; returns its length. */
static int value_copy(void *buf, size_t buf_len, const void *data, size_t len)
{
	memcpy(buf, data, MIN(buf_len, len));
	return (int)len;
}

static int
netdev_settings_fetch(struct settings *settings, const struct setting *setting,
		      void *buf, size_t len,
		      const struct setting_type **ret_type __unused_arg)
{
	struct net_device *netdev =
		container_of(settings, struct net_device, settings);
	const char *name = setting->name;
	uint8_t raw[4];

	if (!setting->scope || strcmp(setting->scope, "net"))
		return -ENOENT;
	if (!strcmp(name, "mac"))
		return value_copy(buf, len, netdev->mac, sizeof(netdev->mac));
	if (!strcmp(name, "hwaddr"))
		return value_copy(buf, len, netdev->hwaddr,
				  sizeof(netdev->hwaddr));
	if (!strcmp(name, "bustype") && netdev->bustype)
		return value_copy(buf, len, netdev->bustype,
				  strlen(netdev->bustype));
	if (!strcmp(name, "busloc")) {
		put_be32(raw, netdev->busloc);
		return value_copy(buf, len, raw, sizeof(raw));
	}
	if (!strcmp(name, "busid"))
		return value_copy(buf, len, netdev->busid,
				  sizeof(netdev->busid));
	if (!strcmp(name, "linktype"))
		return value_copy(buf, len, "Ethernet", 8);
	if (!strcmp(name, "chip") && netdev->driver)
		return value_copy(buf, len, netdev->driver,
				  strlen(netdev->driver));
	if (!strcmp(name, "ifname"))
		return value_copy(buf, len, netdev->name, strlen(netdev->name));
	return -ENOENT;
}

/* What the card is cannot be changed, all else is for the generic list. */
__attribute__((weak)) int netdev_store(struct settings *settings,
				       const struct setting *setting,
				       const void *data __unused_arg,
				       size_t len __unused_arg)
{
	if (setting->scope && !strcmp(setting->scope, "net"))
		return error_set(-ENOTSUP, "%s of %s cannot be changed",
				 setting->name, settings->name);
	return -ENOENT;
}

__attribute__((weak)) void
netdev_before_open(struct net_device *netdev __unused_arg)
{
}

static const struct settings_ops netdev_settings_ops = {
	.store = netdev_store,
	.fetch = netdev_settings_fetch,
};

/* netX stands for the device that was opened last. */
static struct settings *netx_redirect(struct settings *settings __unused_arg)
{
	struct net_device *netdev = netdev_find("netX");

	return netdev ? &netdev->settings : NULL;
}

static const struct settings_ops netx_ops = {.redirect = netx_redirect};
static struct settings netx_settings;

/* Mask of ADDR (network order) where nothing says one: RFC 791 3.2. */
static uint32_t default_netmask(uint32_t addr)
{
	uint8_t first = *(uint8_t *)&addr;

	if (first < 128)
		return PP_HTONL(0xff000000);
	return first < 192 ? PP_HTONL(0xffff0000) : PP_HTONL(0xffffff00);
}

void netdev_apply_settings(struct net_device *netdev)
{
	struct settings *settings = &netdev->settings;
	ip4_addr_t ip = {0}, netmask = {0}, gateway = {0};
	unsigned long mtu;

	if (!netdev->is_open)
		return;
	if (settings_fetch_ipv4(settings, &setting_ip, &ip.addr) == 0 &&
	    ip.addr) {
		if (settings_fetch_ipv4(settings, &setting_netmask,
					&netmask.addr))
			netmask.addr = default_netmask(ip.addr);
		if (settings_fetch_ipv4(settings, &setting_gateway,
					&gateway.addr))
			gateway.addr = 0;
	}
	netdev->netif.mtu = netdev->mtu;
	if (settings_fetch_uint(settings, &setting_mtu, &mtu) == 0 &&
	    mtu >= MTU_MIN && mtu < netdev->mtu)
		netdev->netif.mtu = (u16_t)mtu;
	netdev->is_configured = ipv6_apply(netdev) || ip.addr;
	if (ip4_addr_cmp(&ip, netif_ip4_addr(&netdev->netif)) &&
	    ip4_addr_cmp(&netmask, netif_ip4_netmask(&netdev->netif)) &&
	    ip4_addr_cmp(&gateway, netif_ip4_gw(&netdev->netif)))
		return;
	netif_set_addr(&netdev->netif, &ip, &netmask, &gateway);
	if (ip.addr)
		netif_set_default(&netdev->netif);
}

void netdev_apply_all_settings(void)
{
	struct net_device *netdev;

	list_for_each_entry(netdev, &net_devices, list)
		netdev_apply_settings(netdev);
}

/* ---- Registry ---- */

struct net_device *netdev_alloc(const struct net_device_ops *ops,
				size_t priv_len)
{
	struct net_device *netdev;

	netdev = calloc(1, sizeof(*netdev) + priv_len);
	if (!netdev)
		return NULL;
	netdev->ops = ops;
	netdev->priv = netdev + 1;
	netdev->mtu = MTU_MAX;
	list_init(&netdev->list);
	settings_init(&netdev->settings, &netdev_settings_ops, 0);
	return netdev;
}

void netdev_free(struct net_device *netdev)
{
	free(netdev);
}

static err_t netdev_netif_init(struct netif *netif)
{
	struct net_device *netdev = netif->state;

	netif->name[0] = 'n';
	netif->name[1] = 'e';
	netif->hwaddr_len = sizeof(netdev->mac);
	memcpy(netif->hwaddr, netdev->mac, sizeof(netdev->mac));
	netif->mtu = netdev->mtu;
	netif->flags =
		NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
	if (netdev->has_link)
		netif->flags |= NETIF_FLAG_LINK_UP;
	netif->output = etharp_output;
	netif->linkoutput = netdev_linkoutput;
	return ERR_OK;
}

int netdev_register(struct net_device *netdev)
{
	int rc;

	if (netdev->mtu > MTU_MAX || netdev->mtu < MTU_MIN)
		netdev->mtu = MTU_MAX;
	if (!netdev->name[0])
		snprintf(netdev->name, sizeof(netdev->name), "net%u",
			 name_counter++ % 1000);
	net_random_add(netdev->mac, sizeof(netdev->mac));
	if (!netif_add(&netdev->netif, NULL, NULL, NULL, netdev,
		       netdev_netif_init, ethernet_input))
		return -ENOMEM;
	rc = settings_register(&netdev->settings, NULL, netdev->name);
	if (rc) {
		netif_remove(&netdev->netif);
		return rc;
	}
	if (!netx_settings.parent) {
		settings_init(&netx_settings, &netx_ops, 0);
		settings_register(&netx_settings, NULL, "netX");
	}
	list_add_tail(&netdev->list, &net_devices);
	ipv6_added(netdev);
	return 0;
}

void netdev_unregister(struct net_device *netdev)
{
	const struct net_extension *extension;

	for_each_table_entry(extension, net_extensions) {
		if (extension->removed)
			extension->removed(netdev);
	}
	dhcp_forget(netdev);
	netdev_close(netdev);
	ipv6_removed(netdev);
	list_del(&netdev->list);
	settings_unregister(&netdev->settings);
	netif_remove(&netdev->netif);
	if (list_is_empty(&net_devices))
		name_counter = 0;
}

void netdev_probe_all(void)
{
	const struct net_extension *extension;
	const struct net_driver *driver;
	unsigned int order;
	int rc;

	for (order = 0; order <= 1; order++) {
		for_each_table_entry(driver, net_drivers) {
			rc = driver->order == order ? driver->probe() : 0;
			if (rc)
				console_printf("%s: could not find network "
					       "devices: %s\n",
					       driver->name, error_text(rc));
		}
	}
	for_each_table_entry(extension, net_extensions) {
		if (extension->found)
			extension->found();
	}
	for_each_table_entry(extension, net_extensions) {
		if (extension->probed)
			extension->probed();
	}
}

void netdev_remove_all(void)
{
	const struct net_driver *driver;

	for_each_table_entry(driver, net_drivers)
		driver->remove();
}

int netdev_open(struct net_device *netdev)
{
	int rc;

	netdev_before_open(netdev);
	if (netdev->is_open)
		return 0;
	rc = netdev->ops->open(netdev);
	if (rc)
		return rc;
	netdev->is_open = true;
	netdev->open_count = ++open_counter;
	netif_set_up(&netdev->netif);
	netdev_apply_settings(netdev);
	return 0;
}

/* Send what leaves the networks of all by the NIC configured last. */
static void default_choose(void)
{
	struct net_device *netdev, *found = NULL;

	list_for_each_entry(netdev, &net_devices, list) {
		if (netdev->is_configured &&
		    (!found || netdev->open_count > found->open_count))
			found = netdev;
	}
	netif_set_default(found ? &found->netif : NULL);
}

/* Close the card, once what it was given last is on the wire. */
static void hardware_close(struct net_device *netdev)
{
	uint64_t end = netdev->tx_us + TX_DRAIN_US;

	while (netdev->is_open && netdev->tx_us && platform_time_us() < end)
		netdev->ops->poll(netdev);
	netdev->tx_us = 0;
	/* What arrived meanwhile may have had it closed already. */
	if (netdev->is_open)
		netdev->ops->close(netdev);
}

void netdev_close(struct net_device *netdev)
{
	static const ip4_addr_t any;

	if (!netdev->is_open)
		return;
	/* Breaks every connection over it while their RST can still leave. */
	netif_set_addr(&netdev->netif, &any, &any, &any);
	ipv6_closed(netdev);
	netif_set_down(&netdev->netif);
	netdev->is_configured = false;
	hardware_close(netdev);
	netdev->is_open = false;
	if (netif_default == &netdev->netif)
		default_choose();
}

void netdev_pause_all(void)
{
	struct net_device *netdev;

	list_for_each_entry(netdev, &net_devices, list) {
		if (netdev->is_open)
			hardware_close(netdev);
	}
}

void netdev_resume_all(void)
{
	struct net_device *netdev;

	list_for_each_entry(netdev, &net_devices, list) {
		if (netdev->is_open && netdev->ops->open(netdev))
			netdev_close(netdev);
	}
}

struct net_device *netdev_find(const char *name)
{
	struct net_device *netdev, *found = NULL;

	list_for_each_entry(netdev, &net_devices, list) {
		if (!strcmp(netdev->name, name))
			return netdev;
		if (!strcmp(name, "netX") && netdev->is_open &&
		    (!found || netdev->open_count > found->open_count))
			found = netdev;
	}
	return found;
}

struct net_device *netdev_find_mac(const uint8_t mac[6])
{
	struct net_device *netdev, *found = NULL;

	list_for_each_entry(netdev, &net_devices, list) {
		if (memcmp(netdev->mac, mac, sizeof(netdev->mac)))
			continue;
		if (netdev->vlan == origin.vlan)
			return netdev;
		if (!found)
			found = netdev;
	}
	return found;
}

struct net_device *netdev_boot(void)
{
	struct net_device *netdev = NULL;

	if (origin.has_mac)
		netdev = netdev_find_mac(origin.mac);
	if (!netdev && !list_is_empty(&net_devices))
		netdev = list_entry(net_devices.next, struct net_device, list);
	return netdev;
}
