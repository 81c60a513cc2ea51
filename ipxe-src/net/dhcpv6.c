/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The DHCPv6 client: solicit and request an address, or ask for information.
 *
 * It goes by RFC 8415 but for what would make a machine wait: it sends at once
 * (18.2.1: after up to 1 s), takes an advertisement when DHCPV6_BETTER_OFFER_MS
 * have passed since the first (there: always 1 s), gives up after seconds
 * (there: never), and keeps what it got until the network is closed: firmware
 * does not live as long as a lease.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lwip/udp.h"

#include "config/dhcp.h"
#include "config/general.h"
#include "core/error.h"
#include "core/platform.h"
#include "net/dhcpv6.h"
#include "net/dhcpv6_request.h"
#include "net/dhcpv6_settings.h"
#include "net/stack.h"

SELECT_IF(NET_PROTO_IPV6);

/* An advertisement, or a reply without a boot file, waits this long for a
 * better one. */
#define DHCPV6_BETTER_OFFER_MS 60

/* How often a server may take back what it advertised. */
#define DHCPV6_REFUSALS_MAX 3

/* Of what a server says of its refusal, so much is shown. */
#define DHCPV6_TEXT_MAX 60

enum dhcpv6_state {
	DHCPV6_STATE_SOLICIT, /* collecting advertisements */
	DHCPV6_STATE_REQUEST, /* taking the best one */
	DHCPV6_STATE_INFORM,  /* collecting replies, without an address */
	DHCPV6_STATE_DONE,    /* rc is valid */
};

/* A message that was kept, and what is worth knowing of it. */
struct dhcpv6_offer {
	uint8_t *packet;	       /* NULL: there is none */
	struct dhcpv6_message message; /* points into it */
	bool has_boot;		       /* it says what to boot */
};

struct dhcpv6_session {
	struct net_device *netdev;
	struct udp_pcb *pcb;
	enum dhcpv6_state state;
	int rc;
	char why[160]; /* sentence for rc; "" is none */
	uint32_t xid;  /* of the exchange, 24 bits */
	uint32_t iaid;
	uint8_t client_id[DHCPV6_CLIENT_ID_MAX];
	size_t client_id_len;
	uint64_t begin_us;    /* of the first message of all */
	uint64_t state_us;    /* of the first message of the exchange */
	uint64_t offer_us;    /* when the first offer came */
	uint64_t next_us;     /* when to send again */
	unsigned int wait_ms; /* from the last message to the next */
	unsigned int refusals;
	struct dhcpv6_offer best;
	bool was_refused; /* status and text are what a server said */
	uint16_t status;
	char text[DHCPV6_TEXT_MAX + 1];
};

static bool has_passed(uint64_t since, unsigned int ms)
{
	return platform_time_us() - since >= ms * 1000ULL;
}

/* ---- The end ---- */

static void offer_clear(struct dhcpv6_offer *offer)
{
	free(offer->packet);
	memset(offer, 0, sizeof(*offer));
}

static void dhcpv6_end(struct dhcpv6_session *session, int rc)
{
	session->state = DHCPV6_STATE_DONE;
	session->rc = rc;
	offer_clear(&session->best);
}

/* Remember why a server gives nothing. */
static void refusal_keep(struct dhcpv6_session *session,
			 const struct dhcpv6_message *message)
{
	size_t len = MIN(message->text_len, sizeof(session->text) - 1);
	size_t i;

	session->was_refused = true;
	session->status = message->status;
	for (i = 0; i < len; i++)
		session->text[i] =
			message->text[i] >= ' ' && message->text[i] < 0x7f
				? message->text[i]
				: '?';
	session->text[len] = '\0';
}

/* It was refused, and nobody else is to be asked. */
static void dhcpv6_end_refused(struct dhcpv6_session *session)
{
	const char *colon = session->text[0] ? ": " : "";

	if (session->status == DHCPV6_SUCCESS ||
	    session->status == DHCPV6_NO_ADDRESSES)
		snprintf(session->why, sizeof(session->why),
			 "the DHCPv6 server has no address for this machine"
			 "%s%s",
			 colon, session->text);
	else
		snprintf(session->why, sizeof(session->why),
			 "the DHCPv6 server refuses with status %u%s%s",
			 session->status, colon, session->text);
	dhcpv6_end(session, -EACCES);
}

