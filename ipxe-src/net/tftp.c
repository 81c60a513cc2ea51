/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* TFTP: RFC 1350 with the options of RFC 2347, 2348, 2349 and 7440. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lwip/udp.h"

#include "config/general.h"
#include "core/error.h"
#include "core/platform.h"
#include "core/poll.h"
#include "net/address.h"
#include "net/download.h"
#include "net/ipv6.h"
#include "net/resolve.h"

SELECT_IF(DOWNLOAD_PROTO_TFTP);

#define TFTP_PORT 69

/* Opcodes, RFC 1350 5; RFC 2347. */
#define TFTP_RRQ   1
#define TFTP_DATA  3
#define TFTP_ACK   4
#define TFTP_ERROR 5
#define TFTP_OACK  6

/* Error codes, RFC 1350 appendix; RFC 2347. */
#define TFTP_ERR_NOT_DEFINED 0
#define TFTP_ERR_NOT_FOUND   1
#define TFTP_ERR_ACCESS	     2
#define TFTP_ERR_ILLEGAL     4
#define TFTP_ERR_UNKNOWN_TID 5
#define TFTP_ERR_OPTIONS     8

/* First pause before something is sent again; it doubles up to the last. */
#define TFTP_FIRST_WAIT_MS 250
#define TFTP_LAST_WAIT_MS  10000
/* The last one by IPv6, if IPv4 may do as well. */
#define TFTP_IPV6_WAIT_MS 1000

#define TFTP_BLKSIZE_DEFAULT 512 /* without option blksize */
#define TFTP_BLKSIZE_MIN     8	 /* RFC 2348 */
#define TFTP_HEADERS_LEN     32	 /* IPv4, UDP, opcode, block number */
#define TFTP_WINDOW	     16	 /* blocks that we ask for at once */
#define TFTP_REQUEST_MAX     512 /* bytes of a request, as others take */

/* One download. */
struct tftp {
	struct list_head list; /* in tftp_downloads */
	struct download *download;
	struct resolve resolve;
	struct udp_pcb *pcb;
	u16_t server_port; /* 0 until the server has answered */
	bool is_resolved;
	bool is_plain;	      /* the request is without options */
	bool is_gap_told;     /* the last ACK asked for a lost block */
	unsigned int blksize; /* bytes of every block but the last */
	unsigned int asked_blksize;
	unsigned int window;	/* blocks between our ACKs */
	unsigned int in_window; /* received since the last ACK */
	uint32_t next_block;	/* counted without wrapping; 0: no reply yet */
	uint64_t next_us;	/* when to send again */
	unsigned int wait_ms;
};

static LIST_HEAD(tftp_downloads);

/* ---- Sending ---- */

/* Send LEN bytes to the server's PORT at ADDR. */
static void tftp_send(struct tftp *tftp, const ip_addr_t *addr, u16_t port,
		      const void *data, size_t len)
{
	struct pbuf *p = pbuf_alloc(PBUF_TRANSPORT, (u16_t)len, PBUF_RAM);

	if (!p)
		return;
	memcpy(p->payload, data, len);
	udp_sendto(tftp->pcb, p, addr, port);
	pbuf_free(p);
}

static void tftp_send_error(struct tftp *tftp, const ip_addr_t *addr,
			    u16_t port, uint16_t code, const char *text)
{
	uint8_t packet[40] = {0, TFTP_ERROR};
	size_t len = strlen(text) + 1;

	put_be16(packet + 2, code);
	memcpy(packet + 4, text, len);
	tftp_send(tftp, addr, port, packet, 4 + len);
}

/* Append TEXT and its NUL to the request of *LEN bytes. False: no room. */
static bool request_put(char *request, size_t *len, const char *text)
{
	size_t text_len = strlen(text) + 1;

	if (text_len > TFTP_REQUEST_MAX - *len)
		return false;
	memcpy(request + *len, text, text_len);
	*len += text_len;
	return true;
}

static bool request_put_number(char *request, size_t *len, const char *name,
			       unsigned int value)
{
	char text[12];

	snprintf(text, sizeof(text), "%u", value);
	return request_put(request, len, name) &&
	       request_put(request, len, text);
}

/* The largest block that one frame on the way to the server carries. */
static unsigned int tftp_best_blksize(struct tftp *tftp)
{
	struct netif *netif = address_route(&tftp->resolve.addr);

	if (!netif)
		return TFTP_BLKSIZE_DEFAULT;
	return address_mtu(&tftp->resolve.addr, netif) - TFTP_HEADERS_LEN;
}

