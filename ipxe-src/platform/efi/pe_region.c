/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Where a loaded PE program has its customisation region. */
#include <string.h>

#include "platform/efi/region.h"

/* Offsets: of the PE header's offset; within the PE header; of the data
 * directories in the optional header; within a section's header. */
#define MZ_PE_OFFSET	   0x3c
#define PE_SECTIONS	   6
#define PE_OPTIONAL_LEN	   20
#define PE_OPTIONAL	   24
#define PE_MAGIC_64	   0x20b
#define DIRECTORIES_32	   96
#define DIRECTORIES_64	   112
#define DIRECTORY_SECURITY 4
#define DIRECTORY_LEN	   8
#define SECTION_LEN	   40
#define SECTION_SIZE	   8
#define SECTION_ADDRESS	   12

/* Sections that are looked at: a bound for broken files. */
#define SECTIONS_MAX 32

/* Take the section at HEADER if it is .region and in the LEN bytes at BASE. */
static void section_take(const uint8_t *header, const uint8_t *base, size_t len,
			 struct pe_region *region)
{
	size_t address = get_le32(header + SECTION_ADDRESS);
	size_t size = get_le32(header + SECTION_SIZE);

	if (memcmp(header, ".region", 8) || address > len ||
	    size > len - address)
		return;
	region->data = base + address;
	region->len = size;
}

void pe_region_find(const uint8_t *base, size_t len,
		    struct pe_region *ret_region)
{
	size_t at, optional_len, count, directory;
	const uint8_t *pe;

	memset(ret_region, 0, sizeof(*ret_region));
	if (len < MZ_PE_OFFSET + 4 || memcmp(base, "MZ", 2))
		return;
	at = get_le32(base + MZ_PE_OFFSET);
	if (at > len || len - at < PE_OPTIONAL + DIRECTORIES_64)
		return;
	pe = base + at;
	optional_len = get_le16(pe + PE_OPTIONAL_LEN);
	count = MIN(get_le16(pe + PE_SECTIONS), SECTIONS_MAX);
	if (memcmp(pe, "PE\0", 4) ||
	    len - at - PE_OPTIONAL < optional_len + count * SECTION_LEN)
		return;
	directory = get_le16(pe + PE_OPTIONAL) == PE_MAGIC_64 ? DIRECTORIES_64
							      : DIRECTORIES_32;
	directory += DIRECTORY_SECURITY * DIRECTORY_LEN;
	if (optional_len >= directory + DIRECTORY_LEN)
		ret_region->is_signed =
			get_le32(pe + PE_OPTIONAL + directory + 4) != 0;
	while (count--)
		section_take(pe + PE_OPTIONAL + optional_len +
				     count * SECTION_LEN,
			     base, len, ret_region);
}
