/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* How this firmware got here. */
#include <string.h>

#include "core/origin.h"

/* Fixed part of a BOOTP packet, RFC 951 section 3, without the vendor area. */
#define BOOTP_HEADER_LEN 236

struct origin origin;

void origin_set_packet(enum origin_packet which, const void *data, size_t len)
{
	if (len < BOOTP_HEADER_LEN)
		return;
	len = MIN(len, (size_t)ORIGIN_PACKET_MAX);
	memcpy(origin.packet[which].data, data, len);
	origin.packet[which].len = len;
}

void origin_set_uri(struct uri *uri)
{
	if (uri)
		uri_get(uri);
	uri_put(origin.uri);
	origin.uri = uri;
}

void origin_set_mac(const uint8_t mac[6])
{
	memcpy(origin.mac, mac, sizeof(origin.mac));
	origin.has_mac = true;
}

void origin_set_busdevfn(uint16_t busdevfn)
{
	origin.busdevfn = busdevfn;
	origin.has_busdevfn = true;
}
