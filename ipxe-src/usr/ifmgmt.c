/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Work on network interfaces for commands. */
#include <errno.h>

#include "config/dhcp.h"
#include "core/console.h"
#include "core/error.h"
#include "core/platform.h"
#include "net/dhcp.h"
#include "net/ipv6.h"
#include "usr/ifmgmt.h"
#include "usr/ifmgmt6.h"

int ifopen(struct net_device *netdev)
{
	int rc = netdev_open(netdev);

	if (rc)
		console_printf("%s: could not open it: %s\n", netdev->name,
			       error_text(rc));
	return rc;
}

void ifclose(struct net_device *netdev)
{
	netdev_close(netdev);
}

/* Print the count of one kind of failure, if there was any. */
static void errors_print(const char *what, unsigned long count, int rc)
{
	if (count)
		console_printf("  %lu x %s: %s\n", count, what, error_text(rc));
}

void ifstat(struct net_device *netdev)
{
	const uint8_t *mac = netdev->mac;

	console_printf("%s: %02x:%02x:%02x:%02x:%02x:%02x using %s on %s "
		       "(%s)\n",
		       netdev->name, mac[0], mac[1], mac[2], mac[3], mac[4],
		       mac[5], netdev->driver, netdev->bustype,
		       netdev->is_open ? "open" : "closed");
	console_printf("  [Link:%s, TX:%lu TXE:%lu RX:%lu RXE:%lu]\n",
		       netdev->has_link ? "up" : "down", netdev->tx,
		       netdev->tx_errors, netdev->rx, netdev->rx_errors);
	error_clear();
	errors_print("transmit error", netdev->tx_errors, netdev->tx_rc);
	errors_print("receive error", netdev->rx_errors, netdev->rx_rc);
}

/* Run the configurators that OPTIONS say on NETDEV. */
static int configure(struct net_device *netdev,
		     const struct ifconf_options *options)
{
	int rc;

	if (LWIP_IPV6 && options->configurators == CONFIGURE_IPV6)
		return ipv6_configure(netdev, options->timeout_ms);
	if (LWIP_IPV6 && options->configurators == CONFIGURE_ALL)
		ipv6_begin(netdev);
	rc = dhcp_configure(netdev, options->timeout_ms);
	if (LWIP_IPV6 && options->configurators == CONFIGURE_ALL)
		rc = ipv6_end(netdev, rc);
	return rc;
}

int ifconf(struct net_device *netdev, const struct ifconf_options *options)
{
	const uint8_t *mac = netdev->mac;
	int link_ms = LINK_WAIT_MS;
	int rc;

	rc = ifopen(netdev);
	if (rc)
		return rc;
	if (options->timeout_ms >= 0)
		link_ms = MIN(link_ms, options->timeout_ms);
	if (!netdev->has_link)
		console_printf("%s: waiting for its link\n", netdev->name);
	rc = netdev_wait_link(netdev, link_ms);
	if (rc)
		goto err_configure;
	console_printf("%s: configuring %02x:%02x:%02x:%02x:%02x:%02x\n",
		       netdev->name, mac[0], mac[1], mac[2], mac[3], mac[4],
		       mac[5]);
	rc = configure(netdev, options);
	if (rc)
		goto err_configure;
	return 0;

err_configure:
	console_printf("%s: could not configure it: %s\n", netdev->name,
		       error_text(rc));
	dhcp_forget(netdev);
	netdev_close(netdev);
	return rc;
}

/* ---- Which of several ---- */

/* Where one NIC has a lease that will do, others' links get this long. */
#define OTHER_LINK_MS 3000

static uint64_t trial_us;    /* when nic_first() was called */
static unsigned int wait_ms; /* how long links are waited for from then */

struct net_device *nic_next(void)
{
	const struct nic_chooser *chooser;
	struct net_device *netdev;

	for_each_table_entry(chooser, nic_choosers)
		return chooser->next(trial_us, wait_ms);
	list_for_each_entry(netdev, &net_devices, list) {
		if (netdev->was_tried)
			continue;
		netdev->was_tried = true;
		return netdev;
	}
	return NULL;
}

struct net_device *nic_first(int timeout_ms)
{
	struct net_device *netdev;

	list_for_each_entry(netdev, &net_devices, list)
		netdev->was_tried = false;
	trial_us = platform_time_us();
	wait_ms = LINK_WAIT_MS;
	if (timeout_ms >= 0)
		wait_ms = MIN(wait_ms, (unsigned int)timeout_ms);
	return nic_next();
}

static bool is_useful(struct net_device *netdev)
{
	const struct nic_chooser *chooser;

	for_each_table_entry(chooser, nic_choosers)
		return chooser->is_useful(netdev);
	return true;
}

static unsigned int elapsed_ms(void)
{
	return (unsigned int)((platform_time_us() - trial_us) / 1000);
}

/* Close those that were opened only to see whether they have a link. */
static void close_unconfigured(void)
{
	struct net_device *netdev;

	list_for_each_entry(netdev, &net_devices, list) {
		if (netdev->is_open && !netdev->is_configured)
			netdev_close(netdev);
	}
}

int ifconf_any(const struct ifconf_options *options)
{
	struct net_device *netdev, *second_best = NULL;
	int rc = -ENODEV;

	for (netdev = nic_first(options->timeout_ms); netdev;
	     netdev = nic_next()) {
		rc = ifconf(netdev, options);
		if (rc == -ECANCELED || (!rc && is_useful(netdev)))
			break;
		if (rc)
			continue;
		/* What it said must not mix with what others say. */
		dhcp_forget(netdev);
		netdev_close(netdev);
		if (!second_best)
			second_best = netdev;
		/* Others without a link need not be waited for as long. */
		wait_ms = MIN(wait_ms, elapsed_ms() + OTHER_LINK_MS);
	}
	if (!netdev && second_best)
		rc = ifconf(second_best, options);
	close_unconfigured();
	return rc;
}

/* Print the setting SETTING of NETDEV behind LABEL, if it is set. */
static void route_print(struct net_device *netdev, const char *label,
			const struct setting *setting)
{
	uint32_t addr;
	const uint8_t *byte = (const uint8_t *)&addr;

	if (settings_fetch_ipv4(&netdev->settings, setting, &addr))
		return;
	console_printf("%s%u.%u.%u.%u", label, byte[0], byte[1], byte[2],
		       byte[3]);
}

/* Print the IPv4 address of NETDEV, its network and gateway. */
static void route4(struct net_device *netdev)
{
	console_printf("%s: ", netdev->name);
	route_print(netdev, "", &setting_ip);
	route_print(netdev, "/", &setting_netmask);
	route_print(netdev, " gw ", &setting_gateway);
	console_printf("%s\n", netdev->is_open ? "" : " (inaccessible)");
}

void route(void)
{
	struct net_device *netdev;

	list_for_each_entry(netdev, &net_devices, list) {
		if (netdev->is_configured && !ipv6_is_alone(netdev))
			route4(netdev);
		route6(netdev);
	}
}
