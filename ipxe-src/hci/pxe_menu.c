/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The boot menu of a PXE server, PXE 2.1 2.4 and 2.5: prompt, F8, choice. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/dhcp.h"
#include "core/bootfile.h"
#include "core/console.h"
#include "core/error.h"
#include "core/loopguard.h"
#include "core/platform.h"
#include "hci/menu.h"
#include "net/dhcp_packet.h"
#include "net/dhcp_settings.h"
#include "net/pxe_options.h"
#include "usr/pxemgmt.h"

SELECT_IF(PXE_MENU);

/* Its name among the menus; scripts cannot say it. */
#define MENU_NAME " pxe"

#define TEXT_MAX 256

/* Columns that the prompt may take, so that "\r" gets back to its beginning. */
#define PROMPT_WIDTH 60

/* The menu that the block FROM has, which the caller frees; NULL: no memory. */
static struct menu *menu_parse(struct settings *from)
{
	uint8_t data[PXE_OPTION_MAX];
	size_t len = pxe_option_get(from, PXE_OPT_MENU, data, sizeof(data));
	char text[TEXT_MAX], name[8];
	struct menu *menu;
	struct pxe_item item;
	size_t at = 0;

	menu = menu_create(MENU_NAME, "Boot menu of the PXE server");
	if (!menu)
		return NULL;
	while (pxe_item_next(data, len, &at, &item)) {
		pxe_text_copy(text, sizeof(text), item.text, item.len);
		snprintf(name, sizeof(name), "%u", item.type);
		if (menu_add(menu, name, text))
			continue;
		menu_free(menu);
		return NULL;
	}
	return menu;
}

/* Show PROMPT for so many seconds. 0 when they are over or Enter was pressed,
 * 1 for F8, -ECANCELED. Other keys, and noise, do not stop the time. */
static int prompt_wait(const char *prompt, unsigned int seconds)
{
	uint64_t end = platform_time_us() + seconds * 1000000ULL;
	uint64_t now;
	int key = 0;

	while (key != KEY_F(8) && key != '\r' && key != '\n') {
		now = platform_time_us();
		if (key == KEY_ESC || key == CTRL_C || now >= end)
			break;
		console_printf("\r%.*s (%u s; F8: menu)  ", PROMPT_WIDTH,
			       prompt,
			       (unsigned int)((end - now + 999999) / 1000000));
		key = console_getkey((int)((end - now) / 1000 % 1000) + 1);
	}
	console_putchar('\n');
	loopguard_progress();
	if (key == KEY_F(8))
		return 1;
	return key == KEY_ESC || key == CTRL_C ? -ECANCELED : 0;
}

/* Choose from MENU as the prompt in the block FROM says. */
static int menu_select(struct menu *menu, struct settings *from,
		       struct menu_item **ret_item)
{
	uint8_t data[TEXT_MAX] = {PXE_PROMPT_FOREVER};
	size_t len = pxe_option_get(from, PXE_OPT_PROMPT, data, sizeof(data));
	unsigned long idle_ms = PXE_MENU_IDLE_MS;
	char prompt[TEXT_MAX] = "";
	int rc;

	if (list_is_empty(&menu->items))
		return error_set(-EINVAL, "the PXE server's menu is empty");
	if (len)
		pxe_text_copy(prompt, sizeof(prompt), (char *)data + 1,
			      len - 1);
	if (data[0] == PXE_PROMPT_FOREVER) {
		idle_ms = 0;
		rc = 1;
	} else {
		rc = prompt_wait(prompt, data[0]);
	}
	if (rc > 0)
		return menu_choose(menu, NULL, idle_ms, idle_ms, ret_item);
	*ret_item = list_entry(menu->items.next, struct menu_item, list);
	return rc;
}

/* Find what boot server TYPE has. */
static int boot_server(struct net_device *netdev, uint16_t type,
		       struct uri **ret_uri)
{
	struct dhcp_block *block;
	int rc;

	rc = pxebs(netdev, type, -1);
	if (rc)
		return rc;
	block = dhcp_block_find(netdev, DHCP_BLOCK_PXEBS);
	*ret_uri = bootfile_uri(&block->settings);
	if (*ret_uri)
		return 0;
	console_printf("%s: nothing to boot: the boot server names no file\n",
		       netdev->name);
	return -ENOENT;
}

/* The block whose menu is to be shown, or NULL. */
static struct settings *menu_find_offered(struct net_device *netdev)
{
	struct settings *from;
	uint8_t control = 0;
	char class[9];

	from = pxe_options_find(&netdev->settings, PXE_OPT_MENU);
	if (!from ||
	    settings_fetch(from, &setting_vendor_class, class, sizeof(class),
			   NULL, NULL) < (int)sizeof(class) ||
	    memcmp(class, "PXEClient", sizeof(class)))
		return NULL;
	pxe_option_get(from, PXE_OPT_CONTROL, &control, 1);
	if (control & PXE_SKIP_MENU &&
	    settings_fetch(NULL, &setting_filename, NULL, 0, NULL, NULL) > 0)
		return NULL;
	return from;
}

int pxe_menu_boot(struct net_device *netdev, struct uri **ret_uri)
{
	struct settings *from = menu_find_offered(netdev);
	struct menu_item *item = NULL;
	struct menu *menu;
	uint16_t type;
	int rc;

	if (!from)
		return 1;
	menu = menu_parse(from);
	rc = menu ? menu_select(menu, from, &item) : -ENOMEM;
	if (rc) {
		console_printf("%s: no choice from the PXE boot menu: %s\n",
			       netdev->name, error_text(rc));
		menu_free(menu);
		return rc;
	}
	console_printf("%s: PXE boot menu: %s\n", netdev->name, item->text);
	type = (uint16_t)strtoul(item->name, NULL, 10);
	menu_free(menu);
	if (type != PXE_TYPE_LOCAL)
		return boot_server(netdev, type, ret_uri);
	*ret_uri = NULL;
	return 0;
}
