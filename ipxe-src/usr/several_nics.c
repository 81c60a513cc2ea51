/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Choosing among several NICs: by their links, and by who answers there.
 *
 * The NIC that we were loaded from is the first in the list. It is waited for
 * a little longer than others; then who has a link comes first. A lease is of
 * use if the boot server that it names can be reached; only where no NIC has
 * such a lease the first lease of all is taken.
 */
#include <string.h>

#include "lwip/etharp.h"
#include "lwip/tcp.h"

#include "config/general.h"
#include "core/console.h"
#include "core/error.h"
#include "core/origin.h"
#include "core/platform.h"
#include "core/poll.h"
#include "core/uri.h"
#include "net/address.h"
#include "usr/ifmgmt.h"

SELECT_IF(SEVERAL_NICS);

/* How much longer than the fastest link the first NIC's may take. */
#define FIRST_LINK_MS 3000

/* How long a boot server is waited for: two attempts to connect. */
#define REACH_MS 3000

/* What a web server listens to; a server without one refuses at once, which
 * is an answer as well. */
#define HTTP_PORT 80

/* The DHCP option that names a resolver (embed/unloop.ipxe). */
#define RESOLVER_OPTION 224

/* ---- Links ---- */

/* A wait for the next NIC that has a link. */
struct link_wait {
	uint64_t since_us;
	unsigned int wait_ms;
	uint64_t seen_us; /* when one first had a link; 0: none yet */
	struct net_device *found;
};

static bool has_passed(uint64_t since_us, unsigned int ms)
{
	return platform_time_us() - since_us >= ms * 1000ULL;
}

/* Is there a NIC to be tried now? */
static bool link_step(void *ctx)
{
	struct link_wait *wait = ctx;
	struct net_device *netdev;
	bool is_first = true;

	list_for_each_entry(netdev, &net_devices, list) {
		if (netdev->was_tried)
			continue;
		if (netdev->has_link) {
			wait->found = netdev;
			break;
		}
		is_first = false;
	}
	if (!wait->found)
		return has_passed(wait->since_us, wait->wait_ms);
	if (!wait->seen_us)
		wait->seen_us = platform_time_us();
	if (is_first || has_passed(wait->seen_us, FIRST_LINK_MS) ||
	    has_passed(wait->since_us, wait->wait_ms))
		return true;
	wait->found = NULL;
	return false;
}

/* Open what is to be tried, to see the links. Returns how many there are. */
static unsigned int open_untried(void)
{
	struct net_device *netdev;
	unsigned int count = 0;

	list_for_each_entry(netdev, &net_devices, list) {
		if (netdev->was_tried)
			continue;
		if (ifopen(netdev))
			netdev->was_tried = true;
		else
			count++;
	}
	return count;
}

static struct net_device *several_next(uint64_t since_us, unsigned int wait_ms)
{
	struct link_wait wait = {.since_us = since_us, .wait_ms = wait_ms};
	struct net_device *netdev;
	unsigned int untried = open_untried();

	if (!untried)
		return NULL;
	/* Links are often known only after a first look. */
	poll_all();
	if (!link_step(&wait)) {
		console_printf("Waiting for a link on %u network card%s\n",
			       untried, untried == 1 ? "" : "s");
		if (poll_until(link_step, &wait, -1))
			return NULL;
	}
	netdev = wait.found;
	if (netdev)
		netdev->was_tried = true;
	else
		console_printf("%u network card%s no link\n", untried,
			       untried == 1 ? " has" : "s have");
	return netdev;
}

/* ---- Boot servers ---- */

/* An attempt to reach a server. */
struct reach {
	struct net_device *netdev;
	ip_addr_t server;
	struct tcp_pcb *pcb; /* NULL once lwIP has freed it */
	bool is_answered;
};

static err_t reach_connected(void *arg, struct tcp_pcb *pcb __unused_arg,
			     err_t err __unused_arg)
{
	((struct reach *)arg)->is_answered = true;
	return ERR_OK;
}

static void reach_error(void *arg, err_t err)
{
	struct reach *reach = arg;

	reach->pcb = NULL;
	if (err == ERR_RST)
		reach->is_answered = true;
}

