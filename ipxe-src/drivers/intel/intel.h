/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Intel gigabit network cards: registers and variants.
 *
 * From Intel's manuals: PCI/PCI-X Family of Gigabit Ethernet Controllers
 * Software Developer's Manual (8254x), 82574 datasheet, 82576, I350 and I210
 * datasheets. One driver does for all of them, because each still takes the
 * descriptors and the registers of the first.
 */
#ifndef DRIVERS_INTEL_INTEL_H
#define DRIVERS_INTEL_INTEL_H

#include "drivers/bus/pci.h"

/* Registers, offsets in BAR 0. */
#define INTEL_CTRL    0x0000
#define INTEL_STATUS  0x0008
#define INTEL_IMC     0x00d8 /* interrupts to switch off */
#define INTEL_RCTL    0x0100
#define INTEL_TCTL    0x0400
#define INTEL_TIPG    0x0410
#define INTEL_RDBAL   0x2800 /* receive queue 0 */
#define INTEL_RDBAH   0x2804
#define INTEL_RDLEN   0x2808
#define INTEL_RDH     0x2810
#define INTEL_RDT     0x2818
#define INTEL_RXDCTL  0x2828
#define INTEL_TDBAL   0x3800 /* transmit queue 0 */
#define INTEL_TDBAH   0x3804
#define INTEL_TDLEN   0x3808
#define INTEL_TDH     0x3810
#define INTEL_TDT     0x3818
#define INTEL_TXDCTL  0x3828
#define INTEL_RXCSUM  0x5000
#define INTEL_MTA     0x5200 /* 128 registers: multicast filter */
#define INTEL_MTA_LEN 128
#define INTEL_RAL     0x5400 /* receive address 0 */
#define INTEL_RAH     0x5404
#define INTEL_REGS    0x6000 /* bytes that we use at most */

#define CTRL_FD	     (1u << 0)
#define CTRL_ASDE    (1u << 5) /* take the speed from the PHY */
#define CTRL_SLU     (1u << 6) /* set link up */
#define CTRL_RST     (1u << 26)
#define CTRL_PHY_RST (1u << 31)

#define STATUS_LU (1u << 1) /* link up */

#define RCTL_EN	   (1u << 1)
#define RCTL_MPE   (1u << 4)  /* accept all multicast */
#define RCTL_BAM   (1u << 15) /* accept broadcast */
#define RCTL_SECRC (1u << 26) /* strip the frame's checksum */

#define TCTL_EN	  (1u << 1)
#define TCTL_PSP  (1u << 3) /* pad short packets */
#define TCTL_CT	  (15u << 4)
#define TCTL_COLD (64u << 12)

#define QUEUE_ENABLE (1u << 25) /* RXDCTL, TXDCTL of igb's kind */
#define TXDCTL_DONE  (1u << 24) /* count descriptors, not cache lines */

#define RXCSUM_IPOFL (1u << 8)
#define RXCSUM_TUOFL (1u << 9)

#define RAH_VALID (1u << 31)

/* Legacy receive descriptor, 8254x 3.2.3. */
struct intel_rx_desc {
	uint64_t addr;
	uint16_t length;
	uint16_t checksum;
	uint8_t status;
	uint8_t errors;
	uint16_t special;
};

#define RX_STATUS_DD	0x01 /* done */
#define RX_STATUS_EOP	0x02 /* end of packet */
#define RX_STATUS_IXSM	0x04 /* no checksum was looked at */
#define RX_STATUS_UDPCS 0x10 /* UDP's was (82574 and later) */
#define RX_STATUS_TCPCS 0x20 /* TCP's was */
#define RX_ERROR_TCPE	0x20 /* and is wrong */
#define RX_ERROR_IPE	0x40
#define RX_ERROR_FRAME	0x97 /* CRC, symbol, sequence, carrier, data error */

/* Legacy transmit descriptor, 8254x 3.3.3. */
struct intel_tx_desc {
	uint64_t addr;
	uint16_t length;
	uint8_t cso;
	uint8_t cmd;
	uint8_t status;
	uint8_t css;
	uint16_t special;
};

#define TX_CMD_EOP   0x01
#define TX_CMD_IFCS  0x02 /* insert the frame's checksum */
#define TX_CMD_RS    0x08 /* report when it is done */
#define TX_STATUS_DD 0x01

/* Variants, in struct pci_id's data. */
#define INTEL_QUEUE_ENABLE 1 /* queues are enabled one by one (igb) */
#define INTEL_NO_PHY_RESET 2 /* a reset of the PHY needs more than ours */

/* Probe and remove for every table of ids. */
int intel_probe(struct pci_device *pci);
void intel_remove(struct pci_device *pci);

#endif
