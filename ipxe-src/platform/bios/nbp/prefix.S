/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Prefix of a PXE network boot program: where the PXE ROM enters us.
 *
 * It is the start of the real-mode block, which is the start of the file.
 */
#include "platform/bios/real.h"

	.section .real.start, "awx", @progbits
	.code16

/* ---- Entry: CS:IP = 0:7C00 or 07C0:0, ES:BX -> PXENV+, SS:SP[4] -> !PXE. */
real_start:
	ljmpw	$(LOAD_BASE >> 4), $1f
1:	pushfw
	pushw	%ds
	pushw	%es
	pushl	%fs
	pushal
	movw	%cs, %ax
	movw	%ax, %ds
	movw	%sp, real_entry
	movw	%ss, real_entry + 2
	movw	%bx, real_entry + 4
	movw	%es, real_entry + 6
	/* Behind what was pushed: return address, then the pointer. */
	movw	%sp, %bx
	addw	$(42 + 4), %bx
	movw	%bx, real_entry + 8
	cld
	movw	$EARLY_STACK_SEG, %ax
	movw	%ax, %ss
	movl	$EARLY_STACK, %esp
	cli
	lgdtl	gdt_pointer
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	ljmpl	$SEL_CODE32, $(LOAD_BASE + 2f)

	.code32
2:	movw	$SEL_DATA32, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movw	%ax, %fs
	movw	%ax, %gs
	movl	$EARLY_STACK32, %esp
	xorl	%eax, %eax	/* no struct prefix_info */
	movl	$unpack, %ecx	/* linked where it is: an absolute jump */
	jmp	*%ecx
