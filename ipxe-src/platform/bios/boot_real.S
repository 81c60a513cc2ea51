/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Real-mode routines that real_call() calls in the block: waiting for
 * interrupts, starting others' programs. */
#include "platform/bios/real.h"

	.section .real, "awx", @progbits
	.code16

/* ---- Let pending interrupts in. real_call32 has just enabled them. */
	.globl	real_window
real_window:
	nop
	nop
	lretw

/* ---- Halt until the next interrupt. */
	.globl	real_halt
real_halt:
	sti
	hlt
	lretw

/* ---- Start a program that does not return: struct real_boot. */
	.globl	real_boot
real_boot:
	cli
	movw	boot_ss, %ss
	movzwl	boot_sp, %esp
	pushw	boot_cs
	pushw	boot_ip
	movl	boot_edx, %edx
	movw	boot_ds, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %fs
	movw	%ax, %gs
	xorl	%eax, %eax
	xorl	%ebx, %ebx
	xorl	%ecx, %ecx
	xorl	%esi, %esi
	xorl	%edi, %edi
	xorl	%ebp, %ebp
	lretw

	.globl	real_boot_regs
real_boot_regs:
boot_ss:
	.word	0
boot_sp:
	.word	0
boot_cs:
	.word	0
boot_ip:
	.word	0
boot_ds:
	.word	0
boot_edx:
	.long	0
