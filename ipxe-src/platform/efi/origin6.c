/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* How we got here where the firmware's PXE base code had IPv6. */
#include "config/general.h"
#include "core/origin.h"
#include "net/dhcpv6_packet.h"
#include "platform/efi/efi.h"

SELECT_IF(NET_PROTO_IPV6);

/* Where the boot file that PACKET, a DHCPv6 message, names is. */
static bool origin_take_packet(const EFI_PXE_BASE_CODE_PACKET *packet)
{
	char text[DHCPV6_URL_MAX + 1];
	struct uri *uri;

	if (dhcpv6_boot_url_get(packet->Raw + DHCPV6_HEADER_LEN,
				sizeof(packet->Raw) - DHCPV6_HEADER_LEN, text,
				sizeof(text)) < 0)
		return false;
	uri = uri_parse(text);
	origin_set_uri(uri);
	uri_put(uri);
	return true;
}

/* The file was named by the last to be asked that names one. */
void efi_origin_pxe6(const EFI_PXE_BASE_CODE_MODE *mode)
{
	if (mode->PxeReplyReceived && origin_take_packet(&mode->PxeReply))
		return;
	if (mode->ProxyOfferReceived && origin_take_packet(&mode->ProxyOffer))
		return;
	if (mode->DhcpAckReceived)
		origin_take_packet(&mode->DhcpAck);
}
