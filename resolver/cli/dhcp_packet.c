/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* DHCP packets as network boot clients send and get them. */
#include "dhcp_packet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

/* Places in the fixed part (RFC 2131 2). */
#define AT_OP	   0
#define AT_XID	   4
#define AT_FLAGS   10
#define AT_CIADDR  12
#define AT_YIADDR  16
#define AT_SIADDR  20
#define AT_CHADDR  28
#define AT_SNAME   44
#define AT_FILE	   108
#define AT_COOKIE  236
#define AT_OPTIONS 240
#define SNAME_LEN  64
#define FILE_LEN   128

/* Servers of old refuse what is shorter than a BOOTP packet (RFC 1542 2.1). */
#define PACKET_MIN 300

static const uint8_t cookie[4] = {99, 130, 83, 99};

/* Options that PXE firmware asks for. */
static const uint8_t pxe_wants[] = {
	1,  2,	3,  4,	 5,   6,   11,	12,  13,  15,  16, 17, 18,
	22, 23, 28, 40,	 41,  42,  43,	50,  51,  54,  58, 59, 60,
	66, 67, 97, 128, 129, 130, 131, 132, 133, 134, 135};
static const uint8_t ipxe_wants[] = {1,	  3,   6,   7,	 12,  15,  17,	26,
				     42,  43,  60,  66,	 67,  119, 128, 129,
				     130, 131, 132, 133, 134, 135, 175, 203};

/* Option 175 of an iPXE with HTTP, HTTPS, TFTP, iSCSI, DNS, menu and so on. */
static const uint8_t ipxe_features[] = {
	17, 1, 1, 19, 1, 1, 20, 1, 1, 21, 1, 1, 22, 1, 1, 23,  1, 1, 24, 1, 1,
	33, 1, 1, 36, 1, 1, 38, 1, 1, 39, 1, 1, 41, 1, 1, 235, 3, 1, 21, 1};

static size_t put(uint8_t *packet, size_t at, uint8_t code, const void *data,
		  size_t len)
{
	packet[at] = code;
	packet[at + 1] = (uint8_t)len;
	memcpy(packet + at + 2, data, len);
	return at + 2 + len;
}

static size_t put_byte(uint8_t *packet, size_t at, uint8_t code, uint8_t value)
{
	return put(packet, at, code, &value, 1);
}

size_t dhcp_build(uint8_t *packet, const struct dhcp_query *query)
{
	const struct dhcp_client *client = query->client;
	uint8_t arch[2] = {client->arch >> 8, client->arch & 255};
	uint8_t max[2] = {DHCP_PACKET_MAX >> 8, DHCP_PACKET_MAX & 255};
	uint8_t uuid[17] = {0};
	uint8_t item[7] = {71, 4, 0, 0, 0, 0, 255};
	uint32_t xid = htonl(query->xid);
	size_t at = AT_OPTIONS;

	memset(packet, 0, DHCP_PACKET_MAX);
	packet[AT_OP] = 1;
	packet[1] = 1; /* Ethernet */
	packet[2] = sizeof(query->mac);
	memcpy(packet + AT_XID, &xid, sizeof(xid));
	/* Whoever has no address yet hears broadcasts. */
	packet[AT_FLAGS] =
		query->type == DHCP_DISCOVER || query->requested.s_addr ? 0x80
									: 0;
	memcpy(packet + AT_CIADDR, &query->address, 4);
	memcpy(packet + AT_CHADDR, query->mac, sizeof(query->mac));
	memcpy(packet + AT_COOKIE, cookie, sizeof(cookie));
	at = put_byte(packet, at, 53, (uint8_t)query->type);
	if (query->requested.s_addr)
		at = put(packet, at, 50, &query->requested, 4);
	if (query->server.s_addr)
		at = put(packet, at, 54, &query->server, 4);
	at = put(packet, at, 57, max, sizeof(max));
	at = put(packet, at, 60, client->vendor_class,
		 strlen(client->vendor_class));
	at = put(packet, at, 93, arch, sizeof(arch));
	at = put(packet, at, 94, client->ndi, sizeof(client->ndi));
	memcpy(uuid + 1, query->uuid, sizeof(query->uuid));
	at = put(packet, at, 97, uuid, sizeof(uuid));
	if (client->is_ipxe) {
		at = put(packet, at, 77, "iPXE", 4);
		at = put(packet, at, 175, ipxe_features, sizeof(ipxe_features));
		at = put(packet, at, 55, ipxe_wants, sizeof(ipxe_wants));
	} else {
		at = put(packet, at, 55, pxe_wants, sizeof(pxe_wants));
	}
	if (query->menu_item >= 0) {
		item[2] = (uint8_t)(query->menu_item >> 8);
		item[3] = (uint8_t)query->menu_item;
		at = put(packet, at, 43, item, sizeof(item));
	}
	packet[at++] = 255;
	return at < PACKET_MIN ? PACKET_MIN : at;
}

