/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Prefix of a PCI option ROM. PCI Firmware 3.0 5; Plug and Play BIOS 1.0A 3;
 * POST Memory Manager 1.01.
 *
 * The BIOS copies the ROM to memory between C0000h and EFFFFh and calls
 * `init`. We copy what is compressed to memory that the BIOS gives us for
 * good, and have the ROM end before it. Later, if it boots from this card, it
 * calls `boot`. ROM memory can be written only until `init` returns.
 */
#include "config/branding.h"
#include "config/general.h"
#include "platform/bios/prefix.h"

#define CTRL_B	       0x02
#define PNP_SIGNATURE  0x506e5024	/* "$PnP" */
#define PMM_SIGNATURE  0x4d4d5024	/* "$PMM" */
#define PMM_ALLOCATE   0
#define PMM_ANONYMOUS  0xffffffff	/* a handle */
#define PMM_EXTENDED   0x0002		/* above 1 MiB */
#define PMM_PERMANENT  0x0008		/* also after POST; PMM 1.01 */
#define IPL_ATTACHED   0x0020		/* what `init` answers: can boot */
#define INT19	       (0x19 * 4)	/* its vector */
#define TICKS	       0x46c		/* of the BIOS's clock, 18.2 a second */
#define CLOCK_STOPPED  0x400000		/* polls within one tick: never */

	.section .prefix, "awx", @progbits
	.code16

	.word	0xaa55
	.globl	rom_size
rom_size:
	.byte	0			/* 512-byte units: mkbios */
	jmp	init
	.org	6
	.globl	rom_checksum
rom_checksum:
	.byte	0			/* all bytes add up to 0: mkbios */
	.org	0x16
	.word	0			/* no UNDI ROM ID structure */
	.word	pcir
	.word	pnp

	.balign	4
	.globl	pcir
pcir:
	.ascii	"PCIR"
	.globl	rom_vendor
rom_vendor:				/* vendor, device: mkbios */
	.word	0, 0
	.globl	rom_device_list
rom_device_list:
	.word	0			/* from pcir on: mkbios */
	.word	pcir_end - pcir
	.byte	3			/* revision of this structure */
	.byte	0, 0, 2			/* class: Ethernet */
	.globl	rom_length
rom_length:
	.word	0			/* 512-byte units: mkbios */
	.word	1			/* revision of the contents */
	.byte	0			/* PC/AT code */
	.byte	0x80			/* the last image */
	.globl	rom_runtime_length
rom_runtime_length:
	.word	0			/* at most after init: mkbios */
	.word	0			/* no configuration utility */
	.word	0			/* no DMTF CLP entry */
pcir_end:

	.balign	16
pnp:
	.ascii	"$PnP"
	.byte	1			/* revision */
	.byte	(pnp_end - pnp) / 16
	.word	0			/* next header */
	.byte	0
	.globl	rom_pnp_checksum
rom_pnp_checksum:
	.byte	0			/* mkbios */
	.long	0			/* device identifier */
	.word	text_maker
	.word	text_product
	.byte	2, 0, 0			/* type: network, Ethernet */
	.byte	0x54			/* shadowable, only to boot from it */
	.word	0			/* boot connection vector */
	.word	0			/* disconnect vector */
	.word	boot			/* bootstrap entry vector */
	.word	0
	.word	0			/* static resource vector */
pnp_end:

text_maker:
	.asciz	PRODUCT_SHORT_NAME
text_product:				/* what the BIOS's boot menu shows */
	.ascii	PRODUCT_SHORT_NAME " (PCI "
text_location:
	.asciz	"00:00.0)"
	.if ROM_BANNER_TIMEOUT
text_prompt:
	.asciz	": press Ctrl-B for its command line..."
text_taken:
	.asciz	" it comes when the machine boots"
	.endif
text_newline:
	.asciz	"\r\n"

	.balign	4
rom_busdevfn:
	.word	0
rom_flags:				/* of struct prefix_info */
	.word	PREFIX_HAS_BUSDEVFN
rom_old_int19:
	.long	0
rom_packed:				/* where the compressed firmware is in */
	.long	0			/* memory from the BIOS; 0: in the ROM */
	.globl	rom_packed_offset
rom_packed_offset:			/* of it, behind the note: mkbios */
	.word	0
	.globl	rom_note_offset
rom_note_offset:			/* of the identity note: mkbios */
	.word	0

/* ---- Print the text at CS:SI. */
print:
	pushal
