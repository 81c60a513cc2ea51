/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What the loaded file tells its unpacker, and the unpacker the firmware. */
#ifndef PLATFORM_BIOS_UNPACK_H
#define PLATFORM_BIOS_UNPACK_H

#include "platform/bios/e820.h"
#include "core/lzma.h"
#include "platform/bios/prefix.h"

/* Filled in by scripts/mkbios, which knows the layout. Lengths in bytes. The
 * identity note (core/identity.h) ends where the compressed firmware begins;
 * the customisation region, if the note has a length for it, begins on the
 * first 16-byte boundary of memory behind the compressed firmware. */
struct unpack_header {
	uint32_t packed; /* linear address of the compressed firmware */
	uint32_t packed_len;
	uint32_t unpacked_len; /* of the firmware */
	uint32_t memory_len;   /* of the firmware with its zeroed memory */
	uint32_t address_mark; /* how addresses in it are marked: unpack.c */
	uint32_t entry;	       /* offset of payload_start */
	struct lzma_props props;
	uint8_t reserved;
} __packed;

/* Memory that malloc() has, right behind the firmware. */
#define HEAP_LEN (1024 * 1024)

/* What bios_main() gets; in memory that does not last. */
struct boot_info {
	uint32_t base;	     /* where the firmware was put */
	uint32_t memory_len; /* from there on, region and HEAP_LEN included */
	uint32_t region;     /* copy of the customisation region */
	uint32_t region_len; /* 0: there is none */
	struct e820_map map; /* as the BIOS gave it; the RAM disk reserved */
	const struct prefix_info *prefix; /* in base memory; may be NULL */
};

#endif
