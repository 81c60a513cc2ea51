/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* NICs behind UEFI's Simple Network Protocol. */
#ifndef DRIVERS_SNP_SNP_H
#define DRIVERS_SNP_SNP_H

#include "platform/efi/efi.h"

/* Register the NIC at HANDLE (see efi_nic_list()). Returns 0, -ENOTSUP if it
 * is not Ethernet, or -errno. */
int snp_register(EFI_HANDLE handle);

/* Unregister and free all of them. */
void snp_unregister_all(void);

#endif
