/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Unpacking of a packed program (packed.h), whatever it is damaged by. */
#include <string.h>

#include "core/crc32.h"
#include "platform/efi/packed/packed.h"

/* Encoder settings that are accepted: what mkefi tries. */
#define PROPS_LC_LP_MAX 4
#define PROPS_PB_MAX	4

/* Where the decoder's scratch begins: behind what is unpacked. */
static size_t scratch_offset(const struct packed_header *header)
{
	return ((size_t)header->program_len + header->pointers_len + 1) &
	       ~(size_t)1;
}

static bool is_props(const struct lzma_props *props)
{
	return props->lc <= PROPS_LC_LP_MAX &&
	       props->lp <= PROPS_LC_LP_MAX - props->lc &&
	       props->pb <= PROPS_PB_MAX;
}

bool packed_is_whole(const struct packed_header *header)
{
	size_t scratch;

	if (crc32_ieee(header, offsetof(struct packed_header, header_crc32)) !=
	    header->header_crc32)
		return false;
	if (!is_props(&header->props) || header->memory_len > PACKED_MAX ||
	    header->program_len > header->memory_len ||
	    header->pointers_len > header->memory_len - header->program_len)
		return false;
	scratch = LZMA_PROBS_LEN(&header->props) * sizeof(uint16_t);
	return scratch_offset(header) <= header->memory_len &&
	       scratch <= header->memory_len - scratch_offset(header) &&
	       header->rodata % PACKED_PAGE == 0 &&
	       header->data % PACKED_PAGE == 0 &&
	       header->memory_len % PACKED_PAGE == 0 &&
	       header->entry < header->rodata &&
	       header->rodata <= header->data &&
	       header->data <= header->memory_len;
}

/* Make the pointers in the LEN bytes at MEMORY, whose values are offsets,
 * point there; LIST_LEN bytes at LIST say where they are. */
static int relocate(uint8_t *memory, size_t len, const uint8_t *list,
		    size_t list_len)
{
	uintptr_t pointer;
	size_t at = 0;

	while (list_len--) {
		at += *list;
		if (*list++ == PACKED_STEP)
			continue;
		if (at > len || len - at < sizeof(pointer))
			return -1;
		memcpy(&pointer, memory + at, sizeof(pointer));
		pointer += (uintptr_t)memory;
		memcpy(memory + at, &pointer, sizeof(pointer));
	}
	return 0;
}

int packed_unpack(const struct packed_header *header, uint8_t *memory)
{
	size_t len = (size_t)header->program_len + header->pointers_len;

	/* The scratch lies in what becomes zeroed memory. */
	if (lzma_decode((const uint8_t *)(header + 1), header->packed_len,
			memory, len, (void *)(memory + scratch_offset(header)),
			&header->props) < 0 ||
	    crc32_ieee(memory, len) != header->crc32 ||
	    relocate(memory, header->program_len, memory + header->program_len,
		     header->pointers_len) < 0)
		return -1;
	memset(memory + header->program_len, 0,
	       header->memory_len - header->program_len);
	return 0;
}
