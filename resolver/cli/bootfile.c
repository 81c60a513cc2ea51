/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What kind of boot file is this? */
#include "bootfile.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The identity note, as ipxe-src/core/identity.h describes it. */
#define NOTE_SCAN_LEN 65536
#define NOTE_ALIGN    16
#define NOTE_LEN      112
#define NOTE_BUILD_ID 32
#define NOTE_VERSION  48
#define NOTE_FORMAT   64
#define NOTE_CRC      108

static const uint8_t note_magic[16] = "\x7fUnloop note v1";

/* The CRC of IEEE 802.3. */
static uint32_t crc32(const uint8_t *data, size_t len)
{
	uint32_t crc = ~0U;
	size_t i;
	int bit;

	for (i = 0; i < len; i++) {
		crc ^= data[i];
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static uint32_t le32(const uint8_t *data)
{
	return data[0] | data[1] << 8 | data[2] << 16 | (uint32_t)data[3] << 24;
}

static bool note_find(const uint8_t *data, size_t len,
		      struct bootfile *bootfile)
{
	size_t at, i;

	if (len > NOTE_SCAN_LEN)
		len = NOTE_SCAN_LEN;
	for (at = 0; at + NOTE_LEN <= len; at += NOTE_ALIGN) {
		const uint8_t *note = data + at;

		if (memcmp(note, note_magic, sizeof(note_magic)) != 0 ||
		    crc32(note, NOTE_CRC) != le32(note + NOTE_CRC))
			continue;
		memcpy(bootfile->version, note + NOTE_VERSION, 16);
		memcpy(bootfile->format, note + NOTE_FORMAT, 32);
		for (i = 0; i < 16; i++)
			snprintf(bootfile->build_id + 2 * i, 3, "%02x",
				 note[NOTE_BUILD_ID + i]);
		return true;
	}
	return false;
}

/* Machine of an EFI program, or 0 (PE/COFF 2.1 and 2.3). */
static uint16_t pe_machine(const uint8_t *data, size_t len)
{
	size_t at;

	if (len < 64 || memcmp(data, "MZ", 2) != 0)
		return 0;
	at = le32(data + 60);
	if (at > len || len - at < 6 || memcmp(data + at, "PE\0\0", 4) != 0)
		return 0;
	return (uint16_t)(data[at + 4] | data[at + 5] << 8);
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
	size_t i;

	bootfile.machine = pe_machine(data, len);
	if (len == 0) {
		bootfile.kind = BOOTFILE_EMPTY;
	} else if (note_find(data, len, &bootfile)) {
		bootfile.kind = BOOTFILE_OURS;
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
