/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* DHCP packets as network boot clients send and get them. */
#ifndef RESOLVER_CLI_DHCP_PACKET_H
#define RESOLVER_CLI_DHCP_PACKET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DHCP_SERVER_PORT 67
#define DHCP_CLIENT_PORT 68
/* Where a proxyDHCP server takes requests (PXE 2.1 2.2.3). */
#define DHCP_PROXY_PORT 4011

/* Room for any packet that is built here. */
#define DHCP_PACKET_MAX 1472

/* Message types (RFC 2132 9.6). */
enum dhcp_type {
	DHCP_DISCOVER = 1,
	DHCP_OFFER = 2,
	DHCP_REQUEST = 3,
	DHCP_ACK = 5,
	DHCP_NAK = 6,
	DHCP_RELEASE = 7,
};

/* A kind of client, by what it sends. */
struct dhcp_client {
	/* What a person calls such a machine. */
	const char *title;
	/* Option 60 (RFC 2132 9.13). */
	const char *vendor_class;
	/* Option 93, client architecture (RFC 4578 2.1). */
	uint16_t arch;
	/* Option 94, network device interface (RFC 4578 2.2). */
	uint8_t ndi[3];
	/* Does it say user class iPXE and send option 175? */
	bool is_ipxe;
};

/* What is to be asked. */
struct dhcp_query {
	/* Who asks. */
	const struct dhcp_client *client;
	/* Transaction. */
	uint32_t xid;
	/* Hardware address of the machine that is played. */
	uint8_t mac[6];
	/* Option 97: 16 bytes as they stand in the packet. */
	uint8_t uuid[16];
	/* DHCP_DISCOVER, DHCP_REQUEST (also for a proxy's port 4011), or
	 * DHCP_RELEASE. */
	enum dhcp_type type;
	/* ciaddr: the address that the machine uses. */
	struct in_addr address;
	/* Options 50 and 54, the address that is asked for and whose it is;
	 * 0.0.0.0: not sent. */
	struct in_addr requested, server;
	/* Item of the boot menu that was chosen, or -1 (PXE 2.1 option 43.71).
	 */
	int menu_item;
};

/* What a server answered, as far as booting is concerned. */
struct dhcp_reply {
	/* DHCP_OFFER, DHCP_ACK or DHCP_NAK, or 0 for a BOOTP reply without a
	 * type. */
	uint8_t type;
	/* Transaction. */
	uint32_t xid;
	/* yiaddr: 0.0.0.0 in a proxy's answer. */
	struct in_addr address;
	/* siaddr, where the file comes from. */
	struct in_addr next_server;
	/* Option 54, the server's identity; 0.0.0.0 where it is not sent. */
	struct in_addr server;
	/* Boot file: option 67, else the field "file"; "" where there is none.
	 */
	char file[256];
	/* Option 60; "" where it is not sent. */
	char vendor_class[64];
	/* First type of the boot menu (PXE option 43.9), or -1. */
	int menu_item;
	/* iPXE's priority (175.1). */
	int8_t priority;
};

/* Write the packet; returns its length, at most DHCP_PACKET_MAX. */
size_t dhcp_build(uint8_t *packet, const struct dhcp_query *query);

/*
 * Read a server's packet of len bytes.  Returns 0, or -EINVAL for what is not
 * a DHCP or BOOTP reply; bytes behind its end are never looked at.
 */
int dhcp_parse(const uint8_t *packet, size_t len, struct dhcp_reply *ret_reply);

#endif
