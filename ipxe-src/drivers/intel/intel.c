/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Intel gigabit network cards: e1000, e1000e and igb in one driver. */
#include <errno.h>
#include <string.h>

#include "core/error.h"
#include "core/mmio.h"
#include "core/platform.h"
#include "drivers/bus/pci_net.h"
#include "drivers/bus/rx_pool.h"
#include "drivers/intel/intel.h"

/* Buffers in the ring, and in all: the rest is what lwIP may hold. */
#define RX_RING	  256
#define RX_POOL	  512
#define RX_BUFFER 2048
#define RX_QUOTA  64
#define FRAME_MIN 14

/* The card is told of free buffers when so many have gathered: each time costs
 * a virtual machine an exit, and all the others are there meanwhile. */
#define RX_REFILL 32

#define TX_RING	     32
#define TX_SLOT_LEN  2048
#define TX_FRAME_MAX 1518
#define TX_DRAIN_US  20000

#define RESET_WAIT_US  100000
#define RESET_QUIET_US 1000 /* no access right after a reset */
#define QUEUE_WAIT_US  20000
#define LINK_UP_US     500000 /* how often the link is looked at */
#define LINK_DOWN_US   50000

/* Inter-packet gap, 8254x 13.4.34: for copper. */
#define TIPG_COPPER 0x00602008

struct intel {
	struct pci_device *pci;
	volatile uint8_t *regs;
	struct rx_pool *pool;
	struct dma_memory rings; /* receive, then transmit descriptors */
	volatile struct intel_rx_desc *rx;
	struct rx_buffer *rx_buffers[RX_RING]; /* NULL: the place is empty */
	unsigned int rx_next;		       /* the next to be looked at */
	unsigned int rx_fill; /* the next to be filled; its place is empty */
	unsigned int rx_told; /* what the card's tail register says */
	volatile struct intel_tx_desc *tx;
	struct dma_memory tx_memory;
	unsigned int tx_next;	/* the next to be used */
	unsigned int tx_oldest; /* the oldest that may not be sent yet */
	unsigned int tx_told;
	bool is_polling; /* what is sent meanwhile is told at the end */
	uint64_t link_next_us;
};

static uint32_t reg_read(const struct intel *nic, unsigned int reg)
{
	return mmio_read32(nic->regs + reg);
}

static void reg_write(const struct intel *nic, unsigned int reg, uint32_t value)
{
	mmio_write32(nic->regs + reg, value);
}

static void wait_us(unsigned int us)
{
	uint64_t start = platform_time_us();

	while (platform_time_us() - start < us)
		;
}

/* Wait until all BITS of REG are as in VALUE, for at most US. */
static bool wait_bits(const struct intel *nic, unsigned int reg, uint32_t bits,
		      uint32_t value, unsigned int us)
{
	uint64_t start = platform_time_us();

	while ((reg_read(nic, reg) & bits) != value) {
		if (platform_time_us() - start >= us)
			return false;
	}
	return true;
}

/* ---- Receiving ---- */

/* Put free buffers into empty places. One place always stays empty, for a
 * full ring would look like an empty one. */
static void rx_refill(struct intel *nic)
{
	struct rx_buffer *buffer;
	unsigned int last = (nic->rx_next + RX_RING - 1) % RX_RING;

	while (nic->rx_fill != last) {
		buffer = rx_pool_get(nic->pool);
		if (!buffer)
			break;
		nic->rx_buffers[nic->rx_fill] = buffer;
		nic->rx[nic->rx_fill].addr = buffer->bus;
		nic->rx[nic->rx_fill].status = 0;
		nic->rx_fill = (nic->rx_fill + 1) % RX_RING;
	}
	if ((nic->rx_fill + RX_RING - nic->rx_told) % RX_RING < RX_REFILL)
		return;
	reg_write(nic, INTEL_RDT, nic->rx_fill);
	nic->rx_told = nic->rx_fill;
}