/* Nobody answered for long enough. */
static void dhcpv6_give_up(struct dhcpv6_session *session)
{
	if (session->state == DHCPV6_STATE_REQUEST) {
		snprintf(
			session->why, sizeof(session->why),
			"the DHCPv6 server made an offer and then fell silent");
		dhcpv6_end(session, -ETIMEDOUT);
	} else if (session->was_refused) {
		dhcpv6_end_refused(session);
	} else {
		snprintf(session->why, sizeof(session->why),
			 "no DHCPv6 answer within %u s, though a router says "
			 "that there is a server",
			 (unsigned int)((platform_time_us() -
					 session->begin_us) /
					1000000));
		dhcpv6_end(session, -ETIMEDOUT);
	}
}

/* Use what MESSAGE says. */
static void dhcpv6_finish(struct dhcpv6_session *session,
			  const struct dhcpv6_message *message)
{
	bool is_stateful = session->state == DHCPV6_STATE_REQUEST;
	int rc;

	rc = dhcpv6_block_register(session->netdev, message, is_stateful);
	if (!rc)
		netdev_apply_settings(session->netdev);
	dhcpv6_end(session, rc);
}

/* ---- Sending ---- */

/* Send the message that the state asks for; a failure is made up for by the
 * next one. */
static void dhcpv6_send(struct dhcpv6_session *session)
{
	uint64_t elapsed_cs = (platform_time_us() - session->state_us) / 10000;
	struct dhcpv6_request request = {
		.type = DHCPV6_SOLICIT,
		.xid = session->xid,
		.elapsed_cs = (uint16_t)MIN(elapsed_cs, UINT16_MAX),
	};
	struct netif *netif = &session->netdev->netif;
	ip_addr_t to = IPADDR6_INIT_HOST(0xff020000, 0, 0, 0x10002);
	struct pbuf *p;
	int len;

	if (session->state == DHCPV6_STATE_INFORM) {
		request.type = DHCPV6_INFORMATION_REQUEST;
	} else if (session->state == DHCPV6_STATE_REQUEST) {
		request.type = DHCPV6_REQUEST;
		request.server_id = &session->best.message.server_id;
		request.addr = session->best.message.addr;
	}
	p = pbuf_alloc(PBUF_TRANSPORT, DHCPV6_REQUEST_MAX, PBUF_RAM);
	if (!p)
		return;
	len = dhcpv6_request_build(session->netdev, &request, p->payload);
	if (len < 0) {
		snprintf(session->why, sizeof(session->why),
			 "the settings user-class and vendor-class are too "
			 "long to send");
		dhcpv6_end(session, len);
	} else {
		pbuf_realloc(p, (u16_t)len);
		ip6_addr_assign_zone(ip_2_ip6(&to), IP6_MULTICAST, netif);
		udp_sendto_if(session->pcb, p, &to, DHCPV6_SERVER_PORT, netif);
	}
	pbuf_free(p);
}

/* MS, give or take a tenth: RFC 8415 15. */
static unsigned int jitter(unsigned int ms)
{
	return ms - ms / 10 + net_random() % (ms / 5 + 1);
}

/* Send, and again later. */
static void dhcpv6_send_timed(struct dhcpv6_session *session)
{
	session->next_us = platform_time_us() + session->wait_ms * 1000ULL;
	dhcpv6_send(session);
}

static void dhcpv6_enter(struct dhcpv6_session *session,
			 enum dhcpv6_state state)
{
	session->state = state;
	session->state_us = platform_time_us();
	session->xid = net_random() & 0xffffff;
	session->wait_ms = jitter(DHCPV6_START_MS);
	dhcpv6_send_timed(session);
}

/* ---- Receiving ---- */

