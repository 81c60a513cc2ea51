/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* A network of one cable: the device under test, and a peer that the test is.
 *
 * What the device sends is handled at once; what the peer sends is queued and
 * taken by the device's poll. The clock moves only when everybody rests.
 */
#ifndef FAKE_NET_H
#define FAKE_NET_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/platform.h"
#include "core/poll.h"
#include "core/settings.h"
#include "net/download.h"
#include "net/dhcp.h"
#include "net/netdevice.h"
#include "platform/linux/linux.h"

#define FAKE __attribute__((unused)) static

#define IP4(a, b, c, d)                                                        \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 |            \
	 (uint32_t)(d) << 24)
#define PEER_IP	  IP4(10, 0, 0, 1)
#define DEVICE_IP IP4(10, 0, 0, 2)

static const uint8_t peer_mac[6] = {2, 0, 0, 0, 0, 1};
static const uint8_t device_mac[6] = {2, 0, 0, 0, 0, 2};

struct fake_frame {
	struct fake_frame *next;
	size_t len;
	uint8_t data[1600];
};

static struct fake_frame *fake_first, **fake_last = &fake_first;
static struct net_device *fake_netdev;
static unsigned int fake_tx_count;

/* The test's own parts; NULL: silence. */
static void (*fake_on_udp)(uint32_t to, uint16_t from_port, uint16_t to_port,
			   const uint8_t *data, size_t len);
/* A frame of IPv6 (fake_net6.h); NULL: silence. */
static void (*fake_on_ipv6)(const uint8_t *frame, size_t len);
/* May the NUMBERth frame (from 0) to the device get lost? */
static bool (*fake_is_lost)(unsigned int number);
static unsigned int fake_rx_count;

FAKE void fake_queue(const uint8_t *frame, size_t len)
{
	struct fake_frame *entry;

	if (fake_is_lost && fake_is_lost(fake_rx_count++))
		return;
	entry = calloc(1, sizeof(*entry));
	assert_in_range(len, 1, sizeof(entry->data));
	memcpy(entry->data, frame, len);
	entry->len = len;
	*fake_last = entry;
	fake_last = &entry->next;
}

