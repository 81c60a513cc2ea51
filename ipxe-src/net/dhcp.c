/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The DHCP client: discover, request, ask the proxyDHCP; or reuse a lease. */
#include <stdlib.h>
#include <string.h>

#include "lwip/udp.h"

#include "config/dhcp.h"
#include "core/error.h"
#include "core/origin.h"
#include "core/platform.h"
#include "core/poll.h"
#include "net/dhcp.h"
#include "net/dhcp_packet.h"
#include "net/dhcp_request.h"
#include "net/dhcp_settings.h"
#include "net/ipv6_config.h"
#include "net/stack.h"

/* An offer that says what to boot waits this long for a better one. */
#define DHCP_BETTER_OFFER_MS 60

/* The same as DHCP_DISC_PROXY_MS where the native PXE has just asked on this
 * network and no proxyDHCP answered it. */
#define DHCP_NO_PROXY_SEEN_MS 500

/* Where IPv6 says what to boot, and no DHCP server has made an offer. */
#define DHCP_BESIDE_IPV6_MS 4000

/* How often a server may take back what it offered. */
#define DHCP_NAK_MAX 4

/* A packet that was kept, and what is worth knowing of it. */
struct dhcp_offer {
	uint8_t *packet; /* NULL: there is none */
	size_t len;	 /* bytes of it */
	uint32_t server; /* option 54, else who sent it; network order */
	int8_t priority; /* option 175.1 */
	bool has_boot;	 /* it says what to boot */
	bool is_bootp;	 /* no message type: final as it is */
	bool no_pxedhcp; /* option 175.176: nobody waits for a proxyDHCP */
};

enum dhcp_state {
	DHCP_STATE_DISCOVER, /* collecting offers */
	DHCP_STATE_REQUEST,  /* taking the best one */
	DHCP_STATE_PROXY,    /* asking the proxyDHCP at port 4011 */
	DHCP_STATE_DONE,     /* rc is valid */
};

/* One run of the client. */
struct dhcp_session {
	struct net_device *netdev;
	struct udp_pcb *pcb;
	enum dhcp_state state;
	int rc;
	uint32_t xid;
	uint64_t begin_us;    /* of the first packet */
	uint64_t state_us;    /* when the state was entered */
	uint64_t offer_us;    /* when the first offer came */
	uint64_t next_us;     /* when to send again */
	unsigned int wait_ms; /* from the last packet to the next */
	unsigned int naks;
	unsigned int proxy_wait_ms;
	struct dhcp_offer best;
	struct dhcp_offer proxy;
};

/* Keep a packet in OFFER instead of what is there. */
static int offer_set(struct dhcp_offer *offer, const void *data, size_t len,
		     uint32_t sender)
{
	uint8_t *packet = malloc(len);
	uint8_t flag;

	if (!packet)
		return -ENOMEM;
	memcpy(packet, data, len);
	free(offer->packet);
	memset(offer, 0, sizeof(*offer));
	offer->packet = packet;
	offer->len = len;
	offer->server = sender;
	dhcp_option_get(data, len, DHCP_OPT_SERVER_ID, &offer->server,
			sizeof(offer->server));
	dhcp_option_get(data, len, setting_priority.tag, &offer->priority, 1);
	offer->has_boot = dhcp_has_boot(data, len);
	offer->is_bootp = dhcp_message_type(data, len) == DHCP_NONE;
	offer->no_pxedhcp =
		dhcp_option_get(data, len, DHCP_TAG_NO_PXEDHCP, &flag, 1) > 0 &&
		flag;
	return 0;
}

static void offer_clear(struct dhcp_offer *offer)
{
	free(offer->packet);
	memset(offer, 0, sizeof(*offer));
}

/* Keep a packet in OFFER if it is better than what is there: higher priority
 * (175.1), else the first that says what to boot, else the first. */
static void offer_consider(struct dhcp_offer *offer, const void *data,
			   size_t len, uint32_t sender)
{
	int8_t priority = 0;

	dhcp_option_get(data, len, setting_priority.tag, &priority, 1);
	if (offer->packet && (priority < offer->priority ||
			      (priority == offer->priority &&
			       (offer->has_boot || !dhcp_has_boot(data, len)))))
		return;
	offer_set(offer, data, len, sender);
}

static uint32_t offer_address(const struct dhcp_offer *offer)
{
	return ((const struct bootp *)offer->packet)->yiaddr;
}

/* ---- Sending ---- */

