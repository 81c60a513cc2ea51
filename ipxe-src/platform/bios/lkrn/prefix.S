/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Prefix of a file that looks like a Linux kernel, for syslinux, GRUB and
 * QEMU. Linux's Documentation/arch/x86/boot.rst, protocol 2.06.
 *
 * Loaders put the first two sectors anywhere in base memory and the rest at
 * 1 MiB. Some enter the first in real mode, others the second in flat mode;
 * the first does no more than go on with the second.
 */
#include "platform/bios/prefix.h"

#define SETUP_LEN    1024     /* boot sector and one sector of set-up */
#define HIGH_BASE    0x100000 /* where the rest is */
#define HIGH(symbol) (HIGH_BASE + (symbol) - SETUP_LEN)

/* Fields of the header, offsets from the boot sector's start. */
#define RAMDISK_IMAGE 0x218
#define RAMDISK_SIZE  0x21c
#define CMD_LINE_PTR  0x228

	.section .prefix, "awx", @progbits
	.code16

	.org	0x1f1
	.byte	SETUP_LEN / 512 - 1	/* setup_sects */
	.word	0			/* root_flags */
	.globl	lkrn_syssize
lkrn_syssize:
	.long	0			/* 16-byte units at HIGH_BASE: mkbios */
	.word	0			/* ram_size */
	.word	0			/* vid_mode */
	.word	0			/* root_dev */
	.word	0xaa55			/* boot_flag */
	jmp	setup			/* jump, two bytes */
	.ascii	"HdrS"
	.word	0x0206			/* version */
	.long	0			/* realmode_swtch */
	.word	0			/* start_sys_seg */
	.word	lkrn_name - 512		/* kernel_version */
	.byte	0			/* type_of_loader: it writes it */
	.byte	0x01			/* loadflags: the rest is at 1 MiB */
	.word	0			/* setup_move_size */
	.long	HIGH_BASE		/* code32_start */
	.long	0			/* ramdisk_image */
	.long	0			/* ramdisk_size */
	.long	0			/* bootsect_kludge */
	.word	0			/* heap_end_ptr */
	.word	0			/* ext_loader_ver, ext_loader_type */
	.long	0			/* cmd_line_ptr */
	.long	0x7fffffff		/* initrd_addr_max */
	.long	0x1000			/* kernel_alignment */
	.byte	0			/* relocatable_kernel */
	.byte	0			/* min_alignment */
	.word	0			/* xloadflags */
	.long	CMDLINE_MAX - 1		/* cmdline_size */

/* ---- Real mode: CS is the boot sector's segment + 20h, IP 0. */
setup:
	cli
	cld
	movw	%cs, %ax
	subw	$0x20, %ax
	movw	%ax, %ds
	movw	%ax, %ss
	movw	$SETUP_LEN, %sp
	/* What is at 1 MiB was loaded with A20 open; some close it again. */
	movw	$0x2401, %ax
	int	$0x15
	inb	$0x92, %al
	orb	$2, %al
	andb	$0xfe, %al
	outb	%al, $0x92
	cli
	xorl	%esi, %esi
	movw	%ds, %si
	shll	$4, %esi
	leal	setup_gdt(%esi), %eax
	movl	%eax, setup_gdt_pointer + 2
	lgdtl	setup_gdt_pointer
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	movw	$SEL_DATA32, %ax	/* flat, as the protocol has it */
	movw	%ax, %ds
	ljmpl	$SEL_CODE32, $HIGH_BASE

	.balign	4
setup_gdt_pointer:
	.word	23
	.long	0
	.balign	8
setup_gdt:
	.quad	0
	.quad	0x00cf9b000000ffff		/* SEL_CODE32 */
	.quad	0x00cf93000000ffff		/* SEL_DATA32 */

lkrn_name:
	.asciz	"Unloop"
	.org	SETUP_LEN

/* ---- Flat mode, at HIGH_BASE: ESI is the linear address of the boot sector,
 * or of the loader's copy of the header in its place. */
	.code32
	cli
	cld
	lgdtl	HIGH(high_gdt_pointer)
	ljmpl	$SEL_CODE32, $HIGH(1f)
1:	movw	$SEL_DATA32, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %fs
	movw	%ax, %gs
	movw	%ax, %ss
	lidtl	HIGH(real_idt)
	/* All that is wanted of the header, before it may be overwritten. */
	movl	RAMDISK_IMAGE(%esi), %ebx
	movl	RAMDISK_SIZE(%esi), %ebp
	movl	CMD_LINE_PTR(%esi), %esi
	testl	%esi, %esi
	jz	3f
	movl	$EARLY_CMDLINE, %edi
	movl	$(CMDLINE_MAX - 1), %ecx
	cmpl	%edi, %esi
	jae	2f
	/* From its end: they may overlap. */
	std
	leal	-1(%esi, %ecx), %esi
	leal	-1(%edi, %ecx), %edi
2:	rep movsb
	cld
	movb	$0, EARLY_CMDLINE + CMDLINE_MAX - 1
	movl	$EARLY_CMDLINE, %esi
3:	movl	$HIGH(prefix_end), %eax		/* the core is behind us */
	movl	%esi, EARLY_INFO + INFO_CMDLINE
	movl	%ebx, EARLY_INFO + INFO_INITRD
	movl	%ebp, EARLY_INFO + INFO_INITRD_LEN
	movl	$0, EARLY_INFO + INFO_FLAGS
	movl	%eax, %esi
	movl	$LOAD_BASE, %edi
	movl	$core_len, %ecx
	rep movsb
	lgdtl	LOAD_BASE + gdt_pointer
	movl	$EARLY_STACK32, %esp
	movl	$EARLY_INFO, %eax
	movl	$unpack, %ecx
	jmp	*%ecx

high_gdt_pointer:
	.word	23
	.long	HIGH(high_gdt)
real_idt:
	.word	0x3ff
	.long	0
	.balign	8
high_gdt:
	.quad	0
	.quad	0x00cf9b000000ffff		/* SEL_CODE32 */
	.quad	0x00cf93000000ffff		/* SEL_DATA32 */

	.balign	16
prefix_end:
