/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What of a boot image depends on the size and the bytes of its region. */
#include "boot_format.h"

#include <errno.h>
#include <string.h>

#include "le.h"

/* Unit of a region at the end of a plain file, bytes: ALIGN of the note. */
#define PLAIN_UNIT 16

/* PE format 3.1 to 4: offsets in the file, the PE header, the optional header
 * and a section's header; sizes in bytes. */
#define MZ_PE_OFFSET	  60
#define PE_SECTIONS	  6
#define PE_OPTIONAL_LEN	  20
#define PE_OPTIONAL	  24
#define OPTIONAL_64	  0x20b
#define OPTIONAL_DATA_LEN 8
#define OPTIONAL_ALIGN	  32
#define OPTIONAL_IMAGE	  56
#define OPTIONAL_CHECKSUM 64
#define OPTIONAL_DIRS_32  96
#define OPTIONAL_DIRS_64  112
#define DIR_SECURITY	  (4 * 8)
#define SECTION_LEN	  40
#define SECTION_VIRTUAL	  8
#define SECTION_ADDRESS	  12
#define SECTION_RAW_LEN	  16
#define SECTION_RAW	  20
#define PE_REGION_UNIT	  4096 /* also what it has when it is empty */

/* PCI Firmware 3.0 5.1.1: offsets in an option ROM and in its PCI data. */
#define ROM_UNIT       512
#define ROM_LEN_MAX    65536
#define ROM_UNITS      2
#define ROM_PCI_OFFSET 24
#define ROM_PCI_LEN    24
#define PCI_ROM_UNITS  16
#define PCI_CODE_TYPE  20
#define PCI_INDICATOR  21
#define PCI_IS_LAST    0x80
#define PCI_CODE_BIOS  0

/* Linux: Documentation/arch/x86/boot.rst. */
#define LINUX_SETUP_SECTORS 0x1f1
#define LINUX_SYSSIZE	    0x1f4
#define LINUX_MAGIC	    0x202

static size_t align_up(size_t value, size_t unit)
{
	return (value + unit - 1) / unit * unit;
}

/* Is there something in the file behind the region? */
static bool has_tail(const struct boot_image *image, size_t len)
{
	return image->region_at + image->region_len != len;
}

/* Has the region the size that it was made with, in the middle of the file? */
static bool is_fixed(const struct boot_image *image, size_t len)
{
	return image->region_max == image->region_len && has_tail(image, len);
}

static int has_unknown_tail(struct reason *why)
{
	return reason_set(why, -EBADMSG,
			  "there is something behind the place for the "
			  "customisation that does not belong there");
}

/* ---- Anything whose region is at the end, or cannot grow. */

static bool plain_is_it(const uint8_t *data, size_t len)
{
	(void)data;
	(void)len;
	return true;
}

static int plain_resize(const uint8_t *data, size_t len,
			const struct boot_image *image, size_t needed,
			size_t *ret_room, size_t *ret_len, struct reason *why)
{
	size_t room = align_up(needed, PLAIN_UNIT);

	(void)data;
	if (is_fixed(image, len)) {
		*ret_room = image->region_len;
		*ret_len = len;
		return 0;
	}
	if (has_tail(image, len))
		return has_unknown_tail(why);
	*ret_room = room < image->region_max ? room : image->region_max;
	*ret_len = image->region_at + *ret_room;
	return 0;
}

static void plain_finish(uint8_t *data, size_t len,
			 const struct boot_image *image)
{
	(void)data;
	(void)len;
	(void)image;
}

/* ---- Linux boot protocol: plain, and its header tells the size. */

static bool linux_is_it(const uint8_t *data, size_t len)
{
	return len > LINUX_MAGIC + 4 &&
	       memcmp(data + LINUX_MAGIC, "HdrS", 4) == 0 &&
	       memcmp(data, "MZ", 2) != 0;
}

static void linux_finish(uint8_t *data, size_t len,
			 const struct boot_image *image)
{
	size_t setup_len = (data[LINUX_SETUP_SECTORS] + 1U) * 512;

	(void)image;
	if (setup_len <= len)
		le32_put(data + LINUX_SYSSIZE,
			 (uint32_t)(align_up(len - setup_len, 16) / 16));
}

