/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The real-mode side of nbp.c: the call of a network boot program. */
#include "platform/bios/real.h"

#define SELECT_IF(name)
SELECT_IF(IMAGE_PXE);

	.section .real, "awx", @progbits
	.code16

/* ---- Start the network boot program at 0:7C00 as the ROM would, on the
 * ROM's stack, and come back with its AX. PXE 2.1 4.4.5. */
	.globl	real_nbp
real_nbp:
	movw	%sp, nbp_sp
	movw	real_entry + 2, %ss
	movzwl	real_entry + 8, %esp	/* now [SP] is the pointer to !PXE */
	movw	real_entry + 4, %bx
	movw	real_entry + 6, %es
	xorl	%eax, %eax
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	xorl	%esi, %esi
	xorl	%edi, %edi
	xorl	%ebp, %ebp
	movw	%ax, %ds
	sti
	lcallw	$0, $LOAD_BASE
	cli
	cld
	movw	%cs, %bx
	movw	%bx, %ds
	movw	%bx, %ss
	movzwl	nbp_sp, %esp
	pushw	%ax
	/* We are above 1 MiB: have address line 20, whatever it did. */
	inb	$0x92, %al
	orb	$2, %al
	andb	$0xfe, %al
	outb	%al, $0x92
	popw	%ax
	lretw

nbp_sp:
	.word	0
