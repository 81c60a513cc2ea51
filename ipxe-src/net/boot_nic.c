/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The NIC that we were loaded from: always net0, and the block "bootnic". */
#include <stdio.h>

#include "config/general.h"
#include "core/origin.h"
#include "net/netdevice.h"

SELECT_IF(SEVERAL_NICS);

/* The NIC that we were loaded from; NULL if that is not known (a disk). */
static struct net_device *boot_nic(void)
{
	return origin.has_mac ? netdev_find_mac(origin.mac) : NULL;
}

/* Put it before all others and number them anew. Nothing but their names and
 * blocks of settings exists of them yet. */
static void boot_nic_first(void)
{
	struct net_device *netdev = boot_nic();
	unsigned int number = 0;

	if (!netdev || net_devices.next == &netdev->list)
		return;
	list_del(&netdev->list);
	list_add(&netdev->list, &net_devices);
	list_for_each_entry(netdev, &net_devices, list)
		snprintf(netdev->name, sizeof(netdev->name), "net%u",
			 number++ % 1000);
}

static struct settings *bootnic_redirect(struct settings *settings __unused_arg)
{
	struct net_device *netdev = boot_nic();

	return netdev ? &netdev->settings : NULL;
}

static const struct settings_ops bootnic_ops = {.redirect = bootnic_redirect};
static struct settings bootnic_settings;

static void boot_nic_found(void)
{
	boot_nic_first();
	if (bootnic_settings.parent)
		return;
	settings_init(&bootnic_settings, &bootnic_ops, 0);
	settings_register(&bootnic_settings, NULL, "bootnic");
}

static const struct net_extension boot_nic_extension = {
	.found = boot_nic_found,
};
TABLE_REGISTER(net_extensions, boot_nic_extension);
