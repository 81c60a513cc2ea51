/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What the firmware asks of the platform that it runs on.
 *
 * Each folder platform/<name>/ implements all of this. Nothing else knows
 * what the firmware runs on.
 *
 * Start-up, in every platform's entry code:
 *   1. make console, heap, timer work;
 *   2. origin_set_*() (core/origin.h) with what is known of the way here;
 *   3. rc = firmware_main()  (usr/main.h);
 *   4. give everything back and return to the caller with rc.
 */
#ifndef CORE_PLATFORM_H
#define CORE_PLATFORM_H

#include "core/compiler.h"

/* Value of ${platform}: "pcbios", "efi" or "linux". */
extern const char platform_name[];

/* Value of ${buildarch}: "i386", "x86_64", "arm64". */
extern const char platform_buildarch[];

/* DHCP option 93, RFC 4578 2.1: 0 BIOS, 6 EFI IA32, 7 EFI x86-64, 11 arm64. */
extern const uint16_t platform_dhcp_arch;

/* DHCP option 94, RFC 4578 2.2: type, major, minor (1,2,1 / 1,3,10). */
extern const uint8_t platform_dhcp_ndi[3];

/* Microseconds since some moment before start-up; never goes back. */
uint64_t platform_time_us(void);

/* Seconds since 1970-01-01 00:00 UTC by the machine's clock, 0 if it has none
 * that can be read. */
uint64_t platform_unixtime(void);

/* Nothing to do: rest for at most about a millisecond, or until something may
 * have happened. Called by every wait loop. */
void platform_idle(void);

/* Something happened (a frame, a key): rests are short for a while. */
void platform_busy(void);

/* Restart the machine; WARM skips the memory test where that exists. Returns
 * -errno only where it cannot be done. */
int platform_reboot(bool warm);

/* Ask for the firmware's set-up at the next start. Returns 0, or -ENOTSUP with
 * a sentence. */
int platform_request_setup(void);

/* Switch the machine off. Returns -errno where it cannot be done. */
int platform_poweroff(void);

/* Bytes of the generation marker that survive into the next stage. */
#define PLATFORM_MARKER_LEN 16

/* Read the marker that an earlier stage left. Returns 0, or -ENOENT if there
 * is none (all of MARKER is then zero). The content is checked by the caller.
 */
int platform_marker_load(uint8_t marker[PLATFORM_MARKER_LEN]);

/* Leave a marker for the next stage: volatile UEFI variable, or the BIOS data
 * area at 40:F0. A reset clears it. Returns 0 or -errno. */
int platform_marker_store(const uint8_t marker[PLATFORM_MARKER_LEN]);

/* Find the SMBIOS structure table. RET_TABLE points at it (read only, valid
 * for ever), RET_LEN is its length in bytes, RET_VERSION major << 8 | minor.
 * Returns 0 or -ENOENT. DMTF DSP0134 5.2. */
int platform_smbios(const uint8_t **ret_table, size_t *ret_len,
		    uint16_t *ret_version);

/* The ACPI root pointer, which acpi_is_rsdp(), or NULL. Tables are read at
 * their physical addresses. ACPI 6.5 5.2.5. */
const uint8_t *platform_acpi_rsdp(void);

/* Range number INDEX, ascending from 0, of the memory that the firmware leaves
 * to operating systems; ours and what we use is part of it. RET_START is its
 * address, RET_LEN its bytes. Returns 0, or -ENOENT if there are not so many.
 */
int platform_ram_region(unsigned int index, uint64_t *ret_start,
			uint64_t *ret_len);

/* The record of settings that survives a reset (core/nvs.c), at most so many
 * bytes. Only where NVS_SETTINGS are linked. */
#define PLATFORM_NVS_MAX 4096

/* Read it to BUF of *LEN bytes; *LEN becomes its length. Returns 0, -ENOENT if
 * there is none, or -errno. */
int platform_nvs_load(void *buf, size_t *len);

/* Replace it by the LEN bytes at BUF; LEN 0 deletes it. Returns 0, or -errno
 * with a sentence. */
int platform_nvs_store(const void *buf, size_t len);

/* Which local disk. BIOS goes by DRIVE alone, UEFI by all the others, which may
 * be NULL: the first file system that they are true of. */
struct platform_disk {
	unsigned long drive;  /* BIOS number: 0x80 is the first */
	const char *filename; /* boot program, with backslashes; NULL: the
			       * default one of UEFI 2.10 3.5.1.1 */
	const char *extra;    /* another file that is there */
	const char *label;    /* of the volume */
	const char *uuid;     /* of the GPT's partition */
};

/* Boot a local disk. NICs are paused. Does not return if it boots; else -errno
 * with a sentence. */
int platform_boot_disk(const struct platform_disk *disk);

/* Undo all that must not outlive us before control goes to an operating
 * system or boot program that does not return (drivers are already closed). */
void platform_shutdown(void);

#endif
