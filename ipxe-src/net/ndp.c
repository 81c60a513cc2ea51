/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What routers say of a network, as settings. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lwip/inet_chksum.h"
#include "lwip/prot/ip6.h"
#include "lwip/raw.h"

#include "config/general.h"
#include "core/platform.h"
#include "core/poll.h"
#include "net/ipv6.h"
#include "net/ndp.h"
#include "net/ra.h"

SELECT_IF(NET_PROTO_IPV6);

/* Pauses between router solicitations: the first, and the last, which is twice
 * the one before it or this. */
#define RS_FIRST_MS 125
#define RS_LAST_MS  3000

/* RFC 4861 6.1.1, 6.1.2: nobody has forwarded it. */
#define NDP_HOP_LIMIT 255

#define RS_TYPE	     133
#define RS_LEN	     8
#define OPT_SLLA     1 /* source link-layer address, RFC 4861 4.6.1 */
#define OPT_SLLA_LEN 8

#define SLAAC_LEN 64 /* bits of a prefix that EUI-64 goes with */

/* The least that a link may have as MTU, RFC 8200 5. */
#define MTU_MIN 1280

/* The whole of the longest advertisement that fits into a frame. */
#define RA_LEN_MAX 1460

/* How often lifetimes are looked at. */
#define EXPIRE_US 1000000

#define LIFETIME_INFINITE 0xffffffff

/* Block netN.ndp.K, of one prefix. */
struct ndp_prefix {
	struct settings settings;
	char name[4];	    /* K */
	uint8_t prefix[16]; /* bits behind LEN do not count */
	uint8_t len;
	bool is_on_link;
	bool has_address;  /* that we made of it */
	uint64_t until_us; /* valid; UINT64_MAX: for ever */
};

/* Block netN.ndp, and how it is asked for. */
struct ndp_link {
	struct list_head list; /* in ndp_links */
	struct net_device *netdev;
	struct settings settings;
	struct ndp_prefix *prefixes[RA_PREFIXES_MAX]; /* NULL: free */
	uint8_t dns[RA_DNS_MAX][16];
	unsigned int dns_count;
	uint8_t router[16];	  /* of the block's gateway6 */
	uint64_t router_until_us; /* 0: there is none */
	uint8_t flags;		  /* of all advertisements since asked */
	bool is_answered;
	uint64_t ask_us;      /* when to ask again */
	unsigned int wait_ms; /* the present pause; 0: asked enough */
};

static LIST_HEAD(ndp_links);
static struct raw_pcb *ndp_pcb;

/* DHCP option 119's; core/settings_types_more.c knows its type. */
static const struct setting setting_dnssl6 = {.name = "dnssl", .tag = 119};

/* Nothing of its own: it tells these blocks from others. */
static const struct settings_ops ndp_ops;

static struct ndp_link *link_find(const struct net_device *netdev)
{
	struct ndp_link *link;

	list_for_each_entry(link, &ndp_links, list) {
		if (link->netdev == netdev)
			return link;
	}
	return NULL;
}

bool ndp_is_block(const struct settings *settings)
{
	return settings->ops == &ndp_ops;
}

bool ndp_is_same_network(const void *a, const void *b, unsigned int len)
{
	const uint8_t *p = a;
	const uint8_t *q = b;

	return !memcmp(p, q, len / 8) &&
	       (len % 8 == 0 || !((p[len / 8] ^ q[len / 8]) >> (8 - len % 8)));
}

/* When something that lives for LIFE_S from now on ends. */
static uint64_t end_of(uint32_t life_s)
{
	return life_s == LIFETIME_INFINITE
		       ? UINT64_MAX
		       : platform_time_us() + life_s * 1000000ULL;
}

/* ---- Blocks ---- */

static void prefix_free(struct settings *settings)
{
	free(container_of(settings, struct ndp_prefix, settings));
}

static void prefix_drop(struct ndp_link *link, size_t index)
{
	struct ndp_prefix *prefix = link->prefixes[index];

	link->prefixes[index] = NULL;
	settings_unregister(&prefix->settings);
}

/* The block of PREFIX among those of LINK, or the first free place. Returns
 * its index, RA_PREFIXES_MAX if all are taken. */
static size_t prefix_index(const struct ndp_link *link,
			   const struct ra_prefix *prefix)
{
	size_t i, free_index = RA_PREFIXES_MAX;

	for (i = RA_PREFIXES_MAX; i-- > 0;) {
		if (!link->prefixes[i])
			free_index = i;
		else if (link->prefixes[i]->len == prefix->len &&
			 ndp_is_same_network(link->prefixes[i]->prefix,
					     prefix->prefix, prefix->len))
			return i;
	}
	return free_index;
}

/* Make the block number INDEX for PREFIX. NULL: no memory. */
static struct ndp_prefix *prefix_create(struct ndp_link *link, size_t index,
					const struct ra_prefix *from)
{
	struct ndp_prefix *prefix = calloc(1, sizeof(*prefix));

	if (!prefix)
		return NULL;
	snprintf(prefix->name, sizeof(prefix->name), "%u",
		 (unsigned int)index % 100);
	memcpy(prefix->prefix, from->prefix, sizeof(prefix->prefix));
	prefix->len = from->len;
	settings_init(&prefix->settings, &ndp_ops, IPV6_ORDER_PREFIX);
	prefix->settings.free = prefix_free;
	settings_register(&prefix->settings, &link->settings, prefix->name);
	link->prefixes[index] = prefix;
	settings_store(&prefix->settings, &setting_len6, &prefix->len, 1);
	return prefix;
}

/* Take what an advertisement says of one prefix. */
static void prefix_update(struct ndp_link *link, const struct ra_prefix *from)
{
	size_t index = prefix_index(link, from);
	struct ndp_prefix *prefix;
	uint8_t addr[16];

	if (index == RA_PREFIXES_MAX)
		return;
	prefix = link->prefixes[index];
	if (!from->valid_s) {
		if (prefix)
			prefix_drop(link, index);
		return;
	}
	if (!prefix)
		prefix = prefix_create(link, index, from);
	if (!prefix)
		return;
	/* No flag says nothing, RFC 4861 6.3.4. */
	prefix->is_on_link |= from->is_on_link;
	prefix->until_us = end_of(from->valid_s);
	if (from->is_autonomous && from->len == SLAAC_LEN &&
	    !prefix->has_address) {
		ipv6_eui64(link->netdev, from->prefix, addr);
		settings_store(&prefix->settings, &setting_ip6, addr,
			       sizeof(addr));
		prefix->has_address = true;
		prefix->settings.order = IPV6_ORDER_SLAAC;
		settings_resort(&prefix->settings);
	}
}

/* Say in the block of each prefix who the router is; in that of LINK if there
 * is none. */
static void gateway_store(struct ndp_link *link)
{
	const uint8_t *router = link->router_until_us ? link->router : NULL;
	bool has_prefix = false;
	size_t i;

	for (i = 0; i < RA_PREFIXES_MAX; i++) {
		if (!link->prefixes[i])
			continue;
		has_prefix = true;
		settings_store(&link->prefixes[i]->settings, &setting_gateway6,
			       router, 16);
	}
	settings_store(&link->settings, &setting_gateway6,
		       has_prefix ? NULL : router, 16);
}

/* The router at FROM wants to be one for LIFETIME_S, which may be 0. */
static void router_update(struct ndp_link *link, const uint8_t from[16],
			  uint16_t lifetime_s)
{
	bool is_ours = link->router_until_us && !memcmp(link->router, from, 16);

	if (lifetime_s && (is_ours || !link->router_until_us)) {
		memcpy(link->router, from, 16);
		link->router_until_us = end_of(lifetime_s);
	} else if (!lifetime_s && is_ours) {
		link->router_until_us = 0;
	}
	gateway_store(link);
}

/* Add the server at ADDR, or take it away if it lives no more. */
static void dns_update(struct ndp_link *link, const struct ra_dns *from)
{
	unsigned int i;

	for (i = 0; i < link->dns_count; i++) {
		if (!memcmp(link->dns[i], from->addr, 16))
			break;
	}
	if (from->lifetime_s) {
		if (i == link->dns_count && i < RA_DNS_MAX)
			memcpy(link->dns[link->dns_count++], from->addr, 16);
	} else if (i < link->dns_count) {
		link->dns_count--;
		memmove(link->dns[i], link->dns[i + 1],
			(link->dns_count - i) * sizeof(link->dns[0]));
	}
}

