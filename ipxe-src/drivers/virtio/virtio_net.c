/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Virtio network cards: VIRTIO 1.2 section 5.1, and legacy ones (5.1.6.1). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/mmio.h"
#include "core/platform.h"
#include "drivers/bus/pci_net.h"
#include "drivers/bus/rx_pool.h"
#include "drivers/virtio/virtio.h"

/* Features, 5.1.3. */
#define NET_F_GUEST_CSUM (1ULL << 1)
#define NET_F_MTU	 (1ULL << 3)
#define NET_F_MAC	 (1ULL << 5)
#define NET_F_GUEST_TSO4 (1ULL << 7)
#define NET_F_GUEST_UFO	 (1ULL << 10)
#define NET_F_MRG_RXBUF	 (1ULL << 15)
#define NET_F_STATUS	 (1ULL << 16)
#define NET_F_BIG	 (NET_F_GUEST_TSO4 | NET_F_GUEST_UFO)
#define NET_FEATURES                                                           \
	(NET_F_GUEST_CSUM | NET_F_MTU | NET_F_MAC | NET_F_BIG |                \
	 NET_F_MRG_RXBUF | NET_F_STATUS | VIRTIO_F_ANY_LAYOUT |                \
	 VIRTIO_F_EVENT_IDX)

/* Configuration, 5.1.4. */
#define CONFIG_MAC     0
#define CONFIG_STATUS  6
#define CONFIG_MTU     10
#define STATUS_LINK_UP 1
#define QUEUE_RX       0
#define QUEUE_TX       1

/* The header before each frame, 5.1.6: flags, segmentation type, header
 * length, segment size, checksum's start and offset, number of buffers. */
#define HEADER_LEN	  12
#define HEADER_LEN_LEGACY 10 /* without mergeable buffers */
#define HEADER_FLAGS	  0
#define HEADER_BUFFERS	  10
#define FLAG_NEEDS_CSUM	  1 /* it never was on a wire that could spoil it */
#define FLAG_DATA_VALID	  2 /* the device has verified it */

/* Buffers in the ring at most, and in all: the rest is what lwIP may hold. */
#define RX_RING	      256
#define RX_POOL	      512
#define RX_BUFFER     2048 /* one frame */
#define RX_BUFFER_BIG 4096 /* a piece of up to 64 KiB */
#define RX_QUOTA      64
#define FRAME_MIN     14
#define PACKET_MAX    65535 /* what a pbuf can say */

#define TX_SLOTS     64
#define TX_SLOT_LEN  2048
#define TX_FRAME_MAX 1518
#define TX_DRAIN_US  20000

/* How often the link is looked at, which costs a virtual machine an exit. */
#define LINK_UP_US   500000
#define LINK_DOWN_US 50000

struct virtio_net {
	struct pci_device *pci;
	struct virtio_device device;
	struct virtqueue rx, tx;
	size_t header_len;
	unsigned int rx_chain; /* descriptors for one buffer: 1 or 2 */
	bool has_mergeable;
	struct rx_pool *pool;
	size_t pool_buffer_len;
	struct rx_buffer *rx_buffers[RX_RING]; /* by number of chain */
	uint16_t rx_empty[RX_RING];	       /* chains without a buffer */
	unsigned int rx_chains;
	unsigned int rx_empty_count;
	struct dma_memory tx_memory;
	unsigned int tx_slots;
	uint16_t tx_free[TX_SLOTS];
	unsigned int tx_free_count;
	bool is_polling; /* what is sent meanwhile is told at the end */
	uint64_t link_next_us;
};

/* ---- Receiving ---- */

/* Give the device every buffer that there is a chain for. */
static void rx_refill(struct virtio_net *nic)
{
	struct rx_buffer *buffer;
	volatile struct virtq_desc *desc;
	uint16_t chain;

	while (nic->rx_empty_count) {
		buffer = rx_pool_get(nic->pool);
		if (!buffer)
			break;
		chain = nic->rx_empty[--nic->rx_empty_count];
		nic->rx_buffers[chain] = buffer;
		desc = &nic->rx.desc[chain * nic->rx_chain];
		desc->addr = buffer->bus;
		if (nic->rx_chain == 2) {
			desc++;
			desc->addr = buffer->bus + nic->header_len;
		}
		virtqueue_add(&nic->rx, (uint16_t)(chain * nic->rx_chain));
	}
	virtqueue_kick(&nic->device, &nic->rx);
}

/* Take the next used buffer, with the bytes in it; NULL if there is none, or
 * if what the device says makes no sense. */