static bool reach_step(void *ctx)
{
	struct reach *reach = ctx;
	struct netif *netif = &reach->netdev->netif;
	const ip4_addr_t *addr;
	struct eth_addr *eth;

	/* Who has an Ethernet address on our own network is there. */
	return reach->is_answered || !reach->pcb ||
	       (IP_IS_V4(&reach->server) &&
		ip4_addr_netcmp(ip_2_ip4(&reach->server), netif_ip4_addr(netif),
				netif_ip4_netmask(netif)) &&
		etharp_find_addr(netif, ip_2_ip4(&reach->server), &eth,
				 &addr) >= 0);
}

/* Does SERVER answer by way of NETDEV, on PORT or otherwise? */
static bool server_answers(struct net_device *netdev, ip_addr_t server,
			   u16_t port)
{
	struct reach reach = {.netdev = netdev, .server = server};
	bool is_there = false;

	reach.pcb = tcp_new_ip_type(IP_GET_TYPE(&server));
	if (!reach.pcb)
		return true;
	tcp_arg(reach.pcb, &reach);
	tcp_err(reach.pcb, reach_error);
	tcp_bind_netif(reach.pcb, &netdev->netif);
	if (tcp_connect(reach.pcb, &server, port, reach_connected) == ERR_OK)
		is_there = poll_until(reach_step, &reach, REACH_MS) == 0 &&
			   (reach.is_answered || reach.pcb);
	if (reach.pcb) {
		tcp_arg(reach.pcb, NULL);
		tcp_err(reach.pcb, NULL);
		tcp_abort(reach.pcb);
	}
	return is_there;
}

/* The boot server that NETDEV was told of, and its port. False: none. */
static bool boot_server(struct net_device *netdev, ip_addr_t *ret_server,
			u16_t *ret_port)
{
	struct settings *settings = &netdev->settings;
	char filename[256];
	struct uri *uri = NULL;
	uint32_t addr;
	bool is_known;

	*ret_port = HTTP_PORT;
	if (settings_fetch_string(settings, &setting_filename, filename,
				  sizeof(filename)) > 0)
		uri = uri_parse(filename);
	if (uri && uri->host) {
		*ret_port = uri_port(uri, HTTP_PORT);
		IP_SET_TYPE(ret_server, IPADDR_TYPE_V4);
		is_known = ip4addr_aton(uri->host, ip_2_ip4(ret_server)) ||
			   address_parse_ipv6(uri->host, ret_server);
	} else {
		is_known = settings_fetch_ipv4(settings, &setting_next_server,
					       &addr) == 0 &&
			   addr;
		if (is_known)
			ip_addr_set_ip4_u32(ret_server, addr);
	}
	uri_put(uri);
	return is_known;
}

/* Is it said elsewhere who is to be asked, so that a lease need not? */
static bool is_resolver_known(void)
{
	static const struct setting resolver = {"resolver", NULL, 0,
						&setting_type_string, NULL};
	static const struct setting option = {"224", NULL, RESOLVER_OPTION,
					      &setting_type_string, NULL};

	return settings_fetch(NULL, &resolver, NULL, 0, NULL, NULL) > 0 ||
	       settings_fetch(NULL, &option, NULL, 0, NULL, NULL) > 0;
}

static bool several_is_useful(struct net_device *netdev)
{
	ip_addr_t server;
	u16_t port;

	/* Not if there is no choice, or if it has loaded us. */
	if (net_devices.next->next == &net_devices ||
	    (origin.has_mac &&
	     !memcmp(origin.mac, netdev->mac, sizeof(netdev->mac))))
		return true;
	if (!boot_server(netdev, &server, &port)) {
		if (is_resolver_known())
			return true;
		console_printf("%s: its lease names no boot server; trying "
			       "the next network card\n",
			       netdev->name);
		return false;
	}
	if (server_answers(netdev, server, port))
		return true;
	console_printf("%s: its boot server %s does not answer; trying the "
		       "next network card\n",
		       netdev->name, address_text(&server));
	return false;
}

static const struct nic_chooser several_chooser = {
	.next = several_next,
	.is_useful = several_is_useful,
};
TABLE_REGISTER(nic_choosers, several_chooser);