/* ---- EFI programs. */

/* Where the parts of a PE file are, all of them inside of it. */
struct pe {
	/* Offset of the optional header. */
	size_t optional;
	/* Offset of its entry for the signature, or 0. */
	size_t security;
	/* Offset of the last section's header. */
	size_t last;
};

static bool pe_parse(const uint8_t *data, size_t len, struct pe *ret_pe)
{
	size_t at, optional_len, sections, dirs;

	if (len < MZ_PE_OFFSET + 4 || memcmp(data, "MZ", 2) != 0)
		return false;
	at = le32_get(data + MZ_PE_OFFSET);
	if (at > len || len - at < PE_OPTIONAL + OPTIONAL_DIRS_32 ||
	    memcmp(data + at, "PE\0\0", 4) != 0)
		return false;
	optional_len = le16_get(data + at + PE_OPTIONAL_LEN);
	sections = le16_get(data + at + PE_SECTIONS);
	ret_pe->optional = at + PE_OPTIONAL;
	if (optional_len < OPTIONAL_DIRS_32 || !sections ||
	    optional_len + sections * SECTION_LEN > len - ret_pe->optional)
		return false;
	dirs = le16_get(data + ret_pe->optional) == OPTIONAL_64
		       ? OPTIONAL_DIRS_64
		       : OPTIONAL_DIRS_32;
	ret_pe->security = 0;
	if (optional_len >= dirs + DIR_SECURITY + 8)
		ret_pe->security = ret_pe->optional + dirs + DIR_SECURITY;
	ret_pe->last =
		ret_pe->optional + optional_len + (sections - 1) * SECTION_LEN;
	return true;
}

bool boot_format_is_signed(const uint8_t *data, size_t len)
{
	struct pe pe;

	return pe_parse(data, len, &pe) && pe.security &&
	       le32_get(data + pe.security + 4) != 0;
}

static bool pe_is_it(const uint8_t *data, size_t len)
{
	struct pe pe;

	return pe_parse(data, len, &pe);
}

static int pe_resize(const uint8_t *data, size_t len,
		     const struct boot_image *image, size_t needed,
		     size_t *ret_room, size_t *ret_len, struct reason *why)
{
	size_t room = align_up(needed ? needed : 1, PE_REGION_UNIT);
	struct pe pe;

	if (!pe_parse(data, len, &pe) ||
	    memcmp(data + pe.last, ".region", 8) != 0 ||
	    le32_get(data + pe.last + SECTION_RAW) != image->region_at ||
	    le32_get(data + pe.last + SECTION_RAW_LEN) != image->region_len)
		return reason_set(why, -EBADMSG,
				  "its last section is not the place for the "
				  "customisation");
	if (has_tail(image, len))
		return has_unknown_tail(why);
	*ret_room = room < image->region_max ? room : image->region_max;
	*ret_len = image->region_at + *ret_room;
	return 0;
}

/* The sum of 16-bit words with carry, and the length (PE format, appendix B
 * tells ImageHlp's CheckSumMappedFile; the field itself counts as 0). */
static uint32_t pe_checksum(const uint8_t *data, size_t len, size_t field)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i + 1 < len; i += 2) {
		if (i != field && i != field + 2)
			sum += le16_get(data + i);
		sum = (sum & 0xffff) + (sum >> 16);
	}
	if (len % 2)
		sum += data[len - 1];
	sum = (sum & 0xffff) + (sum >> 16);
	return sum + (uint32_t)len;
}

static void pe_finish(uint8_t *data, size_t len, const struct boot_image *image)
{
	uint32_t old_len, alignment;
	uint8_t *optional, *last;
	struct pe pe;

	if (!pe_parse(data, len, &pe))
		return;
	optional = data + pe.optional;
	last = data + pe.last;
	old_len = le32_get(last + SECTION_RAW_LEN);
	alignment = le32_get(optional + OPTIONAL_ALIGN);
	le32_put(last + SECTION_RAW_LEN, (uint32_t)image->region_len);
	le32_put(last + SECTION_VIRTUAL, (uint32_t)image->region_len);
	le32_put(optional + OPTIONAL_DATA_LEN,
		 le32_get(optional + OPTIONAL_DATA_LEN) - old_len +
			 (uint32_t)image->region_len);
	le32_put(optional + OPTIONAL_IMAGE,
		 (uint32_t)align_up(le32_get(last + SECTION_ADDRESS) +
					    image->region_len,
				    alignment ? alignment : 1));
	le32_put(optional + OPTIONAL_CHECKSUM,
		 pe_checksum(data, len, pe.optional + OPTIONAL_CHECKSUM));
}

