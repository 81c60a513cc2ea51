/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Where the UEFI firmware enters us, and how it gets the machine back. */
#include <errno.h>

#include "core/heap.h"
#include "core/platform.h"
#include "platform/efi/efi.h"
#include "platform/efi/nic.h"
#include "platform/efi/region.h"
#include "platform/efi/volume.h"
#include "usr/main.h"

/* Everything small lives here: settings, packets in flight, parsed images. */
#define HEAP_BYTES (8U << 20)

/* Five minutes, UEFI 2.10 3.1.2; code of our own for the log. */
#define WATCHDOG_SECONDS 300
#define WATCHDOG_CODE	 0x10000

EFI_HANDLE efi_image;
EFI_SYSTEM_TABLE *efi_system;
EFI_BOOT_SERVICES *efi_boot;
EFI_LOADED_IMAGE *efi_loaded_image;
EFI_HANDLE efi_device;

EFI_GUID efi_guid_device_path = EFI_DEVICE_PATH_PROTOCOL_GUID;
EFI_GUID efi_guid_loaded_image = EFI_LOADED_IMAGE_PROTOCOL_GUID;
EFI_GUID efi_guid_load_file2 = EFI_LOAD_FILE2_PROTOCOL_GUID;
EFI_GUID efi_guid_pxe_base_code = EFI_PXE_BASE_CODE_PROTOCOL_GUID;
EFI_GUID efi_guid_simple_network = EFI_SIMPLE_NETWORK_PROTOCOL_GUID;

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

void *efi_protocol(EFI_HANDLE handle, EFI_GUID *guid)
{
	void *interface;

	if (!handle ||
	    EFI_ERROR(efi_boot->HandleProtocol(handle, guid, &interface)))
		return NULL;
	return interface;
}

void efi_watchdog_arm(void)
{
	efi_boot->SetWatchdogTimer(WATCHDOG_SECONDS, WATCHDOG_CODE, 0, NULL);
}

void efi_watchdog_disarm(void)
{
	efi_boot->SetWatchdogTimer(0, 0, 0, NULL);
}

/* Was it a boot manager that started us, rather than a boot program or the
 * UEFI shell? Applications are loaded into EfiLoaderCode, drivers are not. */
static bool is_started_by_boot_manager(void)
{
	EFI_LOADED_IMAGE *parent;

	parent = efi_protocol(efi_loaded_image->ParentHandle,
			      &efi_guid_loaded_image);
	return !parent || parent->ImageCodeType != EfiLoaderCode;
}

/* Memory for the heap: below 4 GiB if there is some, because frames are sent
 * from it and not every network driver reaches further. */
static EFI_STATUS heap_alloc(EFI_PHYSICAL_ADDRESS *ret_heap)
{
	UINTN pages = EFI_SIZE_TO_PAGES(HEAP_BYTES);
	EFI_STATUS status;

	*ret_heap = UINT32_MAX;
	status = efi_boot->AllocatePages(AllocateMaxAddress, EfiLoaderData,
					 pages, ret_heap);
	if (EFI_ERROR(status))
		status = efi_boot->AllocatePages(
			AllocateAnyPages, EfiLoaderData, pages, ret_heap);
	return status;
}

int efi_run(int (*body)(void))
{
	EFI_PHYSICAL_ADDRESS heap;
	int rc;

	if (EFI_ERROR(heap_alloc(&heap)))
		return -ENOMEM;
	heap_add((void *)(uintptr_t)heap, HEAP_BYTES);
	efi_timer_init();

	rc = body();

	efi_timer_fini();
	efi_boot->FreePages(heap, EFI_SIZE_TO_PAGES(HEAP_BYTES));
	return rc;
}

int efi_firmware(void)
{
	int rc;

	efi_console_init();
	efi_watchdog_arm();
	efi_nic_init();
	efi_origin_init();
	efi_volume_origin();
	efi_region_init();

	rc = firmware_main();

	efi_nic_fini();
	efi_console_flush();
	efi_watchdog_disarm();
	return rc;
}

EFI_STATUS efi_setup(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	efi_image = image;
	efi_system = system;
	efi_boot = system->BootServices;
	efi_loaded_image = efi_protocol(image, &efi_guid_loaded_image);
	if (!efi_loaded_image)
		return EFI_UNSUPPORTED;
	efi_device = efi_loaded_image->DeviceHandle;
	return EFI_SUCCESS;
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	EFI_STATUS status = efi_setup(image, system);
	int rc;

	if (EFI_ERROR(status))
		return status;
	rc = efi_run(efi_firmware);
	/* A boot manager takes success for "go back to the menu" (UEFI 2.10
	 * 3.1.1); anything else makes it try the next entry. */
	if (!rc && is_started_by_boot_manager())
		return EFI_NOT_FOUND;
	return efi_status(rc);
}