static struct rx_buffer *rx_take(struct virtio_net *nic, size_t *ret_len)
{
	struct rx_buffer *buffer;
	uint16_t head, chain;
	uint32_t len;

	if (!virtqueue_take(&nic->rx, &head, &len))
		return NULL;
	chain = head / nic->rx_chain;
	if (head % nic->rx_chain || chain >= nic->rx_chains ||
	    !nic->rx_buffers[chain])
		return NULL;
	buffer = nic->rx_buffers[chain];
	nic->rx_buffers[chain] = NULL;
	nic->rx_empty[nic->rx_empty_count++] = chain;
	*ret_len = MIN(len, nic->pool->buffer_len);
	return buffer;
}

/* Append the COUNT further buffers of a frame to P. False if there is
 * something wrong with one; the others have been taken then, too. */
static bool rx_merge(struct virtio_net *nic, struct pbuf *p, unsigned int count)
{
	struct rx_buffer *buffer;
	bool is_good = true;
	size_t len;

	while (count--) {
		buffer = rx_take(nic, &len);
		if (!buffer)
			return false;
		if (!len || p->tot_len > PACKET_MAX - len)
			is_good = false;
		if (is_good)
			pbuf_cat(p, rx_buffer_pbuf(buffer, 0, len));
		else
			rx_pool_put(buffer);
	}
	return is_good;
}

/* Receive one frame. */
static void rx_frame(struct net_device *netdev, struct virtio_net *nic)
{
	unsigned int count = 1;
	struct rx_buffer *buffer;
	struct pbuf *p;
	uint8_t flags;
	size_t len;

	buffer = rx_take(nic, &len);
	if (!buffer) {
		netdev_rx_error(netdev, -EIO);
		return;
	}
	if (len < nic->header_len + FRAME_MIN) {
		rx_pool_put(buffer);
		netdev_rx_error(netdev, -EMSGSIZE);
		return;
	}
	flags = buffer->data[HEADER_FLAGS];
	if (nic->has_mergeable)
		count = get_le16(buffer->data + HEADER_BUFFERS);
	p = rx_buffer_pbuf(buffer, nic->header_len, len - nic->header_len);
	if (count > 1 && !rx_merge(nic, p, count - 1)) {
		pbuf_free(p);
		netdev_rx_error(netdev, -EMSGSIZE);
		return;
	}
	if (flags & (FLAG_NEEDS_CSUM | FLAG_DATA_VALID))
		netdev_rx_verified(netdev, p);
	else
		netdev_rx(netdev, p);
}

static void look_at_link(struct net_device *netdev, struct virtio_net *nic)
{
	uint64_t now = platform_time_us();
	bool up = true;

	if (now < nic->link_next_us)
		return;
	if (nic->device.features & NET_F_STATUS)
		up = virtio_config_read8(&nic->device, CONFIG_STATUS) &
		     STATUS_LINK_UP;
	netdev_set_link(netdev, up);
	nic->link_next_us = now + (up ? LINK_UP_US : LINK_DOWN_US);
}

static bool virtio_net_poll(struct net_device *netdev)
{
	struct virtio_net *nic = netdev->priv;
	unsigned int quota;

	look_at_link(netdev, nic);
	nic->is_polling = true;
	for (quota = 0; quota < RX_QUOTA; quota++) {
		/* The receiver may have closed us. */
		if (!netdev->is_open || !virtqueue_has_used(&nic->rx))
			break;
		rx_frame(netdev, nic);
	}
	nic->is_polling = false;
	if (quota && netdev->is_open) {
		rx_refill(nic);
		virtqueue_kick(&nic->device, &nic->tx);
	}
	return quota != 0;
}

/* ---- Sending ---- */

/* Take back the slots that were sent. */
static void tx_reclaim(struct virtio_net *nic)
{
	uint16_t head;
	uint32_t len;

	while (virtqueue_take(&nic->tx, &head, &len)) {
		if (head / 2u < nic->tx_slots &&
		    nic->tx_free_count < nic->tx_slots)
			nic->tx_free[nic->tx_free_count++] = head / 2;
	}
}

