/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Where the BIOS has its ACPI root pointer. ACPI 6.5 5.2.5.1. */
#include "core/acpi.h"
#include "core/platform.h"
#include "platform/bios/io.h"

#define EBDA_LEN  1024
#define ROM_START 0xe0000
#define ROM_END	  0x100000
#define SCAN_STEP 16

/* Look for it in LEN bytes from address START on. */
static const uint8_t *rsdp_scan(uint32_t start, uint32_t len)
{
	const uint8_t *area = (const uint8_t *)low_ptr(uint8_t, start);
	uint32_t at;

	for (at = 0; at < len; at += SCAN_STEP) {
		if (acpi_is_rsdp(area + at, len - at))
			return area + at;
	}
	return NULL;
}

const uint8_t *platform_acpi_rsdp(void)
{
	uint32_t ebda = *low_ptr(uint16_t, BDA_EBDA_SEG) * 16u;
	const uint8_t *rsdp = NULL;

	if (ebda)
		rsdp = rsdp_scan(ebda, EBDA_LEN);
	return rsdp ? rsdp : rsdp_scan(ROM_START, ROM_END - ROM_START);
}
