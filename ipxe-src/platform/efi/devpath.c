/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Device paths as bytes: walked with bounds, UEFI 2.10 chapter 10. */
#include <string.h>

#include "platform/efi/devpath.h"

/* Offsets within an IPv4 node, UEFI 2.10 10.3.4.12. */
#define IPV4_LOCAL   4
#define IPV4_REMOTE  8
#define IPV4_GATEWAY 19
#define IPV4_NETMASK 23
#define IPV4_LEN_1   19 /* of specifications before 2.3 */
#define IPV4_LEN_2   27

/* Within a MAC node, 10.3.4.11, a VLAN node, a DNS node, 10.3.4.27. */
#define MAC_ADDRESS 4
#define MAC_TYPE    36
#define MAC_ETHER   1
#define VLAN_ID	    4
#define VLAN_LEN    6
#define DNS_IS_IPV6 4
#define DNS_FIRST   5
#define DNS_ENTRY   16 /* EFI_IP_ADDRESS, whichever the family */

/* DHCP, RFC 2131 section 2 and RFC 2132. */
#define BOOTP_LEN    236
#define BOOTP_YIADDR 16
#define BOOTP_SIADDR 20
#define BOOTP_CHADDR 28
#define OPTION_MAX   255
#define DHCP_MAX     (BOOTP_LEN + 4 + 3 + 6 + 6 + 14 + (2 + OPTION_MAX) + 1)

unsigned int devpath_kind(const void *path)
{
	const uint8_t *node = path;

	return (unsigned int)(node[0] & 0x7f) << 8 | node[1];
}

size_t devpath_node_len(const void *path)
{
	return get_le16((const uint8_t *)path + 2);
}

/* Is there a whole node, not an end node, at PATH within MAX bytes? */
static bool is_node(const uint8_t *path, size_t max)
{
	size_t len;

	if (max < DEVPATH_HEADER_LEN || (path[0] & 0x7f) == DEVPATH_END >> 8)
		return false;
	len = devpath_node_len(path);
	return len >= DEVPATH_HEADER_LEN && len <= max;
}

size_t devpath_len(const void *path, size_t max)
{
	const uint8_t *bytes = path;
	size_t at = 0;

	while (is_node(bytes + at, max - at))
		at += devpath_node_len(bytes + at);
	/* What stopped us must be an end. */
	if (max - at < DEVPATH_HEADER_LEN ||
	    (bytes[at] & 0x7f) != DEVPATH_END >> 8)
		return 0;
	return at;
}

size_t devpath_last(const void *path, size_t len)
{
	const uint8_t *bytes = path;
	size_t at = 0;
	size_t last = 0;

	while (is_node(bytes + at, len - at)) {
		last = at;
		at += devpath_node_len(bytes + at);
	}
	return last;
}

/* Offsets in a node of a partition, and what says that it is one of a GPT. */
#define PARTITION_SIGNATURE 24
#define PARTITION_FORMAT    40
#define PARTITION_SIG_KIND  41
#define PARTITION_LEN	    42
#define FORMAT_GPT	    2
#define SIG_KIND_GUID	    2

bool devpath_is_partition(const void *node, const uint8_t uuid[16])
{
	/* Its first three fields are little-endian. */
	static const uint8_t order[16] = {3, 2, 1,  0,	5,  4,	7,  6,
					  8, 9, 10, 11, 12, 13, 14, 15};
	const uint8_t *bytes = node;
	size_t i;

	if (devpath_kind(node) != DEVPATH_HARD_DRIVE ||
	    devpath_node_len(node) < PARTITION_LEN ||
	    bytes[PARTITION_FORMAT] != FORMAT_GPT ||
	    bytes[PARTITION_SIG_KIND] != SIG_KIND_GUID)
		return false;
	for (i = 0; i < sizeof(order); i++) {
		if (bytes[PARTITION_SIGNATURE + order[i]] != uuid[i])
			return false;
	}
	return true;
}

static void parse_mac(const uint8_t *node, size_t len,
		      struct devpath_origin *origin)
{
	/* Type 0 is what some firmware calls Ethernet. */
	if (len < DEVPATH_MAC_LEN || node[MAC_TYPE] > MAC_ETHER)
		return;
	memcpy(origin->mac, node + MAC_ADDRESS, sizeof(origin->mac));
	origin->has_mac = true;
}

static void parse_ipv4(const uint8_t *node, size_t len,
		       struct devpath_origin *origin)
{
	static const uint8_t none[4];

	if (len < IPV4_LEN_1 || !memcmp(node + IPV4_LOCAL, none, 4))
		return;
	memcpy(origin->ip, node + IPV4_LOCAL, 4);
	memcpy(origin->server, node + IPV4_REMOTE, 4);
	origin->has_ipv4 = true;
	if (len < IPV4_LEN_2)
		return;
	memcpy(origin->gateway, node + IPV4_GATEWAY, 4);
	memcpy(origin->netmask, node + IPV4_NETMASK, 4);
}

static void parse_dns(const uint8_t *node, size_t len,
		      struct devpath_origin *origin)
{
	size_t at;

	if (len < DNS_FIRST || node[DNS_IS_IPV6])
		return;
	origin->dns_count = 0;
	for (at = DNS_FIRST; at + DNS_ENTRY <= len; at += DNS_ENTRY) {
		if (origin->dns_count == ARRAY_SIZE(origin->dns))
			return;
		memcpy(origin->dns[origin->dns_count++], node + at, 4);
	}
}

