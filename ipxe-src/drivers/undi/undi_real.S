/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The real-mode part of the UNDI driver.
 *
 * A trip to real mode and back costs more than moving a frame. So one trip
 * sends all frames that wait and takes all that arrived, up to the number of
 * buffers. undi_real.h describes the variables.
 */
#include "platform/bios/real.h"
#include "drivers/undi/undi_real.h"

#define PXENV_UNDI_TRANSMIT 0x08
#define PXENV_UNDI_ISR      0x14

/* Parameters of TRANSMIT: PXE 2.1 4.2.8. */
#define TX_STATUS    (REAL_PXE + 0)
#define TX_TBD       (REAL_PXE + 8)
#define TX_END       (REAL_PXE + 20)
#define TBD_LEN      (REAL_PXE_TBD + 0)
#define TBD_FRAME    (REAL_PXE_TBD + 2)
#define TBD_BLOCKS   (REAL_PXE_TBD + 6)

/* Parameters of ISR: PXE 2.1 4.2.20. */
#define ISR_STATUS    (REAL_PXE + 0)
#define ISR_FUNCTION  (REAL_PXE + 2)
#define ISR_BUF_LEN   (REAL_PXE + 4)
#define ISR_FRAME_LEN (REAL_PXE + 6)
#define ISR_FRAME     (REAL_PXE + 10)
#define ISR_END       (REAL_PXE + 16)

	.section .real, "awx", @progbits
	.code16

/* Call the API: BX opcode, parameters at REAL_PXE. Keeps all registers but
 * AX, which is 0 if call and status say success; ZF accordingly. */
undi_call:
	pushal
	pushw	%ds
	pushw	%es
	movw	$REAL_PXE, %di
	pushw	%ds		/* !PXE: far pointer, opcode */
	pushw	%di
	pushw	%bx
	incl	undi_calls
	lcallw	*undi_entry	/* PXENV+: BX, ES:DI */
	addw	$6, %sp
	cld
	popw	%es
	popw	%ds
	orw	REAL_PXE, %ax
	movw	%sp, %bp
	movw	%ax, 28(%bp)	/* the AX that POPAL takes */
	popal
	orw	%ax, %ax
	ret

/* Clear the parameters from REAL_PXE up to CX. */
undi_clear:
	movw	$REAL_PXE, %di
	subw	%di, %cx
	xorw	%ax, %ax
	rep stosb
	ret

/* Ask the ISR: AL = function. Its answer is in AL; ZF says success. */
undi_isr:
	pushw	%ax
	movw	$ISR_END, %cx
	call	undi_clear
	popw	%ax
	movb	%al, ISR_FUNCTION
	movw	$PXENV_UNDI_ISR, %bx
	call	undi_call
	movb	ISR_FUNCTION, %al
	ret

/* ---- undi_batch: called by real_call(). */
	.globl	undi_batch
undi_batch:
	/* Send. */
	xorw	%si, %si
	movw	%si, undi_tx_done
	movw	%si, undi_rx_count
1:	movw	undi_tx_done, %si
	cmpw	undi_tx_count, %si
	jae	undi_receive
	addw	undi_tx_first, %si
	andw	$(REAL_TX_COUNT - 1), %si
	movw	$TX_END, %cx
	call	undi_clear
	movw	$REAL_PXE_TBD, TX_TBD
	movw	%ds, TX_TBD + 2
	movw	%si, %bx
	shlw	$1, %bx
	movw	undi_tx_len(%bx), %ax
	movw	%ax, TBD_LEN
	imulw	$REAL_FRAME_LEN, %si, %ax
	addw	$REAL_TX, %ax
	movw	%ax, TBD_FRAME
	movw	%ds, TBD_FRAME + 2
	movw	$0, TBD_BLOCKS
	movw	$PXENV_UNDI_TRANSMIT, %bx
	call	undi_call
	movw	%ax, undi_tx_status
	jnz	undi_receive
	incw	undi_tx_done
	jmp	1b

	/* Receive. */
