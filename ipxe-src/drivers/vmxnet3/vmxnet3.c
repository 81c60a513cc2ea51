/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* VMware's paravirtual network card vmxnet3. */
#include <errno.h>
#include <string.h>

#include "core/error.h"
#include "core/mmio.h"
#include "core/platform.h"
#include "drivers/bus/pci_net.h"
#include "drivers/bus/rx_pool.h"
#include "drivers/vmxnet3/vmxnet3.h"

/* Sizes of rings are multiples of 32. The second receive ring, for the rest
 * of large packets, stays empty. */
#define RX_RING	     256
#define RX_RING2     32
#define RX_COMP	     (RX_RING + RX_RING2)
#define RX_POOL	     512
#define RX_BUFFER    2048
#define RX_QUOTA     64
#define FRAME_MIN    14
#define TX_RING	     32
#define TX_SLOT_LEN  2048
#define TX_FRAME_MAX 1518
#define TX_DRAIN_US  20000

/* How often the link is looked at, which costs a virtual machine two exits. */
#define LINK_UP_US   500000
#define LINK_DOWN_US 50000

/* Everything that is shared with the device but the frames. */
struct vmx_memory {
	struct vmx_shared shared;
	struct vmx_tx_queue tx_queue __attribute__((aligned(512)));
	struct vmx_rx_queue rx_queue;
	struct vmx_desc tx[TX_RING] __attribute__((aligned(512)));
	struct vmx_comp tx_comp[TX_RING] __attribute__((aligned(512)));
	struct vmx_desc rx2[RX_RING2] __attribute__((aligned(512)));
	struct vmx_desc rx[RX_RING] __attribute__((aligned(512)));
	struct vmx_comp rx_comp[RX_COMP] __attribute__((aligned(512)));
};

struct vmxnet3 {
	struct pci_device *pci;
	volatile uint8_t *producers; /* BAR 0 */
	volatile uint8_t *regs;	     /* BAR 1 */
	struct dma_memory dma;
	volatile struct vmx_memory *memory;
	struct rx_pool *pool;
	struct rx_buffer *rx_buffers[RX_RING]; /* NULL: the place is empty */
	unsigned int rx_fill;		       /* the next place to be filled */
	uint32_t rx_gen;	   /* what marks a full place there */
	unsigned int rx_comp_next; /* the next entry to be looked at */
	uint32_t rx_comp_gen;	   /* what marks a new one */
	struct dma_memory tx_memory;
	unsigned int tx_next, tx_busy;
	uint32_t tx_gen;
	unsigned int tx_comp_next;
	uint32_t tx_comp_gen;
	bool is_polling; /* what is sent meanwhile is told at the end */
	bool tx_untold;
	uint64_t link_next_us;
};

static uint32_t command(const struct vmxnet3 *nic, uint32_t code)
{
	mmio_write32(nic->regs + VMX_CMD, code);
	return mmio_read32(nic->regs + VMX_CMD);
}

/* The address for the device of FIELD of the shared memory. */
#define bus_of(nic, field) ((nic)->dma.bus + offsetof(struct vmx_memory, field))

/* ---- Receiving ---- */

static void rx_refill(struct vmxnet3 *nic)
{
	volatile struct vmx_desc *desc;
	struct rx_buffer *buffer;

	while (!nic->rx_buffers[nic->rx_fill]) {
		buffer = rx_pool_get(nic->pool);
		if (!buffer)
			break;
		nic->rx_buffers[nic->rx_fill] = buffer;
		desc = &nic->memory->rx[nic->rx_fill];
		desc->addr = buffer->bus;
		dma_write_barrier();
		desc->control = RX_BUFFER | nic->rx_gen;
		if (++nic->rx_fill == RX_RING) {
			nic->rx_fill = 0;
			nic->rx_gen ^= VMX_RX_GEN;
		}
	}
	if (nic->memory->rx_queue.update_producer)
		mmio_write32(nic->producers + VMX_RXPROD, nic->rx_fill);
}

