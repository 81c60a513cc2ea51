/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What the loaded file tells its unpacker, and the unpacker the firmware. */
#ifndef PLATFORM_BIOS_UNPACK_H
#define PLATFORM_BIOS_UNPACK_H

#include "platform/bios/e820.h"
#include "platform/bios/lzma.h"

/* Filled in by scripts/mkkpxe, which knows the layout. Lengths in bytes. */
struct unpack_header {
	uint32_t packed;       /* linear address of the compressed firmware */
	uint32_t packed_len;
	uint32_t unpacked_len; /* firmware, then the table of relocations */
	uint32_t image_len;    /* of the firmware alone */
	uint32_t memory_len;   /* of the firmware with its zeroed memory */
	uint32_t link_base;    /* address that it was linked for */
	uint32_t entry;        /* offset of payload_start */
	struct lzma_props props;
	uint8_t reserved;
} __packed;

/* What bios_main() gets; in memory that does not last. */
struct boot_info {
	uint32_t base;       /* where the firmware was put */
	uint32_t memory_len;
	struct e820_map map; /* as the BIOS gave it */
};

#endif
