/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* ${cpuvendor}, ${cpumodel}, ${cpuid/<number>}. Intel SDM 2A, CPUID. */
#include <cpuid.h>
#include <errno.h>

#include "config/settings.h"
#include "core/raw_block.h"

SELECT_IF(CPUID_SETTINGS);

/* The number: bits 31, 30 and 7-0 the function, 29-24 the subfunction, 23
 * values are little-endian, 22 there is a subfunction, 17-16 how many registers
 * less one, 15-8 which (two bits each, from the lowest: EAX, EBX, ECX, EDX). */
#define CPUID_FUNCTION_MASK 0xc00000ffu
#define CPUID_LITTLE_ENDIAN 0x00800000u
#define CPUID_SUBFUNCTION   0x00400000u

/* How names are read: EBX, EDX, ECX of function 0; all of 80000002 and on. */
#define CPUID_VENDOR	  (CPUID_LITTLE_ENDIAN | 2u << 16 | 0x2d00u)
#define CPUID_MODEL(n)	  (CPUID_LITTLE_ENDIAN | 3u << 16 | 0xe400u | (n))
#define CPUID_MODEL_FIRST 0x80000002u

/* Write the registers that TAG selects to RAW; returns how many bytes. */
static int cpuid_read(uint32_t tag, uint8_t raw[16])
{
	uint32_t function = tag & CPUID_FUNCTION_MASK;
	uint32_t subfunction = 0;
	unsigned int count = (tag >> 16 & 3) + 1;
	uint32_t registers[4];
	unsigned int i;
	uint32_t value;

	if (tag & CPUID_SUBFUNCTION)
		subfunction = tag >> 24 & 0x3f;
	/* Hypervisors (0x4...) do not count in the leaves that a CPU says it
	 * has. */
	if (function >> 30 != 1 &&
	    __get_cpuid_max(function & 0x80000000u, NULL) < function)
		return -ENOENT;
	__cpuid_count(function, subfunction, registers[0], registers[1],
		      registers[2], registers[3]);
	for (i = 0; i < count; i++) {
		value = registers[tag >> (8 + 2 * i) & 3];
		if (tag & CPUID_LITTLE_ENDIAN)
			put_le32(raw + 4 * i, value);
		else
			put_be32(raw + 4 * i, value);
	}
	return (int)(4 * count);
}

static int cpuid_fetch(const struct setting *setting, void *buf, size_t len,
		       const struct setting_type **ret_type)
{
	uint8_t raw[48];
	int count;

	if (!setting->tag)
		return -ENOENT;
	count = cpuid_read((uint32_t)setting->tag, raw);
	/* The model's name goes on in the next two functions. */
	if (count > 0 && setting->tag == CPUID_MODEL(CPUID_MODEL_FIRST)) {
		cpuid_read(CPUID_MODEL(CPUID_MODEL_FIRST + 1), raw + 16);
		cpuid_read(CPUID_MODEL(CPUID_MODEL_FIRST + 2), raw + 32);
		count = 48;
	}
	if (!*ret_type)
		*ret_type = &setting_type_hexraw;
	return count < 0 ? count : raw_copy(raw, (size_t)count, buf, len);
}

static struct raw_block cpuid_block = {.name = "cpuid", .fetch = cpuid_fetch};
TABLE_REGISTER(raw_blocks, cpuid_block);

static const struct setting setting_cpuvendor = {
	"cpuvendor", "CPU vendor", CPUID_VENDOR, &setting_type_string, "cpuid"};
TABLE_REGISTER(settings, setting_cpuvendor);
static const struct setting setting_cpumodel = {"cpumodel", "CPU model",
						CPUID_MODEL(CPUID_MODEL_FIRST),
						&setting_type_string, "cpuid"};
TABLE_REGISTER(settings, setting_cpumodel);