FAKE uint16_t fake_sum(const void *data, size_t len, uint32_t sum)
{
	const uint8_t *p = data;

	for (; len > 1; len -= 2, p += 2)
		sum += get_be16(p);
	if (len)
		sum += (uint32_t)*p << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* Queue an IPv4 packet of PROTOCOL for the device. */
FAKE void fake_send_ip(uint32_t from, uint32_t to, uint8_t protocol,
		       const void *payload, size_t len)
{
	uint8_t frame[1600] = {0};
	uint8_t *ip = frame + 14;

	memcpy(frame,
	       to == 0xffffffff ? (const uint8_t *)"\xff\xff\xff\xff\xff\xff"
				: device_mac,
	       6);
	memcpy(frame + 6, peer_mac, 6);
	put_be16(frame + 12, 0x0800);
	ip[0] = 0x45;
	put_be16(ip + 2, (uint16_t)(20 + len));
	ip[8] = 64;
	ip[9] = protocol;
	memcpy(ip + 12, &from, 4);
	memcpy(ip + 16, &to, 4);
	put_be16(ip + 10, (uint16_t)~fake_sum(ip, 20, 0));
	memcpy(ip + 20, payload, len);
	fake_queue(frame, 34 + len);
}

FAKE void fake_send_udp(uint32_t from, uint16_t from_port, uint32_t to,
			uint16_t to_port, const void *data, size_t len)
{
	uint8_t udp[1500] = {0};

	put_be16(udp, from_port);
	put_be16(udp + 2, to_port);
	put_be16(udp + 4, (uint16_t)(8 + len));
	memcpy(udp + 8, data, len);
	fake_send_ip(from, to, 17, udp, 8 + len);
}

/* ---- A TCP server of the simplest kind: loses nothing, waits for nothing ----
 */

#define FAKE_TCP_FIN 1
#define FAKE_TCP_SYN 2
#define FAKE_TCP_RST 4
#define FAKE_TCP_ACK 16

struct fake_tcp {
	uint16_t port; /* the device's; 0: free */
	uint16_t server_port;
	uint32_t snd_nxt; /* of what we send next */
	uint32_t snd_una; /* acknowledged by the device */
	uint32_t rcv_nxt;
	uint8_t *out; /* to be sent from OUT_SENT on */
	size_t out_len, out_sent;
	bool fin_wanted, fin_sent;
	char in[8192]; /* request so far */
	size_t in_len;
};

static struct fake_tcp fake_tcps[32];
static unsigned int fake_accepted; /* connections so far */
static unsigned int fake_window;   /* the largest that the device announced */

enum fake_syn { FAKE_ACCEPT, FAKE_REFUSE, FAKE_IGNORE };
/* What to do with a new connection; NULL: accept. */
static enum fake_syn (*fake_on_syn)(uint16_t port);
/* A whole request ("...\r\n\r\n") is there. */
static void (*fake_on_request)(struct fake_tcp *tcp, const char *request);

FAKE void fake_tcp_segment(struct fake_tcp *tcp, uint8_t flags,
			   const void *data, size_t len)
{
	uint8_t segment[1500] = {0};
	uint32_t from = PEER_IP, to = DEVICE_IP;
	uint32_t sum;

	put_be16(segment, tcp->server_port);
	put_be16(segment + 2, tcp->port);
	put_be32(segment + 4, tcp->snd_nxt);
	put_be32(segment + 8, tcp->rcv_nxt);
	segment[12] = 5 << 4;
	segment[13] = flags;
	put_be16(segment + 14, 60000);
	if (len)
		memcpy(segment + 20, data, len);
	sum = (uint32_t)fake_sum(&from, 4, 0) + fake_sum(&to, 4, 0) + 6 + 20 +
	      (uint32_t)len;
	put_be16(segment + 16, (uint16_t)~fake_sum(segment, 20 + len, sum));
	fake_send_ip(PEER_IP, DEVICE_IP, 6, segment, 20 + len);
	tcp->snd_nxt += (uint32_t)len;
	if (flags & (FAKE_TCP_SYN | FAKE_TCP_FIN))
		tcp->snd_nxt++;
}

/* Send what the device's window has room for. */
FAKE void fake_tcp_push(struct fake_tcp *tcp)
{
	size_t part;

	while (tcp->out_sent < tcp->out_len &&
	       tcp->snd_nxt - tcp->snd_una < 20000) {
		part = tcp->out_len - tcp->out_sent;
		if (part > 1460)
			part = 1460;
		fake_tcp_segment(tcp, FAKE_TCP_ACK, tcp->out + tcp->out_sent,
				 part);
		tcp->out_sent += part;
	}
	if (tcp->fin_wanted && !tcp->fin_sent &&
	    tcp->out_sent == tcp->out_len) {
		tcp->fin_sent = true;
		fake_tcp_segment(tcp, FAKE_TCP_FIN | FAKE_TCP_ACK, NULL, 0);
	}
}

FAKE void fake_tcp_send(struct fake_tcp *tcp, const void *data, size_t len)
{
	tcp->out = realloc(tcp->out, tcp->out_len + len + 1);
	memcpy(tcp->out + tcp->out_len, data, len);
	tcp->out_len += len;
	fake_tcp_push(tcp);
}

FAKE void fake_tcp_puts(struct fake_tcp *tcp, const char *text)
{
	fake_tcp_send(tcp, text, strlen(text));
}

/* End behind what is to be sent. */
FAKE void fake_tcp_fin(struct fake_tcp *tcp)
{
	tcp->fin_wanted = true;
	fake_tcp_push(tcp);
}

FAKE void fake_tcp_free(struct fake_tcp *tcp)
{
	free(tcp->out);
	memset(tcp, 0, sizeof(*tcp));
}

FAKE void fake_tcp_reset(struct fake_tcp *tcp)
{
	fake_tcp_segment(tcp, FAKE_TCP_RST | FAKE_TCP_ACK, NULL, 0);
	fake_tcp_free(tcp);
}

FAKE struct fake_tcp *fake_tcp_find(uint16_t port)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fake_tcps); i++) {
		if (fake_tcps[i].port == port)
			return &fake_tcps[i];
	}
	return NULL;
}

