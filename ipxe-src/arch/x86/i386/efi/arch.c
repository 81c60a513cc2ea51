/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* UEFI on i386: what it is called, and its counter. */
#include "core/platform.h"
#include "platform/efi/efi.h"

const char platform_buildarch[] = "i386";

/* RFC 4578 2.1: 6 is IA32 UEFI. */
const uint16_t platform_dhcp_arch = 6;

/* PE/COFF specification 3.3.1: IMAGE_FILE_MACHINE_I386. */
const uint16_t efi_pe_machine = 0x014c;

const char efi_default_boot_file[] = "\\EFI\\BOOT\\BOOTIA32.EFI";

uint64_t arch_counter(void)
{
	uint64_t ticks;

	__asm__ volatile("rdtsc" : "=A"(ticks));
	return ticks;
}
