/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* A UEFI driver for option ROMs: every network card that one of ours drives
 * gets a handle with a boot entry behind it, which runs this firmware. UEFI
 * 2.10 11.1 (driver binding), 13.1 (load file), 14.4.2 (option ROMs). */
#include <errno.h>
#include <string.h>

#include "core/platform.h"
#include "drivers/efirom/efirom.h"
#include "net/netdevice.h"
#include "net/stack.h"
#include "platform/efi/devpath.h"
#include "platform/efi/nic.h"
#include "platform/efi/pci.h"
#include "usr/main.h"

static EFI_GUID guid_load_file = EFI_LOAD_FILE_PROTOCOL_GUID;
static EFI_GUID guid_driver_binding = EFI_DRIVER_BINDING_PROTOCOL_GUID;
static EFI_GUID guid_component_name2 = EFI_COMPONENT_NAME2_PROTOCOL_GUID;

/* Our variables: the driver stays in memory, and each boot begins anew. */
extern uint8_t efi_data_start[], efi_data_end[];
extern uint8_t efi_bss_start[], efi_bss_end[];

/* What outlives a boot. */
static struct {
	EFI_SYSTEM_TABLE *system;
	void *data;		 /* initialised variables as at the entry */
	struct efirom_nic *nics; /* cards that have a boot entry */
} kept;

/* The card that efi_run() is busy with, NULL while it is not running. */
static struct efirom_nic *running;

EFI_STATUS EFIAPI efi_driver_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

static EFI_DRIVER_BINDING binding;

struct efirom_nic *efirom_find(EFI_HANDLE pci, EFI_HANDLE child)
{
	struct efirom_nic *nic = kept.nics;

	while (nic && (nic->pci != pci || (child && nic->child != child)))
		nic = nic->next;
	return nic;
}

/* Call BODY for NIC as if the program had just been started. */
static int efirom_run(struct efirom_nic *nic, int (*body)(void))
{
	__typeof__(kept) saved = kept;
	int rc;

	memcpy(efi_data_start, kept.data,
	       (size_t)(efi_data_end - efi_data_start));
	memset(efi_bss_start, 0, (size_t)(efi_bss_end - efi_bss_start));
	kept = saved;
	efi_setup(binding.ImageHandle, kept.system);
	running = nic;
	efi_pci_owned = nic->pci;
	efi_device = nic->child;
	rc = efi_run(body);
	running = NULL;
	return rc;
}

/* Body of efirom_run(): find out the card's address. */
static int efirom_learn(void)
{
	int rc = -ENODEV;

	net_init();
	netdev_probe_all();
	if (!list_is_empty(&net_devices)) {
		memcpy(running->mac, netdev_boot()->mac, sizeof(running->mac));
		rc = 0;
	}
	netdev_remove_all();
	return rc;
}

/* The boot manager's "load a file from this card": boot from it. Comes back
 * when that failed or the script said `exit`; there is never a file. */
static EFI_STATUS EFIAPI efirom_load(EFI_LOAD_FILE_PROTOCOL *this,
				     EFI_DEVICE_PATH *path, BOOLEAN boot_policy,
				     UINTN *len, void *buffer __unused_arg)
{
	int rc;

	if (!this || !path || !len)
		return EFI_INVALID_PARAMETER;
	if (!boot_policy)
		return EFI_UNSUPPORTED;
	/* A boot program that we started asks for us. */
	if (running)
		return EFI_NOT_READY;
	rc = efirom_run(container_of(this, struct efirom_nic, load_file),
			efi_firmware);
	return rc == -ECANCELED ? EFI_ABORTED : EFI_NOT_FOUND;
}

/* The driver, and its name for the card at HANDLE; NULL if none knows it. */
static const struct pci_id *efirom_match(EFI_HANDLE handle)
{
	const struct pci_driver *driver;
	const struct pci_id *id;
	struct pci_device pci;

	if (efi_pci_find(handle, &pci))
		return NULL;
	for_each_table_entry(driver, pci_drivers) {
		id = pci_match(driver, &pci);
		if (id)
			return id;
	}
	return NULL;
}

/* Become the driver of the card at HANDLE, or no longer be it. */
static EFI_STATUS efirom_open(EFI_HANDLE handle)
{
	void *io;

	return efi_boot->OpenProtocol(handle, &efi_guid_pci_io, &io, efi_image,
				      handle, EFI_OPEN_PROTOCOL_BY_DRIVER);
}

static void efirom_close(EFI_HANDLE handle)
{
	efi_boot->CloseProtocol(handle, &efi_guid_pci_io, efi_image, handle);
}

static EFI_STATUS EFIAPI efirom_supported(EFI_DRIVER_BINDING *this __unused_arg,
					  EFI_HANDLE handle,
					  EFI_DEVICE_PATH *rest __unused_arg)
{
	EFI_STATUS status;

	if (running)
		return EFI_NOT_READY;
	if (!efirom_match(handle))
		return EFI_UNSUPPORTED;
	status = efirom_open(handle);
	if (!EFI_ERROR(status))
		efirom_close(handle);
	return status;
}