/* Ask for the file. Returns 0 or -errno. */
static int tftp_send_request(struct tftp *tftp)
{
	const char *path = tftp->download->uri->path;
	char request[TFTP_REQUEST_MAX] = {0, TFTP_RRQ};
	size_t len = 2;
	bool fits;

	/* The slash belongs to the URI; most servers have none of it. */
	if (path && *path == '/')
		path++;
	fits = path && request_put(request, &len, path) &&
	       request_put(request, &len, "octet");
	if (fits && !tftp->is_plain) {
		tftp->asked_blksize = tftp_best_blksize(tftp);
		fits = request_put_number(request, &len, "blksize",
					  tftp->asked_blksize) &&
		       request_put_number(request, &len, "tsize", 0) &&
		       request_put_number(request, &len, "windowsize",
					  TFTP_WINDOW);
	}
	if (!fits)
		return error_set(-EINVAL, "the file name is too long for TFTP");
	tftp_send(tftp, &tftp->resolve.addr,
		  uri_port(tftp->download->uri, TFTP_PORT), request, len);
	return 0;
}

/* Acknowledge every block before the next one. */
static void tftp_send_ack(struct tftp *tftp)
{
	uint8_t packet[4] = {0, TFTP_ACK};

	put_be16(packet + 2, (uint16_t)(tftp->next_block - 1));
	tftp->in_window = 0;
	tftp_send(tftp, &tftp->resolve.addr, tftp->server_port, packet,
		  sizeof(packet));
}

/* Something came: give the server time again. */
static void tftp_restart_timer(struct tftp *tftp)
{
	tftp->wait_ms = TFTP_FIRST_WAIT_MS;
	tftp->next_us = platform_time_us() + TFTP_FIRST_WAIT_MS * 1000;
}

/* End, telling the server if it does not know. */
static void tftp_finish(struct tftp *tftp, int rc, bool tell)
{
	if (tell && tftp->server_port)
		tftp_send_error(tftp, &tftp->resolve.addr, tftp->server_port,
				TFTP_ERR_NOT_DEFINED, "stopped by the client");
	resolve_stop(&tftp->resolve);
	if (tftp->pcb)
		udp_remove(tftp->pcb);
	tftp->pcb = NULL;
	list_del(&tftp->list);
	download_finish(tftp->download, rc);
}

/* Begin anew with the other kind of request. */
static void tftp_begin(struct tftp *tftp, bool is_plain)
{
	int rc;

	tftp->is_plain = is_plain;
	tftp->server_port = 0;
	tftp->next_block = 0;
	tftp->in_window = 0;
	tftp->blksize = TFTP_BLKSIZE_DEFAULT;
	tftp->window = 1;
	tftp_restart_timer(tftp);
	rc = tftp_send_request(tftp);
	if (rc)
		tftp_finish(tftp, rc, false);
}

/* ---- Receiving ---- */

/* The number that TEXT is. Returns false for anything else, or 10 digits. */
static bool parse_number(const char *text, unsigned int *ret_value)
{
	unsigned int value = 0;
	const char *p;

	for (p = text; *p >= '0' && *p <= '9' && p - text < 10; p++)
		value = value * 10 + (unsigned int)(*p - '0');
	if (p == text || *p)
		return false;
	*ret_value = value;
	return true;
}

/* Size of a file, which may have more digits. */
static bool parse_size(const char *text, uint64_t *ret_size)
{
	uint64_t size = 0;
	const char *p;

	for (p = text; *p >= '0' && *p <= '9' && p - text < 18; p++)
		size = size * 10 + (unsigned int)(*p - '0');
	if (p == text || *p)
		return false;
	*ret_size = size;
	return true;
}

/* Take one option of an OACK. Returns 0 or -errno; strange ones are left. */
static int tftp_rx_option(struct tftp *tftp, const char *name,
			  const char *value)
{
	unsigned int number;
	uint64_t size;

	if (!strcasecmp(name, "tsize")) {
		/* Servers that do not know it say 0. */
		if (parse_size(value, &size) && size)
			return download_set_total(tftp->download, size);
	} else if (!strcasecmp(name, "blksize")) {
		if (!parse_number(value, &number) ||
		    number < TFTP_BLKSIZE_MIN || number > tftp->asked_blksize)
			return -EPROTO;
		tftp->blksize = number;
	} else if (!strcasecmp(name, "windowsize")) {
		if (!parse_number(value, &number) || !number ||
		    number > TFTP_WINDOW)
			return -EPROTO;
		tftp->window = number;
	}
	return 0;
}