FAKE void fake_rx_tcp(const uint8_t *segment, size_t len)
{
	uint16_t port = get_be16(segment);
	size_t header = (size_t)(segment[12] >> 4) * 4;
	size_t data_len = len - header;
	uint8_t flags = segment[13];
	struct fake_tcp *tcp = fake_tcp_find(port);
	struct fake_tcp none = {.port = port};
	enum fake_syn answer;

	if (flags & FAKE_TCP_SYN) {
		answer = fake_on_syn ? fake_on_syn(get_be16(segment + 2))
				     : FAKE_ACCEPT;
		if (answer == FAKE_IGNORE)
			return;
		if (answer == FAKE_ACCEPT && !tcp) {
			tcp = fake_tcp_find(0);
			fake_accepted++;
		}
		if (answer == FAKE_REFUSE)
			tcp = &none;
		assert_non_null(tcp);
		tcp->port = port;
		tcp->server_port = get_be16(segment + 2);
		tcp->rcv_nxt = get_be32(segment + 4) + 1;
		tcp->snd_nxt = 1000;
		tcp->snd_una = 1000;
		fake_tcp_segment(tcp,
				 answer == FAKE_REFUSE
					 ? FAKE_TCP_RST | FAKE_TCP_ACK
					 : FAKE_TCP_SYN | FAKE_TCP_ACK,
				 NULL, 0);
		return;
	}
	if (!tcp)
		return;
	if (flags & FAKE_TCP_RST) {
		fake_tcp_free(tcp);
		return;
	}
	if (flags & FAKE_TCP_ACK)
		tcp->snd_una = get_be32(segment + 8);
	fake_window = MAX(fake_window, get_be16(segment + 14));
	if (get_be32(segment + 4) == tcp->rcv_nxt && data_len) {
		assert_in_range(tcp->in_len + data_len, 1, sizeof(tcp->in) - 1);
		memcpy(tcp->in + tcp->in_len, segment + header, data_len);
		tcp->in_len += data_len;
		tcp->in[tcp->in_len] = '\0';
		tcp->rcv_nxt += (uint32_t)data_len;
		fake_tcp_segment(tcp, FAKE_TCP_ACK, NULL, 0);
		if (strstr(tcp->in, "\r\n\r\n")) {
			char request[sizeof(tcp->in)];

			strcpy(request, tcp->in);
			tcp->in_len = 0;
			if (fake_on_request)
				fake_on_request(tcp, request);
		}
	}
	if (flags & FAKE_TCP_FIN && tcp->port) {
		tcp->rcv_nxt++;
		tcp->fin_wanted = true;
	}
	if (tcp->port)
		fake_tcp_push(tcp);
	if (tcp->port && tcp->fin_sent && tcp->snd_una == tcp->snd_nxt)
		fake_tcp_free(tcp);
}

/* ---- The device ---- */

/* Answer who-has: the peer has every address but the device's. */
FAKE void fake_rx_arp(const uint8_t *frame)
{
	uint8_t reply[60] = {0};

	if (get_be16(frame + 20) != 1 || !memcmp(frame + 28, frame + 38, 4))
		return;
	memcpy(reply, frame + 6, 6);
	memcpy(reply + 6, peer_mac, 6);
	memcpy(reply + 12, frame + 12, 10);
	reply[21] = 2;
	memcpy(reply + 22, peer_mac, 6);
	memcpy(reply + 28, frame + 38, 4);
	memcpy(reply + 32, frame + 22, 10);
	fake_queue(reply, sizeof(reply));
}

FAKE int fake_transmit(struct net_device *netdev, struct pbuf *p)
{
	uint8_t frame[1600];
	const uint8_t *ip = frame + 14, *payload;
	uint32_t to;
	size_t len;

	(void)netdev;
	assert_in_range(p->tot_len, 14, 1518);
	pbuf_copy_partial(p, frame, sizeof(frame), 0);
	fake_tx_count++;
	if (get_be16(frame + 12) == 0x0806)
		fake_rx_arp(frame);
	if (get_be16(frame + 12) == 0x86dd && fake_on_ipv6)
		fake_on_ipv6(frame, p->tot_len);
	if (get_be16(frame + 12) != 0x0800)
		return 0;
	assert_int_equal(fake_sum(ip, 20, 0), 0xffff);
	payload = ip + 20;
	len = get_be16(ip + 2) - 20u;
	memcpy(&to, ip + 16, 4);
	if (ip[9] == 17 && fake_on_udp)
		fake_on_udp(to, get_be16(payload), get_be16(payload + 2),
			    payload + 8, len - 8);
	if (ip[9] == 6)
		fake_rx_tcp(payload, len);
	return 0;
}