1:	cs lodsb
	testb	%al, %al
	jz	2f
	movb	$0x0e, %ah
	movw	$7, %bx
	int	$0x10
	jmp	1b
2:	popal
	ret

/* ---- Write AL as two hexadecimal digits, or its low half as one, to DS:DI. */
put_hex:
	pushw	%ax
	shrb	$4, %al
	call	put_digit
	popw	%ax
put_digit:
	andb	$0x0f, %al
	cmpb	$10, %al
	sbbb	$0x69, %al	/* 0 to 9: 96h on; 10 to 15: a1h on */
	das			/* which makes it "0" to "9", "A" to "F" */
	movb	%al, (%di)
	incw	%di
	ret

/* ---- Called during POST: AX is the bus, device and function of the card, BX
 * for a PCI 3.0 BIOS the segment where the ROM will stay. */
init:
	pushfw
	pushal
	pushw	%ds
	pushw	%es
	cld
	movw	%cs, %cx
	movw	%cx, %ds
	movw	%bx, %bp	/* kept until it is known what it means */
	movw	%ax, rom_busdevfn
	movw	%ax, %dx
	movw	$text_location, %di
	movb	%dh, %al
	call	put_hex
	incw	%di
	movb	%dl, %al
	shrb	$3, %al
	call	put_hex
	incw	%di
	movb	%dl, %al
	andb	$7, %al
	call	put_digit
	movw	$text_product, %si
	call	print
	call	use_pmm
	.if ROM_BANNER_TIMEOUT
	call	offer_shell
	.endif
	movw	$text_newline, %si
	call	print
	/* The ROM's bytes have changed: have them add up to 0 again. */
	xorw	%si, %si
	movzbw	rom_size, %cx
	shlw	$9, %cx		/* 0 is 64 KiB */
	xorw	%bx, %bx
1:	lodsb
	addb	%al, %bl
	loop	1b
	subb	%bl, rom_checksum
	popw	%es
	popw	%ds
	popal
	popfw
	movw	$IPL_ATTACHED, %ax
	lretw

/* ---- Move note, compressed firmware and what is behind it out of the ROM,
 * if the BIOS has a POST memory manager. */
use_pmm:
	movw	$0xe000, %ax
1:	movw	%ax, %es
	cmpl	$PMM_SIGNATURE, %es:0
	jne	2f
	movzbw	%es:5, %cx
	xorw	%di, %di
	xorw	%bx, %bx
3:	addb	%es:(%di), %bl
	incw	%di
	loop	3b
	testb	%bl, %bl
	jz	4f
2:	incw	%ax
	jnz	1b		/* to the end of the first megabyte */
	ret
4:	movzbl	rom_size, %ecx
	shll	$9, %ecx
	movzwl	rom_note_offset, %esi
	subl	%esi, %ecx	/* how many bytes */
	leal	15(%ecx), %eax
	shrl	$4, %eax
	pushw	$(PMM_EXTENDED | PMM_PERMANENT)
	pushl	$PMM_ANONYMOUS
	pushl	%eax		/* paragraphs */
	pushw	$PMM_ALLOCATE
	lcallw	*%es:7
	addw	$12, %sp
	cld
	shll	$16, %edx
	movw	%ax, %dx	/* the address */
	testl	%edx, %edx
	jz	2f
	cmpl	$-1, %edx	/* a manager that knows no such thing */
	je	2f
	call	flat_es
	movl	%edx, %edi
	addr32 rep movsb
	/* The ROM ends where the note began. */
	movw	rom_packed_offset, %ax
	subw	rom_note_offset, %ax
	movzwl	%ax, %eax
	addl	%edx, %eax
	movl	%eax, rom_packed
	movw	rom_note_offset, %ax
	addw	$511, %ax
	shrw	$9, %ax
	movb	%al, rom_size
	movw	%ax, rom_length
	movw	%ax, rom_runtime_length
2:	ret

/* ---- Let ES reach all memory: base 0, 4 GiB. Changes AX, BX. */
flat_es:
	pushfw
	cli
	xorl	%eax, %eax
	movw	%cs, %ax
	shll	$4, %eax
	addl	$rom_gdt, %eax
	movl	%eax, rom_gdt_pointer + 2
	/* What the BIOS has there is not for us to change. */
	subw	$8, %sp
	movw	%sp, %bx
	sgdtl	%ss:(%bx)
	lgdtl	rom_gdt_pointer
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	movw	$8, %bx
	movw	%bx, %es
	andb	$0xfe, %al
	movl	%eax, %cr0
	xorw	%ax, %ax
	movw	%ax, %es
	movw	%sp, %bx
	lgdtl	%ss:(%bx)
	addw	$8, %sp
	popfw
	ret

	.balign	4
