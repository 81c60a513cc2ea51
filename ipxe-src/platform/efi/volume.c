/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Volumes that the firmware can read: sticks, discs, EFI system partitions. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "core/builtin.h"
#include "core/error.h"
#include "core/origin.h"
#include "platform/efi/devpath.h"
#include "platform/efi/ucs2.h"
#include "platform/efi/volume.h"

#define DEVPATH_FILE 0x0404 /* UEFI 2.10 10.3.5.4 */
#define LABEL_MAX    64	    /* bytes of UTF-8, with the terminator */
#define FILE_SCHEME  "file:"

static EFI_GUID guid_file_system = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;

size_t efi_volume_own_path(CHAR16 path[VOLUME_PATH_MAX])
{
	const uint8_t *node = (const void *)efi_loaded_image->FilePath;
	size_t left = node ? devpath_len(node, DEVPATH_MAX) : 0;
	size_t folder = 0;
	size_t count = 0;
	size_t at;

	/* The nodes' names follow one another. */
	for (; left;
	     left -= devpath_node_len(node), node += devpath_node_len(node)) {
		if (devpath_kind(node) != DEVPATH_FILE)
			continue;
		for (at = DEVPATH_HEADER_LEN;
		     at + 1 < devpath_node_len(node) &&
		     count < VOLUME_PATH_MAX - 1 && get_le16(node + at);
		     at += 2) {
			path[count++] = get_le16(node + at);
			if (path[count - 1] == '\\')
				folder = count;
		}
	}
	path[count] = 0;
	return folder;
}

/* Open the root folder of the volume on HANDLE; -ENODEV if it has none. */
static int volume_open(EFI_HANDLE handle, EFI_FILE_HANDLE *ret_root)
{
	EFI_FILE_IO_INTERFACE *volume;

	volume = efi_protocol(handle, &guid_file_system);
	if (!volume || EFI_ERROR(volume->OpenVolume(volume, ret_root)))
		return -ENODEV;
	return 0;
}

int efi_volume_open_own(EFI_FILE_HANDLE *ret_root)
{
	if (volume_open(efi_device, ret_root))
		return error_set(-ENODEV,
				 "this firmware was not loaded from a stick, "
				 "disc or disk; name one: file://LABEL/path");
	return 0;
}

/* Is the volume whose root folder is ROOT called LABEL? */
static bool is_called(EFI_FILE_HANDLE root, const char *label)
{
	static EFI_GUID guid = EFI_FILE_SYSTEM_VOLUME_LABEL_INFO_ID;
	CHAR16 wide[LABEL_MAX];
	uint8_t text[3 * LABEL_MAX + 1];
	UINTN size = sizeof(wide);
	size_t len = 0;
	size_t i;

	if (EFI_ERROR(root->GetInfo(root, &guid, &size, wide)))
		return false;
	for (i = 0; i < size / sizeof(wide[0]) && wide[i]; i++)
		len += utf8_from_ucs2(wide[i], text + len);
	/* FAT pads its labels. */
	while (len && text[len - 1] == ' ')
		len--;
	text[len] = '\0';
	return !strcasecmp((const char *)text, label);
}

int efi_volume_open(const char *label, EFI_FILE_HANDLE *ret_root)
{
	EFI_HANDLE *handles;
	UINTN count;
	EFI_FILE_HANDLE root;
	int rc = -ENODEV;
	UINTN i;

	if (EFI_ERROR(efi_boot->LocateHandleBuffer(
		    ByProtocol, &guid_file_system, NULL, &count, &handles)))
		count = 0;
	for (i = 0; rc && i < count; i++) {
		if (volume_open(handles[i], &root))
			continue;
		if (is_called(root, label)) {
			*ret_root = root;
			rc = 0;
		} else {
			root->Close(root);
		}
	}
	if (count)
		efi_boot->FreePool(handles);
	return rc ? error_set(rc, "no volume is called %.32s", label) : 0;
}

struct uri *efi_volume_uri(const CHAR16 *path)
{
	char text[sizeof(FILE_SCHEME) + 3 * VOLUME_PATH_MAX];
	size_t len = sizeof(FILE_SCHEME) - 1;
	size_t i;

	memcpy(text, FILE_SCHEME, len);
	if (path[0] != '\\')
		text[len++] = '/';
	for (i = 0; path[i]; i++) {
		if (path[i] == '\\')
			text[len++] = '/';
		else
			len += utf8_from_ucs2(path[i], (uint8_t *)text + len);
	}
	text[len] = '\0';
	return uri_parse(text);
}

void efi_volume_origin(void)
{
	CHAR16 path[VOLUME_PATH_MAX];
	EFI_FILE_HANDLE root;
	struct uri *uri;

	if (origin.uri || volume_open(efi_device, &root))
		return;
	root->Close(root);
	efi_volume_own_path(path);
	uri = efi_volume_uri(path);
	origin_set_uri(uri);
	uri_put(uri);
}

/* ${volume}: "file:" where we were loaded from a volume. Scripts put the name
 * of a file behind it, which is looked for beside ours, then in the root. */
static int volume_fetch(void *buf, size_t len)
{
	if (!origin.uri || !origin.uri->scheme ||
	    strcmp(origin.uri->scheme, "file"))
		return -ENOENT;
	return builtin_text(FILE_SCHEME, buf, len);
}

BUILTIN(volume, "volume", string, "Volume of this firmware's file");