/* The parts of a packet that hold options. */
struct areas {
	/* The parts, in the order in which they are read (RFC 3396 5). */
	struct {
		const uint8_t *data;
		size_t len;
	} part[3];
	/* How many there are. */
	size_t count;
};

/*
 * Collect an option from all its pieces (RFC 3396) into buf of size bytes;
 * what does not fit is left out.  Returns its length, or -ENOENT.
 */
static int option_get(const struct areas *areas, uint8_t code, void *buf,
		      size_t size)
{
	bool is_found = false;
	size_t used = 0, i, at;

	for (i = 0; i < areas->count; i++) {
		const uint8_t *data = areas->part[i].data;
		size_t len = areas->part[i].len;

		for (at = 0; at < len && data[at] != 255;) {
			size_t piece;

			if (data[at] == 0) {
				at++;
				continue;
			}
			if (len - at < 2 || data[at + 1] > len - at - 2)
				break;
			piece = data[at + 1];
			if (data[at] == code) {
				is_found = true;
				if (piece > size - used)
					piece = size - used;
				memcpy((uint8_t *)buf + used, data + at + 2,
				       piece);
				used += piece;
			}
			at += 2 + (size_t)data[at + 1];
		}
	}
	return is_found ? (int)used : -ENOENT;
}

/* As option_get(), for text; "" where it is not sent. */
static void option_get_text(const struct areas *areas, uint8_t code, char *buf,
			    size_t size)
{
	int len = option_get(areas, code, buf, size - 1);

	buf[len < 0 ? 0 : len] = '\0';
}

/* Return the place of a sub-option's value in data, or NULL. */
static const uint8_t *suboption_find(const uint8_t *data, size_t len,
				     uint8_t code, size_t min)
{
	size_t at = 0;

	while (at < len && data[at] != 255) {
		if (data[at] == 0) {
			at++;
			continue;
		}
		if (len - at < 2 || data[at + 1] > len - at - 2)
			return NULL;
		if (data[at] == code)
			return data[at + 1] >= min ? data + at + 2 : NULL;
		at += 2 + (size_t)data[at + 1];
	}
	return NULL;
}

static void areas_find(const uint8_t *packet, size_t len, struct areas *areas,
		       uint8_t *ret_overload)
{
	uint8_t overload = 0;

	areas->part[0].data = packet + AT_OPTIONS;
	areas->part[0].len = len - AT_OPTIONS;
	areas->count = 1;
	option_get(areas, 52, &overload, 1);
	if (overload & 1) {
		areas->part[areas->count].data = packet + AT_FILE;
		areas->part[areas->count++].len = FILE_LEN;
	}
	if (overload & 2) {
		areas->part[areas->count].data = packet + AT_SNAME;
		areas->part[areas->count++].len = SNAME_LEN;
	}
	*ret_overload = overload;
}

int dhcp_parse(const uint8_t *packet, size_t len, struct dhcp_reply *ret_reply)
{
	struct dhcp_reply reply = {.menu_item = -1};
	uint8_t buf[256], overload;
	const uint8_t *value;
	struct areas areas;
	int got;

	if (len < AT_OPTIONS || packet[AT_OP] != 2 ||
	    memcmp(packet + AT_COOKIE, cookie, sizeof(cookie)) != 0)
		return -EINVAL;
	memcpy(&reply.xid, packet + AT_XID, 4);
	reply.xid = ntohl(reply.xid);
	memcpy(&reply.address, packet + AT_YIADDR, 4);
	memcpy(&reply.next_server, packet + AT_SIADDR, 4);
	areas_find(packet, len, &areas, &overload);
	option_get(&areas, 53, &reply.type, 1);
	option_get(&areas, 54, &reply.server, 4);
	option_get_text(&areas, 60, reply.vendor_class,
			sizeof(reply.vendor_class));
	option_get_text(&areas, 67, reply.file, sizeof(reply.file));
	if (!reply.file[0] && !(overload & 1))
		memcpy(reply.file, packet + AT_FILE, FILE_LEN);
	got = option_get(&areas, 43, buf, sizeof(buf));
	if (got > 0) {
		value = suboption_find(buf, (size_t)got, 9, 3);
		if (value)
			reply.menu_item = value[0] << 8 | value[1];
	}
	got = option_get(&areas, 175, buf, sizeof(buf));
	if (got > 0) {
		value = suboption_find(buf, (size_t)got, 1, 1);
		if (value)
			reply.priority = (int8_t)*value;
	}
	*ret_reply = reply;
	return 0;
}