/* Has the card looked at the checksum of TCP or UDP, and found it right? */
static bool is_verified(uint8_t status, uint8_t errors)
{
	return !(status & RX_STATUS_IXSM) &&
	       (status & (RX_STATUS_TCPCS | RX_STATUS_UDPCS)) &&
	       !(errors & (RX_ERROR_TCPE | RX_ERROR_IPE));
}

/* Receive the frame in the next place. */
static void rx_frame(struct net_device *netdev, struct intel *nic,
		     uint8_t status)
{
	volatile struct intel_rx_desc *desc = &nic->rx[nic->rx_next];
	struct rx_buffer *buffer = nic->rx_buffers[nic->rx_next];
	uint16_t len = desc->length;
	uint8_t errors = desc->errors;
	struct pbuf *p;

	nic->rx_buffers[nic->rx_next] = NULL;
	nic->rx_next = (nic->rx_next + 1) % RX_RING;
	if (!(status & RX_STATUS_EOP) || (errors & RX_ERROR_FRAME) ||
	    len < FRAME_MIN || len > RX_BUFFER) {
		rx_pool_put(buffer);
		netdev_rx_error(netdev, errors ? -EIO : -EMSGSIZE);
		return;
	}
	p = rx_buffer_pbuf(buffer, 0, len);
	if (is_verified(status, errors))
		netdev_rx_verified(netdev, p);
	else
		netdev_rx(netdev, p);
}

static void look_at_link(struct net_device *netdev, struct intel *nic)
{
	uint64_t now = platform_time_us();
	bool up;

	if (now < nic->link_next_us)
		return;
	up = reg_read(nic, INTEL_STATUS) & STATUS_LU;
	netdev_set_link(netdev, up);
	nic->link_next_us = now + (up ? LINK_UP_US : LINK_DOWN_US);
}

/* Tell the card of what there is to be sent. */
static void tx_kick(struct intel *nic)
{
	if (nic->tx_told == nic->tx_next)
		return;
	reg_write(nic, INTEL_TDT, nic->tx_next);
	nic->tx_told = nic->tx_next;
}

static bool intel_poll(struct net_device *netdev)
{
	struct intel *nic = netdev->priv;
	unsigned int quota;
	uint8_t status;

	look_at_link(netdev, nic);
	nic->is_polling = true;
	for (quota = 0; quota < RX_QUOTA; quota++) {
		/* The receiver may have closed us. */
		if (!netdev->is_open || !nic->rx_buffers[nic->rx_next])
			break;
		status = nic->rx[nic->rx_next].status;
		if (!(status & RX_STATUS_DD))
			break;
		dma_read_barrier();
		rx_frame(netdev, nic, status);
	}
	nic->is_polling = false;
	if (!netdev->is_open)
		return true;
	rx_refill(nic);
	tx_kick(nic);
	return quota != 0;
}

/* ---- Sending ---- */

/* Count those as free that were sent. */
static void tx_reclaim(struct intel *nic)
{
	while (nic->tx_oldest != nic->tx_next &&
	       (nic->tx[nic->tx_oldest].status & TX_STATUS_DD))
		nic->tx_oldest = (nic->tx_oldest + 1) % TX_RING;
}

static int intel_transmit(struct net_device *netdev, struct pbuf *p)
{
	struct intel *nic = netdev->priv;
	unsigned int slot = nic->tx_next;
	volatile struct intel_tx_desc *desc = &nic->tx[slot];

	if (p->tot_len > TX_FRAME_MAX)
		return -EMSGSIZE;
	tx_reclaim(nic);
	if ((slot + 1) % TX_RING == nic->tx_oldest)
		return -ENOBUFS;
	pbuf_copy_partial(p,
			  (uint8_t *)nic->tx_memory.data + slot * TX_SLOT_LEN,
			  p->tot_len, 0);
	desc->addr = nic->tx_memory.bus + slot * TX_SLOT_LEN;
	desc->length = p->tot_len;
	desc->cso = 0;
	desc->css = 0;
	desc->special = 0;
	desc->status = 0;
	desc->cmd = TX_CMD_EOP | TX_CMD_IFCS | TX_CMD_RS;
	nic->tx_next = (slot + 1) % TX_RING;
	if (!nic->is_polling)
		tx_kick(nic);
	return 0;
}

