/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* PCI by the PCI I/O Protocol, and memory for DMA. UEFI 2.10 14.4. */
#include <errno.h>
#include <string.h>

#include "config/general.h"
#include "core/error.h"
#include "drivers/bus/pci.h"
#include "platform/efi/nic.h"
#include "platform/efi/pci.h"

EFI_GUID efi_guid_pci_io = EFI_PCI_IO_PROTOCOL_GUID;
EFI_HANDLE efi_pci_owned;

/* The width of an access of LEN bytes. */
static EFI_PCI_IO_PROTOCOL_WIDTH width_of(unsigned int len)
{
	if (len == 1)
		return EfiPciIoWidthUint8;
	return len == 2 ? EfiPciIoWidthUint16 : EfiPciIoWidthUint32;
}

/* LEN bytes at DATA, in the processor's order, which is little-endian. */
static uint32_t value_of(const uint8_t data[4], unsigned int len)
{
	if (len == 1)
		return data[0];
	return len == 2 ? get_le16(data) : get_le32(data);
}

uint32_t pci_config_read(const struct pci_device *pci, unsigned int offset,
			 unsigned int len)
{
	EFI_PCI_IO_PROTOCOL *io = pci->platform;
	uint8_t data[4];

	if (EFI_ERROR(io->Pci.Read(io, width_of(len), offset, 1, data)))
		memset(data, 0xff, sizeof(data));
	return value_of(data, len);
}

void pci_config_write(const struct pci_device *pci, unsigned int offset,
		      unsigned int len, uint32_t value)
{
	EFI_PCI_IO_PROTOCOL *io = pci->platform;
	uint8_t data[4];

	put_le32(data, value);
	io->Pci.Write(io, width_of(len), offset, 1, data);
}

uint32_t pci_io_read(const struct pci_device *pci, unsigned int index,
		     unsigned int offset, unsigned int len)
{
	EFI_PCI_IO_PROTOCOL *io = pci->platform;
	uint8_t data[4];

	if (EFI_ERROR(io->Io.Read(io, width_of(len), (UINT8)index, offset, 1,
				  data)))
		memset(data, 0xff, sizeof(data));
	return value_of(data, len);
}

void pci_io_write(const struct pci_device *pci, unsigned int index,
		  unsigned int offset, unsigned int len, uint32_t value)
{
	EFI_PCI_IO_PROTOCOL *io = pci->platform;
	uint8_t data[4];

	put_le32(data, value);
	io->Io.Write(io, width_of(len), (UINT8)index, offset, 1, data);
}

/* Address of the function that HANDLE is for. */
static bool handle_location(EFI_HANDLE handle, uint32_t *ret_busdevfn)
{
	EFI_PCI_IO_PROTOCOL *io = efi_protocol(handle, &efi_guid_pci_io);
	UINTN segment, bus, device, function;

	if (!io ||
	    EFI_ERROR(io->GetLocation(io, &segment, &bus, &device, &function)))
		return false;
	*ret_busdevfn =
		PCI_BUSDEVFN(segment, bus & 0xff, device & 0x1f, function & 7);
	return true;
}

int efi_pci_find(EFI_HANDLE handle, struct pci_device *pci)
{
	memset(pci, 0, sizeof(*pci));
	if (!handle_location(handle, &pci->busdevfn))
		return -ENODEV;
	pci->handle = handle;
	pci->platform = efi_protocol(handle, &efi_guid_pci_io);
	return pci_read_header(pci);
}

int pci_find_next(struct pci_device *pci, uint32_t busdevfn)
{
	EFI_HANDLE best = NULL;
	EFI_HANDLE *found;
	uint32_t best_at = 0;
	uint32_t at;
	UINTN count;
	UINTN i;

	if (EFI_ERROR(efi_boot->LocateHandleBuffer(ByProtocol, &efi_guid_pci_io,
						   NULL, &count, &found)))
		return -ENODEV;
	for (i = 0; i < count; i++) {
		if (!handle_location(found[i], &at) || at < busdevfn ||
		    (best && at >= best_at))
			continue;
		best = found[i];
		best_at = at;
	}
	efi_boot->FreePool(found);
	if (!best)
		return -ENODEV;
	if (efi_pci_find(best, pci))
		return pci_find_next(pci, best_at + 1);
	return 0;
}

/* Call VISIT for the Simple Network Protocol of the device at HANDLE, which is
 * on a child of it. Returns whether there is one. */
