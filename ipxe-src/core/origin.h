/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* How this firmware got here: NIC, server, file and the DHCP packets.
 *
 * The platform fills it in before firmware_main(); net/ turns the packets
 * into settings; usr/ and the loop guard ask it.
 */
#ifndef CORE_ORIGIN_H
#define CORE_ORIGIN_H

#include "core/compiler.h"
#include "core/uri.h"

/* The DHCP packets that the native PXE kept. PXE 2.1 3.3.2 (GET_CACHED_INFO).
 */
enum origin_packet {
	ORIGIN_DHCPACK,	   /* the lease */
	ORIGIN_PROXYOFFER, /* the proxyDHCP's answer */
	ORIGIN_PXEREPLY,   /* the boot server's answer */
	ORIGIN_PACKETS,
};

#define ORIGIN_PACKET_MAX 1500

struct origin {
	uint8_t mac[6]; /* NIC that we were loaded through */
	bool has_mac;
	bool has_busdevfn;
	uint16_t busdevfn; /* the same NIC's place on PCI: PCI_BUSDEVFN() */
	uint16_t vlan;	   /* 0: untagged */
	struct uri *uri;   /* where our file came from; NULL if not known yet.
			    * net/ fills it from the packets if it is NULL */
	struct {
		uint8_t data[ORIGIN_PACKET_MAX]; /* from BOOTP's op onwards */
		size_t len;			 /* 0: there is none */
	} packet[ORIGIN_PACKETS];
};

extern struct origin origin;

/* Keep a packet; longer than ORIGIN_PACKET_MAX is cut, shorter than a BOOTP
 * header (236 bytes) ignored. */
void origin_set_packet(enum origin_packet which, const void *data, size_t len);

/* Say where our file came from (takes its own reference), and on which NIC. */
void origin_set_uri(struct uri *uri);
void origin_set_mac(const uint8_t mac[6]);
void origin_set_busdevfn(uint16_t busdevfn);

#endif