/* Receive what the completion COMP tells of. */
static void rx_frame(struct net_device *netdev, struct vmxnet3 *nic,
		     const volatile struct vmx_comp *comp)
{
	uint32_t index = comp->index;
	uint32_t length = comp->length;
	uint32_t flags = comp->flags;
	unsigned int place = index & VMX_INDEX_MASK;
	size_t len = length & VMX_LEN_MASK;
	struct rx_buffer *buffer;
	struct pbuf *p;

	if (place >= RX_RING || !nic->rx_buffers[place]) {
		netdev_rx_error(netdev, -EIO);
		return;
	}
	buffer = nic->rx_buffers[place];
	nic->rx_buffers[place] = NULL;
	if ((index & (VMX_COMP_SOP | VMX_COMP_EOP)) !=
		    (VMX_COMP_SOP | VMX_COMP_EOP) ||
	    (length & VMX_COMP_ERROR) || len < FRAME_MIN || len > RX_BUFFER) {
		rx_pool_put(buffer);
		netdev_rx_error(netdev, -EMSGSIZE);
		return;
	}
	p = rx_buffer_pbuf(buffer, 0, len);
	if (!(index & VMX_COMP_NO_CSUM) && (flags & VMX_COMP_TUC))
		netdev_rx_verified(netdev, p);
	else
		netdev_rx(netdev, p);
}

static void look_at_link(struct net_device *netdev, struct vmxnet3 *nic)
{
	uint64_t now = platform_time_us();
	bool up;

	if (now < nic->link_next_us)
		return;
	up = command(nic, VMX_CMD_LINK) & 1;
	netdev_set_link(netdev, up);
	nic->link_next_us = now + (up ? LINK_UP_US : LINK_DOWN_US);
}

static void tx_kick(struct vmxnet3 *nic)
{
	if (nic->tx_untold)
		mmio_write32(nic->producers + VMX_TXPROD, nic->tx_next);
	nic->tx_untold = false;
}

static bool vmxnet3_poll(struct net_device *netdev)
{
	struct vmxnet3 *nic = netdev->priv;
	volatile struct vmx_comp *comp;
	unsigned int quota;

	look_at_link(netdev, nic);
	nic->is_polling = true;
	for (quota = 0; quota < RX_QUOTA; quota++) {
		/* The receiver may have closed us. */
		if (!netdev->is_open)
			break;
		comp = &nic->memory->rx_comp[nic->rx_comp_next];
		if ((comp->flags & VMX_COMP_GEN) != nic->rx_comp_gen)
			break;
		dma_read_barrier();
		if (++nic->rx_comp_next == RX_COMP) {
			nic->rx_comp_next = 0;
			nic->rx_comp_gen ^= VMX_COMP_GEN;
		}
		rx_frame(netdev, nic, comp);
	}
	nic->is_polling = false;
	if (quota && netdev->is_open) {
		rx_refill(nic);
		tx_kick(nic);
	}
	return quota != 0;
}

/* ---- Sending ---- */

/* Count those as free that were sent. */
static void tx_reclaim(struct vmxnet3 *nic)
{
	while (nic->tx_busy && (nic->memory->tx_comp[nic->tx_comp_next].flags &
				VMX_COMP_GEN) == nic->tx_comp_gen) {
		nic->tx_busy--;
		if (++nic->tx_comp_next == TX_RING) {
			nic->tx_comp_next = 0;
			nic->tx_comp_gen ^= VMX_COMP_GEN;
		}
	}
}

static int vmxnet3_transmit(struct net_device *netdev, struct pbuf *p)
{
	struct vmxnet3 *nic = netdev->priv;
	unsigned int slot = nic->tx_next;
	volatile struct vmx_desc *desc = &nic->memory->tx[slot];

	if (p->tot_len > TX_FRAME_MAX)
		return -EMSGSIZE;
	tx_reclaim(nic);
	if (nic->tx_busy == TX_RING - 1)
		return -ENOBUFS;
	pbuf_copy_partial(p,
			  (uint8_t *)nic->tx_memory.data + slot * TX_SLOT_LEN,
			  p->tot_len, 0);
	desc->addr = nic->tx_memory.bus + slot * TX_SLOT_LEN;
	desc->flags = VMX_TX_EOP | VMX_TX_CQ;
	dma_write_barrier();
	desc->control = p->tot_len | nic->tx_gen;
	nic->tx_busy++;
	if (++nic->tx_next == TX_RING) {
		nic->tx_next = 0;
		nic->tx_gen ^= VMX_TX_GEN;
	}
	nic->tx_untold = true;
	if (!nic->is_polling)
		tx_kick(nic);
	return 0;
}

