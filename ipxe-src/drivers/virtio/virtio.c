/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Virtio on PCI: version 1 by memory registers, legacy by I/O ports. */
#include <errno.h>

#include "core/error.h"
#include "core/mmio.h"
#include "core/platform.h"
#include "drivers/virtio/virtio.h"

/* Capability of vendor type: offsets and kinds, 4.1.4. */
#define CAP_LEN	       2  /* uint8_t */
#define CAP_TYPE       3  /* uint8_t */
#define CAP_BAR	       4  /* uint8_t */
#define CAP_OFFSET     8  /* uint32_t */
#define CAP_LENGTH     12 /* uint32_t */
#define CAP_MULTIPLIER 16 /* uint32_t, of type NOTIFY */
#define TYPE_COMMON    1
#define TYPE_NOTIFY    2
#define TYPE_DEVICE    4

/* Common configuration, 4.1.4.3. */
#define COMMON_DEVICE_SELECT 0x00 /* which 32 features are read: uint32_t */
#define COMMON_DEVICE	     0x04
#define COMMON_DRIVER_SELECT 0x08
#define COMMON_DRIVER	     0x0c
#define COMMON_STATUS	     0x14 /* uint8_t */
#define COMMON_QUEUE_SELECT  0x16 /* uint16_t */
#define COMMON_QUEUE_SIZE    0x18 /* uint16_t */
#define COMMON_QUEUE_ENABLE  0x1c /* uint16_t */
#define COMMON_QUEUE_NOTIFY  0x1e /* uint16_t */
#define COMMON_QUEUE_DESC    0x20 /* uint64_t; as two of 32 bits */
#define COMMON_QUEUE_AVAIL   0x28
#define COMMON_QUEUE_USED    0x30
#define COMMON_LEN	     0x38

/* Legacy registers in I/O BAR 0, 4.1.4.10. */
#define LEGACY_DEVICE	    0x00 /* uint32_t */
#define LEGACY_DRIVER	    0x04 /* uint32_t */
#define LEGACY_QUEUE_PFN    0x08 /* uint32_t: address / 4096 */
#define LEGACY_QUEUE_SIZE   0x0c /* uint16_t */
#define LEGACY_QUEUE_SELECT 0x0e /* uint16_t */
#define LEGACY_QUEUE_NOTIFY 0x10 /* uint16_t */
#define LEGACY_STATUS	    0x12 /* uint8_t */
#define LEGACY_CONFIG	    0x14 /* without MSI-X */

#define QUEUE_ALIGN    4096u
#define QUEUE_SIZE_MAX 32768u
#define RESET_WAIT_US  1000000u

/* ---- Registers ---- */

/* Map what the capability at OFFSET describes, at least LEN bytes of it. */
static volatile uint8_t *cap_map(const struct pci_device *pci,
				 unsigned int offset, uint32_t len,
				 uint32_t *ret_len)
{
	volatile uint8_t *bar = pci_map(pci, pci_read8(pci, offset + CAP_BAR));
	uint32_t start = pci_read32(pci, offset + CAP_OFFSET);
	uint32_t length = pci_read32(pci, offset + CAP_LENGTH);

	if (!bar || length < len || length > UINT32_MAX - start)
		return NULL;
	*ret_len = length;
	return bar + start;
}

/* Find the structures of version 1. */
static void find_modern(struct virtio_device *device)
{
	struct pci_device *pci = device->pci;
	uint32_t len;
	unsigned int at = 0;

	while ((at = pci_find_capability(pci, PCI_CAP_VENDOR, at))) {
		switch (pci_read8(pci, at + CAP_TYPE)) {
		case TYPE_COMMON:
			if (!device->common)
				device->common =
					cap_map(pci, at, COMMON_LEN, &len);
			break;
		case TYPE_NOTIFY:
			if (device->notify)
				break;
			device->notify =
				cap_map(pci, at, 2, &device->notify_len);
			device->notify_multiplier =
				pci_read32(pci, at + CAP_MULTIPLIER);
			break;
		case TYPE_DEVICE:
			if (!device->config)
				device->config = cap_map(pci, at, 1,
							 &device->config_len);
			break;
		}
	}
	if (!device->notify)
		device->common = NULL;
}

int virtio_init(struct virtio_device *device, struct pci_device *pci)
{
	device->pci = pci;
	find_modern(device);
	if (device->common || pci->io_port[0])
		return 0;
	return error_set(-ENODEV, "it has no virtio registers that can be "
				  "reached");
}

static uint8_t status_read(struct virtio_device *device)
{
	if (device->common)
		return mmio_read8(device->common + COMMON_STATUS);
	return (uint8_t)pci_io_read(device->pci, 0, LEGACY_STATUS, 1);
}