/* Keep MESSAGE, which is in the packet of LEN bytes at DATA, if it is better
 * than what is there: higher preference, else the first that says what to boot,
 * else the first. */
static void offer_consider(struct dhcpv6_session *session, const uint8_t *data,
			   size_t len, const struct dhcpv6_message *message)
{
	struct dhcpv6_offer *best = &session->best;
	bool has_boot = dhcpv6_boot_url_get(message->options,
					    message->options_len, NULL, 0) > 0;
	uint8_t preference = best->message.preference;
	uint8_t *packet;

	if (best->packet && (message->preference < preference ||
			     (message->preference == preference &&
			      (best->has_boot || !has_boot))))
		return;
	packet = malloc(len);
	if (!packet)
		return;
	if (!best->packet)
		session->offer_us = platform_time_us();
	memcpy(packet, data, len);
	offer_clear(best);
	best->packet = packet;
	best->has_boot = has_boot;
	/* The same again, so that it points into the copy. */
	dhcpv6_message_parse(packet, len, session->iaid, &best->message);
}

/* The server does not give what it offered: begin again, with bounds. */
static void dhcpv6_refused(struct dhcpv6_session *session)
{
	offer_clear(&session->best);
	if (++session->refusals < DHCPV6_REFUSALS_MAX)
		dhcpv6_enter(session, DHCPV6_STATE_SOLICIT);
	else
		dhcpv6_end_refused(session);
}

/* Is OPTION the LEN bytes at DATA? */
static bool option_is(const struct dhcpv6_option *option, const void *data,
		      size_t len)
{
	return option->len == len && !memcmp(option->data, data, len);
}

/* A message with our identifiers came, which is in the packet of LEN bytes at
 * DATA. */
static void dhcpv6_rx_message(struct dhcpv6_session *session,
			      const uint8_t *data, size_t len,
			      const struct dhcpv6_message *message)
{
	bool is_stateful = session->state != DHCPV6_STATE_INFORM;
	uint8_t type = session->state == DHCPV6_STATE_SOLICIT ? DHCPV6_ADVERTISE
							      : DHCPV6_REPLY;
	const struct dhcpv6_option *server = &session->best.message.server_id;
	bool is_refusal;

	if (message->type != type)
		return;
	if (session->state == DHCPV6_STATE_REQUEST &&
	    !option_is(&message->server_id, server->data, server->len))
		return;
	is_refusal = is_stateful ? !message->has_address
				 : message->status != DHCPV6_SUCCESS;
	if (is_refusal)
		refusal_keep(session, message);
	if (session->state != DHCPV6_STATE_REQUEST && !is_refusal)
		offer_consider(session, data, len, message);
	else if (session->state == DHCPV6_STATE_REQUEST && is_refusal)
		dhcpv6_refused(session);
	else if (session->state == DHCPV6_STATE_REQUEST)
		dhcpv6_finish(session, message);
}

static void dhcpv6_rx(void *arg, struct udp_pcb *pcb __unused_arg,
		      struct pbuf *p, const ip_addr_t *addr __unused_arg,
		      u16_t port __unused_arg)
{
	static uint8_t data[DHCPV6_MESSAGE_MAX];
	struct dhcpv6_session *session = arg;
	struct dhcpv6_message message;
	size_t len;

	len = p->tot_len <= sizeof(data)
		      ? pbuf_copy_partial(p, data, sizeof(data), 0)
		      : 0;
	pbuf_free(p);
	if (session->state == DHCPV6_STATE_DONE ||
	    dhcpv6_message_parse(data, len, session->iaid, &message) ||
	    message.xid != session->xid || !message.server_id.len ||
	    !option_is(&message.client_id, session->client_id,
		       session->client_id_len))
		return;
	dhcpv6_rx_message(session, data, len, &message);
}

/* ---- Time ---- */

