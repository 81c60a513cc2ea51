/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* CONFIG=own-drivers: under UEFI, drive every network card that we know, also
 * those that the firmware has a driver for. */
#undef EFI_SNP_FIRST
#define EFI_SNP_FIRST 0
