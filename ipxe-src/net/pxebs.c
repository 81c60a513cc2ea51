/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* PXE boot server discovery, PXE 2.1 2.2.2, 2.4. */
#include <stdlib.h>
#include <string.h>

#include "lwip/udp.h"

#include "config/dhcp.h"
#include "core/error.h"
#include "core/platform.h"
#include "core/poll.h"
#include "net/dhcp_packet.h"
#include "net/dhcp_request.h"
#include "net/dhcp_settings.h"
#include "net/pxe_options.h"
#include "net/pxebs.h"
#include "net/stack.h"

SELECT_IF(PXEBS_CMD);

/* So many are asked at most; who lists more does not want an answer. */
#define PXEBS_TARGETS_MAX 16

/* One search. Addresses are in network order. */
struct pxebs {
	struct net_device *netdev;
	struct udp_pcb *pcb;
	uint16_t type;
	uint8_t control;
	uint8_t servers[PXE_OPTION_MAX]; /* sub-option 8 */
	size_t servers_len;
	uint32_t targets[PXEBS_TARGETS_MAX]; /* to be asked, in this order */
	size_t target_count;
	size_t target; /* that is being asked */
	uint32_t xid;
	uint64_t begin_us;  /* of the first packet */
	uint64_t target_us; /* of the first one to this target */
	uint64_t next_us;   /* when to send again */
	unsigned int wait_ms;
	bool is_done;
	int rc;
	uint8_t answer[DHCP_PACKET_MAX];
};

/* ---- Whom to ask ---- */

static void target_add(struct pxebs *pxebs, uint32_t addr)
{
	if (addr && pxebs->target_count < PXEBS_TARGETS_MAX)
		pxebs->targets[pxebs->target_count++] = addr;
}

/* Is ADDR listed as a server of this type, or are all of them welcome? */
static bool is_listed(const struct pxebs *pxebs, uint32_t addr)
{
	struct pxe_servers servers;
	size_t at = 0, i;

	while (pxe_servers_next(pxebs->servers, pxebs->servers_len, &at,
				&servers)) {
		if (servers.type != pxebs->type)
			continue;
		if (!servers.count)
			return true;
		for (i = 0; i < servers.count; i++) {
			if (!memcmp(servers.addrs + i * 4, &addr, sizeof(addr)))
				return true;
		}
	}
	return false;
}

/* The servers of this type that are listed. */
static void targets_add_listed(struct pxebs *pxebs)
{
	struct pxe_servers servers;
	size_t at = 0, i;
	uint32_t addr;

	while (pxe_servers_next(pxebs->servers, pxebs->servers_len, &at,
				&servers)) {
		if (servers.type != pxebs->type)
			continue;
		for (i = 0; i < servers.count; i++) {
			memcpy(&addr, servers.addrs + i * 4, sizeof(addr));
			target_add(pxebs, addr);
		}
	}
}

/* The block with NETDEV's option 43, from one packet if possible: that of the
 * menu. NULL if there is none. */
static struct settings *options_find(struct net_device *netdev)
{
	struct settings *from;

	from = pxe_options_find(&netdev->settings, PXE_OPT_MENU);
	if (!from)
		from = pxe_options_find(&netdev->settings, PXE_OPT_SERVERS);
	if (!from)
		from = pxe_options_find(&netdev->settings, PXE_OPT_CONTROL);
	return from;
}

/* Read option 43. */
static void targets_find(struct pxebs *pxebs)
{
	struct settings *from = options_find(pxebs->netdev);
	ip4_addr_t group = {0};

	if (from) {
		pxe_option_get(from, PXE_OPT_CONTROL, &pxebs->control, 1);
		pxe_option_get(from, PXE_OPT_MCAST, &group.addr,
			       sizeof(group.addr));
		pxebs->servers_len =
			pxe_option_get(from, PXE_OPT_SERVERS, pxebs->servers,
				       sizeof(pxebs->servers));
	}
	if (!(pxebs->control & PXE_NO_MULTICAST) &&
	    ip4_addr_ismulticast(&group))
		target_add(pxebs, group.addr);
	if (!(pxebs->control & PXE_NO_BROADCAST))
		target_add(pxebs, IPADDR_BROADCAST);
	targets_add_listed(pxebs);
}

