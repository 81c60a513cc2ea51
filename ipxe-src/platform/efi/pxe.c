/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The firmware's PXE base code, UEFI 2.10 24.3, for boot programs. */
#include <stdlib.h>
#include <string.h>

#include "core/origin.h"
#include "platform/efi/devpath.h"
#include "platform/efi/nic.h"
#include "platform/efi/pxe.h"

/* Offset of a BOOTP packet's field, RFC 951 section 3; option, RFC 2132 3.3. */
#define BOOTP_YIADDR   16
#define BOOTP_OPTIONS  240
#define OPTION_NETMASK 1

/* Is HANDLE a child of the boot NIC for IPv4? */
static bool is_boot_nic_ipv4(EFI_HANDLE handle)
{
	const uint8_t *path;
	const uint8_t *nic;
	size_t path_len;
	size_t nic_len;
	size_t at;

	path = efi_handle_path(handle, &path_len);
	nic = efi_handle_path(efi_nic_boot, &nic_len);
	if (!path || !nic || path_len <= nic_len || memcmp(path, nic, nic_len))
		return false;
	for (at = nic_len; at < path_len; at += devpath_node_len(path + at)) {
		if (devpath_kind(path + at) == DEVPATH_IPV4)
			return true;
	}
	return false;
}

/* The handle of the boot NIC that has PXE base code for IPv4, or NULL. */
static EFI_HANDLE pxe_find(void)
{
	EFI_HANDLE found = NULL;
	EFI_HANDLE *handles;
	UINTN count;
	UINTN i;

	if (EFI_ERROR(efi_boot->LocateHandleBuffer(ByProtocol,
						   &efi_guid_pxe_base_code,
						   NULL, &count, &handles)))
		return NULL;
	for (i = 0; i < count && !found; i++) {
		if (is_boot_nic_ipv4(handles[i]))
			found = handles[i];
	}
	efi_boot->FreePool(handles);
	return found;
}

/* Copy the packet WHICH to PACKET; false if there is none. */
static BOOLEAN packet_copy(enum origin_packet which,
			   EFI_PXE_BASE_CODE_PACKET *packet)
{
	size_t len = origin.packet[which].len;

	memset(packet, 0, sizeof(*packet));
	memcpy(packet->Raw, origin.packet[which].data,
	       MIN(len, sizeof(packet->Raw)));
	return len != 0;
}

/* The network mask that the DHCPACK has, into MASK; all ones if none. */
static void netmask_find(EFI_IP_ADDRESS *mask)
{
	const uint8_t *data = origin.packet[ORIGIN_DHCPACK].data;
	size_t len = origin.packet[ORIGIN_DHCPACK].len;
	size_t at = BOOTP_OPTIONS;

	memset(mask, 0xff, 4);
	while (at + 2 <= len && data[at] != 255) {
		if (!data[at]) {
			at++;
			continue;
		}
		if (data[at] == OPTION_NETMASK && data[at + 1] == 4 &&
		    at + 6 <= len)
			memcpy(mask, data + at + 2, 4);
		at += 2U + data[at + 1];
	}
}

/* Give PXE what was known when it loaded us. */
static void pxe_fill(EFI_PXE_BASE_CODE_PROTOCOL *pxe)
{
	EFI_PXE_BASE_CODE_PACKET *packets;
	BOOLEAN has[ORIGIN_PACKETS];
	EFI_IP_ADDRESS ip;
	EFI_IP_ADDRESS mask;
	unsigned int i;

	packets = calloc(ORIGIN_PACKETS, sizeof(*packets));
	if (!packets)
		return;
	for (i = 0; i < ORIGIN_PACKETS; i++)
		has[i] = packet_copy(i, &packets[i]);
	pxe->SetPackets(pxe, NULL, &has[ORIGIN_DHCPACK],
			&has[ORIGIN_PROXYOFFER], NULL, &has[ORIGIN_PXEREPLY],
			NULL, NULL, &packets[ORIGIN_DHCPACK],
			&packets[ORIGIN_PROXYOFFER], NULL,
			&packets[ORIGIN_PXEREPLY], NULL);
	free(packets);
	memset(&ip, 0, sizeof(ip));
	memset(&mask, 0, sizeof(mask));
	memcpy(&ip, origin.packet[ORIGIN_DHCPACK].data + BOOTP_YIADDR, 4);
	netmask_find(&mask);
	pxe->SetStationIp(pxe, &ip, &mask);
}

EFI_HANDLE efi_pxe_restore(void)
{
	EFI_PXE_BASE_CODE_PROTOCOL *pxe;
	EFI_HANDLE handle;

	handle = pxe_find();
	if (!handle)
		return efi_nic_boot;
	pxe = efi_protocol(handle, &efi_guid_pxe_base_code);
	if (!pxe || !origin.packet[ORIGIN_DHCPACK].len)
		return handle;
	if (!pxe->Mode->Started && EFI_ERROR(pxe->Start(pxe, FALSE)))
		return handle;
	pxe_fill(pxe);
	/* Firmware says that it starts PXE, in half a line. */
	efi_console_fresh_line();
	return handle;
}
