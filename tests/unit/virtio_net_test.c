/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The virtio-net driver with a legacy device that says what it likes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/bus/pci.h"
#include "drivers/virtio/virtio.h"
#include "net/netdevice.h"

/* ---- The device: legacy registers in I/O BAR 0 ---- */

#define QUEUE_SIZE   64
#define F_GUEST_CSUM (1u << 1)
#define F_MAC	     (1u << 5)
#define F_MRG_RXBUF  (1u << 15)
#define F_STATUS     (1u << 16)
#define HEADER	     12

static const uint8_t mac[6] = {0x02, 0, 0, 0, 0, 0x77};
static uint8_t config_space[256];
static bool is_there = true;
static bool has_link;
static unsigned int selected, status, notified;
static uint32_t more_features;
static uint8_t *queue_memory[2]; /* of each queue, once it is set up */
static uint8_t *last_memory;
static unsigned int memory_count;

int pci_find_next(struct pci_device *pci, uint32_t busdevfn)
{
	if (!is_there || busdevfn > PCI_BUSDEVFN(0, 0, 3, 0))
		return -ENODEV;
	memset(pci, 0, sizeof(*pci));
	pci->busdevfn = PCI_BUSDEVFN(0, 0, 3, 0);
	put_le16(config_space + PCI_VENDOR_ID, 0x1af4);
	put_le16(config_space + PCI_DEVICE_ID, 0x1000);
	put_le32(config_space + PCI_BAR0, 0xc001);
	return pci_read_header(pci);
}

uint32_t pci_config_read(const struct pci_device *pci, unsigned int offset,
			 unsigned int len)
{
	uint32_t value = 0;

	(void)pci;
	memcpy(&value, config_space + offset, len);
	return value;
}

void pci_config_write(const struct pci_device *pci, unsigned int offset,
		      unsigned int len, uint32_t value)
{
	(void)pci;
	memcpy(config_space + offset, &value, len);
}

uint32_t pci_io_read(const struct pci_device *pci, unsigned int index,
		     unsigned int offset, unsigned int len)
{
	(void)pci;
	(void)len;
	assert_int_equal(index, 0);
	switch (offset) {
	case 0x00: /* features */
		return F_GUEST_CSUM | F_MAC | F_MRG_RXBUF | F_STATUS |
		       more_features;
	case 0x0c: /* size of the queue */
		return QUEUE_SIZE;
	case 0x12:
		return status;
	case 0x14 + 6:
		return has_link;
	}
	return offset >= 0x14 && offset < 0x1a ? mac[offset - 0x14] : 0;
}

void pci_io_write(const struct pci_device *pci, unsigned int index,
		  unsigned int offset, unsigned int len, uint32_t value)
{
	(void)pci;
	(void)index;
	(void)len;
	switch (offset) {
	case 0x08: /* where the queue is: what was allocated last */
		queue_memory[selected] = last_memory;
		break;
	case 0x0e:
		assert_in_range(value, 0, 1);
		selected = value;
		break;
	case 0x10:
		notified++;
		break;
	case 0x12:
		status = value;
		break;
	}
}

int dma_alloc(struct pci_device *pci, size_t len, struct dma_memory *ret)
{
	(void)pci;
	ret->data = aligned_alloc(4096, (len + 4095) & ~(size_t)4095);
	memset(ret->data, 0, len);
	ret->bus = (uintptr_t)ret->data;
	ret->len = len;
	last_memory = ret->data;
	memory_count++;
	return 0;
}

void dma_free(struct pci_device *pci, struct dma_memory *memory)
{
	(void)pci;
	if (memory->data)
		memory_count--;
	free(memory->data);
	memset(memory, 0, sizeof(*memory));
}

static struct virtq_desc *desc_of(unsigned int queue)
{
	return (struct virtq_desc *)queue_memory[queue];
}

static uint16_t *avail_of(unsigned int queue)
{
	return (uint16_t *)(queue_memory[queue] + 16 * QUEUE_SIZE);
}

static uint16_t *used_of(unsigned int queue)
{
	return (uint16_t *)(queue_memory[queue] + 4096);
}

static uint16_t rx_taken; /* available buffers that the device has used */

/* Say that HEAD of QUEUE is used, with LEN bytes. */
static void use(unsigned int queue, uint32_t head, uint32_t len)
{
	uint16_t *used = used_of(queue);
	uint32_t *elem = (uint32_t *)(used + 2) + 2 * (used[1] % QUEUE_SIZE);

	elem[0] = head;
	elem[1] = len;
	used[1]++;
}

