/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The way between 32-bit and real mode, and the entry of the firmware.
 *
 * Nearly all of it is in the real-mode block (real.h): one segment, offsets
 * from 0, CS its segment in real mode. It first runs at 0:7C00, for which the
 * linear addresses in its data are right; real_move() adjusts them when it
 * copies the block to its final place.
 */
#include "platform/bios/real.h"

	.section .real, "awx", @progbits
	.code32

/* ---- real_call32: called in flat 32-bit mode, does the call of real_regs. */
	.globl	real_call32
real_call32:
	pushal
	call	1f
1:	popl	%ebx
	subl	$1b, %ebx	/* linear address of the block */
	movl	%esp, flat_esp(%ebx)
	ljmpl	$SEL_CODE16, $2f

	.code16
2:	movw	$SEL_DATA16, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movw	%ax, %fs
	movw	%ax, %gs
	movl	%cr0, %eax
	andb	$0xfe, %al
	movl	%eax, %cr0
	ljmpw	*real_vector

real_landing:
	movw	%cs, %ax
	movw	%ax, %ds
	movw	%ax, %fs
	movw	%ax, %gs
	movw	real_stack + 2, %ss
	movzwl	real_stack, %esp
	pushw	regs_stack + 4
	pushw	regs_stack + 2
	pushw	regs_stack
	movl	real_regs, %eax
	movl	real_regs + 4, %ebx
	movl	real_regs + 8, %ecx
	movl	real_regs + 12, %edx
	movl	real_regs + 16, %esi
	movl	real_regs + 20, %edi
	movl	real_regs + 24, %ebp
	movw	real_regs + 30, %es
	testb	$1, regs_is_int
	movw	real_regs + 28, %ds
	jnz	3f
	sti
3:	lcallw	*%cs:regs_target
	pushfw
	cli
	cld
	popw	%cs:regs_flags
	movw	%ds, %cs:real_regs + 28
	movw	%cs, %sp	/* the stack is not needed any more */
	movw	%sp, %ds
	movw	%es, real_regs + 30
	movl	%eax, real_regs
	movl	%ebx, real_regs + 4
	movl	%ecx, real_regs + 8
	movl	%edx, real_regs + 12
	movl	%esi, real_regs + 16
	movl	%edi, real_regs + 20
	movl	%ebp, real_regs + 24
	xorl	%ebx, %ebx
	movw	%cs, %bx
	shll	$4, %ebx
	lgdtl	gdt_pointer
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	ljmpl	*flat_vector

	.code32
flat_landing:
	movw	$SEL_DATA32, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movw	%ax, %fs
	movw	%ax, %gs
	movl	flat_esp(%ebx), %esp
	popal
	ret

/* ---- real_leave32: jumped to in flat mode, EAX = exit status for the ROM.
 * Goes back to where we came from, by its stack; where there is none, the
 * BIOS tries its next boot device. Never returns. */
	.globl	real_leave32
real_leave32:
	movl	%eax, %edi
	ljmpl	$SEL_CODE16, $1f
	.code16
1:	movw	$SEL_DATA16, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movw	%ax, %fs
	movw	%ax, %gs
	movl	%cr0, %eax
	andb	$0xfe, %al
	movl	%eax, %cr0
	movw	$leave_landing, real_vector
	ljmpw	*real_vector
leave_landing:
	movw	real_entry + 2, %ss
	movzwl	real_entry, %esp
	testw	%sp, %sp
	jz	2f
	/* Into the AX that POPAL takes: the last but one dword of eight. */
	movw	%sp, %bp
	movw	%di, 28(%bp)
	popal
	popl	%fs
	popw	%es
	popw	%ds
	popfw
	lretw
2:	movw	$REAL_STACK, %sp
	movw	%cs, %ax
	movw	%ax, %ss
	sti
	.byte	0xcd		/* INT, of the next byte */
	.globl	real_leave_int
real_leave_int:
	.byte	0x18		/* a prefix may put 19h here */

/* ---- Data. */
	.balign	4
	.globl	real_regs
real_regs:
	.fill	32, 1, 0
regs_stack:
	.fill	6, 1, 0
regs_flags:
	.word	0
regs_target:
	.long	0
regs_is_int:
	.long	0

	.globl	real_entry
real_entry:
	.fill	10, 1, 0

	.globl	real_stack
real_stack:			/* offset and segment of the stack's end */
	.word	EARLY_STACK, EARLY_STACK_SEG

	.globl	real_vector
real_vector:			/* to real mode: offset, segment */
	.word	real_landing, LOAD_BASE >> 4

	.balign	4
	.globl	flat_vector
flat_vector:			/* to flat mode: offset, selector */
	.long	LOAD_BASE + flat_landing
	.word	SEL_CODE32

	.balign	4
flat_esp:
	.long	0

	.word	0
	.globl	gdt_pointer
gdt_pointer:
	.word	gdt_end - gdt - 1
	.long	LOAD_BASE + gdt

	.balign	8
	.globl	gdt
gdt:	.quad	0
	.quad	0x00cf9b000000ffff		/* SEL_CODE32 */
	.quad	0x00cf93000000ffff		/* SEL_DATA32 */
	.quad	0x00009b000000ffff | (LOAD_BASE << 16)	/* SEL_CODE16 */
	.quad	0x000093000000ffff | (LOAD_BASE << 16)	/* SEL_DATA16 */
gdt_end:

	.globl	real_e820
real_e820:
	.fill	24, 1, 0

/* ---- The 32-bit entry of the unpacked firmware, outside the block.
 * EAX, EDX: arguments of bios_main(). */
	.section .text.payload_start, "ax", @progbits
	.code32
	.globl	payload_start
payload_start:
	movl	$stack_end, %esp
	jmp	bios_main

	.section .bss.stack, "aw", @nobits
	.balign	16
	.fill	65536, 1, 0
stack_end:
