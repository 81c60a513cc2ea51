/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* DHCP packets, RFC 2131 section 2 and RFC 2132: reading and writing. */
#ifndef NET_DHCP_PACKET_H
#define NET_DHCP_PACKET_H

#include "core/compiler.h"
#include "core/settings.h"

#define DHCP_SERVER_PORT 67
#define DHCP_CLIENT_PORT 68
#define PXE_SERVER_PORT	 4011 /* PXE 2.1 2.2.5 */

#define BOOTP_REQUEST 1
#define BOOTP_REPLY   2
#define DHCP_COOKIE   0x63825363

/* Message types, RFC 2132 9.6; 0 is ours for a packet without one (BOOTP). */
#define DHCP_NONE     0
#define DHCP_DISCOVER 1
#define DHCP_OFFER    2
#define DHCP_REQUEST  3
#define DHCP_ACK      5
#define DHCP_NAK      6

/* Option tags that are used by name. */
#define DHCP_OPT_PAD	      0
#define DHCP_OPT_VENDOR	      43
#define DHCP_OPT_REQUESTED_IP 50
#define DHCP_OPT_OVERLOAD     52
#define DHCP_OPT_MESSAGE_TYPE 53
#define DHCP_OPT_SERVER_ID    54
#define DHCP_OPT_PARAMETERS   55
#define DHCP_OPT_MAX_SIZE     57
#define DHCP_OPT_VENDOR_CLASS 60
#define DHCP_OPT_CLIENT_ID    61
#define DHCP_OPT_TFTP_NAME    66
#define DHCP_OPT_BOOTFILE     67
#define DHCP_OPT_USER_CLASS   77
#define DHCP_OPT_ARCH	      93
#define DHCP_OPT_NDI	      94
#define DHCP_OPT_CLIENT_UUID  97
#define DHCP_OPT_ENCAP	      175
#define DHCP_OPT_END	      255
#define DHCP_TAG_PXE_MENU     DHCP_ENCAP(DHCP_OPT_VENDOR, 9)
#define DHCP_TAG_NO_PXEDHCP   DHCP_ENCAP(175, 176)

/* The fixed part. Addresses in network order. */
struct bootp {
	uint8_t op;
	uint8_t htype; /* 1: Ethernet */
	uint8_t hlen;
	uint8_t hops;
	uint32_t xid;
	uint16_t secs;
	uint16_t flags;
	uint32_t ciaddr; /* client's, if it has one */
	uint32_t yiaddr; /* "your" address: the offer */
	uint32_t siaddr; /* next server */
	uint32_t giaddr; /* relay */
	uint8_t chaddr[16];
	char sname[64];
	char file[128];
} __packed;

/* Smallest packet that we send: RFC 951 section 3. */
#define BOOTP_MIN_LEN 300

/* Options are looked at up to here; longer packets are cut. */
#define DHCP_PACKET_MAX 1500

/* Find option TAG (DHCP_ENCAP() for one inside another) in the packet of LEN
 * bytes at DATA: copies up to BUF_LEN bytes to BUF and returns the full
 * length, or -ENOENT. Follows option overload (RFC 2132 9.3) and joins what
 * comes in several pieces (RFC 3396). Malformed options end the search. */
int dhcp_option_get(const void *data, size_t len, uint32_t tag, void *buf,
		    size_t buf_len);

/* The boot file: option 67, else the field `file` unless that holds options.
 * As dhcp_option_get(), without trailing NULs, never empty. */
int dhcp_filename_get(const void *data, size_t len, void *buf, size_t buf_len);

/* The server that has it, network order: siaddr, else option 66 if that is an
 * address; 0 if neither. */
uint32_t dhcp_next_server(const void *data, size_t len);

/* Option 53, or DHCP_NONE. */
unsigned int dhcp_message_type(const void *data, size_t len);

/* Is this a reply that may be trusted to be one: long enough, a BOOTP reply
 * for Ethernet, and (MAC not NULL) for that address? */
bool dhcp_is_reply(const void *data, size_t len, const uint8_t *mac);

/* Does its vendor class (option 60) begin with "PXEClient"? */
bool dhcp_is_pxe(const void *data, size_t len);

/* Does it tell what to boot: a file and its server, a URI, or a PXE menu? */
bool dhcp_has_boot(const void *data, size_t len);

/* A packet being written. */
struct dhcp_writer {
	uint8_t *data; /* buffer of MAX bytes */
	size_t max;
	size_t len;    /* used */
	bool overflow; /* an option did not fit and was left out */
};

/* Append an option; LEN above 255 does not fit. */
void dhcp_put(struct dhcp_writer *writer, uint8_t tag, const void *data,
	      size_t len);
void dhcp_put_u8(struct dhcp_writer *writer, uint8_t tag, uint8_t value);
void dhcp_put_u16(struct dhcp_writer *writer, uint8_t tag, uint16_t value);

#endif