static int virtio_net_transmit(struct net_device *netdev, struct pbuf *p)
{
	struct virtio_net *nic = netdev->priv;
	uint16_t slot;
	uint8_t *data;

	if (p->tot_len > TX_FRAME_MAX)
		return -EMSGSIZE;
	tx_reclaim(nic);
	if (!nic->tx_free_count)
		return -ENOBUFS;
	slot = nic->tx_free[--nic->tx_free_count];
	data = (uint8_t *)nic->tx_memory.data + slot * TX_SLOT_LEN;
	/* The header stays zero: an ordinary frame with its checksums. */
	pbuf_copy_partial(p, data + nic->header_len, p->tot_len, 0);
	nic->tx.desc[slot * 2 + 1].len = p->tot_len;
	virtqueue_add(&nic->tx, (uint16_t)(slot * 2));
	if (!nic->is_polling)
		virtqueue_kick(&nic->device, &nic->tx);
	return 0;
}

/* ---- Opening and closing ---- */

/* Write what stays the same in the descriptors of the receive queue. */
static void rx_init(struct virtio_net *nic)
{
	volatile struct virtq_desc *desc = nic->rx.desc;
	uint32_t len = (uint32_t)nic->pool->buffer_len;
	unsigned int i;

	nic->rx_chains = MIN(nic->rx.size / nic->rx_chain, (unsigned)RX_RING);
	nic->rx_empty_count = 0;
	for (i = 0; i < nic->rx_chains; i++) {
		nic->rx_buffers[i] = NULL;
		nic->rx_empty[nic->rx_empty_count++] =
			(uint16_t)(nic->rx_chains - 1 - i);
		desc->len = len;
		desc->flags = VIRTQ_DESC_WRITE;
		if (nic->rx_chain == 2) {
			desc->len = (uint32_t)nic->header_len;
			desc->flags = VIRTQ_DESC_WRITE | VIRTQ_DESC_NEXT;
			desc->next = (uint16_t)(2 * i + 1);
			desc++;
			desc->len = len - (uint32_t)nic->header_len;
			desc->flags = VIRTQ_DESC_WRITE;
		}
		desc++;
	}
}

/* The same of the transmit queue. */
static void tx_init(struct virtio_net *nic)
{
	volatile struct virtq_desc *desc = nic->tx.desc;
	unsigned int i;

	nic->tx_slots = MIN(nic->tx.size / 2u, (unsigned)TX_SLOTS);
	nic->tx_free_count = 0;
	for (i = 0; i < nic->tx_slots; i++, desc += 2) {
		nic->tx_free[nic->tx_free_count++] = (uint16_t)i;
		desc[0].addr = nic->tx_memory.bus + i * TX_SLOT_LEN;
		desc[0].len = (uint32_t)nic->header_len;
		desc[0].flags = VIRTQ_DESC_NEXT;
		desc[0].next = (uint16_t)(2 * i + 1);
		desc[1].addr = desc[0].addr + nic->header_len;
		desc[1].flags = 0;
	}
}

/* Agree on features, and on what follows from them. */
static int negotiate(struct virtio_net *nic, bool is_plain)
{
	struct virtio_device *device = &nic->device;
	uint64_t wanted = NET_FEATURES;
	int rc;

	if (is_plain)
		wanted &= ~(NET_F_BIG | NET_F_GUEST_CSUM);
	rc = virtio_negotiate(device, wanted);

	/* Packets of 64 KiB only in many buffers; and they come unsummed. */
	if (!rc && (device->features & NET_F_BIG) &&
	    (~device->features & (NET_F_MRG_RXBUF | NET_F_GUEST_CSUM)))
		rc = virtio_negotiate(device, NET_FEATURES & ~NET_F_BIG);
	if (rc)
		return rc;
	nic->has_mergeable = device->features & NET_F_MRG_RXBUF;
	nic->header_len = HEADER_LEN;
	if (!nic->has_mergeable && !(device->features & VIRTIO_F_VERSION_1))
		nic->header_len = HEADER_LEN_LEGACY;
	nic->rx_chain = nic->has_mergeable ? 1 : 2;
	if (!nic->pool)
		nic->pool_buffer_len = device->features & NET_F_BIG
					       ? RX_BUFFER_BIG
					       : RX_BUFFER;
	return 0;
}

/* Memory that is kept from the first opening on. */
static int memory_init(struct virtio_net *nic)
{
	if (!nic->pool)
		nic->pool =
			rx_pool_alloc(nic->pci, RX_POOL, nic->pool_buffer_len);
	if (!nic->pool)
		return -ENOMEM;
	if (nic->tx_memory.data)
		return 0;
	return dma_alloc(nic->pci, TX_SLOTS * TX_SLOT_LEN, &nic->tx_memory);
}