static bool snp_visit(EFI_HANDLE handle, void (*visit)(EFI_HANDLE snp))
{
	const uint8_t *path, *other;
	size_t len, other_len;
	EFI_HANDLE *found;
	bool has = false;
	UINTN count;
	UINTN i;

	path = efi_handle_path(handle, &len);
	if (!path || !len ||
	    EFI_ERROR(efi_boot->LocateHandleBuffer(ByProtocol,
						   &efi_guid_simple_network,
						   NULL, &count, &found)))
		return false;
	for (i = 0; i < count; i++) {
		other = efi_handle_path(found[i], &other_len);
		if (!other || other_len < len || memcmp(other, path, len))
			continue;
		has = true;
		if (visit)
			visit(found[i]);
	}
	efi_boot->FreePool(found);
	return has;
}

static bool has_snp(EFI_HANDLE handle)
{
	return snp_visit(handle, NULL);
}

/* Have whoever uses the network driver at HANDLE let go of it: drivers refuse
 * to end while they are in use. */
static void snp_disconnect(EFI_HANDLE handle)
{
	EFI_SIMPLE_NETWORK *snp;

	efi_boot->DisconnectController(handle, NULL, NULL);
	snp = efi_protocol(handle, &efi_guid_simple_network);
	if (!snp || !snp->Mode)
		return;
	if (snp->Mode->State == EfiSimpleNetworkInitialized)
		snp->Shutdown(snp);
	if (snp->Mode->State == EfiSimpleNetworkStarted)
		snp->Stop(snp);
}

bool pci_may_drive(struct pci_device *pci)
{
	if (efi_pci_owned)
		return pci->handle == efi_pci_owned;
	if (!EFI_SNP_FIRST)
		return true;
	/* The firmware connects only what it boots from. */
	if (!has_snp(pci->handle))
		efi_boot->ConnectController(pci->handle, NULL, NULL, TRUE);
	return !has_snp(pci->handle);
}

int pci_claim(struct pci_device *pci)
{
	EFI_STATUS status;
	void *io;

	if (pci->handle == efi_pci_owned)
		return 0;
	snp_visit(pci->handle, snp_disconnect);
	/* Whoever drives it is disconnected by the exclusive open. */
	status = efi_boot->OpenProtocol(
		pci->handle, &efi_guid_pci_io, &io, efi_image, pci->handle,
		EFI_OPEN_PROTOCOL_BY_DRIVER | EFI_OPEN_PROTOCOL_EXCLUSIVE);
	if (EFI_ERROR(status)) {
		efi_boot->ConnectController(pci->handle, NULL, NULL, TRUE);
		return error_set(efi_errno(status),
				 "the UEFI firmware does not give it up "
				 "(status %#lx)",
				 (unsigned long)(status & 0xffff));
	}
	pci->platform = io;
	/* Its driver may have been the one that loaded us. */
	if (!efi_protocol(efi_nic_boot, &efi_guid_simple_network))
		efi_nic_boot = NULL;
	return 0;
}

void pci_release(struct pci_device *pci)
{
	if (pci->handle == efi_pci_owned)
		return;
	efi_boot->CloseProtocol(pci->handle, &efi_guid_pci_io, efi_image,
				pci->handle);
	efi_boot->ConnectController(pci->handle, NULL, NULL, TRUE);
}

int dma_alloc(struct pci_device *pci, size_t len, struct dma_memory *ret)
{
	EFI_PCI_IO_PROTOCOL *io = pci->platform;
	UINTN pages = EFI_SIZE_TO_PAGES(len);
	EFI_PHYSICAL_ADDRESS bus;
	UINTN mapped = len;
	void *mapping;
	void *data;

	if (EFI_ERROR(io->AllocateBuffer(io, AllocateAnyPages,
					 EfiBootServicesData, pages, &data, 0)))
		return -ENOMEM;
	if (EFI_ERROR(io->Map(io, EfiPciIoOperationBusMasterCommonBuffer, data,
			      &mapped, &bus, &mapping)))
		goto err_map;
	if (mapped < len)
		goto err_mapped;
	memset(data, 0, len);
	ret->data = data;
	ret->bus = bus;
	ret->len = len;
	ret->mapping = mapping;
	return 0;

err_mapped:
	io->Unmap(io, mapping);
err_map:
	io->FreeBuffer(io, pages, data);
	return -ENOMEM;
}

void dma_free(struct pci_device *pci, struct dma_memory *memory)
{
	EFI_PCI_IO_PROTOCOL *io = pci->platform;

	if (!memory->data)
		return;
	io->Unmap(io, memory->mapping);
	io->FreeBuffer(io, EFI_SIZE_TO_PAGES(memory->len), memory->data);
	memset(memory, 0, sizeof(*memory));
}
