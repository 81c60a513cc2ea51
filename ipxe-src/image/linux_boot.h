/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The x86 Linux boot protocol: what a kernel says, and where things go.
 *
 * Linux Documentation/arch/x86/boot.rst. Nothing here touches the machine.
 */
#ifndef IMAGE_LINUX_BOOT_H
#define IMAGE_LINUX_BOOT_H

#include "core/compiler.h"
#include "platform/bios/e820.h"

/* Where the kernel's real-mode part ("setup") goes: one 64 kB segment. */
#define LINUX_SETUP	  0x10000u
#define LINUX_SETUP_MAX	  0xa000 /* bytes of it that we take */
#define LINUX_HEAP_END	  0xe000 /* offset: its stack and heap end here */
#define LINUX_CMDLINE	  0xe000 /* offset: its command line */
#define LINUX_CMDLINE_MAX 0x1eff /* bytes, without the terminator */

/* Offsets of fields in the real-mode part. */
#define LINUX_CMDLINE_MAGIC_AT	0x020 /* before 2.02 */
#define LINUX_CMDLINE_OFFSET_AT 0x022
#define LINUX_SETUP_SECTS_AT	0x1f1
#define LINUX_SYSSIZE_AT	0x1f4
#define LINUX_VID_MODE_AT	0x1fa
#define LINUX_BOOT_FLAG_AT	0x1fe
#define LINUX_MAGIC_AT		0x202
#define LINUX_VERSION_AT	0x206
#define LINUX_LOADER_AT		0x210
#define LINUX_LOADFLAGS_AT	0x211
#define LINUX_MOVE_SIZE_AT	0x212
#define LINUX_CODE32_AT		0x214
#define LINUX_INITRD_AT		0x218
#define LINUX_INITRD_LEN_AT	0x21c
#define LINUX_HEAP_END_AT	0x224
#define LINUX_CMDLINE_AT	0x228
#define LINUX_INITRD_MAX_AT	0x22c
#define LINUX_ALIGNMENT_AT	0x230
#define LINUX_RELOCATABLE_AT	0x234
#define LINUX_CMDLINE_MAX_AT	0x238
#define LINUX_PREF_AT		0x258
#define LINUX_INIT_SIZE_AT	0x260
#define LINUX_HEADER_END	0x264

#define LINUX_LOADED_HIGH  0x01 /* in loadflags: the kernel goes to 1 MiB */
#define LINUX_USE_HEAP	   0x80
#define LINUX_LOADER_OTHER 0xff /* a loader without a number of its own */

/* What a kernel's header says. */
struct linux_kernel {
	uint16_t version;     /* of the protocol: 0x020f */
	uint32_t setup_len;   /* bytes of the real-mode part */
	uint32_t kernel_len;  /* bytes of the rest */
	uint32_t initrd_max;  /* highest address that its RAM disk may have */
	uint32_t cmdline_max; /* bytes, without the terminator */
	uint64_t run_start;   /* memory that it uses before it reads the map, */
	uint64_t run_len;     /* apart from where it was loaded; 0: none */
	bool is_relocatable;  /* it may be loaded at run_start */
};

/* Where things go. */
struct linux_layout {
	uint32_t kernel;	 /* where the rest is loaded */
	uint32_t kernel_end;	 /* the RAM disk must be above this */
	struct mem_range initrd; /* place for the RAM disk, of its length */
};

/* Read the header of the LEN bytes at DATA. Returns 0, or -ENOEXEC if it is
 * no kernel (with a sentence where it is one that cannot be booted). */
int linux_parse(const uint8_t *data, size_t len, struct linux_kernel *kernel);

/* The video mode that "vga=" in CMDLINE asks for; 0xffff (normal) if none. */
uint16_t linux_vga(const char *cmdline);

/* The end of memory that "mem=" in CMDLINE sets; UINT64_MAX if none. */
uint64_t linux_mem(const char *cmdline);

/* Decide where KERNEL and INITRD_LEN bytes of RAM disk go.
 *
 * ALL: what memory is usable once the kernel runs; FREE: what may be written
 * now (COUNT ranges each, ascending). MEM: the end that linux_mem() gave.
 * Returns 0, or -ENOSPC with the sizes in the sentence. */
int linux_place(const struct linux_kernel *kernel, uint64_t initrd_len,
		uint64_t mem, const struct mem_range *all,
		unsigned int all_count, const struct mem_range *free,
		unsigned int free_count, struct linux_layout *ret_layout);

/* May a RAM disk of LEN bytes at START stay there? */
bool linux_initrd_may_be(const struct linux_kernel *kernel, uint64_t mem,
			 const struct linux_layout *layout, uint32_t start,
			 uint32_t len);

#endif
