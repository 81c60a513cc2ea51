/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What kind of boot file is this? */
#ifndef RESOLVER_CLI_BOOTFILE_H
#define RESOLVER_CLI_BOOTFILE_H

#include <stddef.h>
#include <stdint.h>

/* What a file turned out to be. */
enum bootfile_kind {
	BOOTFILE_UNKNOWN,  /* bytes; a BIOS would execute them */
	BOOTFILE_EMPTY,	   /* no bytes */
	BOOTFILE_HTML,	   /* a web page: usually an error page */
	BOOTFILE_SCRIPT,   /* an iPXE script */
	BOOTFILE_OURS,	   /* a build of this product */
	BOOTFILE_IPXE,	   /* iPXE, or gPXE, its ancestor */
	BOOTFILE_PXELINUX, /* Syslinux's network boot program */
	BOOTFILE_GRUB,	   /* GRUB */
	BOOTFILE_SHIM,	   /* the shim of Secure Boot */
	BOOTFILE_WINDOWS,  /* Windows Deployment Services */
	BOOTFILE_EFI,	   /* another EFI program */
};

/* What was found out. */
struct bootfile {
	/* What it is. */
	enum bootfile_kind kind;
	/* Machine of an EFI program (PE/COFF 3.3.1), else 0. */
	uint16_t machine;
	/* Of ours: version, NUL-terminated. */
	char version[17];
	/* Of ours: format such as "undionly.kpxe", NUL-terminated. */
	char format[33];
	/* Of ours: build ID in hexadecimal, NUL-terminated. */
	char build_id[33];
};

/* Look at the first len bytes of a file. */
void bootfile_recognise(const uint8_t *data, size_t len,
			struct bootfile *ret_bootfile);

/* Say what it is, to go behind "It is ": "a build of ours, 0.1.0, ...". */
void bootfile_describe(const struct bootfile *bootfile, char *buf, size_t size);

/* Name of an EFI program's machine for a sentence. */
const char *bootfile_machine_name(uint16_t machine);

#endif
