/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Restart the machine, or switch it off. */
#include <errno.h>
#include <string.h>

#include "core/console.h"
#include "core/error.h"
#include "core/platform.h"
#include "platform/bios/io.h"
#include "platform/bios/real.h"
#include "platform/bios/serial.h"

#define KBC_CMD	      0x64
#define KBC_RESET     0xfe
#define RESET_PORT    0xcf9 /* of the chipset */
#define RESET_FULL    0x06
#define WARM_BOOT     0x1234
#define RESET_WAIT_US 100000u

static void wait_us(uint32_t us)
{
	uint64_t start = platform_time_us();

	while (platform_time_us() - start < us)
		;
}

int platform_reboot(bool warm)
{
	struct {
		uint16_t limit;
		uint32_t base;
	} __packed no_idt = {0, 0};

	if (serial_flush)
		serial_flush();
	/* The BIOS may keep what is in base memory: not our marker. */
	memset((void *)low_ptr(uint8_t, BDA_INTERAPP), 0, PLATFORM_MARKER_LEN);
	*low_ptr(uint16_t, BDA_RESET_FLAG) = warm ? WARM_BOOT : 0;
	port_out8(KBC_CMD, KBC_RESET);
	wait_us(RESET_WAIT_US);
	port_out8(RESET_PORT, RESET_FULL & ~4);
	port_out8(RESET_PORT, RESET_FULL);
	wait_us(RESET_WAIT_US);
	/* Last: an exception that cannot be handled. */
	asm volatile("lidt %0\n\tint3" : : "m"(no_idt));
	return -EIO;
}

/* One call of Advanced Power Management 1.2, section 4.6; true if it failed. */
static bool apm(uint16_t function, uint16_t bx, uint16_t cx)
{
	struct real_regs *regs = real_begin();

	regs->eax = 0x5300u | function;
	regs->ebx = bx;
	regs->ecx = cx;
	return real_int(regs, 0x15);
}

/* Switch off by APM. Returns if that did not work. */
static void apm_poweroff(void)
{
	if (apm(0x00, 0, 0)) /* installation check */
		return;
	apm(0x01, 0, 0);      /* connect the real-mode interface */
	apm(0x0e, 0, 0x0102); /* we speak version 1.2 */
	apm(0x08, 1, 1);      /* enable power management of all devices */
	apm(0x07, 1, 3);      /* all devices: off */
	wait_us(RESET_WAIT_US);
}

/* An ACPI table at ADDRESS with SIGNATURE (4 bytes) that is not absurdly
 * long; NULL if it is not one. ACPI 6.5 5.2.6. */
static const uint8_t *acpi_table(uint32_t address, const char *signature)
{
	const uint8_t *table = (const uint8_t *)low_ptr(uint8_t, address);

	if (!address || memcmp(table, signature, 4) ||
	    get_le32(table + 4) < 36 || get_le32(table + 4) > 0x1000000)
		return NULL;
	return table;
}

/* The root table's pointer structure: in the first kilobyte of the extended
 * BIOS data area or in the BIOS's read-only memory. ACPI 6.5 5.2.5.1. */
static const uint8_t *acpi_root(void)
{
	uint32_t ebda = *low_ptr(uint16_t, BDA_EBDA_SEG) * 16u;
	uint32_t start = ebda >= 0x80000 && ebda < 0xa0000 ? ebda : 0xe0000;
	uint32_t at;

	for (at = start; at < 0x100000; at += 16) {
		const uint8_t *rsdp = (const uint8_t *)low_ptr(uint8_t, at);

		if (at == start + 1024 && start == ebda)
			at = 0xe0000;
		if (!memcmp(rsdp, "RSD PTR ", 8))
			return acpi_table(get_le32(rsdp + 16), "RSDT");
	}
	return NULL;
}

/* Switch off by ACPI: find the value for sleep state 5 in the DSDT's \_S5
 * package and write it to the PM1 control registers. ACPI 6.5 4.8.3.2, 7.4.2.
 */
static void acpi_poweroff(void)
{
	const uint8_t *rsdt = acpi_root();
	const uint8_t *fadt = NULL;
	const uint8_t *dsdt, *end, *s5;
	unsigned int i;
	uint16_t value;

	for (i = 36; rsdt && !fadt && i + 4 <= get_le32(rsdt + 4); i += 4)
		fadt = acpi_table(get_le32(rsdt + i), "FACP");
	dsdt = fadt ? acpi_table(get_le32(fadt + 40), "DSDT") : NULL;
	if (!dsdt)
		return;
	end = dsdt + get_le32(dsdt + 4) - 8;
	/* Name, PackageOp, length of one byte, count, first element. */
	for (s5 = dsdt + 36; s5 < end; s5++) {
		if (!memcmp(s5, "_S5_\x12", 5))
			break;
	}
	if (s5 >= end || (s5[5] & 0xc0))
		return;
	value = s5[7] == 0x0a ? s5[8] : s5[7]; /* BytePrefix, or 0 and 1 */
	value = (uint16_t)((value & 7) << 10 | 1 << 13);
	port_out16((uint16_t)get_le32(fadt + 64), value);
	if (get_le32(fadt + 68))
		port_out16((uint16_t)get_le32(fadt + 68), value);
	wait_us(RESET_WAIT_US);
}

int platform_request_setup(void)
{
	return error_set(-ENOTSUP, "the set-up cannot be asked for here; not "
				   "restarted");
}

int platform_poweroff(void)
{
	if (serial_flush)
		serial_flush();
	apm_poweroff();
	acpi_poweroff();
	return -ENOTSUP;
}