static void status_write(struct virtio_device *device, uint8_t status)
{
	if (device->common)
		mmio_write8(device->common + COMMON_STATUS, status);
	else
		pci_io_write(device->pci, 0, LEGACY_STATUS, 1, status);
}

void virtio_reset(struct virtio_device *device)
{
	uint64_t start = platform_time_us();

	status_write(device, 0);
	while (status_read(device) &&
	       platform_time_us() - start < RESET_WAIT_US)
		;
}

static uint64_t features_read(struct virtio_device *device)
{
	uint64_t features;

	if (!device->common)
		return pci_io_read(device->pci, 0, LEGACY_DEVICE, 4);
	mmio_write32(device->common + COMMON_DEVICE_SELECT, 1);
	features = (uint64_t)mmio_read32(device->common + COMMON_DEVICE) << 32;
	mmio_write32(device->common + COMMON_DEVICE_SELECT, 0);
	return features | mmio_read32(device->common + COMMON_DEVICE);
}

static void features_write(struct virtio_device *device, uint64_t features)
{
	if (!device->common) {
		pci_io_write(device->pci, 0, LEGACY_DRIVER, 4,
			     (uint32_t)features);
		return;
	}
	mmio_write32(device->common + COMMON_DRIVER_SELECT, 0);
	mmio_write32(device->common + COMMON_DRIVER, (uint32_t)features);
	mmio_write32(device->common + COMMON_DRIVER_SELECT, 1);
	mmio_write32(device->common + COMMON_DRIVER,
		     (uint32_t)(features >> 32));
}

int virtio_negotiate(struct virtio_device *device, uint64_t wanted)
{
	virtio_reset(device);
	status_write(device, VIRTIO_ACKNOWLEDGE);
	status_write(device, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER);
	if (device->common)
		wanted |= VIRTIO_F_VERSION_1;
	device->features = features_read(device) & wanted;
	features_write(device, device->features);
	if (!device->common)
		return 0;
	status_write(device,
		     VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_FEATURES_OK);
	if ((device->features & VIRTIO_F_VERSION_1) &&
	    (status_read(device) & VIRTIO_FEATURES_OK))
		return 0;
	status_write(device, VIRTIO_FAILED);
	return error_set(-EIO, "it does not agree to virtio version 1");
}

void virtio_start(struct virtio_device *device)
{
	uint8_t status = VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_DRIVER_OK;

	if (device->common)
		status |= VIRTIO_FEATURES_OK;
	status_write(device, status);
}

uint8_t virtio_config_read8(const struct virtio_device *device,
			    unsigned int offset)
{
	if (!device->common)
		return (uint8_t)pci_io_read(device->pci, 0,
					    LEGACY_CONFIG + offset, 1);
	if (!device->config || offset >= device->config_len)
		return 0;
	return mmio_read8(device->config + offset);
}

/* ---- Queues ---- */

/* Bytes of the ring of available ones, and of used ones, of SIZE. */
static size_t avail_len(uint16_t size)
{
	return sizeof(uint16_t) * (3 + size);
}

static size_t used_len(uint16_t size)
{
	return sizeof(uint16_t) * 3 + sizeof(struct virtq_used_elem) * size;
}

/* How many descriptors queue INDEX has, which is selected by that; 0: there is
 * no such queue. */
static uint16_t queue_select(struct virtio_device *device, uint16_t index,
			     uint16_t max)
{
	uint16_t size;

	if (!device->common) {
		pci_io_write(device->pci, 0, LEGACY_QUEUE_SELECT, 2, index);
		return (uint16_t)pci_io_read(device->pci, 0, LEGACY_QUEUE_SIZE,
					     2);
	}
	mmio_write16(device->common + COMMON_QUEUE_SELECT, index);
	size = mmio_read16(device->common + COMMON_QUEUE_SIZE);
	if (size > max) {
		size = max;
		mmio_write16(device->common + COMMON_QUEUE_SIZE, size);
	}
	return size;
}

static void address_write(struct virtio_device *device, unsigned int offset,
			  uint64_t address)
{
	mmio_write32(device->common + offset, (uint32_t)address);
	mmio_write32(device->common + offset + 4, (uint32_t)(address >> 32));
}