/* ---- Asking ---- */

/* Put what is asked for, option 43.71, in front of the other options of the
 * packet of LEN bytes at DATA. Its new length, or -ENOBUFS. */
static int item_insert(const struct pxebs *pxebs, uint8_t *data, size_t len)
{
	uint8_t *options = data + sizeof(struct bootp) + 4;
	uint8_t item[] = {DHCP_OPT_VENDOR, 6, PXE_OPT_ITEM, 4, 0, 0, 0, 0};

	if (sizeof(item) > DHCP_REQUEST_MAX - len)
		return -ENOBUFS;
	put_be16(item + 4, pxebs->type);
	memmove(options + sizeof(item), options,
		len - (size_t)(options - data));
	memcpy(options, item, sizeof(item));
	return (int)(len + sizeof(item));
}

/* Ask the present target; a failure is made up for by the next packet. */
static void pxebs_send(struct pxebs *pxebs)
{
	struct net_device *netdev = pxebs->netdev;
	uint32_t target = pxebs->targets[pxebs->target];
	ip_addr_t from, to;
	struct dhcp_request request = {
		.type = DHCP_REQUEST,
		.xid = pxebs->xid,
		.secs = (uint16_t)((platform_time_us() - pxebs->begin_us) /
				   1000000),
		.ciaddr = netif_ip4_addr(&netdev->netif)->addr,
	};
	struct pbuf *p;
	int len;

	pxebs->next_us = platform_time_us() + pxebs->wait_ms * 1000ULL;
	p = pbuf_alloc(PBUF_TRANSPORT, DHCP_REQUEST_MAX, PBUF_RAM);
	if (!p)
		return;
	len = dhcp_request_build(netdev, &request, p->payload);
	if (len >= 0)
		len = item_insert(pxebs, p->payload, (size_t)len);
	if (len < 0) {
		pxebs->rc = error_set(len, "the settings user-class and "
					   "vendor-class are too long to send");
		pxebs->is_done = true;
	} else {
		pbuf_realloc(p, (u16_t)len);
		ip_addr_copy_from_ip4(from, *netif_ip4_addr(&netdev->netif));
		ip_addr_set_ip4_u32_val(to, target);
		/* PXE 2.1 2.2.2: only broadcasts go to DHCP's own port. */
		udp_sendto_if_src(pxebs->pcb, p, &to,
				  target == IPADDR_BROADCAST ? DHCP_SERVER_PORT
							     : PXE_SERVER_PORT,
				  &netdev->netif, &from);
	}
	pbuf_free(p);
}

/* Begin with the target number INDEX. */
static void pxebs_ask(struct pxebs *pxebs, size_t index)
{
	pxebs->target = index;
	pxebs->target_us = platform_time_us();
	pxebs->wait_ms = PXEBS_START_MS;
	pxebs_send(pxebs);
}

/* Is this what was asked for? */
static bool is_answer(const struct pxebs *pxebs, size_t len, uint32_t sender)
{
	const uint8_t *data = pxebs->answer;
	uint32_t server = sender;
	uint8_t item[2];

	if (!dhcp_is_reply(data, len, pxebs->netdev->mac) ||
	    ((const struct bootp *)data)->xid != pxebs->xid ||
	    dhcp_message_type(data, len) != DHCP_ACK || !dhcp_is_pxe(data, len))
		return false;
	if (dhcp_option_get(data, len,
			    DHCP_ENCAP(DHCP_OPT_VENDOR, PXE_OPT_ITEM), item,
			    sizeof(item)) < (int)sizeof(item) ||
	    get_be16(item) != pxebs->type)
		return false;
	dhcp_option_get(data, len, DHCP_OPT_SERVER_ID, &server, sizeof(server));
	return !(pxebs->control & PXE_ONLY_LISTED) ||
	       is_listed(pxebs, server) || is_listed(pxebs, sender);
}