/* Send the packet that the state asks for; a failure is made up for by the
 * next one. */
static void dhcp_send(struct dhcp_session *session)
{
	struct net_device *netdev = session->netdev;
	struct dhcp_request request = {
		.type = DHCP_REQUEST,
		.xid = session->xid,
		.secs = (uint16_t)((platform_time_us() - session->begin_us) /
				   1000000),
	};
	ip_addr_t to = IPADDR4_INIT(IPADDR_BROADCAST);
	ip_addr_t from = IPADDR4_INIT(IPADDR_ANY);
	u16_t port = DHCP_SERVER_PORT;
	struct pbuf *p;
	int len;

	if (session->state == DHCP_STATE_DISCOVER) {
		request.type = DHCP_DISCOVER;
	} else if (session->state == DHCP_STATE_REQUEST) {
		request.requested_ip = offer_address(&session->best);
		request.server_id = session->best.server;
	} else {
		ip_addr_copy_from_ip4(from, *netif_ip4_addr(&netdev->netif));
		ip_addr_set_ip4_u32_val(to, session->proxy.server);
		port = PXE_SERVER_PORT;
		request.ciaddr = ip_2_ip4(&from)->addr;
		request.server_id = session->proxy.server;
	}
	p = pbuf_alloc(PBUF_TRANSPORT, DHCP_REQUEST_MAX, PBUF_RAM);
	if (!p)
		return;
	len = dhcp_request_build(netdev, &request, p->payload);
	if (len < 0) {
		session->rc =
			error_set(len, "the settings user-class and "
				       "vendor-class are too long to send");
		session->state = DHCP_STATE_DONE;
	} else {
		pbuf_realloc(p, (u16_t)len);
		udp_sendto_if_src(session->pcb, p, &to, port, &netdev->netif,
				  &from);
	}
	pbuf_free(p);
}

/* Send, and again later. */
static void dhcp_send_timed(struct dhcp_session *session)
{
	session->next_us = platform_time_us() + session->wait_ms * 1000ULL;
	dhcp_send(session);
}

static void dhcp_enter(struct dhcp_session *session, enum dhcp_state state,
		       unsigned int first_wait_ms)
{
	session->state = state;
	session->state_us = platform_time_us();
	session->wait_ms = first_wait_ms;
	dhcp_send_timed(session);
}

static void dhcp_discover(struct dhcp_session *session)
{
	session->xid = net_random();
	offer_clear(&session->best);
	offer_clear(&session->proxy);
	dhcp_enter(session, DHCP_STATE_DISCOVER, DHCP_DISC_START_MS);
}

static void dhcp_fail(struct dhcp_session *session, int rc)
{
	session->state = DHCP_STATE_DONE;
	session->rc = rc;
}

/* ---- What comes of it ---- */

/* Register the proxyDHCP's packet and be done. */
static void dhcp_finish(struct dhcp_session *session, const void *packet,
			size_t len)
{
	session->state = DHCP_STATE_DONE;
	session->rc = 0;
	if (packet)
		session->rc = dhcp_block_register(
			session->netdev, DHCP_BLOCK_PROXY, packet, len, false);
}

/* There is a lease: use it; then see to the proxyDHCP. */
static void dhcp_lease(struct dhcp_session *session, const void *packet,
		       size_t len)
{
	struct net_device *netdev = session->netdev;
	struct dhcp_offer *proxy = &session->proxy;
	int rc;

	dhcp_block_unregister(NULL, DHCP_BLOCK_PROXY);
	dhcp_block_unregister(NULL, DHCP_BLOCK_PXEBS);
	rc = dhcp_block_register(netdev, DHCP_BLOCK_LEASE, packet, len, false);
	if (rc) {
		dhcp_fail(session, rc);
		return;
	}
	netdev_apply_settings(netdev);
	if (!proxy->packet)
		dhcp_finish(session, NULL, 0);
	else if (proxy->has_boot || dhcp_has_boot(packet, len))
		dhcp_finish(session, proxy->packet, proxy->len);
	else
		dhcp_enter(session, DHCP_STATE_PROXY, DHCP_PROXY_START_MS);
}

/* Take the best offer. */
static void dhcp_take_offer(struct dhcp_session *session)
{
	struct dhcp_offer *best = &session->best;

	if (best->is_bootp)
		dhcp_lease(session, best->packet, best->len);
	else
		dhcp_enter(session, DHCP_STATE_REQUEST, DHCP_REQ_START_MS);
}

