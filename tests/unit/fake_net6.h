/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* IPv6 on the cable of fake_net.h: the peer is a router, and everybody. */
#ifndef FAKE_NET6_H
#define FAKE_NET6_H

#include "fake_net.h"

#include "core/ipv6_text.h"

#define FAKE_ROUTER    "fe80::1"
#define FAKE_LINK      "fe80::ff:fe00:2" /* device_mac's, EUI-64 */
#define FAKE_ALL_NODES "ff02::1"

/* The test's own part: a datagram, to a port of the address TO. */
static void (*fake_on_udp6)(const char *to, uint16_t from_port,
			    uint16_t to_port, const uint8_t *data, size_t len);

/* Router solicitations and neighbour solicitations so far. */
static unsigned int fake_rs_count, fake_ns_count;

/* To whom the last packet that was no neighbour discovery went, on Ethernet. */
static uint8_t fake_next_hop[6];

FAKE void fake_address6(uint8_t raw[16], const char *text)
{
	assert_int_equal(ipv6_text_parse(text, raw), 0);
}

/* The sum of RFC 8200 8.1 over the packet IP with a payload of LEN bytes. */
FAKE uint16_t fake_sum6(const uint8_t *ip, uint8_t protocol, size_t len)
{
	return fake_sum(ip + 40, len,
			(uint32_t)fake_sum(ip + 8, 32, 0) + protocol +
				(uint32_t)len);
}

/* Queue an IPv6 packet for the device. The checksum is put at SUM_OFFSET of
 * the payload. */
FAKE void fake_send_ip6(const char *from, const char *to, uint8_t protocol,
			uint8_t hop_limit, const void *payload, size_t len,
			size_t sum_offset)
{
	uint8_t frame[1600] = {0};
	uint8_t *ip = frame + 14;

	memcpy(frame, device_mac, 6);
	memcpy(frame + 6, peer_mac, 6);
	put_be16(frame + 12, 0x86dd);
	ip[0] = 0x60;
	put_be16(ip + 4, (uint16_t)len);
	ip[6] = protocol;
	ip[7] = hop_limit;
	fake_address6(ip + 8, from);
	fake_address6(ip + 24, to);
	if (ip[24] == 0xff) {
		put_be16(frame, 0x3333);
		memcpy(frame + 2, ip + 36, 4);
	}
	memcpy(ip + 40, payload, len);
	put_be16(ip + 40 + sum_offset, (uint16_t)~fake_sum6(ip, protocol, len));
	fake_queue(frame, 54 + len);
}

FAKE void fake_send_udp6(const char *from, uint16_t from_port, const char *to,
			 uint16_t to_port, const void *data, size_t len)
{
	uint8_t udp[1500] = {0};

	put_be16(udp, from_port);
	put_be16(udp + 2, to_port);
	put_be16(udp + 4, (uint16_t)(8 + len));
	memcpy(udp + 8, data, len);
	fake_send_ip6(from, to, 17, 64, udp, 8 + len, 6);
}

/* Answer who-has: the peer has every address that is asked for. */
FAKE void fake_rx_ns(const uint8_t *ip)
{
	char target[IPV6_TEXT_LEN], from[IPV6_TEXT_LEN];
	uint8_t na[32] = {136, 0, 0, 0, 0x60};

	fake_ns_count++;
	memcpy(na + 8, ip + 48, 16);
	na[24] = 2;
	na[25] = 1;
	memcpy(na + 26, peer_mac, 6);
	fake_send_ip6(ipv6_text_format(ip + 48, target),
		      ipv6_text_format(ip + 8, from), 58, 255, na, sizeof(na),
		      2);
}

/* For fake_on_ipv6. */
FAKE void fake_rx_ip6(const uint8_t *frame, size_t len)
{
	const uint8_t *ip = frame + 14;
	char to[IPV6_TEXT_LEN];
	size_t payload_len = get_be16(ip + 4);

	assert_int_equal(len, 54 + payload_len);
	if (ip[6] == 58) {
		assert_int_equal(fake_sum6(ip, 58, payload_len), 0xffff);
		if (ip[40] == 133)
			fake_rs_count++;
		if (ip[40] == 135)
			fake_rx_ns(ip);
	}
	/* Nor are reports of groups, which have a router alert. */
	if ((ip[6] == 58 && ip[40] >= 133) || ip[6] == 0)
		return;
	memcpy(fake_next_hop, frame, 6);
	if (ip[6] != 17 || !fake_on_udp6)
		return;
	assert_int_equal(fake_sum6(ip, 17, payload_len), 0xffff);
	fake_on_udp6(ipv6_text_format(ip + 24, to), get_be16(ip + 40),
		     get_be16(ip + 42), ip + 48, payload_len - 8);
}

/* ---- Router advertisements ---- */

/* One that is being written. */
struct fake_ra {
	uint8_t data[1400];
	size_t len;
};

FAKE struct fake_ra fake_ra_begin(uint8_t flags, uint16_t lifetime)
{
	struct fake_ra ra = {{134, 0, 0, 0, 64, flags}, 16};

	put_be16(ra.data + 6, lifetime);
	return ra;
}

/* L and A are flags 0x80 and 0x40. */
FAKE void fake_ra_prefix(struct fake_ra *ra, const char *prefix, uint8_t len,
			 uint8_t flags, uint32_t life)
{
	uint8_t *option = ra->data + ra->len;

	option[0] = 3;
	option[1] = 4;
	option[2] = len;
	option[3] = flags;
	put_be32(option + 4, life);
	put_be32(option + 8, life);
	fake_address6(option + 16, prefix);
	ra->len += 32;
}

FAKE void fake_ra_dns(struct fake_ra *ra, const char *addr, uint32_t life)
{
	uint8_t *option = ra->data + ra->len;

	option[0] = 25;
	option[1] = 3;
	put_be32(option + 4, life);
	fake_address6(option + 8, addr);
	ra->len += 24;
}

/* NAMES of LEN bytes, a multiple of 8. */
FAKE void fake_ra_dnssl(struct fake_ra *ra, const void *names, size_t len,
			uint32_t life)
{
	uint8_t *option = ra->data + ra->len;

	option[0] = 31;
	option[1] = (uint8_t)(1 + len / 8);
	put_be32(option + 4, life);
	memcpy(option + 8, names, len);
	ra->len += 8 + len;
}

FAKE void fake_ra_mtu(struct fake_ra *ra, uint32_t mtu)
{
	uint8_t *option = ra->data + ra->len;

	option[0] = 5;
	option[1] = 1;
	put_be32(option + 4, mtu);
	ra->len += 8;
}

FAKE void fake_ra_send(const struct fake_ra *ra)
{
	fake_send_ip6(FAKE_ROUTER, FAKE_ALL_NODES, 58, 255, ra->data, ra->len,
		      2);
	poll_sleep(10);
}

#endif