/* Write LEN bytes at DATA into the next available buffer, behind a header
 * (if BUFFERS is not 0) that says so many buffers. */
static void receive(const uint8_t *data, size_t len, unsigned int buffers)
{
	uint16_t *avail = avail_of(0);
	uint16_t head = avail[2 + rx_taken % QUEUE_SIZE];
	uint8_t *buffer;

	assert_int_not_equal(avail[1], rx_taken);
	rx_taken++;
	assert_in_range(head, 0, QUEUE_SIZE - 1);
	buffer = (uint8_t *)(uintptr_t)desc_of(0)[head].addr;
	if (buffers) {
		memset(buffer, 0, HEADER);
		put_le16(buffer + 10, (uint16_t)buffers);
		buffer += HEADER;
		memcpy(buffer, data, len);
		len += HEADER;
	} else {
		memcpy(buffer, data, len);
	}
	use(0, head, (uint32_t)len);
}

/* ---- What arrives ---- */

static struct net_device *nic;
static uint8_t got[8192];
static size_t got_len;
static unsigned int got_count;
static struct pbuf *held; /* like lwIP's queue behind a lost segment */
static bool is_holding;

static err_t take(struct pbuf *p, struct netif *netif)
{
	(void)netif;
	got_count++;
	got_len = pbuf_copy_partial(p, got, sizeof(got), 0);
	if (is_holding && held)
		pbuf_cat(held, p);
	else if (is_holding)
		held = p;
	else
		pbuf_free(p);
	return ERR_OK;
}

static int set_up(void **state)
{
	(void)state;
	net_init();
	has_link = true;
	is_holding = false;
	rx_taken = 0;
	got_count = notified = 0;
	netdev_probe_all();
	nic = netdev_find_mac(mac);
	assert_non_null(nic);
	nic->netif.input = take;
	/* Frames are counted, and reports of groups are not to be. */
	nic->netif.flags &= (u8_t)~NETIF_FLAG_MLD6;
	assert_int_equal(netdev_open(nic), 0);
	assert_int_equal(status, 7);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	netdev_close(nic);
	assert_int_equal(status, 0);
	assert_false(config_space[PCI_COMMAND] & PCI_COMMAND_MASTER);
	netdev_remove_all();
	/* Every buffer came back, else the pool would have been left. */
	assert_int_equal(memory_count, 0);
	return 0;
}

static void poll(void)
{
	while (nic->ops->poll(nic))
		;
}

static void test_frames_arrive(void **state)
{
	uint8_t frame[1514];
	unsigned int i;

	(void)state;
	assert_string_equal(nic->driver, "virtio-net");
	assert_true(nic->has_link);
	for (i = 0; i < sizeof(frame); i++)
		frame[i] = (uint8_t)(i * 7);
	/* Often enough to go round the ring. */
	for (i = 0; i < 3 * QUEUE_SIZE; i++) {
		receive(frame, 60 + i, 1);
		poll();
		assert_int_equal(got_count, i + 1);
		assert_int_equal(got_len, 60 + i);
		assert_memory_equal(got, frame, got_len);
	}
	assert_int_equal(nic->rx_errors, 0);
}

static void test_pieces_make_one_frame(void **state)
{
	uint8_t frame[3000];
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(frame); i++)
		frame[i] = (uint8_t)(i * 5);
	receive(frame, 1400, 3);
	receive(frame + 1400, 1500, 0);
	receive(frame + 2900, 100, 0);
	poll();
	assert_int_equal(got_count, 1);
	assert_int_equal(got_len, sizeof(frame));
	assert_memory_equal(got, frame, sizeof(frame));
}

