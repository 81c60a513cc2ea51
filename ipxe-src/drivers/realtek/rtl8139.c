/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Realtek RTL8139: fast Ethernet. From Realtek's RTL8139D datasheet (1.x).
 *
 * The card writes frames one behind the other into one ring of bytes, so they
 * are copied out of it: there is no ring of buffers that lwIP could read.
 */
#include <errno.h>
#include <string.h>

#include "core/error.h"
#include "core/mmio.h"
#include "core/platform.h"
#include "drivers/bus/pci_net.h"

/* Registers, datasheet chapter 6. */
#define REG_IDR	    0x00 /* six bytes: the address */
#define REG_MAR	    0x08 /* eight bytes: multicast filter */
#define REG_TSD	    0x10 /* four of 32 bits: status of what is sent */
#define REG_TSAD    0x20 /* four of 32 bits: where it is */
#define REG_RBSTART 0x30 /* 32 bits: where the ring is */
#define REG_CR	    0x37 /* 8 bits: command */
#define REG_CAPR    0x38 /* 16 bits: read up to here, less 16 */
#define REG_CBR	    0x3a /* 16 bits: written up to here */
#define REG_IMR	    0x3c /* 16 bits: interrupts that are wanted */
#define REG_ISR	    0x3e /* 16 bits */
#define REG_TCR	    0x40 /* 32 bits */
#define REG_RCR	    0x44 /* 32 bits */
#define REG_9346CR  0x50 /* 8 bits: unlocks IDR and the next */
#define REG_CONFIG1 0x52
#define REG_MSR	    0x58 /* 8 bits: media status */

#define CR9346_UNLOCK 0xc0

#define CR_RST	0x10
#define CR_RE	0x08
#define CR_TE	0x04
#define CR_BUFE 0x01 /* the ring is empty */

#define TSD_OWN	      (1u << 13) /* the card has read the frame */
#define TSD_TABT      (1u << 30)
#define TSD_THRESHOLD (8u << 16) /* send when 256 bytes are there */

#define TCR_IFG	   (3u << 24) /* the gap of IEEE 802.3 */
#define TCR_DMA	   (6u << 8)  /* bursts of 1024 bytes */
#define TCR_CLRABT 1u

#define RCR_APM		(1u << 1) /* frames to our address */
#define RCR_AM		(1u << 2) /* and to groups in MAR */
#define RCR_AB		(1u << 3) /* and broadcasts */
#define RCR_DMA		(6u << 8)
#define RCR_64K		(3u << 11) /* the ring's length: 64 KiB + 16 */
#define RCR_NOTHRESHOLD (7u << 13)

#define MSR_LINKB 0x04 /* no link */

/* Before each frame: status and length with its checksum, 16 bits each. */
#define RX_HEADER     4
#define RX_OK	      0x0001
#define RX_CRC	      4
#define RX_UNFINISHED 0xfff0 /* as length: still being written */

#define RX_RING 65536u
/* Frames do not wrap in a ring of 64 KiB only if asked; behind it is room for
 * the card's own ideas. */
#define RX_SLACK  2048
#define RX_QUOTA  64
#define FRAME_MIN 14
#define FRAME_PAD 60 /* the card does not pad what is shorter */

#define TX_SLOTS     4
#define TX_SLOT_LEN  2048
#define TX_FRAME_MAX 1518
#define TX_WAIT_US   20000

#define RESET_WAIT_US 100000
#define ASK_US	      20000
#define LINK_UP_US    500000
#define LINK_DOWN_US  50000

struct rtl8139 {
	struct pci_device *pci;
	volatile uint8_t *regs;
	struct dma_memory rx, tx;
	uint16_t rx_offset;		 /* of the next frame in the ring */
	unsigned int tx_next, tx_oldest; /* counted up for ever */
	uint64_t asked_us;		 /* when it was asked for frames */
	uint64_t link_next_us;
};

/* ---- Receiving ---- */

