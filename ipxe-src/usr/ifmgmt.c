/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Work on network interfaces for commands. */
#include <errno.h>

#include "config/dhcp.h"
#include "core/console.h"
#include "core/error.h"
#include "net/dhcp.h"
#include "usr/ifmgmt.h"

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
	rc = dhcp_configure(netdev, options->renew, options->timeout_ms);
	if (rc)
		goto err_configure;
	return 0;

err_configure:
	console_printf("%s: could not configure it: %s\n", netdev->name,
		       error_text(rc));
	netdev_close(netdev);
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

void route(void)
{
	struct net_device *netdev;

	list_for_each_entry(netdev, &net_devices, list) {
		if (!netdev->is_configured)
			continue;
		console_printf("%s: ", netdev->name);
		route_print(netdev, "", &setting_ip);
		route_print(netdev, "/", &setting_netmask);
		route_print(netdev, " gw ", &setting_gateway);
		console_printf("%s\n",
			       netdev->is_open ? "" : " (inaccessible)");
	}
}
