/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What PXE servers offer: boot servers. */
#include <stdlib.h>

#include "core/console.h"
#include "core/error.h"
#include "net/dhcp_settings.h"
#include "net/pxebs.h"
#include "usr/pxemgmt.h"

SELECT_IF(PXEBS_CMD);

/* Print what was found, as far as it is known. */
static void answer_print(struct net_device *netdev, uint16_t type)
{
	struct dhcp_block *block = dhcp_block_find(netdev, DHCP_BLOCK_PXEBS);
	char *server, *file;

	server = settings_format(&block->settings, &setting_next_server);
	file = settings_format(&block->settings, &setting_filename);
	console_printf("%s: boot server of type %u: %s, file %s\n",
		       netdev->name, type, server ? server : "unknown",
		       file ? file : "none");
	free(file);
	free(server);
}

int pxebs(struct net_device *netdev, uint16_t type, int timeout_ms)
{
	int rc;

	console_printf("%s: looking for a boot server of type %u\n",
		       netdev->name, type);
	rc = pxebs_discover(netdev, type, timeout_ms);
	if (rc)
		console_printf("%s: could not find a boot server: %s\n",
			       netdev->name, error_text(rc));
	else
		answer_print(netdev, type);
	return rc;
}
