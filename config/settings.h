/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Settings that tell what the machine is made of. */
#ifndef CONFIG_SETTINGS_H
#define CONFIG_SETTINGS_H

#define SMBIOS_SETTINGS /* ${uuid}, ${serial}, ..., ${smbios/...} */
#ifndef SMALL_IMAGE
#define IDLE_SETTINGS   /* ${crosscert}, ${uid}, ...: known, but unused */
#define MEMMAP_SETTINGS /* ${memsize}, ${memmap/...} */
#define ACPI_SETTINGS   /* ${acpi/...}, ${sysmac}: ACPI tables */
#ifndef PLATFORM_LINUX
#define PCI_SETTINGS /* ${pci/...}: PCI configuration space */
#endif
#ifdef PLATFORM_PCBIOS
#define VRAM_SETTINGS /* ${vram}: the text screen's memory */
#endif
#ifndef ARCH_ARM64
#define CPUID_SETTINGS /* ${cpuvendor}, ${cpumodel}, ${cpuid/...} */
#endif
#endif
#ifdef PLATFORM_EFI
#ifndef SMALL_IMAGE
#define USB_SETTINGS /* ${usb/...}: USB devices */
#endif
#define EFI_SETTINGS /* ${efi/...}: UEFI variables, read only */
#endif

#if __has_include("config/named/settings.h")
#include "config/named/settings.h"
#endif
#if __has_include("config/local/settings.h")
#include "config/local/settings.h"
#endif
#if __has_include("config/local-named/settings.h")
#include "config/local-named/settings.h"
#endif

#endif
