/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* SNTP client, RFC 4330 and 5905. */
#include <string.h>

#include "lwip/udp.h"

#include "config/general.h"
#include "config/time.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/platform.h"
#include "core/poll.h"
#include "net/netdevice.h"
#include "net/ntp.h"
#include "net/resolve.h"
#include "net/stack.h"

SELECT_IF(NTP_CMD);

#define NTP_PORT 123

/* Seconds from 1900, where NTP begins, to 1970; and to the second era (2036),
 * which smaller numbers belong to: RFC 4330 section 3. */
#define NTP_TO_UNIX	2208988800ULL
#define NTP_ERA		(1ULL << 32)
#define NTP_ERA_LIMIT	0x80000000u
#define NTP_MODE_MASK	0x07
#define NTP_LEAP_MASK	0xc0 /* all ones: the server has no time itself */
#define NTP_CLIENT_V4	0x23
#define NTP_SERVER	4
#define NTP_STRATUM_MAX 15

/* A packet without extensions, RFC 5905 7.3. */
struct ntp_packet {
	uint8_t flags; /* leap indicator, version, mode */
	uint8_t stratum;
	uint8_t poll, precision;
	uint8_t root[8];
	char reference_id[4]; /* stratum 0: why it does not answer */
	uint8_t reference[8];
	uint8_t originate[8]; /* the request's transmit, repeated */
	uint8_t receive[8];
	uint8_t transmit[8]; /* seconds, fraction; big-endian */
} __packed;

/* One question. */
struct ntp {
	struct udp_pcb *pcb;
	struct resolve resolve;
	uint8_t cookie[8]; /* of the last request */
	bool is_over;
	int rc;
	uint64_t unix_s; /* the answer */
	uint64_t next_us;
	unsigned int wait_ms;
};

static void ntp_end(struct ntp *ntp, int rc)
{
	ntp->rc = rc;
	ntp->is_over = true;
}

static void ntp_rx(void *arg, struct udp_pcb *pcb __unused_arg, struct pbuf *p,
		   const ip_addr_t *addr, u16_t port)
{
	struct ntp_packet packet;
	struct ntp *ntp = arg;
	u16_t len = pbuf_copy_partial(p, &packet, sizeof(packet), 0);
	uint64_t s;

	pbuf_free(p);
	if (ntp->is_over || len < sizeof(packet) || port != NTP_PORT ||
	    !ip_addr_cmp(addr, &ntp->resolve.addr) ||
	    (packet.flags & NTP_MODE_MASK) != NTP_SERVER ||
	    memcmp(packet.originate, ntp->cookie, sizeof(ntp->cookie)))
		return;
	if (!packet.stratum) {
		ntp_end(ntp, error_set(-EACCES, "the server refuses: %.4s",
				       packet.reference_id));
		return;
	}
	s = get_be32(packet.transmit);
	if (packet.stratum > NTP_STRATUM_MAX || !s ||
	    (packet.flags & NTP_LEAP_MASK) == NTP_LEAP_MASK) {
		ntp_end(ntp, error_set(-EPROTO, "the server does not know the "
						"time itself"));
		return;
	}
	if (s < NTP_ERA_LIMIT)
		s += NTP_ERA;
	ntp->unix_s = s - NTP_TO_UNIX;
	ntp_end(ntp, 0);
}

/* Send a request. A failure is made up for by the next one. */
static void ntp_send(struct ntp *ntp)
{
	struct ntp_packet *packet;
	struct pbuf *p;

	p = pbuf_alloc(PBUF_TRANSPORT, sizeof(*packet), PBUF_RAM);
	if (!p)
		return;
	packet = p->payload;
	memset(packet, 0, sizeof(*packet));
	packet->flags = NTP_CLIENT_V4;
	/* Not the time, but something that nobody can guess: RFC 8915's
	 * predecessors and chrony do the same. */
	put_be32(ntp->cookie, net_random());
	put_be32(ntp->cookie + 4, net_random());
	memcpy(packet->transmit, ntp->cookie, sizeof(ntp->cookie));
	udp_sendto(ntp->pcb, p, &ntp->resolve.addr, NTP_PORT);
	pbuf_free(p);
}

/* For poll_until(): go on; is it over? */
static bool ntp_step(void *ctx)
{
	struct ntp *ntp = ctx;
	uint64_t now = platform_time_us();
	int rc;

	if (ntp->is_over)
		return true;
	rc = resolve_poll(&ntp->resolve);
	if (rc == -EINPROGRESS)
		return false;
	if (rc) {
		ntp_end(ntp, rc);
		return true;
	}
	if (now < ntp->next_us)
		return false;
	if (ntp->wait_ms > NTP_END_MS) {
		ntp_end(ntp, error_set(-ETIMEDOUT, "the server does not "
						   "answer"));
		return true;
	}
	ntp_send(ntp);
	ntp->next_us = now + ntp->wait_ms * 1000ULL;
	ntp->wait_ms *= 2;
	return false;
}

int ntp_set_clock(const char *host, int64_t *ret_correction_s)
{
	struct ntp ntp = {.wait_ms = NTP_START_MS};
	int rc;

	netdev_apply_all_settings();
	ntp.pcb = udp_new();
	if (!ntp.pcb)
		return -ENOBUFS;
	rc = udp_bind(ntp.pcb, IP_ANY_TYPE, 0) == ERR_OK ? 0 : -EADDRINUSE;
	if (!rc) {
		udp_recv(ntp.pcb, ntp_rx, &ntp);
		resolve_start(&ntp.resolve, host);
		rc = poll_until(ntp_step, &ntp, -1);
		resolve_stop(&ntp.resolve);
	}
	udp_remove(ntp.pcb);
	if (!rc)
		rc = ntp.rc;
	if (rc)
		return rc;
	*ret_correction_s = (int64_t)(ntp.unix_s - clock_unix());
	clock_set_unix(ntp.unix_s);
	return 0;
}
