/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The firmware's PXE base code, for boot programs that need it. */
#ifndef PLATFORM_EFI_PXE_H
#define PLATFORM_EFI_PXE_H

#include "platform/efi/efi.h"

/* After efi_nic_reconnect(): find the boot NIC's PXE base code, start it and
 * give it the DHCP packets and the address that it had when it loaded us.
 * Returns its handle; where there is none, efi_nic_boot. */
EFI_HANDLE efi_pxe_restore(void);

#endif