/* Make the handle with the boot entry of NIC. */
static EFI_STATUS efirom_install(struct efirom_nic *nic)
{
	EFI_STATUS status;
	void *io;

	nic->load_file.LoadFile = efirom_load;
	status = efi_boot->InstallMultipleProtocolInterfaces(
		&nic->child, &efi_guid_device_path, nic->path, &guid_load_file,
		&nic->load_file, NULL);
	if (EFI_ERROR(status))
		return status;
	/* So that whoever asks sees that the one belongs to the other. */
	efi_boot->OpenProtocol(nic->pci, &efi_guid_pci_io, &io, efi_image,
			       nic->child,
			       EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER);
	nic->next = kept.nics;
	kept.nics = nic;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI efirom_start(EFI_DRIVER_BINDING *this __unused_arg,
				      EFI_HANDLE handle,
				      EFI_DEVICE_PATH *rest __unused_arg)
{
	struct efirom_nic *nic;
	const uint8_t *parent;
	EFI_STATUS status;
	size_t len;

	if (running)
		return EFI_NOT_READY;
	parent = efi_handle_path(handle, &len);
	if (!parent)
		return EFI_UNSUPPORTED;
	/* Not from our heap, which lasts for one boot. */
	status = efi_boot->AllocatePool(EfiBootServicesData,
					sizeof(*nic) + len + DEVPATH_MAC_LEN +
						DEVPATH_HEADER_LEN,
					(void **)&nic);
	if (EFI_ERROR(status))
		return status;
	memset(nic, 0, sizeof(*nic));
	nic->pci = handle;
	status = efirom_open(handle);
	if (EFI_ERROR(status))
		goto err_open;
	if (efirom_run(nic, efirom_learn)) {
		status = EFI_DEVICE_ERROR;
		goto err_learn;
	}
	memcpy(nic->path, parent, len);
	devpath_put_mac(nic->path + len, nic->mac);
	efirom_set_name(nic, efirom_match(handle)->name);
	status = efirom_install(nic);
	if (EFI_ERROR(status))
		goto err_learn;
	return EFI_SUCCESS;

err_learn:
	efirom_close(handle);
err_open:
	efi_boot->FreePool(nic);
	return status;
}

/* Take the boot entry on CHILD of the card at HANDLE away. */
static EFI_STATUS efirom_uninstall(EFI_HANDLE handle, EFI_HANDLE child)
{
	struct efirom_nic *nic = efirom_find(handle, child);
	struct efirom_nic **link = &kept.nics;
	void *io;

	/* Who boots from it cannot lose it. */
	if (!nic || nic == running)
		return EFI_DEVICE_ERROR;
	efi_boot->CloseProtocol(handle, &efi_guid_pci_io, efi_image, child);
	if (EFI_ERROR(efi_boot->UninstallMultipleProtocolInterfaces(
		    child, &efi_guid_device_path, nic->path, &guid_load_file,
		    &nic->load_file, NULL))) {
		efi_boot->OpenProtocol(handle, &efi_guid_pci_io, &io, efi_image,
				       child,
				       EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER);
		return EFI_DEVICE_ERROR;
	}
	while (*link != nic)
		link = &(*link)->next;
	*link = nic->next;
	efi_boot->FreePool(nic);
	return EFI_SUCCESS;
}

/* Called for the children first, then for the card itself. */
static EFI_STATUS EFIAPI efirom_stop(EFI_DRIVER_BINDING *this __unused_arg,
				     EFI_HANDLE handle, UINTN count,
				     EFI_HANDLE *children)
{
	EFI_STATUS status = EFI_SUCCESS;
	UINTN i;

	if (!count) {
		if (running && running->pci == handle)
			return EFI_DEVICE_ERROR;
		efirom_close(handle);
		return EFI_SUCCESS;
	}
	for (i = 0; i < count; i++) {
		if (EFI_ERROR(efirom_uninstall(handle, children[i])))
			status = EFI_DEVICE_ERROR;
	}
	return status;
}

static EFI_DRIVER_BINDING binding = {
	.Supported = efirom_supported,
	.Start = efirom_start,
	.Stop = efirom_stop,
	.Version = 0x10, /* the lowest of those for a maker's own use */
};

static EFI_COMPONENT_NAME2_PROTOCOL name2 = {
	.GetDriverName = efirom_driver_name,
	.GetControllerName = efirom_controller_name,
	.SupportedLanguages = (CHAR8 *)"en",
};

EFI_STATUS EFIAPI efi_driver_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	size_t len = (size_t)(efi_data_end - efi_data_start);
	EFI_STATUS status;

	status = efi_setup(image, system);
	if (EFI_ERROR(status))
		return status;
	kept.system = system;
	binding.ImageHandle = image;
	binding.DriverBindingHandle = image;
	status = efi_boot->AllocatePool(EfiBootServicesData, len, &kept.data);
	if (EFI_ERROR(status))
		return status;
	memcpy(kept.data, efi_data_start, len);
	status = efi_boot->InstallMultipleProtocolInterfaces(
		&image, &guid_driver_binding, &binding, &guid_component_name2,
		&name2, NULL);
	if (EFI_ERROR(status))
		efi_boot->FreePool(kept.data);
	return status;
}