/* Copy LEN bytes from OFFSET of the ring, which may wrap. */
static void ring_copy(const struct rtl8139 *nic, void *to, uint32_t offset,
		      size_t len)
{
	const uint8_t *ring = nic->rx.data;
	size_t first;

	offset %= RX_RING;
	first = MIN(len, RX_RING - offset);
	memcpy(to, ring + offset, first);
	memcpy((uint8_t *)to + first, ring, len - first);
}

/* Zero LEN bytes at OFFSET: as long as the next header is zero there is no
 * next frame, which is seen without asking the card. */
static void ring_clear(const struct rtl8139 *nic, uint32_t offset, size_t len)
{
	uint8_t *ring = nic->rx.data;
	size_t first = MIN(len, RX_RING - offset);

	memset(ring + offset, 0, first);
	memset(ring, 0, len - first);
}

/* Let the card write over all that was read. */
static void ring_give_back(struct rtl8139 *nic)
{
	mmio_write16(nic->regs + REG_CAPR, (uint16_t)(nic->rx_offset - 16));
}

static void rx_start(struct rtl8139 *nic)
{
	nic->rx_offset = 0;
	memset(nic->rx.data, 0, RX_RING);
	mmio_write32(nic->regs + REG_RBSTART, (uint32_t)nic->rx.bus);
	mmio_write8(nic->regs + REG_CR, CR_RE | CR_TE);
	if (NETDEV_WANTS_MULTICAST) {
		mmio_write32(nic->regs + REG_MAR, UINT32_MAX);
		mmio_write32(nic->regs + REG_MAR + 4, UINT32_MAX);
	}
	mmio_write32(nic->regs + REG_RCR,
		     RCR_APM | RCR_AB | RCR_DMA | RCR_64K | RCR_NOTHRESHOLD |
			     (NETDEV_WANTS_MULTICAST ? RCR_AM : 0));
}

/* What the ring says makes no sense: begin anew. */
static void rx_restart(struct net_device *netdev, struct rtl8139 *nic)
{
	netdev_rx_error(netdev, -EIO);
	mmio_write8(nic->regs + REG_CR, CR_TE);
	rx_start(nic);
}

/* Receive one frame; false if there is none, or the ring was begun anew. */
static bool rx_frame(struct net_device *netdev, struct rtl8139 *nic)
{
	uint8_t header[RX_HEADER];
	uint16_t status, len;
	struct pbuf *p;

	ring_copy(nic, header, nic->rx_offset, sizeof(header));
	status = get_le16(header);
	len = get_le16(header + 2);
	if (len == RX_UNFINISHED)
		return false;
	if (!(status & RX_OK) || len < FRAME_MIN + RX_CRC ||
	    len > NETDEV_FRAME_MAX + RX_CRC) {
		rx_restart(netdev, nic);
		return false;
	}
	p = netdev_rx_alloc(len - RX_CRC);
	if (p)
		ring_copy(nic, p->payload, nic->rx_offset + RX_HEADER,
			  len - RX_CRC);
	else
		netdev_rx_error(netdev, -ENOBUFS);
	/* The next begins at a multiple of four. */
	len = (uint16_t)((RX_HEADER + len + 3) & ~3u);
	ring_clear(nic, nic->rx_offset, len);
	nic->rx_offset = (uint16_t)(nic->rx_offset + len);
	if (p)
		netdev_rx(netdev, p);
	return true;
}

static void look_at_link(struct net_device *netdev, struct rtl8139 *nic)
{
	uint64_t now = platform_time_us();
	bool up;

	if (now < nic->link_next_us)
		return;
	up = !(mmio_read8(nic->regs + REG_MSR) & MSR_LINKB);
	netdev_set_link(netdev, up);
	nic->link_next_us = now + (up ? LINK_UP_US : LINK_DOWN_US);
}

/* How many bytes the card has written that were not read yet. */
static uint16_t ring_filled(const struct rtl8139 *nic)
{
	return (uint16_t)(mmio_read16(nic->regs + REG_CBR) - nic->rx_offset);
}

/* Does the ring look as if there were a frame? Now and then the card is asked
 * all the same. */
