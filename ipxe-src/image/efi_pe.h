/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* UEFI executables, as far as they must be understood before they run. */
#ifndef IMAGE_EFI_PE_H
#define IMAGE_EFI_PE_H

#include "core/compiler.h"

/* Are the LEN bytes at DATA a PE file for UEFI? Returns 0, or -ENOEXEC;
 * RET_MACHINE is the processor that it is for (PE format, 3.3.1). */
int efi_pe_parse(const uint8_t *data, size_t len, uint16_t *ret_machine);

/* Is it a Linux kernel (with its EFI stub), rather than a boot program?
 * Documentation/arch/x86/boot.rst, Documentation/arch/arm64/booting.rst. */
bool efi_pe_is_linux(const uint8_t *data, size_t len);

#endif
