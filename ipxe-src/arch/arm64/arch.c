/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* UEFI on arm64: what it is called, and its counter. */
#include "core/platform.h"
#include "platform/efi/efi.h"

const char platform_buildarch[] = "arm64";

/* IANA's "Processor Architecture Types": 11 is ARM 64-bit UEFI. */
const uint16_t platform_dhcp_arch = 11;

/* PE/COFF specification 3.3.1: IMAGE_FILE_MACHINE_ARM64. */
const uint16_t efi_pe_machine = 0xaa64;

const char efi_default_boot_file[] = "\\EFI\\BOOT\\BOOTAA64.EFI";

uint64_t arch_counter(void)
{
	uint64_t ticks;

	/* The barrier keeps the read from being done early. */
	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks)::"memory");
	return ticks;
}