static void parse_uri(const uint8_t *node, size_t len,
		      struct devpath_origin *origin)
{
	size_t uri_len = len - DEVPATH_HEADER_LEN;

	/* HTTP Boot has an empty one until it knows better. */
	if (!uri_len || uri_len >= sizeof(origin->uri))
		return;
	memcpy(origin->uri, node + DEVPATH_HEADER_LEN, uri_len);
	origin->uri[uri_len] = '\0';
}

void devpath_parse(const void *path, size_t max, struct devpath_origin *ret)
{
	const uint8_t *bytes = path;
	size_t at;
	size_t len;

	for (at = 0; is_node(bytes + at, max - at); at += len) {
		len = devpath_node_len(bytes + at);
		switch (devpath_kind(bytes + at)) {
		case DEVPATH_MAC:
			parse_mac(bytes + at, len, ret);
			break;
		case DEVPATH_IPV4:
			parse_ipv4(bytes + at, len, ret);
			break;
		case DEVPATH_VLAN:
			if (len >= VLAN_LEN)
				ret->vlan =
					get_le16(bytes + at + VLAN_ID) & 0xfff;
			break;
		case DEVPATH_DNS:
			parse_dns(bytes + at, len, ret);
			break;
		case DEVPATH_URI:
			parse_uri(bytes + at, len, ret);
			break;
		default:
			break;
		}
	}
}

void devpath_put_end(void *path)
{
	static const uint8_t end[] = {0x7f, 0xff, DEVPATH_HEADER_LEN, 0};

	memcpy(path, end, sizeof(end));
}

void devpath_put_mac(void *path, const uint8_t mac[6])
{
	uint8_t *node = path;

	memset(node, 0, DEVPATH_MAC_LEN);
	node[0] = DEVPATH_MAC >> 8;
	node[1] = DEVPATH_MAC & 0xff;
	put_le16(node + 2, DEVPATH_MAC_LEN);
	memcpy(node + MAC_ADDRESS, mac, 6);
	node[MAC_TYPE] = MAC_ETHER;
	devpath_put_end(node + DEVPATH_MAC_LEN);
}

void devpath_put_uri(void *path, const char *uri, size_t uri_len)
{
	uint8_t *node = path;

	node[0] = DEVPATH_URI >> 8;
	node[1] = DEVPATH_URI & 0xff;
	put_le16(node + 2, (uint16_t)(DEVPATH_HEADER_LEN + uri_len));
	memcpy(node + DEVPATH_HEADER_LEN, uri, uri_len);
	devpath_put_end(node + DEVPATH_HEADER_LEN + uri_len);
}

/* Append DHCP option TAG with LEN bytes of VALUE at AT; returns its end. */
static uint8_t *put_option(uint8_t *at, uint8_t tag, const void *value,
			   size_t len)
{
	static const uint8_t none[4];

	if (!len || !memcmp(value, none, len < 4 ? len : 4))
		return at;
	*at++ = tag;
	*at++ = (uint8_t)len;
	memcpy(at, value, len);
	return at + len;
}

/* The IPv4 address that URI has instead of a host name, into ADDRESS, which
 * stays as it is where there is none. RFC 3986 3.2.2. */
static void uri_address(const char *uri, uint8_t address[4])
{
	const char *text = strstr(uri, "://");
	unsigned int value = 0;
	unsigned int digits = 0;
	unsigned int count = 0;
	uint8_t bytes[4];

	if (!text)
		return;
	for (text += 3;; text++) {
		if (*text >= '0' && *text <= '9' && digits < 3) {
			value = value * 10 + (unsigned int)(*text - '0');
			digits++;
			continue;
		}
		if (!digits || value > 255)
			return;
		bytes[count++] = (uint8_t)value;
		value = 0;
		digits = 0;
		if (count == 4)
			break;
		if (*text != '.')
			return;
	}
	if (!*text || *text == '/' || *text == ':')
		memcpy(address, bytes, sizeof(bytes));
}

size_t devpath_dhcpack(const struct devpath_origin *origin, uint8_t *packet,
		       size_t max)
{
	static const uint8_t ack = 5;
	uint8_t *at = packet + BOOTP_LEN;

	if (!origin->has_ipv4 || max < DHCP_MAX)
		return 0;
	memset(packet, 0, BOOTP_LEN);
	packet[0] = 2; /* BOOTREPLY */
	packet[1] = 1; /* Ethernet */
	packet[2] = sizeof(origin->mac);
	memcpy(packet + BOOTP_YIADDR, origin->ip, 4);
	memcpy(packet + BOOTP_SIADDR, origin->server, 4);
	if (!get_be32(packet + BOOTP_SIADDR))
		uri_address(origin->uri, packet + BOOTP_SIADDR);
	memcpy(packet + BOOTP_CHADDR, origin->mac, sizeof(origin->mac));
	put_be32(at, 0x63825363);
	at = put_option(at + 4, 53, &ack, 1);
	at = put_option(at, 1, origin->netmask, 4);
	at = put_option(at, 3, origin->gateway, 4);
	at = put_option(at, 6, origin->dns, 4 * origin->dns_count);
	if (strlen(origin->uri) <= OPTION_MAX)
		at = put_option(at, 67, origin->uri, strlen(origin->uri));
	*at++ = 255;
	return (size_t)(at - packet);
}