/* Need nobody be waited for any more? */
static bool dhcpv6_has_offer(const struct dhcpv6_session *session)
{
	const struct dhcpv6_offer *best = &session->best;

	if (session->state == DHCPV6_STATE_REQUEST || !best->packet)
		return false;
	return best->message.preference == DHCPV6_PREFERENCE_MAX ||
	       (session->state == DHCPV6_STATE_INFORM && best->has_boot) ||
	       has_passed(session->offer_us, DHCPV6_BETTER_OFFER_MS);
}

/* Has the state lasted for long enough? */
static bool dhcpv6_is_over(const struct dhcpv6_session *session)
{
	return session->state == DHCPV6_STATE_REQUEST
		       ? has_passed(session->state_us, DHCPV6_REQUEST_TOTAL_MS)
		       : has_passed(session->begin_us, DHCPV6_SOLICIT_TOTAL_MS);
}

static void dhcpv6_step(struct dhcpv6_session *session)
{
	if (session->state == DHCPV6_STATE_DONE)
		return;
	if (dhcpv6_has_offer(session)) {
		if (session->state == DHCPV6_STATE_SOLICIT)
			dhcpv6_enter(session, DHCPV6_STATE_REQUEST);
		else
			dhcpv6_finish(session, &session->best.message);
	} else if (dhcpv6_is_over(session)) {
		dhcpv6_give_up(session);
	} else if (platform_time_us() >= session->next_us) {
		session->wait_ms += jitter(session->wait_ms);
		dhcpv6_send_timed(session);
	}
}

int dhcpv6_poll(struct dhcpv6_session *session)
{
	dhcpv6_step(session);
	if (session->state != DHCPV6_STATE_DONE)
		return -EINPROGRESS;
	if (session->rc && session->why[0])
		error_set(session->rc, "%s", session->why);
	return session->rc;
}

/* The link-local address of NETIF, or NULL. */
static const ip_addr_t *link_local_find(const struct netif *netif)
{
	unsigned int i;

	for (i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++) {
		if (ip6_addr_isvalid(netif_ip6_addr_state(netif, i)) &&
		    ip6_addr_islinklocal(netif_ip6_addr(netif, i)))
			return netif_ip_addr6(netif, i);
	}
	return NULL;
}

/* Give SESSION a socket of its NIC alone, so that others may ask too. */
static int dhcpv6_bind(struct dhcpv6_session *session)
{
	struct netif *netif = &session->netdev->netif;
	const ip_addr_t *from = link_local_find(netif);

	if (!from)
		return error_set(-EADDRNOTAVAIL,
				 "%s has no link-local IPv6 address",
				 session->netdev->name);
	session->pcb = udp_new_ip_type(IPADDR_TYPE_V6);
	if (!session->pcb)
		return error_set(-ENOMEM, "out of memory");
	if (udp_bind(session->pcb, from, DHCPV6_CLIENT_PORT) != ERR_OK)
		return error_set(-EADDRINUSE, "DHCPv6 is asked already on %s",
				 session->netdev->name);
	udp_bind_netif(session->pcb, netif);
	udp_recv(session->pcb, dhcpv6_rx, session);
	return 0;
}

struct dhcpv6_session *dhcpv6_start(struct net_device *netdev, bool is_stateful)
{
	struct dhcpv6_session *session;

	session = calloc(1, sizeof(*session));
	if (!session) {
		error_set(-ENOMEM, "out of memory");
		return NULL;
	}
	session->netdev = netdev;
	session->iaid = dhcpv6_iaid(netdev);
	session->client_id_len = dhcpv6_client_id(netdev, session->client_id);
	if (dhcpv6_bind(session)) {
		dhcpv6_stop(session);
		return NULL;
	}
	session->begin_us = platform_time_us();
	dhcpv6_enter(session,
		     is_stateful ? DHCPV6_STATE_SOLICIT : DHCPV6_STATE_INFORM);
	return session;
}

void dhcpv6_stop(struct dhcpv6_session *session)
{
	if (!session)
		return;
	if (session->pcb)
		udp_remove(session->pcb);
	offer_clear(&session->best);
	free(session);
}

void dhcpv6_forget(struct net_device *netdev)
{
	dhcpv6_block_unregister(netdev);
}
