/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Boot what DHCP says. */
#include <errno.h>
#include <stdlib.h>

#include "config/general.h"
#include "core/bootfile.h"
#include "core/console.h"
#include "core/image.h"
#include "core/origin.h"
#include "net/dhcp.h"
#include "usr/autoboot.h"
#include "usr/fetch.h"
#include "usr/ifmgmt.h"
#include "usr/imgmgmt.h"
#include "usr/pxemgmt.h"

/* Close every NIC but NETDEV. */
static void close_others(struct net_device *netdev)
{
	struct net_device *other;

	list_for_each_entry(other, &net_devices, list) {
		if (other != netdev && other->is_open) {
			dhcp_forget(other);
			netdev_close(other);
		}
	}
}

/* Download the file at URI and execute it. */
static int boot_uri(const struct uri *uri)
{
	const struct fetch_options options = {.is_to_execute = true};
	struct image *image;
	char *text;
	int rc;

	text = uri_format_alloc(uri);
	if (!text)
		return -ENOMEM;
	console_printf("Filename: %s\n", text);
	rc = fetch_image("autoboot", text, &options, &image);
	free(text);
	if (rc)
		return rc;
	image->flags |= IMAGE_AUTO_FREE;
	image_get(image);
	rc = imgexec("autoboot", image, false);
	image_unregister(image);
	image_put(image);
	return rc;
}

int netboot(struct net_device *netdev)
{
	const struct ifconf_options options = {.timeout_ms = -1};
	char root_path[128];
	struct uri *uri = NULL;
	int rc;

	close_others(netdev);
	rc = ifopen(netdev);
	if (rc)
		return rc;
	ifstat(netdev);
	rc = ifconf(netdev, &options);
	if (rc)
		return rc;
	route();
	if (HAS_PXE_MENU) {
		rc = pxe_menu_boot(netdev, &uri);
		if (rc < 0 || (!rc && !uri))
			return rc;
	}
	if (!uri)
		uri = bootfile_uri(NULL);
	if (settings_fetch_string(NULL, &setting_root_path, root_path,
				  sizeof(root_path)) > 0)
		console_printf("Root path: %s: SAN boot is not built in; "
			       "it is ignored\n",
			       root_path);
	if (!uri) {
		console_printf("%s: nothing to boot: DHCP names no file and "
			       "server\n",
			       netdev->name);
		return -ENOENT;
	}
	rc = boot_uri(uri);
	uri_put(uri);
	return rc;
}

int autoboot(void)
{
	struct net_device *netdev;
	int rc = -ENODEV;

	for (netdev = nic_first(-1); netdev; netdev = nic_next())
		rc = netboot(netdev);
	console_printf("No more network devices\n");
	return rc;
}