undi_receive:
	movb	undi_rx_mode, %al
	movw	$UNDI_CALLS_MAX, %bp	/* bound of this batch */
	cmpb	$UNDI_RX_NONE, %al
	je	undi_done
	cmpb	$UNDI_RX_NEXT, %al
	je	4f
	cmpb	$UNDI_RX_PROCESS, %al
	je	3f
	movb	$UNDI_ISR_START, %al
	call	undi_isr
	jnz	undi_done
	movb	%al, undi_answer	/* 0: our interrupt */
	orb	%al, %al
	jnz	undi_done
3:	movb	$UNDI_ISR_PROCESS, %al
	jmp	5f
4:	movb	$UNDI_ISR_GET_NEXT, %al
5:	movb	$UNDI_RX_NONE, undi_rx_mode
	decw	%bp
	jz	undi_more
	call	undi_isr
	jnz	undi_done
	cmpb	$UNDI_ISR_TRANSMIT, %al
	je	4b
	cmpb	$UNDI_ISR_RECEIVE, %al
	jne	undi_done		/* done, busy, nonsense */

	/* Append BUF_LEN bytes to the frame in the next free buffer. */
	movw	ISR_BUF_LEN, %cx
	movw	undi_fragment, %ax
	movw	%ax, %di
	addw	%cx, %ax
	jc	6f
	cmpw	$REAL_FRAME_LEN, %ax
	ja	6f
	jcxz	6f
	movw	%ax, undi_fragment
	imulw	$REAL_FRAME_LEN, undi_rx_count, %dx
	addw	%dx, %di
	addw	$REAL_RX, %di
	pushw	%ds
	ldsw	ISR_FRAME, %si
	movw	%cx, %dx
	shrw	$2, %cx
	rep movsl
	movw	%dx, %cx
	andw	$3, %cx
	rep movsb
	popw	%ds
	cmpw	ISR_FRAME_LEN, %ax
	jb	4b			/* more of it follows */
	movw	undi_rx_count, %bx
	shlw	$1, %bx
	movw	%ax, undi_rx_len(%bx)
	movw	$0, undi_fragment
	incw	undi_rx_count
	cmpw	$REAL_RX_COUNT, undi_rx_count
	jb	4b
undi_more:
	movb	$UNDI_RX_NEXT, undi_rx_mode
undi_done:
	lretw
6:	incw	undi_rx_bad
	movw	$0, undi_fragment
	jmp	4b

/* ---- Hook of the NIC's interrupt: mask it, so that it cannot come again
 * until the driver has looked, and remember it. */
	.globl	undi_irq
undi_irq:
	pushw	%ax
	pushw	%dx
	movw	%cs:undi_irq_port, %dx
	inb	%dx, %al
	orb	%cs:undi_irq_bit, %al
	outb	%al, %dx
	movb	$1, %cs:undi_irq_seen
	movb	$0x20, %al		/* end of interrupt */
	testb	$0x80, %dl		/* second controller first */
	jz	1f
	outb	%al, $0xa0
1:	outb	%al, $0x20
	popw	%dx
	popw	%ax
	iretw

/* ---- struct undi_real of undi_real.h. */
	.balign	4
	.globl	undi_real
undi_real:
undi_entry:
	.long	0
undi_calls:
	.long	0
undi_tx_first:
	.word	0
undi_tx_count:
	.word	0
undi_tx_done:
	.word	0
undi_tx_status:
	.word	0
undi_rx_count:
	.word	0
undi_rx_bad:
	.word	0
undi_fragment:
	.word	0
undi_rx_mode:
	.byte	0
undi_answer:
	.byte	0
undi_irq_seen:
	.byte	0
undi_irq_bit:
	.byte	0
undi_irq_port:
	.word	0
undi_tx_len:
	.fill	REAL_TX_COUNT, 2, 0
undi_rx_len:
	.fill	REAL_RX_COUNT, 2, 0