/* ---- Opening and closing ---- */

/* Memory that is kept from the first opening on. */
static int memory_init(struct vmxnet3 *nic)
{
	if (!nic->pool)
		nic->pool = rx_pool_alloc(nic->pci, RX_POOL, RX_BUFFER);
	if (!nic->pool)
		return -ENOMEM;
	if (!nic->tx_memory.data &&
	    dma_alloc(nic->pci, TX_RING * TX_SLOT_LEN, &nic->tx_memory))
		return -ENOMEM;
	if (!nic->dma.data &&
	    dma_alloc(nic->pci, sizeof(struct vmx_memory), &nic->dma))
		return -ENOMEM;
	memset(nic->dma.data, 0, sizeof(struct vmx_memory));
	nic->memory = nic->dma.data;
	return 0;
}

/* Write what the device reads when it is activated. */
static void shared_init(struct vmxnet3 *nic, const struct net_device *netdev)
{
	volatile struct vmx_shared *shared = &nic->memory->shared;
	volatile struct vmx_tx_queue *tx = &nic->memory->tx_queue;
	volatile struct vmx_rx_queue *rx = &nic->memory->rx_queue;

	shared->magic = VMX_MAGIC;
	shared->driver_version = 1;
	shared->gos = VMX_GOS_OTHER;
	shared->version_supported = 1;
	shared->upt_supported = 1;
	shared->upt_features = netdev->is_plain ? 0 : VMX_FEATURE_RXCSUM;
	shared->queue_desc = bus_of(nic, tx_queue);
	shared->queue_desc_len = sizeof(*tx) + sizeof(*rx);
	shared->mtu = netdev->mtu;
	shared->rx_fragments_max = 1;
	shared->tx_queues = shared->rx_queues = 1;
	shared->intr_count = 1;
	shared->intr_control = VMX_INTR_DISABLE;
	shared->rx_mode = VMX_RX_UNICAST | VMX_RX_BROADCAST |
			  (NETDEV_WANTS_MULTICAST ? VMX_RX_ALL_MULTI : 0);
	tx->ring = bus_of(nic, tx);
	tx->ring_size = TX_RING;
	tx->comp_ring = bus_of(nic, tx_comp);
	tx->comp_ring_size = TX_RING;
	rx->ring[0] = bus_of(nic, rx);
	rx->ring[1] = bus_of(nic, rx2);
	rx->ring_size[0] = RX_RING;
	rx->ring_size[1] = RX_RING2;
	rx->comp_ring = bus_of(nic, rx_comp);
	rx->comp_ring_size = RX_COMP;
}

static void address_set(const struct vmxnet3 *nic, const uint8_t *mac)
{
	mmio_write32(nic->regs + VMX_MACL, get_le32(mac));
	mmio_write32(nic->regs + VMX_MACH, get_le16(mac + 4));
}

/* Give the device its address and its rings. */
static int activate(struct vmxnet3 *nic, const uint8_t *mac)
{
	mmio_write32(nic->regs + VMX_DSAL, (uint32_t)nic->dma.bus);
	mmio_write32(nic->regs + VMX_DSAH, (uint32_t)(nic->dma.bus >> 32));
	if (command(nic, VMX_CMD_ACTIVATE))
		return error_set(-EIO, "the virtual machine does not activate "
				       "it");
	/* Activating may give it its own address again. */
	address_set(nic, mac);
	command(nic, VMX_CMD_RX_MODE);
	mmio_write32(nic->producers + VMX_RXPROD, nic->rx_fill);
	return 0;
}

static void buffers_free(struct vmxnet3 *nic)
{
	unsigned int i;

	for (i = 0; i < RX_RING; i++) {
		if (nic->rx_buffers[i])
			rx_pool_put(nic->rx_buffers[i]);
		nic->rx_buffers[i] = NULL;
	}
}

