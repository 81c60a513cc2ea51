/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The firmware from its first line of text to its last. */
#include <stdio.h>
#include <stdlib.h>

#include "config/branding.h"
#include "config/general.h"
#include "core/command.h"
#include "core/console.h"
#include "core/identity.h"
#include "core/image.h"
#include "core/loopguard.h"
#include "core/origin.h"
#include "core/platform.h"
#include "core/raw_block.h"
#include "core/settings.h"
#include "net/dhcp.h"
#include "net/netdevice.h"
#include "usr/autoboot.h"
#include "usr/customise.h"
#include "usr/imgmgmt.h"
#include "usr/main.h"
#include "usr/prompt.h"

void embedded_add(const char *name, const uint8_t *data, size_t len)
{
	struct image *image = image_alloc(NULL, name, NULL);

	if (!image)
		return;
	image->data = (uint8_t *)data;
	image->len = len;
	image->flags = IMAGE_STATIC | IMAGE_COMPLETE | IMAGE_ORIGIN;
	/* A script is for us; anything else may be meant for a kernel. */
	if (!image_probe(image) &&
	    image->type->role(image) == IMAGE_ROLE_SCRIPT)
		image->flags |= IMAGE_HIDDEN;
	image_register(image);
	image_put(image);
}

/* Register all embedded images in their order. */
static void embedded_register_all(void)
{
	const struct embedded_image *embedded;
	unsigned int order;

	for (order = 0; order < TABLE_COUNT(embedded_images); order++) {
		for_each_table_entry(embedded, embedded_images) {
			if (embedded->order == order)
				embedded_add(embedded->name, embedded->data,
					     (size_t)(embedded->end -
						      embedded->data));
		}
	}
}

static const struct image_source embedded_source = {
	.order = IMAGE_SOURCE_EMBEDDED,
	.add = embedded_register_all,
};
TABLE_REGISTER(image_sources, embedded_source);

static const struct image_source region_source = {
	.order = IMAGE_SOURCE_REGION,
	.add = customise,
};
TABLE_REGISTER(image_sources, region_source);

/* Register all images that are here at the start. */
static void images_register_all(void)
{
	const struct image_source *source;
	unsigned int order;

	for (order = 0; order < IMAGE_SOURCES; order++) {
		for_each_table_entry(source, image_sources) {
			if (source->order == order)
				source->add();
		}
	}
}

/* Offer the shell. Returns true if it was used, its status in *RET_RC. */
static bool banner(int *ret_rc)
{
	int key;

	if (!BANNER_TIMEOUT)
		return false;
	console_putchar('\n');
	/* What was pressed before is for the BIOS, but for Ctrl-B. */
	do
		key = console_getkey(0);
	while (key >= 0 && key != CTRL_B);
	if (key != CTRL_B)
		key = prompt_key(
			"Press Ctrl-B or Esc for the " PRODUCT_SHORT_NAME
			" command line...",
			BANNER_TIMEOUT * 100);
	if (key != CTRL_B && key != KEY_ESC)
		return false;
	*ret_rc = exec_line("shell");
	exec_stop_take();
	return true;
}

/* Decide what to do: an image from the start, else a person, else DHCP. */
static int boot(void)
{
	char *scriptlet;
	int rc = 0;

	if (!list_is_empty(&images))
		return imgexec(PRODUCT_SHORT_NAME,
			       list_entry(images.next, struct image, list),
			       false);
	if (banner(&rc))
		return rc;
	scriptlet = settings_fetch_text("scriptlet");
	if (scriptlet) {
		rc = exec_line(scriptlet);
		exec_stop_take();
		free(scriptlet);
		return rc;
	}
	rc = autoboot();
	banner(&rc);
	return rc;
}

/* Drop every image. */
static void images_free(void)
{
	while (!list_is_empty(&images))
		image_unregister(list_entry(images.next, struct image, list));
}

/* Say how we came here, once the native PXE's lease has been taken over. */
static void tell_origin(void)
{
	struct net_device *netdev = netdev_boot();
	char address[] = "255.255.255.255";
	char from[128] = "an unknown place";
	uint8_t ip[4];

	if (settings_fetch(NULL, &setting_ip, ip, sizeof(ip), NULL, NULL) !=
		    4 ||
	    !netdev)
		return;
	snprintf(address, sizeof(address), "%u.%u.%u.%u", ip[0], ip[1], ip[2],
		 ip[3]);
	if (origin.uri)
		uri_format_public(origin.uri, from, sizeof(from));
	console_printf("%s: lease %s taken over; loaded from %s\n",
		       netdev->name, address, from);
}

int firmware_main(void)
{
	int rc;

	if (PRODUCT_NAME[0])
		console_printf("%s\n", PRODUCT_NAME);
	console_printf("%s %s (%s %s), build %s\n", PRODUCT_SHORT_NAME,
		       PRODUCT_VERSION, platform_name, platform_buildarch,
		       identity_build_id());
	settings_register_builtin();
	if (settings_register_smbios)
		settings_register_smbios();
	if (settings_register_nvs)
		settings_register_nvs();
	raw_blocks_register();
	net_init();
	netdev_probe_all();
	if (list_is_empty(&net_devices))
		console_printf("There is no network card that this firmware "
			       "can drive.\n");
	loopguard_init();
	if (dhcp_adopt_cached && !dhcp_adopt_cached())
		tell_origin();
	images_register_all();
	rc = boot();
	images_free();
	loopguard_fini();
	netdev_remove_all();
	return rc;
}
