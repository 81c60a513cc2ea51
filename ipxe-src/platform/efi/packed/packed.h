/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* A UEFI application that unpacks itself: a stub and the packed program.
 *
 * scripts/mkefi compresses the program as it will be in memory, its list of
 * pointers behind it, and appends it to the read-only data of the stub. The
 * stub (stub.c) brings it back into memory and enters it. Program and stub are
 * one image to the firmware; its headers, .sbat and .region are the stub's.
 *
 * The list of pointers has one byte for each: how many bytes it is behind the
 * one before (the first one: behind the program's first byte). PACKED_STEP
 * means so many bytes and no pointer yet.
 */
#ifndef PLATFORM_EFI_PACKED_PACKED_H
#define PLATFORM_EFI_PACKED_PACKED_H

#include "core/lzma.h"

/* Rights are given to pages of this size. */
#define PACKED_PAGE 4096

/* The longest program, in memory: bounds what a damaged file asks for. */
#define PACKED_MAX (64U << 20)

#define PACKED_STEP 255

/* Of the packed program; the compressed stream is right behind it. Offsets are
 * from the program's first byte, integers little-endian. */
struct packed_header {
	uint32_t packed_len;   /* of the stream */
	uint32_t program_len;  /* of the program without its zeroed end */
	uint32_t pointers_len; /* of the list of pointers */
	uint32_t memory_len;   /* that the program has; zeroed at its end */
	uint32_t rodata; /* offset of what is neither executed nor written */
	uint32_t data;	 /* offset of what is written, up to the end */
	uint32_t entry;	 /* offset of efi_main() */
	uint32_t crc32;	 /* of program and pointers, as they are unpacked */
	struct lzma_props props;
	uint8_t reserved;
	uint32_t header_crc32; /* of the header up to here */
} __packed;

/* Is HEADER whole, and are its lengths and offsets possible? */
bool packed_is_whole(const struct packed_header *header);

/* Unpack the program of HEADER, for which packed_is_whole(), into the
 * memory_len bytes at MEMORY, which has a page's alignment; make its pointers
 * point into it. Returns 0, or -1: it is damaged. */
int packed_unpack(const struct packed_header *header, uint8_t *memory);

/* Code was written to the LEN bytes at START: have the processor see it. */
void arch_code_written(const void *start, size_t len);

#endif