static void test_nonsense_is_counted(void **state)
{
	uint8_t frame[60] = {1};

	(void)state;
	use(0, QUEUE_SIZE, 72); /* no such descriptor */
	use(0, 0xffffffff, 72);
	poll();
	assert_int_equal(nic->rx_errors, 2);
	receive(frame, 1, 1); /* no Ethernet header */
	poll();
	assert_int_equal(nic->rx_errors, 3);
	receive(frame, 60, 5); /* five pieces, of which one is there */
	poll();
	assert_int_equal(nic->rx_errors, 4);
	receive(frame, 60, 2);
	receive(frame, 0, 0); /* an empty piece */
	poll();
	assert_int_equal(nic->rx_errors, 5);
	assert_int_equal(got_count, 0);
	/* The same buffer twice: the second time it is not the device's. */
	receive(frame, 60, 1);
	use(0, avail_of(0)[2 + (rx_taken - 1) % QUEUE_SIZE], 72);
	poll();
	assert_int_equal(got_count, 1);
	assert_int_equal(nic->rx_errors, 6);
	/* More bytes than the buffer has. */
	receive(frame, 60, 1);
	((uint32_t *)(used_of(0) +
		      2))[2 * ((used_of(0)[1] - 1) % QUEUE_SIZE) + 1] = 1000000;
	poll();
	assert_int_equal(got_count, 2);
	assert_in_range(got_len, 60, 2048);
}

static void test_ring_stays_full_while_frames_are_held(void **state)
{
	uint8_t frame[60] = {0};
	unsigned int i;

	(void)state;
	is_holding = true;
	for (i = 0; i < 300; i++) {
		receive(frame, sizeof(frame), 1);
		poll();
	}
	assert_int_equal((uint16_t)(avail_of(0)[1] - rx_taken), QUEUE_SIZE);
	pbuf_free(held);
	held = NULL;
}

static void test_frames_are_sent_and_slots_return(void **state)
{
	struct pbuf *p = pbuf_alloc(PBUF_RAW, 100, PBUF_RAM);
	unsigned int i, sent = 0;
	struct virtq_desc *desc;
	uint16_t head;

	(void)state;
	memset(p->payload, 0x5a, 100);
	/* Nothing is taken back: at some point there is no room. */
	while (nic->ops->transmit(nic, p) == 0)
		assert_in_range(++sent, 1, QUEUE_SIZE);
	assert_int_equal(nic->ops->transmit(nic, p), -ENOBUFS);
	assert_int_equal(avail_of(1)[1], sent);
	for (i = 0; i < sent; i++) {
		head = avail_of(1)[2 + i];
		desc = &desc_of(1)[head];
		assert_int_equal(desc->len, HEADER);
		assert_int_equal(desc->flags, VIRTQ_DESC_NEXT);
		desc = &desc_of(1)[desc->next];
		assert_int_equal(desc->len, 100);
		assert_int_equal(*(uint8_t *)(uintptr_t)desc->addr, 0x5a);
		use(1, head, 0);
	}
	/* A slot that was never given is not taken back. */
	use(1, QUEUE_SIZE - 1, 0);
	for (i = 0; i < sent; i++)
		assert_int_equal(nic->ops->transmit(nic, p), 0);
	for (i = 0; i < sent; i++)
		use(1, avail_of(1)[2 + (sent + i) % QUEUE_SIZE], 0);
	pbuf_free(p);
}

static void test_link_that_comes_late(void **state)
{
	(void)state;
	netdev_close(nic);
	has_link = false;
	assert_int_equal(netdev_open(nic), 0);
	rx_taken = 0;
	assert_false(nic->has_link);
	has_link = true;
	assert_int_equal(netdev_wait_link(nic, 1000), 0);
}

/* The device wants to hear of the first frame. Whether it has heard shows by
 * its having used that. */
static void test_lost_notification_is_made_up_for(void **state)
{
	struct pbuf *p = pbuf_alloc(PBUF_RAW, 100, PBUF_RAM);

	(void)state;
	netdev_close(nic);
	more_features = (uint32_t)VIRTIO_F_EVENT_IDX;
	assert_int_equal(netdev_open(nic), 0);
	more_features = 0;
	rx_taken = 0;
	notified = 0;
	assert_int_equal(nic->ops->transmit(nic, p), 0);
	assert_int_equal(notified, 1);
	assert_int_equal(nic->ops->transmit(nic, p), 0);
	assert_int_equal(notified, 2);
	use(1, avail_of(1)[2], 0);
	assert_int_equal(nic->ops->transmit(nic, p), 0);
	assert_int_equal(notified, 2);
	pbuf_free(p);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_frames_arrive),
		TEST(test_pieces_make_one_frame),
		TEST(test_nonsense_is_counted),
		TEST(test_ring_stays_full_while_frames_are_held),
		TEST(test_frames_are_sent_and_slots_return),
		TEST(test_lost_notification_is_made_up_for),
		TEST(test_link_that_comes_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