rom_gdt_pointer:
	.word	15
	.long	0
	.balign	8
rom_gdt:
	.quad	0
	.quad	0x00cf93000000ffff

	.if ROM_BANNER_TIMEOUT
/* ---- Wait for Ctrl-B; if it comes, be called instead of the boot loader,
 * and remember it in case the BIOS does not let us (SeaBIOS) but boots from
 * this card. Any other key is for the BIOS, and ends the wait. BP as init's
 * BX. */
offer_shell:
	movw	$text_prompt, %si
	call	print
	xorw	%ax, %ax
	movw	%ax, %es
	movw	$((ROM_BANNER_TIMEOUT * 182 + 99) / 100), %dx
	sti
1:	movw	%es:TICKS, %bx
	movl	$CLOCK_STOPPED, %ecx
2:	movb	$1, %ah
	int	$0x16
	jnz	3f
	decl	%ecx
	jz	4f
	cmpw	%bx, %es:TICKS
	je	2b
	decw	%dx
	jnz	1b
4:	ret
3:	cmpb	$CTRL_B, %al
	jne	4b
	xorb	%ah, %ah
	int	$0x16
	movw	$text_taken, %si
	call	print
	/* Which segment will be ours? */
	movw	%cs, %si
	movw	$0xb101, %ax	/* PCI BIOS: is it there, which version? */
	xorl	%edx, %edx
	xorl	%edi, %edi
	pushw	%ds
	pushw	%es
	pushw	%bp
	pushw	%si
	int	$0x1a
	popw	%si
	popw	%bp
	popw	%es
	popw	%ds
	jc	5f
	cmpb	$3, %bh
	jb	5f
	cmpw	$0xc000, %bp
	jb	5f
	cmpw	$0xffff, %bp
	je	5f
	movw	%bp, %si
5:	cli
	orw	$PREFIX_SHELL, rom_flags
	movl	%es:INT19, %eax
	movl	%eax, rom_old_int19
	movw	$boot_shell, %es:INT19
	movw	%si, %es:INT19 + 2
	ret
	.endif

/* ---- INT 19h: a person wants the command line. Once. */
boot_shell:
	cli
	xorw	%ax, %ax
	movw	%ax, %es
	movl	%cs:rom_old_int19, %eax
	movl	%eax, %es:INT19
	movb	$0x19, %dl	/* to leave: begin to boot anew */
	movw	%cs:rom_flags, %bp
	/* If this still can be written, booting from the card boots. */
	andw	$~PREFIX_SHELL, %cs:rom_flags
	jmp	1f

/* ---- Bootstrap entry vector: the BIOS boots from this card. */
boot:
	cli
	movb	$0x18, %dl	/* to leave: the next boot device */
	movw	%cs:rom_flags, %bp
1:	cld
	movw	$EARLY_STACK_SEG, %ax
	movw	%ax, %ss
	movl	$EARLY_STACK, %esp
	movw	%cs, %ax
	movw	%ax, %ds
	movw	$(LOAD_BASE >> 4), %ax
	movw	%ax, %es
	movw	$prefix_end, %si	/* the core is behind us */
	xorw	%di, %di
	movw	$core_len, %cx
	rep movsb
	movb	%dl, %es:real_leave_int
	movw	$(EARLY_INFO >> 4), %ax
	movw	%ax, %es
	xorl	%eax, %eax
	movl	%eax, %es:INFO_INITRD
	movl	%eax, %es:INFO_INITRD_LEN
	movl	%eax, %es:INFO_CMDLINE
	movw	%bp, %es:INFO_FLAGS
	movw	rom_busdevfn, %ax
	movw	%ax, %es:INFO_BUSDEVFN
	movl	rom_packed, %edx
	testl	%edx, %edx
	jnz	2f
	movw	%cs, %dx
	shll	$4, %edx
	xorl	%eax, %eax
	movw	rom_packed_offset, %ax
	addl	%eax, %edx
2:	xorw	%ax, %ax
	movw	%ax, %es
	movl	%edx, %es:unpack_header		/* its first field */
	lgdtl	%es:LOAD_BASE + gdt_pointer
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	movw	$SEL_DATA32, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %fs
	movw	%ax, %gs
	movw	%ax, %ss
	movl	$EARLY_STACK32, %esp
	movl	$EARLY_INFO, %eax
	ljmpl	$SEL_CODE32, $unpack

	.balign	16
prefix_end:
