/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* ICMP echo, RFC 792; of IPv6, RFC 4443 4: the same but for two numbers. */
#include <string.h>

#include "lwip/icmp.h"
#include "lwip/inet_chksum.h"
#include "lwip/prot/icmp.h"
#include "lwip/prot/ip4.h"
#include "lwip/raw.h"

#include "config/general.h"
#include "core/console.h"
#include "core/error.h"
#include "core/platform.h"
#include "core/poll.h"
#include "net/address.h"
#include "net/ipv6.h"
#include "net/netdevice.h"
#include "net/resolve.h"
#include "net/stack.h"
#include "usr/ping.h"

SELECT_IF(PING_CMD);

/* What is behind the headers in one Ethernet frame. */
#define SIZE_MAX_BYTES 1472

/* RFC 4443 4. */
#define PROTO_ICMPV6	  58
#define ICMPV6_ECHO	  128
#define ICMPV6_ECHO_REPLY 129

/* One request and what became of it. */
struct ping {
	ip_addr_t addr;
	uint16_t id, sequence; /* network order */
	bool is_answered;
	size_t answer_len; /* bytes of data in the answer */
	bool is_changed;   /* ... which are not those that were sent */
};

/* The data of a request: bytes that count up from the sequence number. */
static uint8_t data_byte(const struct ping *ping, size_t i)
{
	return (uint8_t)(i + lwip_ntohs(ping->sequence));
}

/* lwIP has an ICMP packet, P beginning with the IP header. */
static u8_t ping_rx(void *arg, struct raw_pcb *pcb __unused_arg, struct pbuf *p,
		    const ip_addr_t *addr)
{
	struct ping *ping = arg;
	uint8_t type = IP_IS_V6(&ping->addr) ? ICMPV6_ECHO_REPLY : ICMP_ER;
	struct icmp_echo_hdr echo;
	u16_t offset;
	size_t i;

	offset = ip_current_header_tot_len();
	if (pbuf_copy_partial(p, &echo, sizeof(echo), offset) < sizeof(echo) ||
	    ICMPH_TYPE(&echo) != type || !ip_addr_cmp(addr, &ping->addr) ||
	    echo.id != ping->id || echo.seqno != ping->sequence)
		return 0;
	offset = (u16_t)(offset + sizeof(echo));
	ping->answer_len = (size_t)(p->tot_len - offset);
	for (i = 0; i < ping->answer_len; i++) {
		if (pbuf_get_at(p, (u16_t)(offset + i)) != data_byte(ping, i))
			ping->is_changed = true;
	}
	ping->is_answered = true;
	pbuf_free(p);
	return 1;
}

/* Send the request. */
static int ping_send(struct ping *ping, struct raw_pcb *pcb, size_t size)
{
	struct icmp_echo_hdr *echo;
	struct pbuf *p;
	size_t i;
	err_t err;

	p = pbuf_alloc(PBUF_IP, (u16_t)(sizeof(*echo) + size), PBUF_RAM);
	if (!p)
		return -ENOBUFS;
	echo = p->payload;
	memset(echo, 0, sizeof(*echo));
	ICMPH_TYPE_SET(echo, IP_IS_V6(&ping->addr) ? ICMPV6_ECHO : ICMP_ECHO);
	echo->id = ping->id;
	echo->seqno = ping->sequence;
	for (i = 0; i < size; i++)
		((uint8_t *)(echo + 1))[i] = data_byte(ping, i);
	if (IP_IS_V4(&ping->addr))
		echo->chksum = inet_chksum(echo, p->len);
	err = raw_sendto(pcb, p, &ping->addr);
	pbuf_free(p);
	if (err == ERR_RTE)
		return -ENETUNREACH;
	return err == ERR_OK ? 0 : -EIO;
}

static bool is_answered(void *ctx)
{
	return ((struct ping *)ctx)->is_answered;
}

/* One request, one answer, one line. */
static int ping_once(struct ping *ping, struct raw_pcb *pcb,
		     const struct ping_options *options)
{
	uint64_t start = platform_time_us();
	unsigned int ms;
	int rc;

	ping->is_answered = false;
	ping->is_changed = false;
	rc = ping_send(ping, pcb, options->size);
	if (rc)
		return rc;
	rc = poll_until(is_answered, ping, (int)options->timeout_ms);
	if (rc == -ETIMEDOUT)
		rc = error_set(rc, "no answer within %lu ms",
			       options->timeout_ms);
	else if (!rc && ping->is_changed)
		rc = error_set(-EBADMSG, "the answer holds other bytes than "
					 "the question");
	else if (!rc && ping->answer_len != options->size)
		rc = error_set(-EBADMSG, "the answer has another length than "
					 "the question");
	if (rc)
		return rc;
	ms = (unsigned int)((platform_time_us() - start) / 1000);
	if (!options->is_quiet)
		console_printf("%lu bytes from %s: seq=%u time=%u ms\n",
			       (unsigned long)ping->answer_len,
			       address_text(&ping->addr),
			       lwip_ntohs(ping->sequence), ms);
	/* The next one a second after this one. */
	return 0;
}

/* All of them. */
static int ping_run(struct ping *ping, const struct ping_options *options)
{
	struct raw_pcb *pcb = raw_new_ip_type(
		IP_GET_TYPE(&ping->addr),
		IP_IS_V6(&ping->addr) ? PROTO_ICMPV6 : IP_PROTO_ICMP);
	unsigned long i;
	uint64_t start, rest_ms;
	int rc = 0;

	if (!pcb)
		return -ENOBUFS;
	ipv6_raw_checksum(pcb);
	raw_recv(pcb, ping_rx, ping);
	raw_bind(pcb, IP46_ADDR_ANY(IP_GET_TYPE(&ping->addr)));
	ping->id = (uint16_t)net_random();
	for (i = 0; !options->count || i < options->count; i++) {
		start = platform_time_us();
		ping->sequence = lwip_htons((uint16_t)(i + 1));
		rc = ping_once(ping, pcb, options);
		if (rc == -ECANCELED)
			break;
		if (rc && !options->is_quiet)
			console_printf(
				"%s: seq=%u: %s\n", address_text(&ping->addr),
				lwip_ntohs(ping->sequence), error_text(rc));
		rest_ms = (platform_time_us() - start) / 1000;
		if (options->count && i + 1 == options->count)
			break;
		if (rest_ms < 1000 &&
		    poll_sleep((unsigned int)(1000 - rest_ms))) {
			rc = -ECANCELED;
			break;
		}
	}
	raw_remove(pcb);
	return rc;
}

static bool is_resolved(void *ctx)
{
	return resolve_poll(ctx) != -EINPROGRESS;
}

int ping(const char *host, const struct ping_options *options)
{
	struct resolve resolve;
	struct ping ping = {0};
	int rc;

	if (options->size > SIZE_MAX_BYTES)
		return error_set(-EINVAL, "at most %d bytes go into one frame",
				 SIZE_MAX_BYTES);
	netdev_apply_all_settings();
	resolve_start(&resolve, host);
	rc = poll_until(is_resolved, &resolve, -1);
	if (!rc)
		rc = resolve_poll(&resolve);
	ping.addr = resolve.addr;
	resolve_stop(&resolve);
	return rc ? rc : ping_run(&ping, options);
}