/* Where the block stands: with an address of ours in it before netN.link. */
static void link_sort(struct ndp_link *link)
{
	int order = IPV6_ORDER_PREFIX;
	size_t i;

	for (i = 0; i < RA_PREFIXES_MAX; i++) {
		if (link->prefixes[i] && link->prefixes[i]->has_address)
			order = IPV6_ORDER_SLAAC;
	}
	link->settings.order = order;
	settings_resort(&link->settings);
}

/* The router at FROM has said RA. */
static void link_update(struct ndp_link *link, const uint8_t from[16],
			const struct ra *ra)
{
	uint8_t mtu[2];
	unsigned int i;

	if (!link->settings.parent) {
		settings_init(&link->settings, &ndp_ops, IPV6_ORDER_PREFIX);
		settings_register(&link->settings, &link->netdev->settings,
				  "ndp");
	}
	for (i = 0; i < ra->prefix_count; i++)
		prefix_update(link, &ra->prefixes[i]);
	router_update(link, from, ra->lifetime_s);
	for (i = 0; i < ra->dns_count; i++)
		dns_update(link, &ra->dns[i]);
	settings_store(&link->settings, &setting_dns6, link->dns,
		       link->dns_count * sizeof(link->dns[0]));
	if (ra->has_dnssl)
		settings_store(&link->settings, &setting_dnssl6, ra->dnssl,
			       ra->dnssl_life_s ? ra->dnssl_len : 0);
	if (ra->mtu >= MTU_MIN && ra->mtu <= UINT16_MAX) {
		put_be16(mtu, (uint16_t)ra->mtu);
		settings_store(&link->settings, &setting_mtu, mtu, sizeof(mtu));
	}
	link_sort(link);
	link->flags |= ra->flags;
	link->is_answered = true;
	link->wait_ms = 0;
	netdev_apply_settings(link->netdev);
}

bool ndp_is_on_link(const struct net_device *netdev, const ip6_addr_t *dest)
{
	const struct ndp_link *link = link_find(netdev);
	const struct ndp_prefix *prefix;
	size_t i;

	for (i = 0; link && i < RA_PREFIXES_MAX; i++) {
		prefix = link->prefixes[i];
		if (prefix && prefix->is_on_link &&
		    ndp_is_same_network(prefix->prefix, dest->addr,
					prefix->len))
			return true;
	}
	return false;
}

void ndp_forget(struct net_device *netdev)
{
	struct ndp_link *link = link_find(netdev);

	if (!link)
		return;
	list_del(&link->list);
	/* Its children free themselves. */
	if (link->settings.parent)
		settings_unregister(&link->settings);
	free(link);
}

/* ---- Receiving ---- */

/* Is the ICMPv6 message that P begins with whole? P is as it was, afterwards.
 */
static bool is_intact(struct pbuf *p, u16_t header_len)
{
	u16_t sum;

	pbuf_remove_header(p, header_len);
	sum = ip6_chksum_pseudo(p, IP6_NEXTH_ICMP6, p->tot_len,
				ip6_current_src_addr(),
				ip6_current_dest_addr());
	pbuf_add_header_force(p, header_len);
	return !sum;
}

/* lwIP has an ICMPv6 packet, P beginning with the IP header. It sees only those
 * advertisements that are right as well. */
static u8_t ndp_rx(void *arg __unused_arg, struct raw_pcb *pcb __unused_arg,
		   struct pbuf *p, const ip_addr_t *addr)
{
	static uint8_t data[RA_LEN_MAX];
	static struct ra ra;
	u16_t header_len = ip_current_header_tot_len();
	struct ndp_link *link;
	size_t len;

	if (p->tot_len <= header_len || pbuf_get_at(p, header_len) != RA_TYPE)
		return 0;
	len = pbuf_copy_partial(p, data, sizeof(data), header_len);
	if (IP6H_HOPLIM(ip6_current_header()) != NDP_HOP_LIMIT ||
	    !ip6_addr_islinklocal(ip_2_ip6(addr)) ||
	    p->tot_len - header_len > (u16_t)sizeof(data) ||
	    !is_intact(p, header_len) || ra_parse(data, len, &ra)) {
		pbuf_free(p);
		return 1;
	}
	link = link_find(ip_current_input_netif()->state);
	if (link)
		link_update(link, (const uint8_t *)ip_2_ip6(addr)->addr, &ra);
	return 0;
}

