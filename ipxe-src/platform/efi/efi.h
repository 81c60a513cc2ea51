/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* UEFI for the rest of platform/efi, drivers/snp and image/efi.c. */
#ifndef PLATFORM_EFI_EFI_H
#define PLATFORM_EFI_EFI_H

/* gnu-efi gives EFIAPI its meaning with this. */
#define GNU_EFI_USE_MS_ABI
#include <efi/efi.h>

#include "core/compiler.h"

/* What gnu-efi's headers lack: UEFI 2.10 13.2, DMTF DSP0134 5.2. */
#define EFI_LOAD_FILE2_PROTOCOL_GUID                                           \
	{                                                                      \
		0x4006c0c1, 0xfcb3, 0x403e,                                    \
		{                                                              \
			0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d         \
		}                                                              \
	}

#define SMBIOS3_CONFIG_TABLE_GUID                                              \
	{                                                                      \
		0xf2fd1544, 0x9794, 0x4a2c,                                    \
		{                                                              \
			0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94         \
		}                                                              \
	}

#define SMBIOS_CONFIG_TABLE_GUID                                               \
	{                                                                      \
		0xeb9d2d31, 0x2d88, 0x11d3,                                    \
		{                                                              \
			0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d         \
		}                                                              \
	}

/* What the firmware gave us; valid until we return. */
extern EFI_HANDLE efi_image;
extern EFI_SYSTEM_TABLE *efi_system;
extern EFI_BOOT_SERVICES *efi_boot;
extern EFI_LOADED_IMAGE *efi_loaded_image;

/* What we were loaded through: a volume, a NIC; for a driver in an option ROM
 * the NIC that it is to boot from. May be NULL. */
extern EFI_HANDLE efi_device;

/* GUIDs that more than one file names. */
extern EFI_GUID efi_guid_device_path;
extern EFI_GUID efi_guid_loaded_image;
extern EFI_GUID efi_guid_load_file2;
extern EFI_GUID efi_guid_pxe_base_code;
extern EFI_GUID efi_guid_simple_network;

/* Machine type of PE files that this firmware can start. */
extern const uint16_t efi_pe_machine;

/* The boot program of a disk that names none, UEFI 2.10 3.5.1.1. */
extern const char efi_default_boot_file[];

/* The errno (negative) that is nearest to STATUS; 0 for EFI_SUCCESS. */
int efi_errno(EFI_STATUS status);

/* The status that is nearest to RC (0 or negative errno). */
EFI_STATUS efi_status(int rc);

/* The interface of protocol GUID on HANDLE, or NULL. Not opened: valid as
 * long as nobody removes it. */
void *efi_protocol(EFI_HANDLE handle, EFI_GUID *guid);

/* Fill in the variables above, at the entry of a program. */
EFI_STATUS efi_setup(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

/* Call BODY with heap and timer. Returns what it returns, or -ENOMEM. */
int efi_run(int (*body)(void));

/* The whole firmware, as the body of efi_run(): see firmware_main(). */
int efi_firmware(void);

/* Start and end of the 5 minutes after which the firmware resets a machine
 * that hangs. Arming again restarts the time. UEFI 2.10 7.5. */
void efi_watchdog_arm(void);
void efi_watchdog_disarm(void);

/* Fill in `origin` from the loaded image's handles. */
void efi_origin_init(void);

/* The same for what PXE base code over IPv6 has in MODE: the boot file's URL.
 * NULL without NET_PROTO_IPV6. */
void efi_origin_pxe6(const EFI_PXE_BASE_CODE_MODE *mode)
	__attribute__((weak, visibility("hidden")));

/* Calibrate platform_time_us() (takes 10 ms); release the timer. */
void efi_timer_init(void);
void efi_timer_fini(void);

/* Find the keyboard; show what is buffered; end a line that the firmware has
 * begun. */
void efi_console_init(void);
void efi_console_flush(void);
void efi_console_fresh_line(void);

/* Is the screen in a graphics mode of ours? Then the firmware prints on
 * serial terminals only. */
void efi_console_set_graphics(bool is_graphics);

/* Prepare for keys; take one byte of a key, -1 if there is none. */
void efi_keyboard_init(void);
int efi_keyboard_getchar(void);

/* Is HANDLE a terminal on a serial line, by its device path? */
bool efi_is_terminal(EFI_HANDLE handle);

/* A counter that always runs and never goes back, of constant frequency. */
uint64_t arch_counter(void);

#endif