static int virtio_net_open(struct net_device *netdev)
{
	struct virtio_net *nic = netdev->priv;
	int rc;

	pci_enable(nic->pci);
	rc = negotiate(nic, netdev->is_plain);
	if (rc)
		goto err_negotiate;
	rc = memory_init(nic);
	if (rc)
		goto err_memory;
	rc = virtqueue_init(&nic->device, &nic->rx, QUEUE_RX,
			    (uint16_t)(RX_RING * nic->rx_chain));
	if (rc)
		goto err_rx;
	rc = virtqueue_init(&nic->device, &nic->tx, QUEUE_TX, TX_SLOTS * 2);
	if (rc)
		goto err_tx;
	rx_init(nic);
	tx_init(nic);
	virtio_start(&nic->device);
	rx_refill(nic);
	nic->link_next_us = 0;
	look_at_link(netdev, nic);
	return 0;

err_tx:
err_rx:
err_memory:
	virtio_reset(&nic->device);
	virtqueue_fini(&nic->device, &nic->tx);
	virtqueue_fini(&nic->device, &nic->rx);
err_negotiate:
	pci_disable(nic->pci);
	return rc;
}

static void virtio_net_close(struct net_device *netdev)
{
	struct virtio_net *nic = netdev->priv;
	uint64_t start = platform_time_us();
	unsigned int i;

	/* What was sent last is to leave first. */
	do {
		tx_reclaim(nic);
	} while (nic->tx_free_count < nic->tx_slots &&
		 platform_time_us() - start < TX_DRAIN_US);
	virtio_reset(&nic->device);
	for (i = 0; i < nic->rx_chains; i++) {
		if (nic->rx_buffers[i])
			rx_pool_put(nic->rx_buffers[i]);
		nic->rx_buffers[i] = NULL;
	}
	virtqueue_fini(&nic->device, &nic->tx);
	virtqueue_fini(&nic->device, &nic->rx);
	pci_disable(nic->pci);
}

static const struct net_device_ops virtio_net_ops = {
	.open = virtio_net_open,
	.close = virtio_net_close,
	.transmit = virtio_net_transmit,
	.poll = virtio_net_poll,
};

/* ---- Finding it ---- */

/* Read the card's address and MTU. */
static void read_config(struct net_device *netdev, struct virtio_net *nic)
{
	struct virtio_device *device = &nic->device;
	unsigned int i;

	for (i = 0; i < sizeof(netdev->hwaddr); i++)
		netdev->hwaddr[i] = virtio_config_read8(device, CONFIG_MAC + i);
	if (!(device->features & NET_F_MAC)) {
		/* It has none: one of our own, IEEE 802-2014 8.4. */
		netdev_random_mac(netdev->hwaddr);
	}
	memcpy(netdev->mac, netdev->hwaddr, sizeof(netdev->mac));
	if (device->features & NET_F_MTU)
		netdev->mtu =
			(uint16_t)(virtio_config_read8(device, CONFIG_MTU) |
				   virtio_config_read8(device, CONFIG_MTU + 1)
					   << 8);
}

static int virtio_net_probe(struct pci_device *pci)
{
	struct net_device *netdev;
	struct virtio_net *nic;
	int rc;

	netdev = pci_netdev_alloc(pci, &virtio_net_ops, sizeof(*nic));
	if (!netdev)
		return -ENOMEM;
	nic = netdev->priv;
	nic->pci = pci;
	pci->priv = netdev;
	rc = virtio_init(&nic->device, pci);
	if (rc)
		goto err_init;
	rc = negotiate(nic, netdev->is_plain);
	if (rc)
		goto err_init;
	read_config(netdev, nic);
	virtio_reset(&nic->device);
	rc = netdev_register(netdev);
	if (rc)
		goto err_init;
	return 0;

err_init:
	netdev_free(netdev);
	return rc;
}

static void virtio_net_remove(struct pci_device *pci)
{
	struct net_device *netdev = pci->priv;
	struct virtio_net *nic = netdev->priv;

	netdev_unregister(netdev);
	rx_pool_free(pci, nic->pool);
	dma_free(pci, &nic->tx_memory);
	netdev_free(netdev);
}

static const struct pci_id virtio_net_ids[] = {
	PCI_ID(0x1af4, 0x1000, "virtio-net", 0), /* Virtio, transitional */
	PCI_ID(0x1af4, 0x1041, "virtio-net", 0), /* Virtio 1.0 and later */
};

static const struct pci_driver virtio_net_driver = {
	.name = "virtio-net",
	.ids = virtio_net_ids,
	.id_count = ARRAY_SIZE(virtio_net_ids),
	.probe = virtio_net_probe,
	.remove = virtio_net_remove,
};
TABLE_REGISTER(pci_drivers, virtio_net_driver);
