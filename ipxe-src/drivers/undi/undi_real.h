/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What undi.c and its real-mode part share. */
#ifndef DRIVERS_UNDI_UNDI_REAL_H
#define DRIVERS_UNDI_UNDI_REAL_H

#include "platform/bios/real.h"

/* What a batch does about received frames. */
#define UNDI_RX_NONE	0 /* nothing */
#define UNDI_RX_START	1 /* ask whether there was an interrupt, then all */
#define UNDI_RX_PROCESS 2 /* without asking */
#define UNDI_RX_NEXT	3 /* go on where the last batch was full */

/* Function of PXENV_UNDI_ISR, in and out. PXE 2.1 4.2.20. */
#define UNDI_ISR_START	  1
#define UNDI_ISR_PROCESS  2
#define UNDI_ISR_GET_NEXT 3
#define UNDI_ISR_TRANSMIT 2
#define UNDI_ISR_RECEIVE  3

/* Bound of ISR calls in one batch: a ROM that never says "done". */
#define UNDI_CALLS_MAX 64

#ifndef __ASSEMBLER__

/* Variables of the real-mode part, in the block. */
struct undi_real {
	uint32_t entry;	    /* far pointer to the API */
	uint32_t calls;	    /* API calls made, for measuring */
	uint16_t tx_first;  /* buffer of the next frame to be sent */
	uint16_t tx_count;  /* frames to be sent, in buffers from there on */
	uint16_t tx_done;   /* out: how many the ROM took */
	uint16_t tx_status; /* out: why it did not take the next; 0 */
	uint16_t rx_count;  /* out: frames received */
	uint16_t rx_bad;    /* frames dropped: too long, or empty */
	uint16_t fragment;  /* bytes there are of a frame in parts */
	uint8_t rx_mode; /* UNDI_RX_..., out: UNDI_RX_NEXT if there is more */
	uint8_t answer;	 /* out: of ISR START, 0 if the interrupt is ours */
	volatile uint8_t irq_seen; /* the hook was called, IRQ is masked */
	uint8_t irq_bit;   /* of the NIC's IRQ in its controller's mask */
	uint16_t irq_port; /* of that mask */
	uint16_t tx_len[REAL_TX_COUNT];
	uint16_t rx_len[REAL_RX_COUNT];
} __packed;

extern struct undi_real undi_real;
extern uint8_t undi_batch[], undi_irq[]; /* far routines in the block */

#endif
#endif