/* ---- Opening and closing ---- */

/* Stop everything and put the card into its first state. 8254x 14.2, 14.3. */
static void intel_reset(struct intel *nic)
{
	reg_write(nic, INTEL_IMC, 0xffffffff);
	reg_write(nic, INTEL_RCTL, 0);
	reg_write(nic, INTEL_TCTL, TCTL_PSP);
	reg_read(nic, INTEL_STATUS);
	wait_us(RESET_QUIET_US);
	reg_write(nic, INTEL_CTRL, reg_read(nic, INTEL_CTRL) | CTRL_RST);
	wait_us(RESET_QUIET_US);
	wait_bits(nic, INTEL_CTRL, CTRL_RST, 0, RESET_WAIT_US);
	reg_write(nic, INTEL_IMC, 0xffffffff);
}

/* Enable queue register REG, on cards that want this. */
static void queue_enable(const struct intel *nic, unsigned int reg,
			 uint32_t bits)
{
	if (!(nic->pci->id->data & INTEL_QUEUE_ENABLE)) {
		if (bits)
			reg_write(nic, reg, reg_read(nic, reg) | bits);
		return;
	}
	reg_write(nic, reg, reg_read(nic, reg) | QUEUE_ENABLE);
	wait_bits(nic, reg, QUEUE_ENABLE, QUEUE_ENABLE, QUEUE_WAIT_US);
}

static void address_set(const struct intel *nic, const uint8_t *mac)
{
	unsigned int i;

	reg_write(nic, INTEL_RAL, get_le32(mac));
	reg_write(nic, INTEL_RAH, get_le16(mac + 4) | RAH_VALID);
	for (i = 0; i < INTEL_MTA_LEN; i++)
		reg_write(nic, INTEL_MTA + 4 * i, 0);
}

static void rx_start(struct intel *nic)
{
	uint64_t bus = nic->rings.bus;

	nic->rx_next = nic->rx_fill = nic->rx_told = 0;
	reg_write(nic, INTEL_RDBAL, (uint32_t)bus);
	reg_write(nic, INTEL_RDBAH, (uint32_t)(bus >> 32));
	reg_write(nic, INTEL_RDLEN, RX_RING * sizeof(struct intel_rx_desc));
	reg_write(nic, INTEL_RDH, 0);
	reg_write(nic, INTEL_RDT, 0);
	reg_write(nic, INTEL_RXCSUM, RXCSUM_IPOFL | RXCSUM_TUOFL);
	queue_enable(nic, INTEL_RXDCTL, 0);
	reg_write(nic, INTEL_RCTL,
		  RCTL_EN | RCTL_BAM | RCTL_SECRC |
			  (NETDEV_WANTS_MULTICAST ? RCTL_MPE : 0));
	rx_refill(nic);
}

static void tx_start(struct intel *nic)
{
	uint64_t bus = nic->rings.bus + RX_RING * sizeof(struct intel_rx_desc);

	nic->tx_next = nic->tx_oldest = nic->tx_told = 0;
	reg_write(nic, INTEL_TDBAL, (uint32_t)bus);
	reg_write(nic, INTEL_TDBAH, (uint32_t)(bus >> 32));
	reg_write(nic, INTEL_TDLEN, TX_RING * sizeof(struct intel_tx_desc));
	reg_write(nic, INTEL_TDH, 0);
	reg_write(nic, INTEL_TDT, 0);
	reg_write(nic, INTEL_TIPG, TIPG_COPPER);
	queue_enable(nic, INTEL_TXDCTL, TXDCTL_DONE);
	reg_write(nic, INTEL_TCTL, TCTL_EN | TCTL_PSP | TCTL_CT | TCTL_COLD);
}

