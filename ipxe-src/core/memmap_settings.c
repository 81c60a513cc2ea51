/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* ${memsize}, ${memmap/<region>.<properties>.<scale>}: the machine's memory. */
#include <errno.h>

#include "config/settings.h"
#include "core/platform.h"
#include "core/raw_block.h"

SELECT_IF(MEMMAP_SETTINGS);

/* The number: bits 31-24 how many regions less one, 23-16 the first of them,
 * 10 regions that do not exist are passed over, 9 lengths and 8 starts are
 * added up, 5-0 how many bits the sum is shifted to the right. */
#define MEMMAP_COUNT(tag)  ((tag) >> 24 & 0xff)
#define MEMMAP_REGION(tag) ((tag) >> 16 & 0xff)
#define MEMMAP_LENIENT	   0x400u
#define MEMMAP_LENGTH	   0x200u
#define MEMMAP_START	   0x100u
#define MEMMAP_SCALE(tag)  ((tag)&0x3f)

/* The lengths of all regions, in MiB. */
#define MEMMAP_SIZE (0xff000000u | MEMMAP_LENIENT | MEMMAP_LENGTH | 20)

static int memmap_fetch(const struct setting *setting, void *buf, size_t len,
			const struct setting_type **ret_type)
{
	uint32_t tag = (uint32_t)setting->tag;
	unsigned int region = MEMMAP_REGION(tag);
	unsigned int last = region + MEMMAP_COUNT(tag);
	uint64_t start, length;
	uint64_t sum = 0;
	uint8_t raw[8];

	if (!tag || tag != setting->tag)
		return -ENOENT;
	for (; region <= last; region++) {
		if (platform_ram_region(region, &start, &length)) {
			if (!(tag & MEMMAP_LENIENT))
				return -ENOENT;
			break;
		}
		if (tag & MEMMAP_START)
			sum += start;
		if (tag & MEMMAP_LENGTH)
			sum += length;
	}
	sum >>= MEMMAP_SCALE(tag);
	put_be32(raw, (uint32_t)(sum >> 32));
	put_be32(raw + 4, (uint32_t)sum);
	/* As a number it has to fit a long, which may have four bytes. */
	if (setting->type && setting->type->width && sum <= INT32_MAX)
		return raw_copy(raw + 4, 4, buf, len);
	if (!*ret_type)
		*ret_type = &setting_type_hexraw;
	return raw_copy(raw, sizeof(raw), buf, len);
}

static struct raw_block memmap_block = {.name = "memmap",
					.fetch = memmap_fetch};
TABLE_REGISTER(raw_blocks, memmap_block);

static const struct setting setting_memsize = {
	"memsize", "Size of the memory, MiB", MEMMAP_SIZE, &setting_type_int32,
	"memmap"};
TABLE_REGISTER(settings, setting_memsize);