static bool is_header_there(struct rtl8139 *nic)
{
	const volatile uint32_t *header =
		(const volatile uint32_t *)((const uint8_t *)nic->rx.data +
					    nic->rx_offset);
	uint64_t now = platform_time_us();

	if (!*header && now - nic->asked_us < ASK_US)
		return false;
	nic->asked_us = now;
	dma_read_barrier();
	return true;
}

static bool rtl8139_poll(struct net_device *netdev)
{
	struct rtl8139 *nic = netdev->priv;
	unsigned int quota = 0;
	uint16_t start, filled;

	look_at_link(netdev, nic);
	if (!is_header_there(nic))
		return false;
	if (mmio_read8(nic->regs + REG_CR) & CR_BUFE)
		return false;
	filled = ring_filled(nic);
	start = nic->rx_offset;
	while (quota < RX_QUOTA && netdev->is_open &&
	       (uint16_t)(nic->rx_offset - start) < filled) {
		if (!rx_frame(netdev, nic))
			break;
		quota++;
	}
	if (netdev->is_open && quota)
		ring_give_back(nic);
	return quota != 0;
}

/* ---- Sending ---- */

/* Count those as free that were sent. */
static void tx_reclaim(struct rtl8139 *nic)
{
	uint32_t status;

	while (nic->tx_oldest != nic->tx_next) {
		status = mmio_read32(nic->regs + REG_TSD +
				     4 * (nic->tx_oldest % TX_SLOTS));
		if (status & TSD_TABT)
			mmio_write32(nic->regs + REG_TCR,
				     TCR_IFG | TCR_DMA | TCR_CLRABT);
		if (!(status & (TSD_OWN | TSD_TABT)))
			break;
		nic->tx_oldest++;
	}
}

static bool tx_wait(struct rtl8139 *nic, unsigned int most)
{
	uint64_t start = platform_time_us();

	do {
		tx_reclaim(nic);
		if (nic->tx_next - nic->tx_oldest <= most)
			return true;
	} while (platform_time_us() - start < TX_WAIT_US);
	return false;
}

static int rtl8139_transmit(struct net_device *netdev, struct pbuf *p)
{
	struct rtl8139 *nic = netdev->priv;
	unsigned int slot = nic->tx_next % TX_SLOTS;
	uint8_t *data = (uint8_t *)nic->tx.data + slot * TX_SLOT_LEN;
	uint32_t len = p->tot_len;

	if (len > TX_FRAME_MAX)
		return -EMSGSIZE;
	if (nic->tx_next - nic->tx_oldest == TX_SLOTS &&
	    !tx_wait(nic, TX_SLOTS - 1))
		return -ENOBUFS;
	pbuf_copy_partial(p, data, p->tot_len, 0);
	if (len < FRAME_PAD) {
		memset(data + len, 0, FRAME_PAD - len);
		len = FRAME_PAD;
	}
	mmio_write32(nic->regs + REG_TSAD + 4 * slot,
		     (uint32_t)(nic->tx.bus + slot * TX_SLOT_LEN));
	mmio_write32(nic->regs + REG_TSD + 4 * slot, TSD_THRESHOLD | len);
	nic->tx_next++;
	return 0;
}

/* ---- Opening and closing ---- */

static int rtl8139_reset(struct rtl8139 *nic)
{
	uint64_t start = platform_time_us();

	mmio_write8(nic->regs + REG_CONFIG1, 0); /* awake */
	mmio_write8(nic->regs + REG_CR, CR_RST);
	while (mmio_read8(nic->regs + REG_CR) & CR_RST) {
		if (platform_time_us() - start >= RESET_WAIT_US)
			return error_set(-EIO, "it does not come out of its "
					       "reset");
	}
	mmio_write16(nic->regs + REG_IMR, 0);
	return 0;
}

static int memory_init(struct rtl8139 *nic)
{
	if (!nic->rx.data && dma_alloc(nic->pci, RX_RING + RX_SLACK, &nic->rx))
		return -ENOMEM;
	if (!nic->tx.data &&
	    dma_alloc(nic->pci, TX_SLOTS * TX_SLOT_LEN, &nic->tx))
		return -ENOMEM;
	return 0;
}

