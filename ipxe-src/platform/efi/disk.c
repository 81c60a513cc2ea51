/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Booting a local disk: the boot program of the first file system that has
 * one. UEFI 2.10 3.5.1.1. */
#include <stdlib.h>
#include <string.h>

#include "core/console.h"
#include "core/error.h"
#include "core/identity.h"
#include "core/loopguard.h"
#include "core/platform.h"
#include "platform/efi/devpath.h"
#include "platform/efi/efi.h"
#include "platform/efi/nic.h"
#include "platform/efi/ucs2.h"

SELECT_IF(SANBOOT_CMD);

#define DEVPATH_HARD_DRIVE 0x0401 /* a partition */
#define DEVPATH_FILE	   0x0404
#define FILENAME_MAX_LEN   128 /* characters, with the terminator */

static EFI_GUID guid_file_system = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
static EFI_GUID guid_block_io = EFI_BLOCK_IO_PROTOCOL_GUID;

/* May FILE be started? 0, -errno if it is this firmware, or not readable. */
static int check_file(EFI_FILE_HANDLE file)
{
	UINTN len = IDENTITY_SCAN_LEN;
	void *start;
	int rc;

	start = malloc(len);
	if (!start)
		return -ENOMEM;
	rc = efi_errno(file->Read(file, &len, start));
	if (!rc)
		rc = loopguard_check_program(start, len,
					     "the disk's boot program");
	free(start);
	return rc;
}

/* Is there a file NAME in the file system of HANDLE that may be started?
 * 0, -ENOENT, or why not. */
static int find_file(EFI_HANDLE handle, CHAR16 *name)
{
	EFI_FILE_IO_INTERFACE *volume;
	EFI_FILE_HANDLE root, file;
	int rc = -ENOENT;

	volume = efi_protocol(handle, &guid_file_system);
	if (!volume || EFI_ERROR(volume->OpenVolume(volume, &root)))
		return -ENOENT;
	if (!EFI_ERROR(root->Open(root, &file, name, EFI_FILE_MODE_READ, 0))) {
		rc = check_file(file);
		file->Close(file);
	}
	root->Close(root);
	return rc;
}

/* Is HANDLE a partition of a disk (not a CD, not a network file system)? */
static bool is_partition(EFI_HANDLE handle)
{
	const uint8_t *path;
	size_t len;

	path = efi_handle_path(handle, &len);
	return path && len &&
	       devpath_kind(path + devpath_last(path, len)) ==
		       DEVPATH_HARD_DRIVE;
}

/* Load NAME from HANDLE and start it. Returns if it could not, or when it
 * came back. */
static int boot_file(EFI_HANDLE handle, const CHAR16 *name, size_t name_len)
{
	size_t text_len = (name_len + 1) * sizeof(*name);
	size_t node_len = DEVPATH_HEADER_LEN + text_len;
	EFI_HANDLE image = NULL;
	EFI_STATUS status;
	const uint8_t *parent;
	uint8_t *path;
	size_t len;

	parent = efi_handle_path(handle, &len);
	path = malloc(len + node_len + DEVPATH_HEADER_LEN);
	if (!path)
		return -ENOMEM;
	memcpy(path, parent, len);
	path[len] = DEVPATH_FILE >> 8;
	path[len + 1] = DEVPATH_FILE & 0xff;
	put_le16(path + len + 2, (uint16_t)node_len);
	memcpy(path + len + DEVPATH_HEADER_LEN, name, text_len);
	devpath_put_end(path + len + node_len);
	status = efi_boot->LoadImage(TRUE, efi_image, (void *)path, NULL, 0,
				     &image);
	free(path);
	if (EFI_ERROR(status)) {
		if (status == EFI_SECURITY_VIOLATION && image)
			efi_boot->UnloadImage(image);
		return error_set(efi_errno(status),
				 "the firmware refuses the "
				 "disk's boot program (status %#lx)",
				 (unsigned long)(status & 0xffff));
	}
	console_printf("Booting from the local disk\n");
	efi_console_flush();
	efi_watchdog_arm();
	status = efi_boot->StartImage(image, NULL, NULL);
	efi_watchdog_arm();
	return error_set(efi_errno(status) ? efi_errno(status) : -ECANCELED,
			 "the disk's boot program came back");
}

/* Try every partition. */
static int boot_partitions(CHAR16 *name, size_t name_len)
{
	EFI_HANDLE *handles;
	UINTN count, i;
	bool is_started = false;
	int rc = -ENOENT;
	int found;

	if (EFI_ERROR(efi_boot->LocateHandleBuffer(
		    ByProtocol, &guid_file_system, NULL, &count, &handles)))
		return -ENOENT;
	for (i = 0; i < count && !is_started; i++) {
		if (!is_partition(handles[i]))
			continue;
		found = find_file(handles[i], name);
		if (found == -ENOENT)
			continue;
		is_started = !found;
		rc = found ? found : boot_file(handles[i], name, name_len);
	}
	efi_boot->FreePool(handles);
	return rc;
}

/* Firmware that boots from the network may not have looked into its disks:
 * connect the drivers of partitions and file systems to them. */
static void connect_disks(void)
{
	EFI_HANDLE *handles;
	UINTN count, i;

	if (EFI_ERROR(efi_boot->LocateHandleBuffer(ByProtocol, &guid_block_io,
						   NULL, &count, &handles)))
		return;
	for (i = 0; i < count; i++)
		efi_boot->ConnectController(handles[i], NULL, NULL, TRUE);
	efi_boot->FreePool(handles);
}

int platform_boot_disk(unsigned int drive __unused_arg, const char *filename)
{
	CHAR16 name[FILENAME_MAX_LEN];
	size_t len;
	int rc;

	len = ucs2_from_utf8(filename ? filename : efi_default_boot_file, name,
			     ARRAY_SIZE(name));
	if (len >= ARRAY_SIZE(name))
		return error_set(-E2BIG, "the file name is too long");
	rc = boot_partitions(name, len);
	if (rc == -ENOENT) {
		connect_disks();
		rc = boot_partitions(name, len);
	}
	if (rc == -ENOENT)
		return error_set(-ENOENT, "no disk has the boot program %s",
				 filename ? filename : efi_default_boot_file);
	return rc;
}
