/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Kinds of image that are not built in: refused by name, for a BIOS would run
 * whatever is short enough as a network boot program. */
#include <errno.h>
#include <string.h>

#include "core/compiler.h"
#include "core/error.h"
#include "core/image.h"

SELECT_IF(IMAGE_FOREIGN);

/* A kind that bytes at one place tell. */
struct magic {
	uint16_t offset;
	uint8_t len;
	const char *bytes;
	const char *sentence;
};

#define MAGIC(offset, bytes, sentence)                                         \
	{                                                                      \
		offset, sizeof(bytes) - 1, bytes, sentence                     \
	}
#define ABSENT(what) "it is " what ", which is not built in"

static const struct magic magics[] = {
	MAGIC(0,
	      "\x7f"
	      "ELF",
	      ABSENT("an ELF program")), /* gABI: e_ident */
	MAGIC(0, "\x36\x13\x03\x1b",
	      ABSENT("an NBI image")), /* draft Net Boot Image */
	MAGIC(0, "\xb8\xff\x4c\xcd\x21",
	      ABSENT("a COM32 program")), /* syslinux */
	MAGIC(0, "$SDI", ABSENT("an SDI image")),
	MAGIC(0, "\x1f\x8b\x08", "it is a gzip archive: imgextract unpacks it"),
	MAGIC(0, "\x78\x01", "it is a zlib archive: imgextract unpacks it"),
	MAGIC(0, "\x78\x5e", "it is a zlib archive: imgextract unpacks it"),
	MAGIC(0, "\x78\x9c", "it is a zlib archive: imgextract unpacks it"),
	MAGIC(0, "\x78\xda", "it is a zlib archive: imgextract unpacks it"),
	MAGIC(0, "-----BEGIN ", ABSENT("a PEM file")),	     /* RFC 7468 */
	MAGIC(0, "MIME-Version:", ABSENT("a MIME message")), /* RFC 2045 */
	MAGIC(0, "Content-Type:", ABSENT("a MIME message")),
	MAGIC(0, "P1\n", ABSENT("a PNM picture")),
	MAGIC(0, "P2\n", ABSENT("a PNM picture")),
	MAGIC(0, "P3\n", ABSENT("a PNM picture")),
	MAGIC(0, "P4\n", ABSENT("a PNM picture")),
	MAGIC(0, "P5\n", ABSENT("a PNM picture")),
	MAGIC(0, "P6\n", ABSENT("a PNM picture")),
	/* EFI_SIGNATURE_LIST, UEFI 2.10 32.4.1: X.509 and SHA-256. */
	MAGIC(0, "\xa1\x59\xc0\xa5\xe4\x94\xa7\x4a",
	      ABSENT("a list of signatures")),
	MAGIC(0, "\x26\x16\xc4\xc1\x4c\x50\x92\x40",
	      ABSENT("a list of signatures")),
	/* Intel's version and date; AMD's equivalence table. */
	MAGIC(0, "\x01\0\0\0", ABSENT("a microcode update")),
	MAGIC(0, "DMA\0", ABSENT("a microcode update")),
	/* Linux Documentation/arch/{arm64,riscv}: without an EFI stub. */
	MAGIC(56, "ARM\x64", ABSENT("a Linux kernel for ARM")),
	MAGIC(56, "RSC\x05", ABSENT("a Linux kernel for RISC-V")),
	/* What some editors put in front of a script. */
	MAGIC(0, "\xef\xbb\xbf#!",
	      "it is a script behind a byte order mark: save it without"),
	MAGIC(0, "\xff\xfe#\0", "it is a script in UTF-16: save it as UTF-8"),
	MAGIC(0, "\xfe\xff\0#", "it is a script in UTF-16: save it as UTF-8"),
};

/* Multiboot 0.6.96 3.1: the header is aligned to 4, in the first 8 KiB. It is
 * looked for in ELF programs only: GRUB's core.0 has one, and is a network boot
 * program. */
#define MULTIBOOT_MAGIC 0x1badb002u
#define MULTIBOOT_SCAN	8192

static bool is_multiboot(const struct image *image)
{
	size_t end = MIN(image->len, (size_t)MULTIBOOT_SCAN);
	const uint8_t *header;
	size_t i;

	for (i = 0; i + 12 <= end; i += 4) {
		header = image->data + i;
		if (get_le32(header) == MULTIBOOT_MAGIC &&
		    get_le32(header) + get_le32(header + 4) +
				    get_le32(header + 8) ==
			    0)
			return true;
	}
	return false;
}

/* X.690: a SEQUENCE of two bytes of length, as long as the file, that begins
 * with another. */
static bool is_der(const struct image *image)
{
	const uint8_t *data = image->data;

	return image->len >= 6 && data[0] == 0x30 && data[1] == 0x82 &&
	       get_be16(data + 2) + 4u == image->len && data[4] == 0x30;
}

/* Why IMAGE is not executed, NULL if it may be. */
static const char *foreign_sentence(const struct image *image)
{
	const struct magic *magic;

	if (is_der(image))
		return ABSENT("a DER file");
	for (magic = magics; magic < magics + ARRAY_SIZE(magics); magic++) {
		if (image->len < magic->offset + (size_t)magic->len ||
		    memcmp(image->data + magic->offset, magic->bytes,
			   magic->len))
			continue;
		if (magic == magics && is_multiboot(image))
			return ABSENT("a Multiboot kernel");
		return magic->sentence;
	}
	return NULL;
}

static int foreign_probe(struct image *image)
{
	const char *sentence = foreign_sentence(image);

	return sentence ? error_set(-ENOTSUP, "%s", sentence) : -ENOEXEC;
}

static const struct image_type foreign_type = {
	.name = "foreign",
	.order = 800,
	.probe = foreign_probe,
};
TABLE_REGISTER(image_types, foreign_type);
