/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The customisation region: in our own image, or beside it on its volume. */
#include <stdlib.h>

#include "core/identity.h"
#include "core/region.h"
#include "platform/efi/efi.h"
#include "platform/efi/pci.h"
#include "platform/efi/region.h"
#include "platform/efi/ucs2.h"
#include "platform/efi/volume.h"

/* Read the file NAME of VOLUME into region_data. */
static bool region_read(EFI_FILE_HANDLE volume, CHAR16 *name)
{
	UINTN len = REGION_LEN_MAX;
	EFI_FILE_HANDLE file;
	EFI_STATUS status;
	void *data;

	if (EFI_ERROR(volume->Open(volume, &file, name, EFI_FILE_MODE_READ, 0)))
		return false;
	data = malloc(len);
	status = data ? file->Read(file, &len, data) : EFI_OUT_OF_RESOURCES;
	file->Close(file);
	if (EFI_ERROR(status) || !len) {
		free(data);
		return false;
	}
	region_data = data;
	region_len = len;
	return true;
}

/* Look on the volume that we were loaded from. False if there is none. */
static bool region_find_beside(void)
{
	static CHAR16 in_root[] = L"\\unloop.region";
	CHAR16 name[VOLUME_PATH_MAX + sizeof(REGION_FILE_NAME)];
	EFI_FILE_HANDLE root;
	size_t folder;

	if (efi_volume_open_own(&root))
		return false;
	folder = efi_volume_own_path(name);
	ucs2_from_utf8(REGION_FILE_NAME, name + folder,
		       sizeof(REGION_FILE_NAME));
	if (!region_read(root, name))
		region_read(root, in_root);
	root->Close(root);
	return true;
}

/* Look in the option ROM that we are the driver of, which has it outside of
 * what is compressed. The firmware keeps a copy of the ROM in memory. */
static bool region_find_in_rom(void)
{
	const struct identity_note *note = NULL;
	EFI_PCI_IO_PROTOCOL *pci = NULL;
	const uint8_t *rom;

	if (efi_pci_owned)
		pci = efi_protocol(efi_pci_owned, &efi_guid_pci_io);
	if (!pci || !pci->RomImage)
		return false;
	rom = pci->RomImage;
	identity_scan(rom, (size_t)pci->RomSize, &note);
	if (!note || note->region_offset >= pci->RomSize ||
	    note->region_len > pci->RomSize - note->region_offset ||
	    !note->region_len || !rom[note->region_offset])
		return false;
	region_data = rom + note->region_offset;
	region_len = note->region_len;
	return true;
}

void efi_region_init(void)
{
	struct pe_region own;

	pe_region_find(efi_loaded_image->ImageBase,
		       (size_t)efi_loaded_image->ImageSize, &own);
	if (own.len && own.data[0]) {
		region_data = own.data;
		region_len = own.len;
	} else if (!region_find_in_rom() && !region_find_beside()) {
		region_is_wanted = own.is_signed;
	}
}