/* The server's answer to our options: pairs of strings. */
static void tftp_rx_oack(struct tftp *tftp, const char *text, size_t len)
{
	const char *end = text + len;
	const char *value;
	int rc = 0;

	if (tftp->is_plain || tftp->next_block > 1)
		return;
	if (tftp->next_block == 0) {
		/* END[0] is a NUL of the caller's. */
		while (!rc && text < end) {
			value = text + strlen(text) + 1;
			if (value >= end)
				break;
			rc = tftp_rx_option(tftp, text, value);
			text = value + strlen(value) + 1;
		}
	}
	if (rc == -EPROTO) {
		tftp_send_error(tftp, &tftp->resolve.addr, tftp->server_port,
				TFTP_ERR_OPTIONS, "these were not asked for");
		tftp_begin(tftp, true);
		return;
	}
	if (rc) {
		tftp_finish(tftp, rc, true);
		return;
	}
	tftp->next_block = 1;
	tftp_restart_timer(tftp);
	tftp_send_ack(tftp);
}

/* The server refuses, or gives up. */
static void tftp_rx_error(struct tftp *tftp, unsigned int code,
			  const char *text)
{
	char clean[64];
	size_t i;
	int rc = -ETFTP;

	if (tftp->next_block == 0 && !tftp->is_plain &&
	    (code == TFTP_ERR_OPTIONS || code == TFTP_ERR_ILLEGAL ||
	     code == TFTP_ERR_NOT_DEFINED)) {
		tftp_begin(tftp, true);
		return;
	}
	for (i = 0; i < sizeof(clean) - 1 && text[i]; i++)
		clean[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	clean[i] = '\0';
	if (code == TFTP_ERR_NOT_FOUND)
		rc = -ENOENT;
	else if (code == TFTP_ERR_ACCESS)
		rc = -EACCES;
	error_set(rc, "the TFTP server says: %s (error %u)",
		  clean[0] ? clean : "nothing", code);
	tftp_finish(tftp, rc, false);
}

/* Give the payload of P, behind its header, to the image. */
static int tftp_deliver(struct tftp *tftp, struct pbuf *p)
{
	size_t skip = 4;
	int rc = 0;

	for (; p && !rc; p = p->next) {
		if (p->len > skip)
			rc = download_deliver(tftp->download,
					      (uint8_t *)p->payload + skip,
					      p->len - skip);
		skip -= MIN(skip, (size_t)p->len);
	}
	return rc;
}

/* A block of LEN bytes. */
static void tftp_rx_data(struct tftp *tftp, struct pbuf *p, uint16_t number,
			 size_t len)
{
	uint16_t ahead;
	int rc;

	if (tftp->next_block == 0)
		tftp->next_block = 1; /* it knows no options */
	ahead = (uint16_t)(number - (uint16_t)tftp->next_block);
	if (ahead) {
		/* RFC 7440 4: a block was lost, so say once where to go on;
		 * or the end of what we have came again, its ACK being lost. */
		if (ahead < 0x8000 ? !tftp->is_gap_told : ahead == 0xffff)
			tftp_send_ack(tftp);
		tftp->is_gap_told = ahead < 0x8000;
		return;
	}
	if (len > tftp->blksize) {
		rc = error_set(-EPROTO,
			       "the TFTP server sends %u bytes in a "
			       "block of %u",
			       (unsigned int)len, tftp->blksize);
		tftp_finish(tftp, rc, true);
		return;
	}
	rc = tftp_deliver(tftp, p);
	if (rc) {
		tftp_finish(tftp, rc, true);
		return;
	}
	tftp->is_gap_told = false;
	tftp->next_block++;
	tftp->in_window++;
	tftp_restart_timer(tftp);
	if (len < tftp->blksize) {
		tftp_send_ack(tftp);
		tftp_finish(tftp, 0, false);
	} else if (tftp->in_window >= tftp->window) {
		tftp_send_ack(tftp);
	}
}

/* A packet from the server. */
static void tftp_rx_packet(struct tftp *tftp, struct pbuf *p)
{
	static char text[TFTP_REQUEST_MAX + 1];
	uint8_t header[4];
	size_t text_len;

	if (pbuf_copy_partial(p, header, sizeof(header), 0) < 2)
		return;
	switch (get_be16(header)) {
	case TFTP_DATA:
		if (p->tot_len >= sizeof(header))
			tftp_rx_data(tftp, p, get_be16(header + 2),
				     p->tot_len - sizeof(header));
		break;
	case TFTP_OACK:
		text_len = pbuf_copy_partial(p, text, sizeof(text) - 1, 2);
		text[text_len] = '\0';
		tftp_rx_oack(tftp, text, text_len);
		break;
	case TFTP_ERROR:
		text_len = pbuf_copy_partial(p, text, sizeof(text) - 1, 4);
		text[text_len] = '\0';
		if (p->tot_len >= sizeof(header))
			tftp_rx_error(tftp, get_be16(header + 2), text);
		break;
	}
}

static void tftp_rx(void *arg, struct udp_pcb *pcb __unused_arg, struct pbuf *p,
		    const ip_addr_t *addr, u16_t port)
{
	struct tftp *tftp = arg;

	if (ip_addr_cmp(addr, &tftp->resolve.addr) && !tftp->server_port)
		tftp->server_port = port;
	if (ip_addr_cmp(addr, &tftp->resolve.addr) && port == tftp->server_port)
		tftp_rx_packet(tftp, p);
	else
		tftp_send_error(tftp, addr, port, TFTP_ERR_UNKNOWN_TID,
				"unknown transfer ID");
	pbuf_free(p);
}

/* ---- Time ---- */

/* Send what was last sent again; or the answer does not come at all. */
static void tftp_retry(struct tftp *tftp)
{
	int rc;

	tftp->wait_ms *= 2;
	if (!tftp->next_block && tftp->wait_ms > TFTP_IPV6_WAIT_MS &&
	    ipv6_resolve_other(&tftp->resolve, true)) {
		tftp->is_resolved = false;
		return;
	}
	if (tftp->wait_ms > TFTP_LAST_WAIT_MS) {
		rc = error_set(-ETIMEDOUT,
			       tftp->next_block
				       ? "the TFTP server %s fell silent"
				       : "the TFTP server %s does not answer",
			       address_text(&tftp->resolve.addr));
		tftp_finish(tftp, rc, true);
		return;
	}
	tftp->next_us = platform_time_us() + tftp->wait_ms * 1000ULL;
	tftp->is_gap_told = false;
	if (tftp->next_block)
		tftp_send_ack(tftp);
	else
		tftp_send_request(tftp);
}

static void tftp_step(struct tftp *tftp)
{
	int rc;

	if (tftp->is_resolved) {
		if (platform_time_us() >= tftp->next_us)
			tftp_retry(tftp);
		return;
	}
	rc = resolve_poll(&tftp->resolve);
	if (rc == -EINPROGRESS)
		return;
	if (rc) {
		tftp_finish(tftp, rc, false);
		return;
	}
	tftp->is_resolved = true;
	if (!address_route(&tftp->resolve.addr)) {
		tftp_finish(tftp, -ENETUNREACH, false);
		return;
	}
	tftp_begin(tftp, false);
}

static bool tftp_poll(void)
{
	struct tftp *tftp, *next;

	list_for_each_entry_safe(tftp, next, &tftp_downloads, list)
		tftp_step(tftp);
	return false;
}

static const struct poller tftp_poller = {.poll = tftp_poll};
TABLE_REGISTER(pollers, tftp_poller);

/* ---- The protocol ---- */

static int tftp_start(struct download *download)
{
	struct tftp *tftp;

	if (!download->uri->host)
		return error_set(-EINVAL, "the URI names no server");
	tftp = calloc(1, sizeof(*tftp));
	if (!tftp)
		return -ENOMEM;
	tftp->download = download;
	list_init(&tftp->list);
	tftp->pcb = udp_new();
	if (!tftp->pcb || udp_bind(tftp->pcb, IP_ANY_TYPE, 0) != ERR_OK)
		goto err_pcb;
	udp_recv(tftp->pcb, tftp_rx, tftp);
	download->priv = tftp;
	list_add_tail(&tftp->list, &tftp_downloads);
	resolve_start(&tftp->resolve, download->uri->host);
	return 0;

err_pcb:
	if (tftp->pcb)
		udp_remove(tftp->pcb);
	free(tftp);
	return -ENOBUFS;
}

static void tftp_stop(struct download *download)
{
	struct tftp *tftp = download->priv;

	if (tftp->pcb)
		tftp_finish(tftp, -ECANCELED, true);
	free(tftp);
}

static const struct protocol tftp_protocol = {
	.scheme = "tftp",
	.start = tftp_start,
	.stop = tftp_stop,
};
TABLE_REGISTER(protocols, tftp_protocol);
