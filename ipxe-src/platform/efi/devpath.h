/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Device paths as bytes: walked with bounds, UEFI 2.10 chapter 10. */
#ifndef PLATFORM_EFI_DEVPATH_H
#define PLATFORM_EFI_DEVPATH_H

#include "core/compiler.h"

/* Longest device path that is looked at, bytes: a bound for broken ones. */
#define DEVPATH_MAX 4096

/* Header of every node: type, subtype, length of the whole node (LE). */
#define DEVPATH_HEADER_LEN 4

/* Types and subtypes that we know, as type << 8 | subtype. */
#define DEVPATH_MAC	     0x030b
#define DEVPATH_IPV4	     0x030c
#define DEVPATH_UART	     0x030e
#define DEVPATH_VLAN	     0x0314
#define DEVPATH_URI	     0x0318
#define DEVPATH_DNS	     0x031f
#define DEVPATH_HARD_DRIVE   0x0401 /* a partition */
#define DEVPATH_VENDOR_MEDIA 0x0403
#define DEVPATH_END	     0x7fff
#define DEVPATH_END_INSTANCE 0x7f01

/* What a network device path says about how a file came. */
struct devpath_origin {
	bool has_mac;
	uint8_t mac[6];
	uint16_t vlan; /* 0: none */
	bool has_ipv4;
	uint8_t ip[4];		/* ours */
	uint8_t server[4];	/* theirs; zeros if not said */
	uint8_t gateway[4];	/* zeros if not said */
	uint8_t netmask[4];	/* zeros if not said */
	uint8_t dns[3][4];	/* IPv4 name servers */
	unsigned int dns_count; /* how many of them */
	char uri[512];		/* "" if there is no URI */
};

/* Type and subtype of the node at PATH. */
unsigned int devpath_kind(const void *path);

/* Bytes of the node at PATH, its header included. */
size_t devpath_node_len(const void *path);

/* Bytes of the path at PATH, of which at most MAX may be read, without its
 * end node; 0 if it is empty, or broken. */
size_t devpath_len(const void *path, size_t max);

/* Collect what PATH (at most MAX bytes) says. Broken nodes are left out. A
 * later node of a kind overrides an earlier one, unless it says nothing. */
void devpath_parse(const void *path, size_t max, struct devpath_origin *ret);

/* Write an end node at PATH. */
void devpath_put_end(void *path);

/* Bytes of a MAC address node, UEFI 2.10 10.3.4.11. */
#define DEVPATH_MAC_LEN 37

/* Write a node with the Ethernet address MAC at PATH, and an end node. Needs
 * DEVPATH_MAC_LEN + DEVPATH_HEADER_LEN bytes. */
void devpath_put_mac(void *path, const uint8_t mac[6]);

/* Write a node with URI at PATH, and an end node. Needs uri_len + 8 bytes. */
void devpath_put_uri(void *path, const char *uri, size_t uri_len);

/* Where the last node of the path of LEN bytes (without end) begins; 0 if
 * there is only one, or none. */
size_t devpath_last(const void *path, size_t len);

/* Is the node at NODE a partition of a GPT, the one with this UUID (in the
 * order in which it is written)? UEFI 2.10 10.3.5.1. */
bool devpath_is_partition(const void *node, const uint8_t uuid[16]);

/* Write to PACKET, MAX bytes, a DHCPACK (RFC 2131 section 2) that says what
 * ORIGIN knows: a lease that another client took, with the URI as its boot file
 * name and, if it has an address, as its server. Returns its length, 0 if
 * ORIGIN has no address of ours or MAX is too little. */
size_t devpath_dhcpack(const struct devpath_origin *origin, uint8_t *packet,
		       size_t max);

#endif
