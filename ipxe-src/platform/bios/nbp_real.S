/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The real-mode side of nbp.c: the call of a network boot program, and what
 * stays behind while it runs. */
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

/* ---- INT 15h while such a program runs: memory from hidden_start up to
 * hidden_end, and our block in base memory, is not told of. */
	.globl	real_int15
real_int15:
	cmpw	$0xe820, %ax
	je	hide_e820
	cmpw	$0xe801, %ax
	je	hide_e801
	cmpb	$0x88, %ah
	je	hide_88
	ljmpw	*%cs:real_int15_next

/* Hide what is between %cs:(SI) and %cs:4(SI) from the entry at ES:DI. */
hide_range:
	/* RAM whose start is below 4 GiB? */
	cmpl	$1, %es:16(%di)
	jne	2f
	cmpl	$0, %es:4(%di)
	jne	2f
	movl	%es:(%di), %eax
	cmpl	%cs:4(%si), %eax
	jae	2f
	cmpl	%cs:(%si), %eax
	jb	1f
	movl	$2, %es:16(%di)		/* begins inside: reserved */
	ret
1:	/* Begins below: is its end above the start of what is hidden? */
	negl	%eax
	addl	%cs:(%si), %eax		/* distance to it */
	cmpl	$0, %es:12(%di)
	jne	3f
	cmpl	%es:8(%di), %eax
	jae	2f
3:	movl	%eax, %es:8(%di)
	movl	$0, %es:12(%di)
2:	ret

hide_e820:
	pushfw
	lcallw	*%cs:real_int15_next
	jc	int15_done
	pushl	%eax
	pushw	%si
	movw	$hidden_start, %si
	call	hide_range
	movw	$hidden_base, %si
	call	hide_range
	popw	%si
	popl	%eax
e820_done:
	clc
int15_done:
	/* The caller's flags on the stack get our CF. */
	pushw	%bp
	movw	%sp, %bp
	jc	4f
	andb	$0xfe, 6(%bp)
	popw	%bp
	iretw
4:	orb	$1, 6(%bp)
	popw	%bp
	iretw

hide_e801:
	pushfw
	lcallw	*%cs:real_int15_next
	jc	int15_done
	cmpw	%cs:hidden_kb, %ax
	jbe	1f
	movw	%cs:hidden_kb, %ax
1:	cmpw	%cs:hidden_kb, %cx
	jbe	1f
	movw	%cs:hidden_kb, %cx
1:	cmpw	%cs:hidden_64kb, %bx
	jbe	1f
	movw	%cs:hidden_64kb, %bx
1:	cmpw	%cs:hidden_64kb, %dx
	jbe	e820_done
	movw	%cs:hidden_64kb, %dx
	jmp	e820_done

hide_88:
	pushfw
	lcallw	*%cs:real_int15_next
	jc	int15_done
	cmpw	%cs:hidden_kb, %ax
	jbe	e820_done
	movw	%cs:hidden_kb, %ax
	jmp	e820_done

	.balign	4
	.globl	real_hidden
real_hidden:
hidden_start:
	.long	0
hidden_end:
	.long	0
hidden_kb:			/* kilobytes from 1 MiB, at most 15 MiB */
	.word	0
hidden_64kb:			/* blocks of 64 kB from 16 MiB */
	.word	0
hidden_base:			/* our block in base memory */
	.long	0
	.long	0xa0000
	.globl	real_int15_next
real_int15_next:
	.long	0

nbp_sp:
	.word	0
