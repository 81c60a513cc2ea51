/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* DHCPv6 messages, RFC 8415 and RFC 5970: reading and writing. */
#ifndef NET_DHCPV6_PACKET_H
#define NET_DHCPV6_PACKET_H

#include "core/compiler.h"

/* RFC 8415 7.2; and 7.1, all servers and relays of a link: ff02::1:2. */
#define DHCPV6_CLIENT_PORT 546
#define DHCPV6_SERVER_PORT 547
#define DHCPV6_SERVERS	   "ff02::1:2"

/* Message types, RFC 8415 7.3. */
#define DHCPV6_SOLICIT		   1
#define DHCPV6_ADVERTISE	   2
#define DHCPV6_REQUEST		   3
#define DHCPV6_REPLY		   7
#define DHCPV6_INFORMATION_REQUEST 11

/* Options, RFC 8415 21; 23 and 24 of RFC 3646; 59 to 62 of RFC 5970. */
#define DHCPV6_OPT_CLIENT_ID	1
#define DHCPV6_OPT_SERVER_ID	2
#define DHCPV6_OPT_IA_NA	3
#define DHCPV6_OPT_IAADDR	5
#define DHCPV6_OPT_ORO		6
#define DHCPV6_OPT_PREFERENCE	7
#define DHCPV6_OPT_ELAPSED	8
#define DHCPV6_OPT_STATUS	13
#define DHCPV6_OPT_USER_CLASS	15
#define DHCPV6_OPT_VENDOR_CLASS 16
#define DHCPV6_OPT_DNS		23
#define DHCPV6_OPT_DOMAIN_LIST	24
#define DHCPV6_OPT_BOOT_URL	59
#define DHCPV6_OPT_BOOT_PARAM	60
#define DHCPV6_OPT_ARCH		61
#define DHCPV6_OPT_NDI		62

/* Status codes, RFC 8415 21.13. */
#define DHCPV6_SUCCESS	     0
#define DHCPV6_NO_ADDRESSES  2
#define DHCPV6_NOT_ON_LINK   4
#define DHCPV6_USE_MULTICAST 5

/* Preference that ends the search for servers, RFC 8415 18.2.1. */
#define DHCPV6_PREFERENCE_MAX 255

/* Type and transaction id, before the options. */
#define DHCPV6_HEADER_LEN 4

#define DHCPV6_ADDR_LEN 16

/* An identifier of a client or server has two bytes of type and 1 to 128 more,
 * RFC 8415 11.1. */
#define DHCPV6_DUID_MIN 3
#define DHCPV6_DUID_MAX 130

/* A longer message than this is not looked at. */
#define DHCPV6_MESSAGE_MAX 4096

/* Longest boot file URL that is used. */
#define DHCPV6_URL_MAX 1023

/* One option, where it is in a message. */
struct dhcpv6_option {
	uint16_t code;
	const uint8_t *data; /* len bytes */
	size_t len;
};

/* What a client wants to know of a message. It points into it. */
struct dhcpv6_message {
	uint8_t type;			/* DHCPV6_ADVERTISE, ... */
	uint32_t xid;			/* transaction id, 24 bits */
	uint8_t preference;		/* of the server, 0 if it says none */
	struct dhcpv6_option client_id; /* len 0: there is none */
	struct dhcpv6_option server_id; /* likewise */
	bool has_address;		/* addr is usable */
	uint8_t addr[DHCPV6_ADDR_LEN];	/* the first of our IA_NA */
	uint16_t status;  /* of the message, else of the IA_NA, else of its
			   * addresses: the first that is no success */
	const char *text; /* that came with it; text_len bytes, as sent */
	size_t text_len;
	const uint8_t *options; /* all of them, options_len bytes */
	size_t options_len;
};

/* The option at *AT of the LEN bytes of options at DATA; *AT moves behind it.
 * False at the end and where what is left is none. */
bool dhcpv6_option_next(const void *data, size_t len, size_t *at,
			struct dhcpv6_option *ret_option);

/* The first option CODE among the LEN bytes of options at DATA. */
bool dhcpv6_option_find(const void *data, size_t len, uint16_t code,
			struct dhcpv6_option *ret_option);

/* Read the message of LEN bytes at DATA, whose client asked for addresses with
 * IAID. Returns 0, or -EBADMSG if its options are damaged: then nothing of it
 * is to be believed. RFC 8415 16, 21.4, 21.6. */
int dhcpv6_message_parse(const void *data, size_t len, uint32_t iaid,
			 struct dhcpv6_message *ret_message);

/* Copy the boot file's URL (RFC 5970 3.1) out of the LEN bytes of options at
 * DATA, as text without the NULs that servers end it with, to BUF of BUF_LEN
 * bytes, of which one is for the terminator. Returns its full length, -ENOENT
 * if there is none, or -EINVAL if it is no absolute URI, holds what no URI
 * does, or exceeds DHCPV6_URL_MAX. */
int dhcpv6_boot_url_get(const void *data, size_t len, char *buf,
			size_t buf_len);

/* A message being written. */
struct dhcpv6_writer {
	uint8_t *data; /* buffer of MAX bytes */
	size_t max;
	size_t len;    /* used */
	bool overflow; /* something did not fit and was left out */
};

/* Append bytes; append an option of LEN bytes, or one of one number. */
void dhcpv6_put_raw(struct dhcpv6_writer *writer, const void *data, size_t len);
void dhcpv6_put(struct dhcpv6_writer *writer, uint16_t code, const void *data,
		size_t len);
void dhcpv6_put_u16(struct dhcpv6_writer *writer, uint16_t code,
		    uint16_t value);

/* Begin option CODE, and end the one that begun at START: what was appended
 * meanwhile is in it. */
size_t dhcpv6_put_begin(struct dhcpv6_writer *writer, uint16_t code);
void dhcpv6_put_end(struct dhcpv6_writer *writer, size_t start);

#endif
