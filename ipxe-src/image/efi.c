/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* UEFI applications, Linux with its EFI stub among them: UEFI 2.10 7.4. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/image.h"
#include "image/efi_initrd.h"
#include "image/efi_pe.h"
#include "net/netdevice.h"
#include "platform/efi/devpath.h"
#include "platform/efi/nic.h"
#include "platform/efi/pxe.h"
#include "platform/efi/ucs2.h"

SELECT_IF(IMAGE_EFI);

static int efi_image_probe(struct image *image)
{
	uint16_t machine;
	int rc;

	rc = efi_pe_parse(image->data, image->len, &machine);
	if (rc)
		return rc;
	if (machine != efi_pe_machine)
		return error_set(-ENOEXEC,
				 "%s is a UEFI program for another "
				 "processor (machine %#x, this is %#x)",
				 image->name ? image->name : "it", machine,
				 efi_pe_machine);
	return 0;
}

static enum image_role efi_image_role(struct image *image)
{
	return efi_pe_is_linux(image->data, image->len) ? IMAGE_ROLE_KERNEL
							: IMAGE_ROLE_LOADER;
}

/* Path of PARENT and of where IMAGE came from: memory that the caller frees,
 * NULL for want of it. */
static EFI_DEVICE_PATH *image_path(struct image *image, EFI_HANDLE parent)
{
	const uint8_t *path;
	uint8_t *copy;
	size_t uri_len = 0;
	size_t len = 0;
	char *uri = NULL;

	path = efi_handle_path(parent, &len);
	if (!path)
		len = 0;
	if (image->uri)
		uri = uri_format_alloc(image->uri);
	if (uri)
		uri_len = MIN(strlen(uri), (size_t)DEVPATH_MAX);
	copy = malloc(len + uri_len + 2 * DEVPATH_HEADER_LEN);
	if (copy) {
		if (len)
			memcpy(copy, path, len);
		devpath_put_uri(copy + len, uri, uri_len);
	}
	free(uri);
	return (void *)copy;
}

/* LoadOptions of IMAGE: Linux gets its command line and nothing else, a boot
 * program its name first, as a shell would give it. RET_LEN is in bytes.
 * Memory that the caller frees, or NULL. */
static CHAR16 *image_options(struct image *image, size_t *ret_len)
{
	const char *cmdline = image->cmdline ? image->cmdline : "";
	bool is_linux = efi_image_role(image) == IMAGE_ROLE_KERNEL;
	const char *name = is_linux || !image->name ? "" : image->name;
	const char *space = *name && *cmdline ? " " : "";
	size_t len = strlen(name) + strlen(space) + strlen(cmdline) + 1;
	CHAR16 *options = NULL;
	char *text;

	text = malloc(len);
	if (text) {
		snprintf(text, len, "%s%s%s", name, space, cmdline);
		options = malloc(len * sizeof(*options));
	}
	if (options)
		*ret_len =
			(ucs2_from_utf8(text, (uint16_t *)options, len) + 1) *
			sizeof(*options);
	free(text);
	return options;
}

/* The sentence for a LoadImage() that returned STATUS. */
static int load_error(EFI_STATUS status)
{
	if (status == EFI_SECURITY_VIOLATION || status == EFI_ACCESS_DENIED)
		return error_set(-EPERM,
				 "Secure Boot refuses it: it is not "
				 "signed by anyone whom this machine trusts");
	return error_set(efi_errno(status),
			 "the UEFI firmware cannot load it (status %#lx)",
			 (unsigned long)(status & 0xffff));
}

/* Have the firmware load IMAGE, as a child of PARENT. */
static int image_load(struct image *image, EFI_HANDLE parent,
		      EFI_HANDLE *ret_handle)
{
	EFI_DEVICE_PATH *path;
	EFI_HANDLE handle = NULL;
	EFI_STATUS status;

	path = image_path(image, parent);
	if (!path)
		return -ENOMEM;
	status = efi_boot->LoadImage(FALSE, efi_image, path, image->data,
				     image->len, &handle);
	free(path);
	if (EFI_ERROR(status)) {
		/* A violation leaves it loaded, to be decided about later. */
		if (status == EFI_SECURITY_VIOLATION && handle)
			efi_boot->UnloadImage(handle);
		return load_error(status);
	}
	*ret_handle = handle;
	return 0;
}

/* Start the loaded image HANDLE of IMAGE; returns when it does. */
static int image_start(struct image *image, EFI_HANDLE handle,
		       EFI_HANDLE parent)
{
	EFI_LOADED_IMAGE *loaded;
	EFI_STATUS status;
	CHAR16 *exit_text = NULL;
	UINTN exit_len = 0;
	size_t options_len = 0;
	CHAR16 *options;

	loaded = efi_protocol(handle, &efi_guid_loaded_image);
	options = image_options(image, &options_len);
	if (!loaded || !options) {
		free(options);
		efi_boot->UnloadImage(handle);
		return -ENOMEM;
	}
	loaded->LoadOptions = options;
	loaded->LoadOptionsSize = (UINT32)options_len;
	if (parent)
		loaded->DeviceHandle = parent;

	efi_console_flush();
	if (efi_image_role(image) == IMAGE_ROLE_KERNEL)
		efi_watchdog_disarm();
	else
		efi_watchdog_arm();
	status = efi_boot->StartImage(handle, &exit_len, &exit_text);
	efi_watchdog_arm();

	if (exit_text)
		efi_boot->FreePool(exit_text);
	free(options);
	if (EFI_ERROR(status))
		return error_set(efi_errno(status),
				 "it ended with UEFI status %#lx",
				 (unsigned long)(status & 0xffff));
	return 0;
}

static int efi_image_exec(struct image *image)
{
	EFI_HANDLE parent = efi_nic_boot;
	EFI_HANDLE handle = NULL;
	int rc;

	/* Linux has drivers of its own. A boot program uses the firmware's,
	 * which need their NICs back, with the lease that we had. */
	netdev_pause_all();
	if (efi_image_role(image) == IMAGE_ROLE_LOADER) {
		efi_nic_reconnect();
		efi_nic_offer();
		parent = efi_pxe_restore();
	}
	rc = image_load(image, parent, &handle);
	if (!rc) {
		rc = efi_initrd_install(image);
		if (!rc)
			rc = image_start(image, handle, parent);
		else
			efi_boot->UnloadImage(handle);
		efi_initrd_uninstall();
	}
	if (efi_image_role(image) == IMAGE_ROLE_LOADER)
		efi_nic_withdraw();
	netdev_resume_all();
	return rc;
}

static const struct image_type efi_image_type = {
	.name = "EFI",
	.order = 20,
	.probe = efi_image_probe,
	.exec = efi_image_exec,
	.role = efi_image_role,
};

TABLE_REGISTER(image_types, efi_image_type);