static void pxebs_rx(void *arg, struct udp_pcb *pcb __unused_arg,
		     struct pbuf *p, const ip_addr_t *addr,
		     u16_t port __unused_arg)
{
	struct pxebs *pxebs = arg;
	size_t len;

	len = pbuf_copy_partial(p, pxebs->answer, sizeof(pxebs->answer), 0);
	pbuf_free(p);
	if (pxebs->is_done || !is_answer(pxebs, len, ip_2_ip4(addr)->addr))
		return;
	pxebs->is_done = true;
	pxebs->rc = dhcp_block_register(pxebs->netdev, DHCP_BLOCK_PXEBS,
					pxebs->answer, len, false);
}

/* For poll_until(): go on; is it over? */
static bool pxebs_step(void *ctx)
{
	struct pxebs *pxebs = ctx;
	uint64_t now = platform_time_us();

	if (pxebs->is_done)
		return true;
	if (now - pxebs->target_us >= PXEBS_NEXT_MS * 1000ULL) {
		if (pxebs->target + 1 == pxebs->target_count) {
			pxebs->rc = -ETIMEDOUT;
			return true;
		}
		pxebs_ask(pxebs, pxebs->target + 1);
	} else if (now >= pxebs->next_us) {
		pxebs->wait_ms *= 2;
		pxebs_send(pxebs);
	}
	return pxebs->is_done;
}

static int pxebs_run(struct pxebs *pxebs, int timeout_ms)
{
	int rc;

	ip_set_option(pxebs->pcb, SOF_BROADCAST);
	if (udp_bind(pxebs->pcb, IP_ADDR_ANY, DHCP_CLIENT_PORT) != ERR_OK)
		return -EADDRINUSE;
	udp_bind_netif(pxebs->pcb, &pxebs->netdev->netif);
	udp_recv(pxebs->pcb, pxebs_rx, pxebs);
	pxebs->xid = net_random();
	pxebs->begin_us = platform_time_us();
	pxebs_ask(pxebs, 0);
	rc = poll_until(pxebs_step, pxebs, timeout_ms);
	if (!rc)
		rc = pxebs->rc;
	if (rc == -ETIMEDOUT)
		return error_set(
			rc, "no boot server of type %u answered within %u s",
			pxebs->type,
			(unsigned int)((platform_time_us() - pxebs->begin_us) /
				       1000000));
	return rc;
}

int pxebs_discover(struct net_device *netdev, uint16_t type, int timeout_ms)
{
	struct pxebs *pxebs;
	int rc;

	netdev_apply_settings(netdev);
	if (!netdev->is_open || !netdev->is_configured)
		return error_set(-ENETUNREACH,
				 "it is not open or has no address; do dhcp "
				 "first");
	pxebs = calloc(1, sizeof(*pxebs));
	if (!pxebs)
		return -ENOMEM;
	pxebs->netdev = netdev;
	pxebs->type = type;
	targets_find(pxebs);
	if (!pxebs->target_count) {
		rc = error_set(-ENOENT,
			       "DHCP lists no boot server of type %u, and does "
			       "not let us look for one",
			       type);
		goto err_targets;
	}
	rc = -ENOMEM;
	pxebs->pcb = udp_new();
	if (!pxebs->pcb)
		goto err_pcb;
	rc = pxebs_run(pxebs, timeout_ms);
	udp_remove(pxebs->pcb);
err_pcb:
err_targets:
	free(pxebs);
	return rc;
}

/* Is TYPE in the list of servers, or of items, that the block FROM has? */
static bool is_offered(struct settings *from, uint16_t type)
{
	uint8_t data[PXE_OPTION_MAX];
	struct pxe_servers servers;
	struct pxe_item item;
	size_t len, at = 0;

	len = pxe_option_get(from, PXE_OPT_SERVERS, data, sizeof(data));
	while (pxe_servers_next(data, len, &at, &servers)) {
		if (servers.type == type)
			return true;
	}
	at = 0;
	len = pxe_option_get(from, PXE_OPT_MENU, data, sizeof(data));
	while (pxe_item_next(data, len, &at, &item)) {
		if (item.type == type)
			return true;
	}
	return false;
}

uint16_t pxebs_type(struct net_device *netdev, uint16_t number)
{
	struct settings *from = options_find(netdev);
	uint16_t swapped = (uint16_t)(number << 8 | number >> 8);

	if (from && !is_offered(from, number) && is_offered(from, swapped))
		return swapped;
	return number;
}
