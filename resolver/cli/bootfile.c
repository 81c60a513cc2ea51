/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What kind of boot file is this? */
#include "bootfile.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "boot_image.h"
#include "le.h"

/* Machine of an EFI program, or 0 (PE/COFF 2.1 and 2.3). */
static uint16_t pe_machine(const uint8_t *data, size_t len)
{
	size_t at;

	if (len < 64 || memcmp(data, "MZ", 2) != 0)
		return 0;
	at = le32_get(data + 60);
	if (at > len || len - at < 6 || memcmp(data + at, "PE\0\0", 4) != 0)
		return 0;
	return le16_get(data + at + 4);
}

static bool has(const uint8_t *data, size_t len, const char *text)
{
	return memmem(data, len, text, strlen(text)) != NULL;
}

static bool starts(const uint8_t *data, size_t len, const char *text)
{
	size_t text_len = strlen(text);

	return len >= text_len &&
	       strncasecmp((const char *)data, text, text_len) == 0;
}

/* The kinds that a text somewhere in the file gives away, best first. */
static const struct marker {
	/* Text. */
	const char *text;
	/* What it means. */
	enum bootfile_kind kind;
	/* Only in an EFI program? */
	bool is_efi;
} markers[] = {
	{"UEFI SHIM", BOOTFILE_SHIM, true},
	{"PXELINUX", BOOTFILE_PXELINUX, false},
	{"SYSLINUX", BOOTFILE_PXELINUX, true},
	/* Messages of the loader in front of the compressed program. */
	{"PXE->EB:", BOOTFILE_IPXE, false},
	{"http://ipxe.org", BOOTFILE_IPXE, true},
	{"iPXE initialising", BOOTFILE_IPXE, true},
	{"#!gpxe", BOOTFILE_IPXE, true},
	{"GRUB", BOOTFILE_GRUB, false},
	{"bootmgr", BOOTFILE_WINDOWS, false},
	{"WDSNBP", BOOTFILE_WINDOWS, false},
};

void bootfile_recognise(const uint8_t *data, size_t len,
			struct bootfile *ret_bootfile)
{
	struct bootfile bootfile = {.kind = BOOTFILE_UNKNOWN};
	struct boot_image image;
	size_t i;

	bootfile.machine = pe_machine(data, len);
	if (len == 0) {
		bootfile.kind = BOOTFILE_EMPTY;
	} else if (boot_image_find(data, len, &image) == 0) {
		bootfile.kind = BOOTFILE_OURS;
		memcpy(bootfile.version, image.version, sizeof(image.version));
		memcpy(bootfile.format, image.format, sizeof(image.format));
		memcpy(bootfile.build_id, image.build_id,
		       sizeof(image.build_id));
	} else if (starts(data, len, "#!ipxe") || starts(data, len, "#!gpxe")) {
		bootfile.kind = BOOTFILE_SCRIPT;
	} else if (starts(data, len, "<!doctype html") ||
		   starts(data, len, "<html")) {
		bootfile.kind = BOOTFILE_HTML;
	} else {
		if (bootfile.machine)
			bootfile.kind = BOOTFILE_EFI;
		for (i = 0; i < sizeof(markers) / sizeof(markers[0]); i++) {
			if (markers[i].is_efi && !bootfile.machine)
				continue;
			if (has(data, len, markers[i].text)) {
				bootfile.kind = markers[i].kind;
				break;
			}
		}
	}
	*ret_bootfile = bootfile;
}

const char *bootfile_machine_name(uint16_t machine)
{
	switch (machine) {
	case 0x014c:
		return "32-bit x86";
	case 0x8664:
		return "64-bit x86";
	case 0xaa64:
		return "64-bit ARM";
	case 0x01c2:
	case 0x01c4:
		return "32-bit ARM";
	case 0x5064:
		return "64-bit RISC-V";
	default:
		return "another kind of processor";
	}
}

void bootfile_describe(const struct bootfile *bootfile, char *buf, size_t size)
{
	static const char *const words[] = {
		[BOOTFILE_UNKNOWN] = "something that is not recognised",
		[BOOTFILE_EMPTY] = "empty",
		[BOOTFILE_HTML] = "a web page, not a boot program",
		[BOOTFILE_SCRIPT] = "an iPXE script",
		[BOOTFILE_IPXE] = "stock iPXE",
		[BOOTFILE_PXELINUX] = "pxelinux",
		[BOOTFILE_GRUB] = "GRUB",
		[BOOTFILE_SHIM] = "the Secure Boot shim",
		[BOOTFILE_WINDOWS] = "Windows Deployment Services",
		[BOOTFILE_EFI] = "an EFI program that is not recognised",
	};

	if (bootfile->kind == BOOTFILE_OURS)
		snprintf(buf, size, "Unloop %s (%s, build %.12s)",
			 bootfile->version, bootfile->format,
			 bootfile->build_id);
	else
		snprintf(buf, size, "%s%s%s", words[bootfile->kind],
			 bootfile->machine ? " for UEFI, " : "",
			 bootfile->machine
				 ? bootfile_machine_name(bootfile->machine)
				 : "");
}
