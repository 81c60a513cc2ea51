/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The real-mode side of hide.c: INT 15h without the memory that is ours. */
#include "platform/bios/real.h"

#define SELECT_IF(name)
SELECT_IF(PXE_STACK);

	.section .real, "awx", @progbits
	.code16

/* ---- INT 15h while something is hidden: memory from hidden_start up to
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
