/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* UEFI executables, as far as they must be understood before they run. */
#include <errno.h>
#include <string.h>

#include "image/efi_pe.h"

/* Offsets: of the PE header's offset; within the PE header of machine, size
 * of the optional header, its magic and the subsystem. PE format 3.2 to 3.4. */
#define MZ_PE_OFFSET	0x3c
#define PE_MACHINE	4
#define PE_OPTIONAL_LEN 20
#define PE_OPTIONAL	24
#define PE_SUBSYSTEM	(PE_OPTIONAL + 68)
#define PE_NEEDED	(PE_SUBSYSTEM + 2)

#define SUBSYSTEM_EFI_FIRST 10 /* application, boot and run-time driver */
#define SUBSYSTEM_EFI_LAST  12

#define LINUX_X86_MAGIC	  0x202
#define LINUX_ARM64_MAGIC 0x38

int efi_pe_parse(const uint8_t *data, size_t len, uint16_t *ret_machine)
{
	const uint8_t *pe;
	uint16_t subsystem;
	size_t at;

	if (len < MZ_PE_OFFSET + 4 || memcmp(data, "MZ", 2))
		return -ENOEXEC;
	at = get_le32(data + MZ_PE_OFFSET);
	if (at > len || len - at < PE_NEEDED)
		return -ENOEXEC;
	pe = data + at;
	if (memcmp(pe, "PE\0", 4) ||
	    get_le16(pe + PE_OPTIONAL_LEN) < PE_NEEDED - PE_OPTIONAL)
		return -ENOEXEC;
	subsystem = get_le16(pe + PE_SUBSYSTEM);
	if (subsystem < SUBSYSTEM_EFI_FIRST || subsystem > SUBSYSTEM_EFI_LAST)
		return -ENOEXEC;
	*ret_machine = get_le16(pe + PE_MACHINE);
	return 0;
}

bool efi_pe_is_linux(const uint8_t *data, size_t len)
{
	return len >= LINUX_X86_MAGIC + 4 &&
	       (!memcmp(data + LINUX_X86_MAGIC, "HdrS", 4) ||
		!memcmp(data + LINUX_ARM64_MAGIC, "ARM\x64", 4));
}
