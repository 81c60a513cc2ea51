/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Command: nstat: the neighbours that ARP and neighbour discovery have found.
 */
#include "lwip/etharp.h"

#include "core/command.h"
#include "core/console.h"
#include "hci/parseopt.h"
#include "net/netdevice.h"
#include "usr/ifmgmt6.h"

SELECT_IF(NEIGHBOUR_CMD);

static const struct command_syntax nstat_syntax = {NULL, 0, 0, 0};

static int nstat_exec(int argc, char **argv)
{
	const struct net_device *netdev;
	struct eth_addr *mac;
	struct netif *netif;
	ip4_addr_t *ip;
	size_t i;
	int first;

	first = parse_options(argc, argv, &nstat_syntax, NULL);
	if (first < 0)
		return first;
	for (i = 0; i < ARP_TABLE_SIZE; i++) {
		if (!etharp_get_entry(i, &ip, &netif, &mac))
			continue;
		netdev = netif->state;
		console_printf("%s %s is %02x:%02x:%02x:%02x:%02x:%02x\n",
			       netdev->name, ip4addr_ntoa(ip), mac->addr[0],
			       mac->addr[1], mac->addr[2], mac->addr[3],
			       mac->addr[4], mac->addr[5]);
	}
	neighbours6();
	return 0;
}

static const struct command nstat_command = {
	"nstat", "", "Show the neighbours that were found", nstat_exec};
TABLE_REGISTER(commands, nstat_command);

COMMAND_EXAMPLE(nstat, "nstat");