FAKE bool fake_poll(struct net_device *netdev)
{
	struct fake_frame *entry = fake_first;
	struct pbuf *p;

	if (!entry)
		return false;
	fake_first = entry->next;
	if (!fake_first)
		fake_last = &fake_first;
	p = netdev_rx_alloc(entry->len);
	assert_non_null(p);
	memcpy(p->payload, entry->data, entry->len);
	free(entry);
	netdev_rx(netdev, p);
	return true;
}

FAKE int fake_open(struct net_device *netdev)
{
	netdev_set_link(netdev, true);
	return 0;
}

FAKE void fake_close(struct net_device *netdev)
{
	netdev_set_link(netdev, false);
}

static const struct net_device_ops fake_ops __attribute__((unused)) = {
	.open = fake_open,
	.close = fake_close,
	.transmit = fake_transmit,
	.poll = fake_poll,
};

/* Group set-up: one device, not open. */
FAKE int fake_setup(void **state)
{
	(void)state;
	linux_idle_skip_us = 1000;
	net_init();
	fake_netdev = netdev_alloc(&fake_ops, 0);
	memcpy(fake_netdev->mac, device_mac, 6);
	memcpy(fake_netdev->hwaddr, device_mac, 6);
	fake_netdev->driver = "fake";
	fake_netdev->bustype = "TEST";
	return netdev_register(fake_netdev);
}

/* Set-up of a test: the device is open and has its address. */
FAKE int fake_up(void **state)
{
	(void)state;
	settings_store_text("net0/ip", "10.0.0.2");
	settings_store_text("net0/netmask", "255.255.255.0");
	settings_store_text("net0/gateway", "10.0.0.1");
	return netdev_open(fake_netdev);
}

/* Tear-down of a test: everything as it was before. */
FAKE int fake_down(void **state)
{
	struct fake_frame *entry;
	size_t i;

	(void)state;
	dhcp_forget(fake_netdev);
	netdev_close(fake_netdev);
	settings_store_text("net0/ip", NULL);
	settings_store_text("net0/netmask", NULL);
	settings_store_text("net0/gateway", NULL);
	for (i = 0; i < ARRAY_SIZE(fake_tcps); i++)
		fake_tcp_free(&fake_tcps[i]);
	while (fake_first) {
		entry = fake_first;
		fake_first = entry->next;
		free(entry);
	}
	fake_last = &fake_first;
	fake_on_udp = NULL;
	fake_on_ipv6 = NULL;
	fake_is_lost = NULL;
	fake_on_syn = NULL;
	fake_on_request = NULL;
	fake_accepted = 0;
	fake_tx_count = 0;
	fake_rx_count = 0;
	return 0;
}

FAKE int fake_teardown(void **state)
{
	(void)state;
	netdev_unregister(fake_netdev);
	netdev_free(fake_netdev);
	return 0;
}

/* ---- Downloads ---- */

static struct image *fake_image;
static struct download fake_download;

FAKE bool fake_download_is_done(void *ctx)
{
	return ((struct download *)ctx)->is_done;
}

/* Fetch TEXT into fake_image, at most for TIMEOUT_MS of the test's clock.
 * Returns the result; -ETIMEDOUT also if it does not end. */
FAKE int fake_fetch_for(const char *text, int timeout_ms)
{
	struct uri *uri = uri_parse(text);
	int rc;

	image_put(fake_image);
	fake_image = image_alloc(uri, NULL, NULL);
	rc = download_open(&fake_download, uri, fake_image);
	uri_put(uri);
	if (rc)
		return rc;
	rc = poll_until(fake_download_is_done, &fake_download, timeout_ms);
	if (!rc)
		rc = fake_download.rc;
	download_close(&fake_download);
	return rc;
}

FAKE int fake_fetch(const char *text)
{
	return fake_fetch_for(text, 300000);
}

/* Byte I of a file that the tests serve. */
FAKE uint8_t fake_byte(size_t i)
{
	return (uint8_t)(i * 7 + (i >> 8) * 13 + (i >> 16));
}

FAKE void assert_is_file(size_t len)
{
	size_t i;

	assert_int_equal(fake_image->len, len);
	assert_true(fake_image->flags & IMAGE_COMPLETE);
	for (i = 0; i < len; i++) {
		if (fake_image->data[i] != fake_byte(i))
			fail_msg("byte %zu is wrong", i);
	}
}

FAKE void fake_image_free(void)
{
	image_put(fake_image);
	fake_image = NULL;
}

#endif
