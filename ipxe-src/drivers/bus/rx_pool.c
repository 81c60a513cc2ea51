/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Buffers that a network card fills and lwIP reads. */
#include <stdlib.h>

#include "drivers/bus/rx_pool.h"

struct rx_pool *rx_pool_alloc(struct pci_device *pci, unsigned int count,
			      size_t buffer_len)
{
	struct rx_pool *pool;
	struct rx_buffer *buffer;
	unsigned int i;

	pool = calloc(1, sizeof(*pool));
	if (!pool)
		return NULL;
	pool->count = count;
	pool->buffer_len = buffer_len;
	pool->buffers = calloc(count, sizeof(*pool->buffers));
	if (!pool->buffers)
		goto err_buffers;
	if (dma_alloc(pci, count * buffer_len, &pool->memory))
		goto err_memory;
	for (i = 0; i < count; i++) {
		buffer = &pool->buffers[i];
		buffer->pool = pool;
		buffer->data = (uint8_t *)pool->memory.data + i * buffer_len;
		buffer->bus = pool->memory.bus + i * buffer_len;
		rx_pool_put(buffer);
	}
	return pool;

err_memory:
	free(pool->buffers);
err_buffers:
	free(pool);
	return NULL;
}

void rx_pool_free(struct pci_device *pci, struct rx_pool *pool)
{
	if (!pool || pool->free_count != pool->count)
		return;
	dma_free(pci, &pool->memory);
	free(pool->buffers);
	free(pool);
}

struct rx_buffer *rx_pool_get(struct rx_pool *pool)
{
	struct rx_buffer *buffer = pool->free;

	if (buffer) {
		pool->free = buffer->next;
		pool->free_count--;
	}
	return buffer;
}

void rx_pool_put(struct rx_buffer *buffer)
{
	struct rx_pool *pool = buffer->pool;

	/* The one used last first: it may be in the processor's cache. */
	buffer->next = pool->free;
	pool->free = buffer;
	pool->free_count++;
}

/* lwIP has done with a buffer's pbuf. */
static void pbuf_done(struct pbuf *p)
{
	rx_pool_put(container_of(p, struct rx_buffer, custom.pbuf));
}

struct pbuf *rx_buffer_pbuf(struct rx_buffer *buffer, size_t offset, size_t len)
{
	buffer->custom.custom_free_function = pbuf_done;
	return pbuf_alloced_custom(PBUF_RAW, (u16_t)len, PBUF_REF,
				   &buffer->custom, buffer->data + offset,
				   (u16_t)len);
}
