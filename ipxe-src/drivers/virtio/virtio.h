/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Virtio devices on PCI: the transport, old and new, and their rings.
 *
 * Virtual I/O Device (VIRTIO) Version 1.2, OASIS; section numbers are its.
 */
#ifndef DRIVERS_VIRTIO_VIRTIO_H
#define DRIVERS_VIRTIO_VIRTIO_H

#include "drivers/bus/pci.h"

/* Features of every device, 6. */
#define VIRTIO_F_ANY_LAYOUT (1ULL << 27)
#define VIRTIO_F_EVENT_IDX  (1ULL << 29)
#define VIRTIO_F_VERSION_1  (1ULL << 32)

/* Device status, 2.1. */
#define VIRTIO_ACKNOWLEDGE 0x01
#define VIRTIO_DRIVER	   0x02
#define VIRTIO_DRIVER_OK   0x04
#define VIRTIO_FEATURES_OK 0x08
#define VIRTIO_FAILED	   0x80

/* A device's registers. */
struct virtio_device {
	struct pci_device *pci;
	/* Version 1: common configuration, 4.1.4.3; NULL is a legacy device,
	 * whose registers are in I/O BAR 0, 4.1.4.10. */
	volatile uint8_t *common;
	volatile uint8_t *notify;   /* 4.1.4.4 */
	uint32_t notify_multiplier; /* bytes from queue to queue */
	uint32_t notify_len;	    /* bytes that may be written to */
	volatile uint8_t *config;   /* of this kind of device, 4.1.4.6 */
	uint32_t config_len;	    /* bytes of it that are mapped */
	uint64_t features;	    /* that both know */
};

/* A descriptor, 2.7.5. */
struct virtq_desc {
	uint64_t addr;
	uint32_t len;
	uint16_t flags;
	uint16_t next;
};

#define VIRTQ_DESC_NEXT	 1
#define VIRTQ_DESC_WRITE 2

/* Flags and sizes of the rings, 2.7.6 to 2.7.8. */
#define VIRTQ_AVAIL_NO_INTERRUPT 1
#define VIRTQ_USED_NO_NOTIFY	 1

struct virtq_used_elem {
	uint32_t id;
	uint32_t len;
};

/* A queue. */
struct virtqueue {
	struct dma_memory memory;
	uint16_t index;	    /* of the queue in its device */
	uint16_t size;	    /* descriptors, a power of two */
	uint16_t avail_idx; /* next place in the ring of available ones */
	uint16_t told_idx;  /* up to where the device was told */
	uint16_t used_idx;  /* next used one to be looked at */
	bool has_event_idx; /* VIRTIO_F_EVENT_IDX is in use */
	volatile struct virtq_desc *desc;
	volatile uint16_t *avail; /* flags, idx, ring, used_event */
	volatile uint16_t *used;  /* flags, idx, ring, avail_event */
	volatile uint8_t *notify; /* version 1: where to tell it */
};

/* Find PCI's registers: version 1 if it has them. 0, or -ENODEV with a
 * sentence. */
int virtio_init(struct virtio_device *device, struct pci_device *pci);

/* Reset; then agree on those of WANTED that the device offers. 0, or -EIO
 * with a sentence. Afterwards set up queues, then virtio_start(). */
int virtio_negotiate(struct virtio_device *device, uint64_t wanted);

/* The device begins to work. */
void virtio_start(struct virtio_device *device);

/* The device stops; it does not touch memory any more. */
void virtio_reset(struct virtio_device *device);

/* The byte at OFFSET of the device's own configuration; 0 beyond its end. */
uint8_t virtio_config_read8(const struct virtio_device *device,
			    unsigned int offset);

/* Set up queue INDEX with at most MAX descriptors where the device leaves us
 * the choice. 0 or -errno with a sentence. */
int virtqueue_init(struct virtio_device *device, struct virtqueue *queue,
		   uint16_t index, uint16_t max);

/* Free its memory, after virtio_reset(). Harmless if it has none. */
void virtqueue_fini(struct virtio_device *device, struct virtqueue *queue);

/* Make the chain that begins with descriptor HEAD available, and tell the
 * device of all that are new, if it wants to know. */
void virtqueue_add(struct virtqueue *queue, uint16_t head);
void virtqueue_kick(struct virtio_device *device, struct virtqueue *queue);

/* Is there a used one? Then take it: its head (below queue->size, else it is
 * not the device's to return) and how many bytes it wrote. */
bool virtqueue_has_used(const struct virtqueue *queue);
bool virtqueue_take(struct virtqueue *queue, uint16_t *ret_head,
		    uint32_t *ret_len);

#endif
