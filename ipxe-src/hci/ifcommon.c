/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Commands that work on the interfaces named to them, or on all. */
#include <errno.h>

#include "core/console.h"
#include "hci/ifcommon.h"

int ifcommon_exec(const char *command, char **names,
		  int (*verb)(struct net_device *netdev, void *ctx), void *ctx,
		  bool is_first_enough)
{
	struct net_device *netdev;
	int rc = 0;

	if (!*names && list_is_empty(&net_devices)) {
		console_printf("%s: there are no network interfaces\n",
			       command);
		return is_first_enough ? -ENODEV : 0;
	}
	for (; *names; names++) {
		netdev = netdev_find(*names);
		if (!netdev) {
			console_printf("%s: there is no interface %s\n",
				       command, *names);
			return -ENODEV;
		}
		rc = verb(netdev, ctx);
		if (!rc && is_first_enough)
			return 0;
		if (!names[1])
			return rc;
	}
	list_for_each_entry(netdev, &net_devices, list) {
		rc = verb(netdev, ctx);
		if (!rc && is_first_enough)
			return 0;
	}
	return rc;
}
