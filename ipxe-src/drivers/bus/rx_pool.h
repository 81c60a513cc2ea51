/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Buffers that a network card fills and lwIP reads: no copy in between.
 *
 * A buffer is in one of three places: free here, in the card's ring, or in a
 * pbuf on its way through lwIP, which brings it back when the last reference
 * goes. There are more of them than the ring holds, so that the ring stays
 * full while lwIP keeps frames behind a lost one.
 */
#ifndef DRIVERS_BUS_RX_POOL_H
#define DRIVERS_BUS_RX_POOL_H

#include "lwip/pbuf.h"

#include "drivers/bus/pci.h"

struct rx_pool;

/* One buffer. */
struct rx_buffer {
	struct pbuf_custom custom; /* while lwIP has it */
	struct rx_pool *pool;
	struct rx_buffer *next; /* in the list of free ones */
	uint8_t *data;
	uint64_t bus; /* the address of data for the card */
};

/* A pool. */
struct rx_pool {
	struct dma_memory memory;
	struct rx_buffer *buffers;
	struct rx_buffer *free;
	unsigned int count;	 /* all of them */
	unsigned int free_count; /* those in the list */
	size_t buffer_len;
};

/* A pool of COUNT buffers of BUFFER_LEN bytes (a divisor or multiple of 4096)
 * for PCI; NULL: out of memory. */
struct rx_pool *rx_pool_alloc(struct pci_device *pci, unsigned int count,
			      size_t buffer_len);

/* Free POOL (may be NULL). If lwIP still holds some of its buffers it is left
 * to them for good. */
void rx_pool_free(struct pci_device *pci, struct rx_pool *pool);

/* Take a free buffer for the ring, NULL if there is none; put one back that
 * holds nothing. */
struct rx_buffer *rx_pool_get(struct rx_pool *pool);
void rx_pool_put(struct rx_buffer *buffer);

/* The LEN bytes at OFFSET of BUFFER as a pbuf, which returns the buffer when
 * it is freed. Never NULL; both must lie within the buffer. */
struct pbuf *rx_buffer_pbuf(struct rx_buffer *buffer, size_t offset,
			    size_t len);

#endif
