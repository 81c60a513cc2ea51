/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* UEFI on x86_64: what it is called, and its counter. */
#include "core/platform.h"
#include "platform/efi/efi.h"

const char platform_buildarch[] = "x86_64";

/* RFC 4578 2.1, as corrected: 7 is x86-64 UEFI. */
const uint16_t platform_dhcp_arch = 7;

/* PE/COFF specification 3.3.1: IMAGE_FILE_MACHINE_AMD64. */
const uint16_t efi_pe_machine = 0x8664;

const char efi_default_boot_file[] = "\\EFI\\BOOT\\BOOTX64.EFI";

uint64_t arch_counter(void)
{
	uint32_t low;
	uint32_t high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}