/* ---- Receiving ---- */

static void dhcp_rx_offer(struct dhcp_session *session, const void *data,
			  size_t len, unsigned int type, uint32_t sender)
{
	const struct bootp *bootp = data;
	struct dhcp_offer *best = &session->best;
	bool had_offer = best->packet != NULL;

	if (type != DHCP_OFFER && type != DHCP_NONE)
		return;
	/* A server with a lease that names the file is no proxyDHCP; one that
	 * does not may know more at port 4011. */
	if (dhcp_is_pxe(data, len) &&
	    (!bootp->yiaddr || !dhcp_has_boot(data, len)))
		offer_consider(&session->proxy, data, len, sender);
	if (bootp->yiaddr)
		offer_consider(best, data, len, sender);
	if (!had_offer && best->packet)
		session->offer_us = platform_time_us();
}

static void dhcp_rx_ack(struct dhcp_session *session, const void *data,
			size_t len, unsigned int type, uint32_t sender)
{
	const struct bootp *bootp = data;
	uint32_t server = sender;

	dhcp_option_get(data, len, DHCP_OPT_SERVER_ID, &server, sizeof(server));
	if (server != session->best.server)
		return;
	if (type == DHCP_NAK) {
		if (++session->naks < DHCP_NAK_MAX)
			dhcp_discover(session);
		else
			dhcp_fail(session,
				  error_set(-EACCES,
					    "the DHCP server refuses "
					    "the address that it offers"));
	} else if (type == DHCP_ACK && bootp->yiaddr) {
		dhcp_lease(session, data, len);
	}
}

static void dhcp_rx(void *arg, struct udp_pcb *pcb __unused_arg, struct pbuf *p,
		    const ip_addr_t *addr, u16_t port __unused_arg)
{
	static uint8_t data[DHCP_PACKET_MAX];
	struct dhcp_session *session = arg;
	const struct bootp *bootp = (const struct bootp *)data;
	unsigned int type;
	size_t len;

	len = pbuf_copy_partial(p, data, sizeof(data), 0);
	pbuf_free(p);
	if (!dhcp_is_reply(data, len, session->netdev->mac) ||
	    bootp->xid != session->xid)
		return;
	type = dhcp_message_type(data, len);
	switch (session->state) {
	case DHCP_STATE_DISCOVER:
		dhcp_rx_offer(session, data, len, type, ip_2_ip4(addr)->addr);
		break;
	case DHCP_STATE_REQUEST:
		dhcp_rx_ack(session, data, len, type, ip_2_ip4(addr)->addr);
		break;
	case DHCP_STATE_PROXY:
		if (type == DHCP_ACK && dhcp_is_pxe(data, len) &&
		    dhcp_has_boot(data, len))
			dhcp_finish(session, data, len);
		break;
	case DHCP_STATE_DONE:
		break;
	}
}

/* ---- Time ---- */

static bool has_passed(uint64_t now, uint64_t since, unsigned int ms)
{
	return now - since >= ms * 1000ULL;
}

/* Need nobody be waited for any more? */
static bool dhcp_has_offer(const struct dhcp_session *session, uint64_t now)
{
	const struct dhcp_offer *best = &session->best;

	if (!best->packet)
		return false;
	if (best->has_boot || best->no_pxedhcp || session->proxy.packet)
		return has_passed(now, session->offer_us, DHCP_BETTER_OFFER_MS);
	return has_passed(now, session->begin_us, session->proxy_wait_ms) &&
	       has_passed(now, session->offer_us, DHCP_BETTER_OFFER_MS);
}

/* Nobody answered for long enough. */
static void dhcp_give_up(struct dhcp_session *session)
{
	unsigned int s =
		(unsigned int)((platform_time_us() - session->begin_us) /
			       1000000);

	switch (session->state) {
	case DHCP_STATE_DISCOVER:
		if (session->best.packet)
			dhcp_take_offer(session);
		else if (session->proxy.packet)
			dhcp_fail(session,
				  error_set(-ETIMEDOUT,
					    "only a proxyDHCP "
					    "answered within %u s; is a DHCP "
					    "server on this network?",
					    s));
		else
			dhcp_fail(session,
				  error_set(-ETIMEDOUT,
					    "no DHCP answer within "
					    "%u s; is a DHCP server on this "
					    "network?",
					    s));
		break;
	case DHCP_STATE_REQUEST:
		dhcp_fail(session, error_set(-ETIMEDOUT,
					     "the DHCP server made "
					     "an offer and then fell silent"));
		break;
	case DHCP_STATE_PROXY:
		dhcp_finish(session, session->proxy.packet, session->proxy.len);
		break;
	case DHCP_STATE_DONE:
		break;
	}
}