void ndp_init(void)
{
	if (ndp_pcb)
		return;
	ndp_pcb = raw_new_ip_type(IPADDR_TYPE_V6, IP6_NEXTH_ICMP6);
	if (!ndp_pcb)
		return;
	raw_set_multicast_ttl(ndp_pcb, NDP_HOP_LIMIT);
	ipv6_raw_checksum(ndp_pcb);
	raw_recv(ndp_pcb, ndp_rx, NULL);
}

/* ---- Asking ---- */

/* Ask the routers on LINK; a failure is made up for by the next question. */
static void rs_send(struct ndp_link *link)
{
	struct netif *netif = &link->netdev->netif;
	ip_addr_t routers, from = {0};
	uint8_t *message;
	struct pbuf *p;

	if (!ndp_pcb || !ip6_addr_isvalid(netif_ip6_addr_state(netif, 0)))
		return;
	p = pbuf_alloc(PBUF_IP, RS_LEN + OPT_SLLA_LEN, PBUF_RAM);
	if (!p)
		return;
	message = p->payload;
	memset(message, 0, RS_LEN + OPT_SLLA_LEN);
	message[0] = RS_TYPE;
	message[RS_LEN] = OPT_SLLA;
	message[RS_LEN + 1] = OPT_SLLA_LEN / 8;
	memcpy(message + RS_LEN + 2, netif->hwaddr, 6);
	IP_SET_TYPE(&routers, IPADDR_TYPE_V6);
	ip6_addr_set_allrouters_linklocal(ip_2_ip6(&routers));
	ip6_addr_assign_zone(ip_2_ip6(&routers), IP6_MULTICAST, netif);
	ip_addr_copy_from_ip6(from, *netif_ip6_addr(netif, 0));
	raw_sendto_if_src(ndp_pcb, p, &routers, netif, &from);
	pbuf_free(p);
}

void ndp_solicit(struct net_device *netdev)
{
	struct ndp_link *link = link_find(netdev);

	if (!link) {
		link = calloc(1, sizeof(*link));
		if (!link)
			return;
		link->netdev = netdev;
		list_add_tail(&link->list, &ndp_links);
	}
	link->is_answered = false;
	link->flags = 0;
	link->wait_ms = RS_FIRST_MS;
	link->ask_us = platform_time_us() + RS_FIRST_MS * 1000ULL;
	rs_send(link);
}

bool ndp_is_silent(const struct net_device *netdev)
{
	const struct ndp_link *link = link_find(netdev);

	return !link || (!link->is_answered && !link->wait_ms);
}

int ndp_flags(const struct net_device *netdev)
{
	const struct ndp_link *link = link_find(netdev);

	return link && link->is_answered ? link->flags : -ENOENT;
}

/* Drop what has outlived its time. */
static void link_expire(struct ndp_link *link, uint64_t now)
{
	bool is_changed = false;
	size_t i;

	for (i = 0; i < RA_PREFIXES_MAX; i++) {
		if (!link->prefixes[i] || link->prefixes[i]->until_us > now)
			continue;
		prefix_drop(link, i);
		is_changed = true;
	}
	if (link->router_until_us && link->router_until_us <= now) {
		link->router_until_us = 0;
		is_changed = true;
	}
	if (!is_changed)
		return;
	gateway_store(link);
	link_sort(link);
	netdev_apply_settings(link->netdev);
}

static bool ndp_poll(void)
{
	static uint64_t expire_us;
	uint64_t now = platform_time_us();
	struct ndp_link *link;

	list_for_each_entry(link, &ndp_links, list) {
		if (link->wait_ms && now >= link->ask_us) {
			link->wait_ms =
				link->wait_ms < RS_LAST_MS
					? MIN(2 * link->wait_ms, RS_LAST_MS)
					: 0;
			link->ask_us = now + link->wait_ms * 1000ULL;
			if (link->wait_ms)
				rs_send(link);
		}
		if (now >= expire_us)
			link_expire(link, now);
	}
	if (now >= expire_us)
		expire_us = now + EXPIRE_US;
	return false;
}

static const struct poller ndp_poller = {.poll = ndp_poll};
TABLE_REGISTER(pollers, ndp_poller);