/* Tell the device where the selected queue is. */
static int queue_enable(struct virtio_device *device, struct virtqueue *queue)
{
	uint64_t bus = queue->memory.bus;
	const uint8_t *data = queue->memory.data;
	uint64_t offset;

	if (!device->common) {
		pci_io_write(device->pci, 0, LEGACY_QUEUE_PFN, 4,
			     (uint32_t)(bus / QUEUE_ALIGN));
		return 0;
	}
	offset = mmio_read16(device->common + COMMON_QUEUE_NOTIFY) *
		 (uint64_t)device->notify_multiplier;
	if (offset + 2 > device->notify_len)
		return error_set(-EIO,
				 "its virtio queue %u has no place to "
				 "be notified",
				 queue->index);
	queue->notify = device->notify + offset;
	address_write(device, COMMON_QUEUE_DESC, bus);
	address_write(device, COMMON_QUEUE_AVAIL,
		      bus + (uint64_t)((const uint8_t *)queue->avail - data));
	address_write(device, COMMON_QUEUE_USED,
		      bus + (uint64_t)((const uint8_t *)queue->used - data));
	mmio_write16(device->common + COMMON_QUEUE_ENABLE, 1);
	return 0;
}

int virtqueue_init(struct virtio_device *device, struct virtqueue *queue,
		   uint16_t index, uint16_t max)
{
	uint16_t size = queue_select(device, index, max);
	size_t used_offset;
	uint8_t *data;

	if (!size || size > QUEUE_SIZE_MAX || (size & (size - 1)))
		return error_set(-EIO,
				 "its virtio queue %u has %u "
				 "descriptors",
				 index, size);
	/* The layout of legacy devices, 2.7.2, which is right for all. */
	used_offset = (sizeof(struct virtq_desc) * size + avail_len(size) +
		       QUEUE_ALIGN - 1) &
		      ~(size_t)(QUEUE_ALIGN - 1);
	if (dma_alloc(device->pci, used_offset + used_len(size),
		      &queue->memory))
		return -ENOMEM;
	data = queue->memory.data;
	queue->index = index;
	queue->size = size;
	queue->avail_idx = queue->told_idx = queue->used_idx = 0;
	queue->has_event_idx = device->features & VIRTIO_F_EVENT_IDX;
	queue->desc = (volatile struct virtq_desc *)data;
	queue->avail =
		(volatile uint16_t *)(data + sizeof(struct virtq_desc) * size);
	queue->used = (volatile uint16_t *)(data + used_offset);
	/* We look for ourselves. With EVENT_IDX the flag must be 0; an index
	 * just behind says "not before all others have been through". */
	queue->avail[0] = queue->has_event_idx ? 0 : VIRTQ_AVAIL_NO_INTERRUPT;
	queue->avail[2 + size] = (uint16_t)(0 - 1);
	return queue_enable(device, queue);
}

void virtqueue_fini(struct virtio_device *device, struct virtqueue *queue)
{
	dma_free(device->pci, &queue->memory);
}

void virtqueue_add(struct virtqueue *queue, uint16_t head)
{
	queue->avail[2 + (queue->avail_idx & (queue->size - 1))] = head;
	queue->avail_idx++;
}

/* Does the device want to hear of what it has not used yet? It may have been
 * told already; but QEMU's emulation of one processor (7.2) leaves out the
 * barrier of virtqueue_kick(), so that it may also have missed that. */
static bool is_notify_wanted(const struct virtqueue *queue)
{
	const volatile uint16_t *event =
		queue->used + 2 +
		queue->size * (sizeof(struct virtq_used_elem) / 2);
	uint16_t count = (uint16_t)(queue->avail_idx - queue->used_idx);

	if (!queue->has_event_idx)
		return !(queue->used[0] & VIRTQ_USED_NO_NOTIFY);
	return (uint16_t)(queue->avail_idx - *event - 1) < count;
}

void virtqueue_kick(struct virtio_device *device, struct virtqueue *queue)
{
	if (queue->avail_idx == queue->told_idx)
		return;
	dma_write_barrier();
	queue->avail[1] = queue->avail_idx;
	dma_full_barrier();
	if (is_notify_wanted(queue)) {
		if (queue->notify)
			mmio_write16(queue->notify, queue->index);
		else
			pci_io_write(device->pci, 0, LEGACY_QUEUE_NOTIFY, 2,
				     queue->index);
	}
	queue->told_idx = queue->avail_idx;
}

bool virtqueue_has_used(const struct virtqueue *queue)
{
	return queue->used[1] != queue->used_idx;
}

bool virtqueue_take(struct virtqueue *queue, uint16_t *ret_head,
		    uint32_t *ret_len)
{
	volatile struct virtq_used_elem *elem;
	uint32_t id;

	if (!virtqueue_has_used(queue))
		return false;
	dma_read_barrier();
	elem = (volatile struct virtq_used_elem *)(queue->used + 2) +
	       (queue->used_idx & (queue->size - 1));
	id = elem->id;
	*ret_head = id < queue->size ? (uint16_t)id : UINT16_MAX;
	*ret_len = elem->len;
	queue->used_idx++;
	/* No interrupt before 65535 more were used. */
	queue->avail[2 + queue->size] = (uint16_t)(queue->used_idx - 1);
	return true;
}
