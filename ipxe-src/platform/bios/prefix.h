/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What a prefix, the part of the file that whoever starts us enters, tells
 * the firmware. It copies the core (real-mode block and unpacker) to
 * LOAD_BASE and jumps to unpack() in flat mode. */
#ifndef PLATFORM_BIOS_PREFIX_H
#define PLATFORM_BIOS_PREFIX_H

#include "platform/bios/real.h"

/* Where in base memory it is left: behind the early stacks. */
#define EARLY_INFO    EARLY_STACK32
#define EARLY_CMDLINE (EARLY_STACK32 + 0x100)
#define CMDLINE_MAX   0x1000 /* bytes, the NUL included */

/* Offsets in struct prefix_info, for prefixes. */
#define INFO_INITRD	0
#define INFO_INITRD_LEN 4
#define INFO_CMDLINE	8
#define INFO_FLAGS	12
#define INFO_BUSDEVFN	14

#define PREFIX_HAS_BUSDEVFN 0x0001 /* busdevfn is the NIC to begin with */
#define PREFIX_SHELL	    0x0002 /* a person asked for the shell */

#ifndef __ASSEMBLER__

struct prefix_info {
	uint32_t initrd;     /* linear address of a RAM disk; 0: none */
	uint32_t initrd_len; /* bytes */
	uint32_t cmdline;    /* linear address of the command line; 0: none */
	uint16_t flags;	     /* PREFIX_... */
	uint16_t busdevfn;   /* PCI: bus << 8 | device << 3 | function */
} __packed;

#endif
#endif
