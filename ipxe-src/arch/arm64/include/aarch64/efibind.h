/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What gnu-efi's headers want to know of arm64: Debian's package for a PC has
 * this file for x86 only. UEFI 2.10 2.3.1 and 2.3.6. */
#ifndef AARCH64_EFIBIND_H
#define AARCH64_EFIBIND_H

#include <stdint.h>

typedef uint64_t UINT64;
typedef int64_t INT64;
typedef uint32_t UINT32;
typedef int32_t INT32;
typedef uint16_t UINT16;
typedef int16_t INT16;
typedef uint8_t UINT8;
typedef int8_t INT8;
typedef __WCHAR_TYPE__ WCHAR;
typedef int64_t INTN;
typedef uint64_t UINTN;

#undef VOID
#define VOID void

/* Errors have the highest bit set, UEFI 2.10 appendix D. */
#define EFI_ERROR_MASK 0x8000000000000000ULL
#define EFIERR(code)   (EFI_ERROR_MASK | (code))

/* The procedure call standard of the architecture, without decoration. */
#define EFIAPI
#define BOOTSERVICE
#define RUNTIMESERVICE
#define RUNTIMEFUNCTION
#define VOLATILE	     volatile
#define INTERFACE_DECL(name) struct name

#endif
