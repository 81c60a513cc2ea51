/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* How we got here, from the loaded image's device path and PXE base code. */
#include <stdlib.h>
#include <string.h>

#include "core/origin.h"
#include "platform/efi/devpath.h"
#include "platform/efi/nic.h"

/* Packets that the firmware's PXE base code kept, UEFI 2.10 24.3.1. */
static bool origin_from_pxe(void)
{
	const EFI_PXE_BASE_CODE_MODE *mode;
	EFI_PXE_BASE_CODE_PROTOCOL *pxe;

	pxe = efi_protocol(efi_device, &efi_guid_pxe_base_code);
	if (!pxe || !pxe->Mode || !pxe->Mode->Started)
		return false;
	mode = pxe->Mode;
	if (mode->UsingIpv6) {
		if (efi_origin_pxe6)
			efi_origin_pxe6(mode);
		return false;
	}
	if (mode->DhcpAckReceived)
		origin_set_packet(ORIGIN_DHCPACK, mode->DhcpAck.Raw,
				  sizeof(mode->DhcpAck.Raw));
	if (mode->ProxyOfferReceived)
		origin_set_packet(ORIGIN_PROXYOFFER, mode->ProxyOffer.Raw,
				  sizeof(mode->ProxyOffer.Raw));
	if (mode->PxeReplyReceived)
		origin_set_packet(ORIGIN_PXEREPLY, mode->PxeReply.Raw,
				  sizeof(mode->PxeReply.Raw));
	return mode->DhcpAckReceived;
}

/* Add what PATH (may be NULL) says to FACTS. */
static void origin_add_path(const void *path, struct devpath_origin *facts)
{
	if (path)
		devpath_parse(path, DEVPATH_MAX, facts);
}

/* The URI that our file has: the device path's. */
static void origin_take_uri(const char *text)
{
	struct uri *uri;

	if (!*text)
		return;
	uri = uri_parse(text);
	origin_set_uri(uri);
	uri_put(uri);
}

void efi_origin_init(void)
{
	static EFI_GUID loaded_path_guid =
		EFI_LOADED_IMAGE_DEVICE_PATH_PROTOCOL_GUID;
	EFI_SIMPLE_NETWORK *snp;
	struct devpath_origin *facts;
	uint8_t packet[600];
	size_t len;

	facts = calloc(1, sizeof(*facts));
	if (!facts)
		return;
	origin_add_path(efi_protocol(efi_device, &efi_guid_device_path), facts);
	origin_add_path(efi_protocol(efi_image, &loaded_path_guid), facts);
	origin_take_uri(facts->uri);
	origin.vlan = facts->vlan;

	snp = efi_protocol(efi_nic_boot, &efi_guid_simple_network);
	if (snp && snp->Mode->HwAddressSize == sizeof(origin.mac)) {
		memcpy(facts->mac, snp->Mode->CurrentAddress.Addr,
		       sizeof(facts->mac));
		facts->has_mac = true;
	}
	if (facts->has_mac)
		origin_set_mac(facts->mac);
	/* HTTP Boot keeps no packets: what its path says makes a lease. */
	if (!origin_from_pxe()) {
		len = devpath_dhcpack(facts, packet, sizeof(packet));
		origin_set_packet(ORIGIN_DHCPACK, packet, len);
	}
	free(facts);
}
