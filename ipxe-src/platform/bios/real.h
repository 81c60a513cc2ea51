/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The real-mode block: all that must live in base memory while we run.
 *
 * It is one 16-bit segment: code and data of entry.S and its like, then
 * stacks and packet buffers. The file begins with it, so it first runs where
 * the PXE ROM loads us (0:7C00); real_move() moves it to the top of free base
 * memory. Symbols of section .real are offsets in it; real_ptr() finds them.
 */
#ifndef PLATFORM_BIOS_REAL_H
#define PLATFORM_BIOS_REAL_H

/* Where the ROM loads a network boot program. PXE 2.1 4.4.5. */
#define LOAD_BASE 0x7c00

/* The block's layout. Code and data must end before REAL_PXE. */
#define REAL_PXE       0x0c00 /* parameters of a PXE call */
#define REAL_PXE_LEN   0x0100 /* these may use the second half as well */
#define REAL_PXE_TBD   0x0c40 /* a transmit buffer descriptor */
#define REAL_STACK     0x2000 /* end of the stack for real-mode calls */
#define REAL_LEN_MIN   0x2000 /* of the block while no NIC is open */
#define REAL_TX	       0x2100 /* frames to be sent */
#define REAL_TX_COUNT  8
#define REAL_RX	       0x5100 /* frames received; also scratch while closed */
#define REAL_RX_COUNT  16
#define REAL_FRAME_LEN 0x0600 /* bytes for one frame */
#define REAL_LEN       0xb100 /* of the whole block */

/* Stack of real-mode calls, and of 32-bit code, before there is a block of
 * our own: behind the loaded file, in memory that PXE leaves to us. */
#define EARLY_STACK_SEG 0x5000
#define EARLY_STACK	0x2000	/* offset of its end */
#define EARLY_STACK32	0x58000 /* linear address of its end */

/* Selectors of the block's descriptor table. */
#define SEL_CODE32 0x08 /* flat */
#define SEL_DATA32 0x10 /* flat */
#define SEL_CODE16 0x18 /* the block */
#define SEL_DATA16 0x20 /* the block */

/* Bits of EFLAGS. */
#define FLAG_CF 0x0001
#define FLAG_IF 0x0200

#ifndef __ASSEMBLER__

#include "core/compiler.h"

/* Registers of a real-mode call, in and out. entry.S knows the layout. */
struct real_regs {
	uint32_t eax;
	uint32_t ebx;
	uint32_t ecx;
	uint32_t edx;
	uint32_t esi;
	uint32_t edi;
	uint32_t ebp;
	uint16_t ds;
	uint16_t es;
	/* Three words on the stack above the return address: what an
	 * interrupt handler's IRET takes as flags, or PXE's arguments. */
	uint16_t stack[3];
	uint16_t flags; /* out */
	uint32_t
		target; /* far address that is called: segment << 16 | offset */
	uint32_t is_int; /* call with interrupts off, as INT does */
} __packed;

/* How the ROM entered us, to be restored when we return to it. */
struct real_entry {
	uint16_t sp; /* with our saved registers on top of what it pushed */
	uint16_t ss;
	uint16_t bx; /* ES:BX points at PXENV+ */
	uint16_t es;
	uint16_t args; /* SS:args is the far pointer to !PXE */
} __packed;

/* What entry.S has in the block and C may touch. */
extern struct real_regs real_regs;
extern struct real_entry real_entry;
extern uint8_t real_e820[24];  /* one entry as INT 15h gives it */
extern uint8_t real_call32[];  /* void (*)(void), called flat */
extern uint8_t real_leave32[]; /* jumped to flat, EAX the exit status */

/* Linear address of a far pointer in the form segment << 16 | offset. */
static inline void *real_linear(uint32_t far)
{
	return (void *)((far >> 16) * 16 + (far & 0xffff));
}

/* Linear address of the block. */
extern uint8_t *real_base;

/* The object SYMBOL of section .real, where the block is now. */
#define real_ptr(symbol)                                                       \
	((__typeof__(&(symbol)))(real_base + (uintptr_t) & (symbol)))

/* Move the block to linear address BASE, a multiple of 16. Only its code and
 * data go along, not what is from REAL_PXE on. */
void real_move(uint8_t *base);

/* Segment of the block; far pointer to OFFSET in it. */
static inline uint16_t real_seg(void)
{
	return (uint16_t)((uintptr_t)real_base >> 4);
}

static inline uint32_t real_far(uint32_t offset)
{
	return (uint32_t)real_seg() << 16 | offset;
}

/* Start a call: the register set, all zero but for DS and ES, which are the
 * block's. Fill it in and pass it to one of the next two. */
struct real_regs *real_begin(void);

/* Execute INT VECTOR. Results are in REGS; true if it returned with CF. */
bool real_int(struct real_regs *regs, uint8_t vector);

/* Call TARGET (segment << 16 | offset) with a far call; REGS->stack holds
 * what it expects on the stack. */
void real_call(struct real_regs *regs, uint32_t target);

/* Let pending interrupts in, if the controllers say that there are any. */
void real_take_interrupts(void);

#endif
#endif
