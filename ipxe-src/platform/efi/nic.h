/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The firmware's NICs: borrowed from its own network stack and given back. */
#ifndef PLATFORM_EFI_NIC_H
#define PLATFORM_EFI_NIC_H

#include "core/table.h"
#include "platform/efi/efi.h"

/* Handle of the NIC that we were loaded through, NULL if there is none: the
 * uppermost one that has its Simple Network Protocol. */
extern EFI_HANDLE efi_nic_boot;

/* Find efi_nic_boot; at the end connect every borrowed NIC again. */
void efi_nic_init(void);
void efi_nic_fini(void);

/* All NICs with the Simple Network Protocol, each hardware once, the boot NIC
 * first. Returns the number (at most MAX) of handles written to HANDLES. */
size_t efi_nic_list(EFI_HANDLE *handles, size_t max);

/* Have the firmware connect its drivers to every PCI network controller: one
 * that boots from a disk may not have done so. Takes seconds on some. */
void efi_nic_connect_all(void);

/* Take the NIC at HANDLE for ourselves: the firmware's network stack lets go
 * of it. Returns 0 or -errno. */
int efi_nic_borrow(EFI_HANDLE handle, EFI_SIMPLE_NETWORK **ret_snp);

/* Stop using it. The firmware's stack does not come back by that. */
void efi_nic_release(EFI_HANDLE handle);

/* Let the firmware's network stack have every released NIC again. */
void efi_nic_reconnect(void);

/* Who makes NICs for boot programs, where the firmware drives none. Table
 * "efi_nic_providers". */
struct efi_nic_provider {
	/* Give every NIC of ours a handle with the Simple Network Protocol,
	 * and make the boot NIC's efi_nic_boot. Our own use is paused. */
	void (*offer)(void);
	/* Take them away again. */
	void (*withdraw)(void);
};

TABLE_DECLARE(efi_nic_providers, const struct efi_nic_provider);

/* Ask all of them. */
void efi_nic_offer(void);
void efi_nic_withdraw(void);

/* The device path of HANDLE without its end node: bytes in *RET_LEN; NULL if
 * it has none. Belongs to the handle. */
const uint8_t *efi_handle_path(EFI_HANDLE handle, size_t *ret_len);

#endif
