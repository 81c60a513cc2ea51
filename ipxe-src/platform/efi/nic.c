/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The firmware's NICs: borrowed from its own network stack and given back. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "platform/efi/devpath.h"
#include "platform/efi/nic.h"

/* Class code in configuration space, PCI 3.0 6.2.1, and its highest byte. */
#define PCI_CLASS_OFFSET  0x09
#define PCI_CLASS_NETWORK 0x02

static EFI_GUID guid_pci_io = EFI_PCI_IO_PROTOCOL_GUID;

/* NICs that can be borrowed at the same time. */
#define NIC_MAX 32

EFI_HANDLE efi_nic_boot;

/* NICs that the firmware's stack was told to let go of. */
static EFI_HANDLE nic_disconnected[NIC_MAX];
static size_t nic_disconnected_count;

const uint8_t *efi_handle_path(EFI_HANDLE handle, size_t *ret_len)
{
	const uint8_t *path = efi_protocol(handle, &efi_guid_device_path);

	if (path)
		*ret_len = devpath_len(path, DEVPATH_MAX);
	return path;
}

/* The handle nearest to the end of PATH (LEN bytes, room for an end node
 * behind them) that has a Simple Network Protocol, or NULL. */
static EFI_HANDLE nic_locate(uint8_t *path, size_t len)
{
	EFI_DEVICE_PATH *rest = (void *)path;
	EFI_HANDLE handle;

	devpath_put_end(path + len);
	if (EFI_ERROR(efi_boot->LocateDevicePath(&efi_guid_simple_network,
						 &rest, &handle)))
		return NULL;
	return handle;
}

/* The uppermost handle with SNP on PATH of LEN bytes: firmware gives the
 * interface of a NIC to children of it as well, which vanish when its network
 * stack lets go. */
static EFI_HANDLE nic_uppermost(const uint8_t *path, size_t len)
{
	EFI_HANDLE handle;
	EFI_HANDLE upper = NULL;
	uint8_t *copy;

	copy = malloc(len + DEVPATH_HEADER_LEN);
	if (!copy)
		return NULL;
	memcpy(copy, path, len);
	while (len) {
		handle = nic_locate(copy, len);
		if (!handle)
			break;
		upper = handle;
		/* Up to before that handle's own last node. */
		if (!efi_handle_path(handle, &len))
			break;
		len = devpath_last(copy, len);
	}
	free(copy);
	return upper;
}

void efi_nic_init(void)
{
	const uint8_t *path;
	size_t len;

	path = efi_handle_path(efi_device, &len);
	if (path && len)
		efi_nic_boot = nic_uppermost(path, len);
}

void efi_nic_fini(void)
{
	efi_nic_reconnect();
}

size_t efi_nic_list(EFI_HANDLE *handles, size_t max)
{
	EFI_HANDLE *found;
	EFI_HANDLE upper;
	const uint8_t *path;
	UINTN found_count;
	size_t count = 0;
	size_t len;
	size_t i;

	if (efi_nic_boot && max)
		handles[count++] = efi_nic_boot;
	if (EFI_ERROR(efi_boot->LocateHandleBuffer(ByProtocol,
						   &efi_guid_simple_network,
						   NULL, &found_count, &found)))
		return count;
	for (i = 0; i < found_count && count < max; i++) {
		path = efi_handle_path(found[i], &len);
		upper = path && len ? nic_uppermost(path, len) : NULL;
		if (upper == found[i] && upper != efi_nic_boot)
			handles[count++] = upper;
	}
	efi_boot->FreePool(found);
	return count;
}

void efi_nic_connect_all(void)
{
	EFI_PCI_IO_PROTOCOL *pci;
	EFI_HANDLE *found;
	uint8_t class_code[3];
	UINTN count;
	size_t i;

	if (EFI_ERROR(efi_boot->LocateHandleBuffer(ByProtocol, &guid_pci_io,
						   NULL, &count, &found)))
		return;
	for (i = 0; i < count; i++) {
		pci = efi_protocol(found[i], &guid_pci_io);
		if (!pci || EFI_ERROR(pci->Pci.Read(
				    pci, EfiPciIoWidthUint8, PCI_CLASS_OFFSET,
				    sizeof(class_code), class_code)))
			continue;
		if (class_code[2] == PCI_CLASS_NETWORK)
			efi_boot->ConnectController(found[i], NULL, NULL, TRUE);
	}
	efi_boot->FreePool(found);
}

/* Remember that HANDLE has to be connected again. */
static void nic_note_disconnected(EFI_HANDLE handle)
{
	size_t i;

	for (i = 0; i < nic_disconnected_count; i++) {
		if (nic_disconnected[i] == handle)
			return;
	}
	if (nic_disconnected_count < NIC_MAX)
		nic_disconnected[nic_disconnected_count++] = handle;
}

int efi_nic_borrow(EFI_HANDLE handle, EFI_SIMPLE_NETWORK **ret_snp)
{
	EFI_STATUS status;
	void *snp;

	/* Whoever drives it is disconnected by the exclusive open. */
	nic_note_disconnected(handle);
	status = efi_boot->OpenProtocol(
		handle, &efi_guid_simple_network, &snp, efi_image, handle,
		EFI_OPEN_PROTOCOL_BY_DRIVER | EFI_OPEN_PROTOCOL_EXCLUSIVE);
	if (EFI_ERROR(status))
		return error_set(efi_errno(status),
				 "the UEFI firmware does not give up its "
				 "network driver (status %#lx)",
				 (unsigned long)(status & 0xffff));
	*ret_snp = snp;
	return 0;
}

void efi_nic_release(EFI_HANDLE handle)
{
	efi_boot->CloseProtocol(handle, &efi_guid_simple_network, efi_image,
				handle);
}

void efi_nic_reconnect(void)
{
	size_t i;

	for (i = 0; i < nic_disconnected_count; i++)
		efi_boot->ConnectController(nic_disconnected[i], NULL, NULL,
					    TRUE);
	nic_disconnected_count = 0;
}

void efi_nic_offer(void)
{
	const struct efi_nic_provider *provider;

	for_each_table_entry(provider, efi_nic_providers)
		provider->offer();
}

void efi_nic_withdraw(void)
{
	const struct efi_nic_provider *provider;

	for_each_table_entry(provider, efi_nic_providers)
		provider->withdraw();
}