/* How long the pauses of a state may become. */
static unsigned int dhcp_longest_wait(enum dhcp_state state)
{
	switch (state) {
	case DHCP_STATE_DISCOVER:
		return DHCP_DISC_END_MS;
	case DHCP_STATE_REQUEST:
		return DHCP_REQ_END_MS;
	default:
		return DHCP_PROXY_TOTAL_MS;
	}
}

/* Has nobody answered, while IPv6 says all that there is to know? */
static bool dhcp_is_needless(const struct dhcp_session *session, uint64_t now)
{
	return ipv6_config_suffices(session->netdev) &&
	       session->state == DHCP_STATE_DISCOVER && !session->best.packet &&
	       !session->proxy.packet &&
	       has_passed(now, session->begin_us, DHCP_BESIDE_IPV6_MS);
}

/* For poll_until(): go on; is it over? */
static bool dhcp_step(void *ctx)
{
	struct dhcp_session *session = ctx;
	uint64_t now = platform_time_us();

	if (session->state == DHCP_STATE_DISCOVER &&
	    dhcp_has_offer(session, now)) {
		dhcp_take_offer(session);
	} else if (dhcp_is_needless(session, now)) {
		dhcp_give_up(session);
	} else if (session->state == DHCP_STATE_PROXY &&
		   has_passed(now, session->state_us, DHCP_PROXY_TOTAL_MS)) {
		dhcp_give_up(session);
	} else if (session->state != DHCP_STATE_DONE &&
		   now >= session->next_us) {
		session->wait_ms *= 2;
		if (session->wait_ms > dhcp_longest_wait(session->state))
			dhcp_give_up(session);
		else
			dhcp_send_timed(session);
	}
	return session->state == DHCP_STATE_DONE;
}

/* Did the native PXE get a lease on NETDEV, and no proxyDHCP's offer? */
static bool is_without_proxy(struct net_device *netdev)
{
	const uint8_t *ack = origin.packet[ORIGIN_DHCPACK].data;

	return origin.packet[ORIGIN_DHCPACK].len &&
	       dhcp_is_reply(ack, origin.packet[ORIGIN_DHCPACK].len,
			     netdev->mac) &&
	       !origin.packet[ORIGIN_PROXYOFFER].len;
}

int dhcp_configure(struct net_device *netdev, int timeout_ms)
{
	struct dhcp_session *session;
	int rc = -ENOMEM;

	session = calloc(1, sizeof(*session));
	if (!session)
		return -ENOMEM;
	session->netdev = netdev;
	session->begin_us = platform_time_us();
	session->proxy_wait_ms = is_without_proxy(netdev)
					 ? DHCP_NO_PROXY_SEEN_MS
					 : DHCP_DISC_PROXY_MS;
	session->pcb = udp_new();
	if (!session->pcb)
		goto err_pcb;
	ip_set_option(session->pcb, SOF_BROADCAST);
	if (udp_bind(session->pcb, IP_ADDR_ANY, DHCP_CLIENT_PORT) != ERR_OK) {
		rc = -EADDRINUSE;
		goto err_bind;
	}
	udp_bind_netif(session->pcb, &netdev->netif);
	udp_recv(session->pcb, dhcp_rx, session);
	dhcp_discover(session);
	rc = poll_until(dhcp_step, session, timeout_ms);
	if (!rc)
		rc = session->rc;
	else if (rc == -ETIMEDOUT && session->state == DHCP_STATE_PROXY)
		rc = 0;
	else if (rc == -ETIMEDOUT)
		rc = error_set(rc,
			       "no DHCP answer within %d ms; is a DHCP "
			       "server on this network?",
			       timeout_ms);
	offer_clear(&session->best);
	offer_clear(&session->proxy);
err_bind:
	udp_remove(session->pcb);
err_pcb:
	free(session);
	return rc;
}

void dhcp_forget(struct net_device *netdev)
{
	dhcp_block_unregister(netdev, DHCP_BLOCK_LEASE);
	dhcp_block_unregister(netdev, DHCP_BLOCK_PROXY);
	dhcp_block_unregister(netdev, DHCP_BLOCK_PXEBS);
}
