/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The initial RAM disk by LoadFile2, as Linux's EFI stub (5.8 on) asks for it:
 * a handle whose path is LINUX_EFI_INITRD_MEDIA_GUID; UEFI 2.10 13.2. */
#include "core/error.h"
#include "image/efi_initrd.h"
#include "image/efi_pe.h"
#include "image/initrd.h"
#include "platform/efi/devpath.h"
#include "platform/efi/efi.h"

SELECT_IF(IMAGE_EFI);

#define INITRD_MEDIA_GUID                                                      \
	{                                                                      \
		0x5568e427, 0x68fc, 0x4f3d,                                    \
		{                                                              \
			0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68         \
		}                                                              \
	}

/* The whole path: one vendor-defined media node, UEFI 2.10 10.3.5.3. */
struct initrd_path {
	EFI_DEVICE_PATH node;
	EFI_GUID guid;
	EFI_DEVICE_PATH end;
} __packed;

/* LoadFile2, which gnu-efi lacks: UEFI 2.10 13.2. */
struct load_file2 {
	EFI_STATUS(EFIAPI *load_file)
	(struct load_file2 *this, EFI_DEVICE_PATH *path, BOOLEAN boot_policy,
	 UINTN *len, void *buffer);
};

static struct initrd_path initrd_path = {
	{DEVPATH_VENDOR_MEDIA >> 8,
	 DEVPATH_VENDOR_MEDIA & 0xff,
	 {sizeof(EFI_DEVICE_PATH) + sizeof(EFI_GUID), 0}},
	INITRD_MEDIA_GUID,
	{0x7f, 0xff, {sizeof(EFI_DEVICE_PATH), 0}},
};

static EFI_HANDLE initrd_handle;
static struct image *initrd_kernel;

/* Marks an image that programs_hide() hid: no other flag has this bit. */
#define IMAGE_HIDDEN_HERE 0x80000000U

/* Keep UEFI programs out of the RAM disk, such as a boot program that was
 * refused and is still registered: Linux would not find its own behind it.
 * One with a path (a command line) is meant to be a file in there. */
static void programs_hide(void)
{
	struct image *image;
	uint16_t machine;

	list_for_each_entry(image, &images, list) {
		if (!image->cmdline && !(image->flags & IMAGE_HIDDEN) &&
		    !efi_pe_parse(image->data, image->len, &machine))
			image->flags |= IMAGE_HIDDEN | IMAGE_HIDDEN_HERE;
	}
}

static void programs_show(void)
{
	struct image *image;

	list_for_each_entry(image, &images, list) {
		if (image->flags & IMAGE_HIDDEN_HERE)
			image->flags &= ~(IMAGE_HIDDEN | IMAGE_HIDDEN_HERE);
	}
}

/* Called twice by whoever wants it: for the size, then for the bytes. */
static EFI_STATUS EFIAPI initrd_load(struct load_file2 *this,
				     EFI_DEVICE_PATH *path, BOOLEAN boot_policy,
				     UINTN *len, void *buffer)
{
	uint64_t need;

	if (!this || !path || !len)
		return EFI_INVALID_PARAMETER;
	if (boot_policy)
		return EFI_UNSUPPORTED;
	need = initrd_len(initrd_kernel);
	if (!buffer || *len < need) {
		*len = need;
		return EFI_BUFFER_TOO_SMALL;
	}
	*len = need;
	initrd_copy(initrd_kernel, buffer);
	return EFI_SUCCESS;
}

static struct load_file2 initrd_load_file2 = {initrd_load};

int efi_initrd_install(struct image *kernel)
{
	EFI_STATUS status;

	programs_hide();
	if (!initrd_len(kernel))
		return 0;
	initrd_kernel = kernel;
	initrd_handle = NULL;
	status = efi_boot->InstallMultipleProtocolInterfaces(
		&initrd_handle, &efi_guid_device_path, &initrd_path,
		&efi_guid_load_file2, &initrd_load_file2, NULL);
	if (EFI_ERROR(status)) {
		initrd_handle = NULL;
		return error_set(efi_errno(status),
				 "the initial RAM disk cannot be offered "
				 "(status %#lx)",
				 (unsigned long)(status & 0xffff));
	}
	return 0;
}

void efi_initrd_uninstall(void)
{
	programs_show();
	if (!initrd_handle)
		return;
	efi_boot->UninstallMultipleProtocolInterfaces(
		initrd_handle, &efi_guid_device_path, &initrd_path,
		&efi_guid_load_file2, &initrd_load_file2, NULL);
	initrd_handle = NULL;
	initrd_kernel = NULL;
}
