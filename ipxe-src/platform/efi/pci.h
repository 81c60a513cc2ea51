/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* PCI devices as UEFI's handles. */
#ifndef PLATFORM_EFI_PCI_H
#define PLATFORM_EFI_PCI_H

#include "drivers/bus/pci.h"
#include "platform/efi/efi.h"

extern EFI_GUID efi_guid_pci_io;

/* The device that a driver in an option ROM drives already, and the only one
 * that it uses; NULL in applications. */
extern EFI_HANDLE efi_pci_owned;

/* Fill PCI with the device that HANDLE is for. Returns 0 or -ENODEV. */
int efi_pci_find(EFI_HANDLE handle, struct pci_device *pci);

#endif