static int vmxnet3_open(struct net_device *netdev)
{
	struct vmxnet3 *nic = netdev->priv;
	int rc = memory_init(nic);

	if (rc)
		return rc;
	pci_enable(nic->pci);
	command(nic, VMX_CMD_RESET);
	shared_init(nic, netdev);
	nic->rx_fill = nic->rx_comp_next = 0;
	nic->tx_next = nic->tx_busy = nic->tx_comp_next = 0;
	nic->rx_gen = VMX_RX_GEN;
	nic->tx_gen = VMX_TX_GEN;
	nic->rx_comp_gen = nic->tx_comp_gen = VMX_COMP_GEN;
	nic->tx_untold = false;
	rx_refill(nic);
	rc = activate(nic, netdev->netif.hwaddr);
	if (rc)
		goto err_activate;
	nic->link_next_us = 0;
	look_at_link(netdev, nic);
	return 0;

err_activate:
	command(nic, VMX_CMD_RESET);
	buffers_free(nic);
	pci_disable(nic->pci);
	return rc;
}

static void vmxnet3_close(struct net_device *netdev)
{
	struct vmxnet3 *nic = netdev->priv;
	uint64_t start = platform_time_us();

	/* What was sent last is to leave first. */
	tx_kick(nic);
	do {
		tx_reclaim(nic);
	} while (nic->tx_busy && platform_time_us() - start < TX_DRAIN_US);
	command(nic, VMX_CMD_QUIESCE);
	command(nic, VMX_CMD_RESET);
	/* Who comes next shall find the card as we found it. */
	if (netdev->is_mac_changed)
		address_set(nic, netdev->own_mac);
	buffers_free(nic);
	pci_disable(nic->pci);
}

static const struct net_device_ops vmxnet3_ops = {
	.open = vmxnet3_open,
	.close = vmxnet3_close,
	.transmit = vmxnet3_transmit,
	.poll = vmxnet3_poll,
};

/* ---- Finding it ---- */

/* Agree on version 1 of the device and of its interface. */
static int versions_agree(struct vmxnet3 *nic)
{
	if (!(mmio_read32(nic->regs + VMX_VRRS) & 1) ||
	    !(mmio_read32(nic->regs + VMX_UVRS) & 1))
		return error_set(-ENOTSUP, "it is of an unknown version");
	mmio_write32(nic->regs + VMX_VRRS, 1);
	mmio_write32(nic->regs + VMX_UVRS, 1);
	return 0;
}

static int vmxnet3_probe(struct pci_device *pci)
{
	struct net_device *netdev;
	struct vmxnet3 *nic;
	int rc;

	netdev = pci_netdev_alloc(pci, &vmxnet3_ops, sizeof(*nic));
	if (!netdev)
		return -ENOMEM;
	nic = netdev->priv;
	nic->pci = pci;
	pci->priv = netdev;
	nic->producers = pci_map(pci, 0);
	nic->regs = pci_map(pci, 1);
	rc = -ENODEV;
	if (!nic->producers || !nic->regs) {
		error_set(rc, "its registers cannot be reached");
		goto err_regs;
	}
	command(nic, VMX_CMD_RESET);
	rc = versions_agree(nic);
	if (rc)
		goto err_regs;
	put_le32(netdev->hwaddr, command(nic, VMX_CMD_PERM_MAC_LO));
	put_le16(netdev->hwaddr + 4,
		 (uint16_t)command(nic, VMX_CMD_PERM_MAC_HI));
	memcpy(netdev->mac, netdev->hwaddr, sizeof(netdev->mac));
	rc = netdev_register(netdev);
	if (rc)
		goto err_regs;
	return 0;

err_regs:
	netdev_free(netdev);
	return rc;
}

static void vmxnet3_remove(struct pci_device *pci)
{
	struct net_device *netdev = pci->priv;
	struct vmxnet3 *nic = netdev->priv;

	netdev_unregister(netdev);
	rx_pool_free(pci, nic->pool);
	dma_free(pci, &nic->tx_memory);
	dma_free(pci, &nic->dma);
	netdev_free(netdev);
}

static const struct pci_id vmxnet3_ids[] = {
	PCI_ID(0x15ad, 0x07b0, "vmxnet3", 0), /* VMware vmxnet3 */
};

static const struct pci_driver vmxnet3_driver = {
	.name = "vmxnet3",
	.ids = vmxnet3_ids,
	.id_count = ARRAY_SIZE(vmxnet3_ids),
	.probe = vmxnet3_probe,
	.remove = vmxnet3_remove,
};
TABLE_REGISTER(pci_drivers, vmxnet3_driver);