/* Memory that is kept from the first opening on. */
static int memory_init(struct intel *nic)
{
	size_t rx_len = RX_RING * sizeof(struct intel_rx_desc);
	size_t tx_len = TX_RING * sizeof(struct intel_tx_desc);

	if (!nic->pool)
		nic->pool = rx_pool_alloc(nic->pci, RX_POOL, RX_BUFFER);
	if (!nic->pool)
		return -ENOMEM;
	if (!nic->tx_memory.data &&
	    dma_alloc(nic->pci, TX_RING * TX_SLOT_LEN, &nic->tx_memory))
		return -ENOMEM;
	if (!nic->rings.data &&
	    dma_alloc(nic->pci, rx_len + tx_len, &nic->rings))
		return -ENOMEM;
	memset(nic->rings.data, 0, rx_len + tx_len);
	nic->rx = nic->rings.data;
	nic->tx = (void *)((uint8_t *)nic->rings.data + rx_len);
	return 0;
}

static int intel_open(struct net_device *netdev)
{
	struct intel *nic = netdev->priv;
	uint32_t ctrl;
	int rc;

	rc = memory_init(nic);
	if (rc)
		return rc;
	pci_enable(nic->pci);
	intel_reset(nic);
	ctrl = reg_read(nic, INTEL_CTRL) & ~CTRL_PHY_RST;
	reg_write(nic, INTEL_CTRL, ctrl | CTRL_SLU | CTRL_ASDE | CTRL_FD);
	address_set(nic, netdev->netif.hwaddr);
	rx_start(nic);
	tx_start(nic);
	nic->link_next_us = 0;
	look_at_link(netdev, nic);
	return 0;
}

static void intel_close(struct net_device *netdev)
{
	struct intel *nic = netdev->priv;
	uint64_t start = platform_time_us();
	unsigned int i;

	/* What was sent last is to leave first. */
	tx_kick(nic);
	do {
		tx_reclaim(nic);
	} while (nic->tx_oldest != nic->tx_next &&
		 platform_time_us() - start < TX_DRAIN_US);
	intel_reset(nic);
	for (i = 0; i < RX_RING; i++) {
		if (nic->rx_buffers[i])
			rx_pool_put(nic->rx_buffers[i]);
		nic->rx_buffers[i] = NULL;
	}
	pci_disable(nic->pci);
}

static const struct net_device_ops intel_ops = {
	.open = intel_open,
	.close = intel_close,
	.transmit = intel_transmit,
	.poll = intel_poll,
};

/* ---- Finding it ---- */

int intel_probe(struct pci_device *pci)
{
	struct net_device *netdev;
	struct intel *nic;
	int rc;

	netdev = pci_netdev_alloc(pci, &intel_ops, sizeof(*nic));
	if (!netdev)
		return -ENOMEM;
	nic = netdev->priv;
	nic->pci = pci;
	pci->priv = netdev;
	nic->regs = pci_map(pci, 0);
	rc = -ENODEV;
	if (!nic->regs) {
		error_set(rc, "its registers cannot be reached");
		goto err_regs;
	}
	/* A reset makes the card read its address from its EEPROM. */
	intel_reset(nic);
	put_le32(netdev->hwaddr, reg_read(nic, INTEL_RAL));
	put_le16(netdev->hwaddr + 4, (uint16_t)reg_read(nic, INTEL_RAH));
	memcpy(netdev->mac, netdev->hwaddr, sizeof(netdev->mac));
	rc = netdev_register(netdev);
	if (rc)
		goto err_regs;
	return 0;

err_regs:
	netdev_free(netdev);
	return rc;
}

void intel_remove(struct pci_device *pci)
{
	struct net_device *netdev = pci->priv;
	struct intel *nic = netdev->priv;

	netdev_unregister(netdev);
	rx_pool_free(pci, nic->pool);
	dma_free(pci, &nic->tx_memory);
	dma_free(pci, &nic->rings);
	netdev_free(netdev);
}