/* Give the card the address MAC; it takes it in words of four bytes. RTL8139
 * Programming Guide, IDR. */
static void address_set(const struct rtl8139 *nic, const uint8_t *mac)
{
	mmio_write8(nic->regs + REG_9346CR, CR9346_UNLOCK);
	mmio_write32(nic->regs + REG_IDR, get_le32(mac));
	mmio_write32(nic->regs + REG_IDR + 4, get_le16(mac + 4));
	mmio_write8(nic->regs + REG_9346CR, 0);
}

static int rtl8139_open(struct net_device *netdev)
{
	struct rtl8139 *nic = netdev->priv;
	int rc = memory_init(nic);

	if (rc)
		return rc;
	pci_enable(nic->pci);
	rc = rtl8139_reset(nic);
	if (rc) {
		pci_disable(nic->pci);
		return rc;
	}
	address_set(nic, netdev->netif.hwaddr);
	nic->tx_next = nic->tx_oldest = 0;
	rx_start(nic);
	mmio_write32(nic->regs + REG_TCR, TCR_IFG | TCR_DMA);
	nic->link_next_us = 0;
	look_at_link(netdev, nic);
	return 0;
}

static void rtl8139_close(struct net_device *netdev)
{
	struct rtl8139 *nic = netdev->priv;

	/* What was sent last is to leave first. */
	tx_wait(nic, 0);
	rtl8139_reset(nic);
	/* Who comes next shall find the card as we found it. */
	if (netdev->is_mac_changed)
		address_set(nic, netdev->own_mac);
	pci_disable(nic->pci);
}

static const struct net_device_ops rtl8139_ops = {
	.open = rtl8139_open,
	.close = rtl8139_close,
	.transmit = rtl8139_transmit,
	.poll = rtl8139_poll,
};

/* ---- Finding it ---- */

static int rtl8139_probe(struct pci_device *pci)
{
	struct net_device *netdev;
	struct rtl8139 *nic;
	unsigned int i;
	int rc;

	netdev = pci_netdev_alloc(pci, &rtl8139_ops, sizeof(*nic));
	if (!netdev)
		return -ENOMEM;
	nic = netdev->priv;
	nic->pci = pci;
	pci->priv = netdev;
	nic->regs = pci_map(pci, 1);
	rc = -ENODEV;
	if (!nic->regs) {
		error_set(rc, "its registers cannot be reached");
		goto err_regs;
	}
	rc = rtl8139_reset(nic);
	if (rc)
		goto err_regs;
	for (i = 0; i < sizeof(netdev->hwaddr); i++)
		netdev->hwaddr[i] = mmio_read8(nic->regs + REG_IDR + i);
	memcpy(netdev->mac, netdev->hwaddr, sizeof(netdev->mac));
	rc = netdev_register(netdev);
	if (rc)
		goto err_regs;
	return 0;

err_regs:
	netdev_free(netdev);
	return rc;
}

static void rtl8139_remove(struct pci_device *pci)
{
	struct net_device *netdev = pci->priv;
	struct rtl8139 *nic = netdev->priv;

	netdev_unregister(netdev);
	dma_free(pci, &nic->rx);
	dma_free(pci, &nic->tx);
	netdev_free(netdev);
}

static const struct pci_id rtl8139_ids[] = {
	PCI_ID(0x10ec, 0x8139, "rtl8139", 0),	/* Realtek RTL8139 */
	PCI_ID(0x1113, 0x1211, "smc1211", 0),	/* SMC 1211TX */
	PCI_ID(0x1186, 0x1300, "dfe538", 0),	/* D-Link DFE-538TX */
	PCI_ID(0x1186, 0x1340, "dfe690txd", 0), /* D-Link DFE-690TXD */
};

static const struct pci_driver rtl8139_driver = {
	.name = "rtl8139",
	.ids = rtl8139_ids,
	.id_count = ARRAY_SIZE(rtl8139_ids),
	.probe = rtl8139_probe,
	.remove = rtl8139_remove,
};
TABLE_REGISTER(pci_drivers, rtl8139_driver);
