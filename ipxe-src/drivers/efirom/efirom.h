/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* A UEFI driver for option ROMs that makes boot entries of network cards. */
#ifndef DRIVERS_EFIROM_EFIROM_H
#define DRIVERS_EFIROM_EFIROM_H

#include "platform/efi/efi.h"

/* Characters of a card's name as a person reads it, with the terminator. */
#define EFIROM_NAME_LEN 48

/* A card with a boot entry. Its memory is the firmware's: it outlives boots. */
struct efirom_nic {
	EFI_LOAD_FILE_PROTOCOL load_file; /* on the child */
	EFI_HANDLE pci;			  /* the card */
	EFI_HANDLE child;		  /* the boot entry */
	struct efirom_nic *next;
	uint8_t mac[6];
	CHAR16 name[EFIROM_NAME_LEN];
	uint8_t path[]; /* the child's, with its end node */
};

/* The card at handle PCI (CHILD: and with that boot entry, NULL: any), or NULL
 * if we do not drive it. */
struct efirom_nic *efirom_find(EFI_HANDLE pci, EFI_HANDLE child);

/* Name NIC by its CHIP. */
void efirom_set_name(struct efirom_nic *nic, const char *chip);

/* UEFI 2.10 11.5: what setup screens call the driver and a card. */
EFI_STATUS EFIAPI efirom_driver_name(EFI_COMPONENT_NAME2_PROTOCOL *this,
				     CHAR8 *language, CHAR16 **ret_name);
EFI_STATUS EFIAPI efirom_controller_name(EFI_COMPONENT_NAME2_PROTOCOL *this,
					 EFI_HANDLE handle, EFI_HANDLE child,
					 CHAR8 *language, CHAR16 **ret_name);

#endif
