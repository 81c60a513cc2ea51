/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The customisation region: in our own image, or beside it on its volume. */
#include <stdlib.h>
#include <string.h>

#include "core/region.h"
#include "platform/efi/devpath.h"
#include "platform/efi/efi.h"
#include "platform/efi/region.h"
#include "platform/efi/ucs2.h"

#define DEVPATH_FILE 0x0404 /* UEFI 2.10 10.3.5.4 */
#define PATH_MAX_LEN 256    /* characters, with the terminator */

static EFI_GUID guid_file_system = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;

/* Write to NAME the path of REGION_FILE_NAME in the folder that our file is
 * in; just REGION_FILE_NAME if the path is not known. */
static void beside_path(CHAR16 name[PATH_MAX_LEN])
{
	const uint8_t *path = (const void *)efi_loaded_image->FilePath;
	size_t left = path ? devpath_len(path, DEVPATH_MAX) : 0;
	size_t folder = 0;
	size_t count = 0;
	size_t at;

	/* The nodes' names follow one another. */
	for (; left;
	     left -= devpath_node_len(path), path += devpath_node_len(path)) {
		if (devpath_kind(path) != DEVPATH_FILE)
			continue;
		for (at = DEVPATH_HEADER_LEN;
		     at + 1 < devpath_node_len(path) &&
		     count < PATH_MAX_LEN - 32 && get_le16(path + at);
		     at += 2) {
			name[count++] = get_le16(path + at);
			if (name[count - 1] == '\\')
				folder = count;
		}
	}
	ucs2_from_utf8(REGION_FILE_NAME, name + folder, 32);
}

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
	EFI_FILE_IO_INTERFACE *volume;
	CHAR16 name[PATH_MAX_LEN];
	EFI_FILE_HANDLE root;

	volume = efi_protocol(efi_device, &guid_file_system);
	if (!volume || EFI_ERROR(volume->OpenVolume(volume, &root)))
		return false;
	beside_path(name);
	if (!region_read(root, name))
		region_read(root, in_root);
	root->Close(root);
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
	} else if (!region_find_beside()) {
		region_is_wanted = own.is_signed;
	}
}
