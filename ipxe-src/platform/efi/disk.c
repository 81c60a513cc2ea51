/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Booting a local disk: the boot program of the first file system that has one
 * and is as it was described. UEFI 2.10 3.5.1.1. */
#include <stdlib.h>
#include <string.h>

#include "core/console.h"
#include "core/error.h"
#include "core/identity.h"
#include "core/loopguard.h"
#include "core/platform.h"
#include "core/settings.h"
#include "platform/efi/devpath.h"
#include "platform/efi/efi.h"
#include "platform/efi/nic.h"
#include "platform/efi/ucs2.h"

SELECT_IF(SANBOOT_CMD);

#define DEVPATH_FILE 0x0404
#define NAME_MAX_LEN 128 /* characters, with the terminator */

static EFI_GUID guid_file_system = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
static EFI_GUID guid_label = EFI_FILE_SYSTEM_VOLUME_LABEL_INFO_ID;
static EFI_GUID guid_block_io = EFI_BLOCK_IO_PROTOCOL_GUID;

/* Which file system is booted, and what of it. */
struct wanted {
	CHAR16 name[NAME_MAX_LEN];  /* the boot program */
	size_t name_len;	    /* characters, without the terminator */
	CHAR16 extra[NAME_MAX_LEN]; /* "": none, as in the next */
	CHAR16 label[NAME_MAX_LEN];
	bool has_uuid;
	uint8_t uuid[16];
};

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

/* Is the volume's label LABEL? UEFI 2.10 13.5.2. */
static bool has_label(EFI_FILE_HANDLE root, const CHAR16 *label)
{
	union {
		EFI_FILE_SYSTEM_VOLUME_LABEL info;
		CHAR16 text[NAME_MAX_LEN];
	} buf = {0};
	UINTN len = sizeof(buf) - sizeof(CHAR16);
	size_t i = 0;

	if (EFI_ERROR(root->GetInfo(root, &guid_label, &len, &buf)))
		return false;
	while (label[i] && buf.info.VolumeLabel[i] == label[i])
		i++;
	return buf.info.VolumeLabel[i] == label[i];
}

/* Is there a file NAME? */
static bool has_file(EFI_FILE_HANDLE root, CHAR16 *name)
{
	EFI_FILE_HANDLE file;

	if (EFI_ERROR(root->Open(root, &file, name, EFI_FILE_MODE_READ, 0)))
		return false;
	file->Close(file);
	return true;
}

/* Is ROOT a volume as WANTED, whose boot program may be started? 0, -ENOENT, or
 * why it may not. */
static int check_volume(EFI_FILE_HANDLE root, struct wanted *wanted)
{
	EFI_FILE_HANDLE file;
	int rc;

	if (wanted->label[0] && !has_label(root, wanted->label))
		return -ENOENT;
	if (wanted->extra[0] && !has_file(root, wanted->extra))
		return -ENOENT;
	if (EFI_ERROR(root->Open(root, &file, wanted->name, EFI_FILE_MODE_READ,
				 0)))
		return -ENOENT;
	rc = check_file(file);
	file->Close(file);
	return rc;
}

/* check_volume() of the file system of HANDLE. */
static int check_handle(EFI_HANDLE handle, struct wanted *wanted)
{
	EFI_FILE_IO_INTERFACE *volume;
	EFI_FILE_HANDLE root;
	int rc;

	volume = efi_protocol(handle, &guid_file_system);
	if (!volume || EFI_ERROR(volume->OpenVolume(volume, &root)))
		return -ENOENT;
	rc = check_volume(root, wanted);
	root->Close(root);
	return rc;
}

/* May what HANDLE is be booted? A partition of a disk, that with the UUID if
 * one is wanted; a CD, which has none, only if it is described. */
static bool is_candidate(EFI_HANDLE handle, const struct wanted *wanted)
{
	const uint8_t *path;
	size_t len;

	path = efi_handle_path(handle, &len);
	if (!path || !len)
		return false;
	path += devpath_last(path, len);
	if (wanted->has_uuid)
		return devpath_is_partition(path, wanted->uuid);
	return devpath_kind(path) == DEVPATH_HARD_DRIVE ||
	       ((wanted->label[0] || wanted->extra[0]) &&
		efi_protocol(handle, &guid_block_io));
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

/* Try every file system. */
static int boot_volumes(struct wanted *wanted)
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
		if (!is_candidate(handles[i], wanted))
			continue;
		found = check_handle(handles[i], wanted);
		if (found == -ENOENT)
			continue;
		is_started = !found;
		rc = found ? found
			   : boot_file(handles[i], wanted->name,
				       wanted->name_len);
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

/* Convert TEXT (NULL: none) to BUF; its length goes to *RET_LEN. */
static int text_convert(const char *text, CHAR16 buf[NAME_MAX_LEN],
			size_t *ret_len)
{
	size_t len = ucs2_from_utf8(text ? text : "", buf, NAME_MAX_LEN);

	if (len >= NAME_MAX_LEN)
		return error_set(-E2BIG, "%.40s... is too long", text);
	*ret_len = len;
	return 0;
}

/* What DISK says, as UEFI has it. */
static int wanted_fill(struct wanted *wanted, const struct platform_disk *disk)
{
	size_t len;
	int rc;

	memset(wanted, 0, sizeof(*wanted));
	rc = text_convert(disk->filename ? disk->filename
					 : efi_default_boot_file,
			  wanted->name, &wanted->name_len);
	if (!rc)
		rc = text_convert(disk->extra, wanted->extra, &len);
	if (!rc)
		rc = text_convert(disk->label, wanted->label, &len);
	if (rc || !disk->uuid)
		return rc;
	wanted->has_uuid = true;
	if (setting_type_uuid.parse(disk->uuid, wanted->uuid,
				    sizeof(wanted->uuid)) !=
	    (int)sizeof(wanted->uuid))
		return error_set(-EINVAL, "%s is not a UUID", disk->uuid);
	return 0;
}

/* No file system is as DISK says: say so. */
static int error_none(const struct platform_disk *disk)
{
	return error_set(
		-ENOENT, "no disk%s%s%s%s%s%s has the boot program %s",
		disk->label ? " labelled " : "", disk->label ? disk->label : "",
		disk->uuid ? " with the UUID " : "",
		disk->uuid ? disk->uuid : "",
		disk->extra ? " with the file " : "",
		disk->extra ? disk->extra : "",
		disk->filename ? disk->filename : efi_default_boot_file);
}

int platform_boot_disk(const struct platform_disk *disk)
{
	struct wanted *wanted = malloc(sizeof(*wanted));
	int rc;

	if (!wanted)
		return -ENOMEM;
	rc = wanted_fill(wanted, disk);
	if (!rc)
		rc = boot_volumes(wanted);
	if (rc == -ENOENT) {
		connect_disks();
		rc = boot_volumes(wanted);
	}
	free(wanted);
	return rc == -ENOENT ? error_none(disk) : rc;
}