/* ---- Option ROMs: of BIOS with a checksum, of UEFI with a fixed region. */

/* Offset of the PCI data of the ROM image at the start, or 0. */
static size_t rom_pci_data(const uint8_t *data, size_t len)
{
	size_t at;

	if (len < ROM_PCI_OFFSET + 2 || memcmp(data, "\x55\xaa", 2) != 0)
		return 0;
	at = le16_get(data + ROM_PCI_OFFSET);
	if (at > len || len - at < ROM_PCI_LEN ||
	    memcmp(data + at, "PCIR", 4) != 0)
		return 0;
	return at;
}

static bool rom_is_it(const uint8_t *data, size_t len)
{
	return rom_pci_data(data, len) != 0;
}

static int rom_resize(const uint8_t *data, size_t len,
		      const struct boot_image *image, size_t needed,
		      size_t *ret_room, size_t *ret_len, struct reason *why)
{
	size_t pci = rom_pci_data(data, len);
	size_t old_len = le16_get(data + pci + PCI_ROM_UNITS) * ROM_UNIT;
	size_t new_len, at;

	/* That of UEFI has programs behind its region. */
	if (data[pci + PCI_CODE_TYPE] != PCI_CODE_BIOS)
		return plain_resize(data, len, image, needed, ret_room, ret_len,
				    why);
	if (!(data[pci + PCI_INDICATOR] & PCI_IS_LAST) || old_len > len)
		return has_unknown_tail(why);
	/* Padding of a flash chip may follow: all of one kind. */
	for (at = old_len; at < len; at++) {
		if (data[at] != 0xff && data[at] != 0)
			return has_unknown_tail(why);
	}
	/* The last byte makes the checksum right. */
	new_len = align_up(image->region_at + needed + 1, ROM_UNIT);
	if (new_len > ROM_LEN_MAX)
		return reason_set(why, -EFBIG,
				  "with a customisation of %zu bytes the ROM "
				  "would have %zu bytes, more than is possible",
				  needed, new_len);
	at = new_len - 1 - image->region_at;
	at = at < image->region_max ? at : image->region_max;
	*ret_room = needed ? at : 0;
	/* The file does not become shorter: flashing tools want its size. */
	*ret_len = len > new_len ? len : new_len;
	return 0;
}

static void rom_finish(uint8_t *data, size_t len,
		       const struct boot_image *image)
{
	size_t pci = rom_pci_data(data, len);
	uint8_t sum = 0;
	size_t rom_len;
	size_t i;

	if (!pci || data[pci + PCI_CODE_TYPE] != PCI_CODE_BIOS)
		return;
	rom_len = align_up(image->region_at + image->region_len + 1, ROM_UNIT);
	if (rom_len > len)
		return;
	data[ROM_UNITS] = (uint8_t)(rom_len / ROM_UNIT);
	le16_put(data + pci + PCI_ROM_UNITS, (uint16_t)(rom_len / ROM_UNIT));
	memset(data + rom_len, 0xff, len - rom_len);
	data[rom_len - 1] = 0;
	for (i = 0; i < rom_len; i++)
		sum += data[i];
	data[rom_len - 1] = (uint8_t)-sum;
}

/* All formats; the last one takes everything. */
static const struct boot_format formats[] = {
	{pe_is_it, pe_resize, pe_finish},
	{rom_is_it, rom_resize, rom_finish},
	{linux_is_it, plain_resize, linux_finish},
	{plain_is_it, plain_resize, plain_finish},
};

const struct boot_format *boot_format_find(const uint8_t *data, size_t len)
{
	const struct boot_format *format = formats;

	while (!format->is_it(data, len))
		format++;
	return format;
}
