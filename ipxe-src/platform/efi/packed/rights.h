/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What may be executed and what may be written, of a program in memory. */
#ifndef PLATFORM_EFI_PACKED_RIGHTS_H
#define PLATFORM_EFI_PACKED_RIGHTS_H

#include "platform/efi/efi.h"
#include "platform/efi/packed/packed.h"

/* UEFI 2.10 37.7: what gnu-efi's headers lack. */
#define EFI_MEMORY_ATTRIBUTE_PROTOCOL_GUID                                     \
	{                                                                      \
		0xf4560cf6, 0x40ec, 0x4b4a,                                    \
		{                                                              \
			0xa1, 0x92, 0xbf, 0x1d, 0x57, 0xd0, 0xb1, 0x89         \
		}                                                              \
	}

#ifndef EFI_MEMORY_RO
#define EFI_MEMORY_RO 0x0000000000020000
#endif

struct efi_memory_attribute {
	EFI_STATUS(EFIAPI *get)
	(struct efi_memory_attribute *this, EFI_PHYSICAL_ADDRESS base,
	 UINT64 len, UINT64 *attributes);
	EFI_STATUS(EFIAPI *set)
	(struct efi_memory_attribute *this, EFI_PHYSICAL_ADDRESS base,
	 UINT64 len, UINT64 attributes);
	EFI_STATUS(EFIAPI *clear)
	(struct efi_memory_attribute *this, EFI_PHYSICAL_ADDRESS base,
	 UINT64 len, UINT64 attributes);
};

/* The rights of a program's pages, to be given back before they are freed. */
struct rights {
	struct efi_memory_attribute *protocol; /* NULL: firmware without */
	const struct packed_header *header;
	EFI_PHYSICAL_ADDRESS memory;
	bool was_executable;
};

/* The program of HEADER is at MEMORY: from now on its code cannot be written
 * and all else not be executed, if the firmware can do that. Returns
 * EFI_SECURITY_VIOLATION where it does not let the code be executed; rights
 * are as before then. */
EFI_STATUS rights_take(struct rights *rights, EFI_BOOT_SERVICES *boot,
		       const struct packed_header *header,
		       EFI_PHYSICAL_ADDRESS memory);

/* Make the pages what they were before rights_take(). */
void rights_give_back(const struct rights *rights);

#endif
