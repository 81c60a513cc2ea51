/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The NIC that the PXE ROM drives: Universal Network Driver Interface.
 *
 * ROMs are slow, lose interrupts and fail calls at times. So the interrupt is
 * only a hint that there is something to do; without it the ROM is asked in
 * short intervals. Nothing that a ROM returns is believed.
 */
#include <errno.h>
#include <string.h>

#include "core/error.h"
#include "core/origin.h"
#include "core/platform.h"
#include "drivers/undi/undi_load.h"
#include "drivers/undi/undi_real.h"
#include "net/netdevice.h"
#include "platform/bios/io.h"
#include "platform/bios/pxe.h"
#include "platform/bios/timer.h"

#define FRAME_MIN     14 /* an Ethernet header */
#define MTU_MIN	      576
#define MTU_MAX	      1500
#define OPEN_ATTEMPTS 3
#define BOOTP_CHADDR  28 /* offset: RFC 951 3 */

/* How often the ROM is asked when no interrupt says so, microseconds. */
#define POLL_WITH_IRQ_US    1000u
#define POLL_WITHOUT_IRQ_US 100u

/* A ROM that says "not my interrupt" is still asked for frames this often. */
#define DISTRUST_US 20000u

/* A frame that the ROM does not take for this long is dropped, and the NIC
 * closed and opened again, though not too often. */
#define TX_PATIENCE_US 200000u
#define REOPEN_US      2000000u

/* Frames that a ROM's ring surely holds, as bytes of a TCP window. With more
 * some lose frames, and some of those never receive again. */
#define RX_WINDOW 32768u

/* The driver's part of the device; there is only one. */
struct undi {
	struct undi_real *real;	 /* the part in the block */
	uint8_t irq;		 /* 0: none that can be used */
	uint8_t vector;		 /* of that IRQ */
	uint32_t old_vector;	 /* far pointer: who had it */
	bool was_masked;	 /* was the IRQ masked before us? */
	uint64_t asked_us;	 /* when the ROM was asked last */
	uint64_t processed_us;	 /* when it was last asked for frames */
	uint64_t tx_accepted_us; /* when it took a frame, or had none to take */
	uint64_t opened_us;	 /* when it was opened last */
};

/* ---- The interrupt. ---- */

static uint16_t pic_command_port(const struct undi *undi)
{
	return undi->irq < 8 ? PIC1_CMD : PIC2_CMD;
}

static void irq_set_masked(const struct undi *undi, bool masked)
{
	uint8_t mask = port_in8(undi->real->irq_port);

	mask = masked ? mask | undi->real->irq_bit
		      : mask & ~undi->real->irq_bit;
	port_out8(undi->real->irq_port, mask);
}

static void irq_hook(struct undi *undi)
{
	volatile uint32_t *vector;

	if (!undi->irq)
		return;
	undi->vector = undi->irq < 8 ? 0x08 + undi->irq : 0x70 + undi->irq - 8;
	undi->real->irq_bit = 1 << (undi->irq & 7);
	undi->real->irq_port = undi->irq < 8 ? PIC1_MASK : PIC2_MASK;
	undi->real->irq_seen = 0;
	undi->was_masked = port_in8(undi->real->irq_port) & undi->real->irq_bit;
	vector = low_ptr(uint32_t, undi->vector * 4u);
	undi->old_vector = *vector;
	*vector = real_far((uintptr_t)undi_irq);
	irq_set_masked(undi, false);
}

static void irq_unhook(struct undi *undi)
{
	volatile uint32_t *vector;

	if (!undi->irq)
		return;
	irq_set_masked(undi, undi->was_masked);
	vector = low_ptr(uint32_t, undi->vector * 4u);
	if (*vector == real_far((uintptr_t)undi_irq))
		*vector = undi->old_vector;
}

/* Has the NIC's line been raised? (It may be another's that shares it.) */
static bool irq_is_pending(const struct undi *undi)
{
	if (undi->real->irq_seen)
		return true;
	port_out8(pic_command_port(undi), PIC_READ_REQUESTS);
	return port_in8(pic_command_port(undi)) & undi->real->irq_bit;
}

/* The interrupt was seen and dealt with: let the next one come. */
static void irq_finish(struct undi *undi)
{
	struct real_regs *regs;

	if (!undi->real->irq_seen)
		return;
	if (undi->real->answer) {
		/* Not the NIC's: it goes to who had the vector before. */
		regs = real_begin();
		regs->stack[0] = FLAG_IF;
		regs->is_int = 1;
		real_call(regs, undi->old_vector);
	}
	undi->real->irq_seen = 0;
	irq_set_masked(undi, false);
}

/* ---- Frames. ---- */

static int undi_start(struct undi *undi, uint16_t *ret_status);
static int undi_simple(uint16_t opcode);

/* The ROM has run out of something and does not take frames any more: drop
 * the first, and see whether opening the NIC again helps. */
static void undi_unblock(struct net_device *netdev, struct undi *undi,
			 uint64_t now)
{
	struct undi_real *real = undi->real;
	uint16_t status;

	real->tx_first++;
	real->tx_count--;
	netdev->tx_errors++;
	netdev->tx_rc = -EIO;
	undi->tx_accepted_us = now;
	if (now - undi->opened_us < REOPEN_US)
		return;
	undi_simple(PXENV_UNDI_CLOSE);
	undi_start(undi, &status);
}

/* Hand up the frames of the last batch. */
static void undi_deliver(struct net_device *netdev, struct undi *undi)
{
	unsigned int i;

	for (i = 0; i < undi->real->rx_count && i < REAL_RX_COUNT; i++) {
		uint8_t *frame = real_base + REAL_RX + i * REAL_FRAME_LEN;
		uint16_t len = undi->real->rx_len[i];
		struct pbuf *p;

		p = len < FRAME_MIN || len > REAL_FRAME_LEN
			    ? NULL
			    : netdev_rx_alloc(len);
		if (!p) {
			netdev_rx_error(netdev, -ENOBUFS);
			continue;
		}
		pbuf_take(p, frame, len);
		netdev_rx(netdev, p);
	}
}

/* Make one trip to the ROM: send what waits, and receive by RX_MODE. */
static void undi_run(struct net_device *netdev, struct undi *undi,
		     uint8_t rx_mode)
{
	struct undi_real *real = undi->real;
	uint64_t now = platform_time_us();

	if (!real->tx_count)
		undi->tx_accepted_us = now;
	real->rx_mode = rx_mode;
	real->answer = 0;
	real_call(real_begin(), real_far((uintptr_t)undi_batch));

	if (real->tx_done) {
		real->tx_first += real->tx_done;
		real->tx_count -= MIN(real->tx_done, real->tx_count);
		undi->tx_accepted_us = now;
	} else if (real->tx_count &&
		   now - undi->tx_accepted_us > TX_PATIENCE_US) {
		undi_unblock(netdev, undi, now);
	}
	if (rx_mode == UNDI_RX_NONE)
		return;
	undi->asked_us = now;
	if (!real->answer)
		undi->processed_us = now;
	for (; real->rx_bad; real->rx_bad--)
		netdev_rx_error(netdev, -EMSGSIZE);
	if (real->rx_mode != UNDI_RX_NEXT)
		irq_finish(undi);
}

static bool undi_poll(struct net_device *netdev)
{
	struct undi *undi = netdev->priv;
	struct undi_real *real = undi->real;
	uint64_t now = platform_time_us();
	uint8_t mode = UNDI_RX_NONE;

	if (real->rx_mode == UNDI_RX_NEXT)
		mode = UNDI_RX_NEXT;
	else if (now - undi->processed_us >= DISTRUST_US)
		mode = UNDI_RX_PROCESS;
	else if ((undi->irq && irq_is_pending(undi)) ||
		 now - undi->asked_us >=
			 (undi->irq ? POLL_WITH_IRQ_US : POLL_WITHOUT_IRQ_US))
		mode = UNDI_RX_START;
	if (mode == UNDI_RX_NONE && !real->tx_count)
		return false;
	undi_run(netdev, undi, mode);
	if (mode == UNDI_RX_NONE || !real->rx_count)
		return real->tx_count != 0;
	undi_deliver(netdev, undi);
	return true;
}

static int undi_transmit(struct net_device *netdev, struct pbuf *p)
{
	struct undi *undi = netdev->priv;
	struct undi_real *real = undi->real;
	unsigned int slot;

	if (p->tot_len > REAL_FRAME_LEN)
		return -EMSGSIZE;
	if (real->tx_count == REAL_TX_COUNT)
		undi_run(netdev, undi, UNDI_RX_NONE);
	if (real->tx_count == REAL_TX_COUNT)
		return -ENOBUFS;
	slot = (real->tx_first + real->tx_count) % REAL_TX_COUNT;
	pbuf_copy_partial(p, real_base + REAL_TX + slot * REAL_FRAME_LEN,
			  p->tot_len, 0);
	real->tx_len[slot] = p->tot_len;
	real->tx_count++;
	return 0;
}

/* ---- Opening and closing. ---- */

/* Call OPCODE that has no parameters of interest. */
static int undi_simple(uint16_t opcode)
{
	uint8_t params[16] = {0};

	return pxe_call(opcode, params, sizeof(params));
}

/* Open the NIC. RET_STATUS is what the ROM says if that fails. */
static int undi_start(struct undi *undi, uint16_t *ret_status)
{
	struct pxe_undi_open open;
	struct pxe_undi_initialize init;
	unsigned int attempt;

	undi->opened_us = platform_time_us();
	undi->real->rx_mode = UNDI_RX_NONE;
	undi->real->fragment = 0;
	for (attempt = 0; attempt < OPEN_ATTEMPTS; attempt++) {
		memset(&open, 0, sizeof(open));
		open.filter = PXE_FILTER_DIRECTED | PXE_FILTER_BROADCAST |
			      (NETDEV_WANTS_MULTICAST ? PXE_FILTER_PROMISC : 0);
		if (pxe_call(PXENV_UNDI_OPEN, &open, sizeof(open)) == 0)
			return 0;
		/* Perhaps the ROM's own stack has left it open; if that is
		 * not all, begin anew. */
		undi_simple(PXENV_UNDI_CLOSE);
		if (attempt == 0)
			continue;
		undi_simple(PXENV_UNDI_SHUTDOWN);
		memset(&init, 0, sizeof(init));
		pxe_call(PXENV_UNDI_INITIALIZE, &init, sizeof(init));
	}
	*ret_status = open.status;
	return -EIO;
}

/* Tell the ROM the address of NETDEV, if somebody has changed it. It is told
 * before the NIC is opened. PXE 2.1 4.2.9. */
static int undi_set_mac(const struct net_device *netdev)
{
	struct pxe_undi_set_station set = {0};

	if (!netdev->is_mac_changed)
		return 0;
	memcpy(set.mac, netdev->netif.hwaddr, sizeof(netdev->mac));
	undi_simple(PXENV_UNDI_CLOSE);
	if (pxe_call(PXENV_UNDI_SET_STATION, &set, sizeof(set)) == 0)
		return 0;
	return error_set(-ENOTSUP, "the PXE ROM does not take another address "
				   "for its network card");
}

static int undi_open(struct net_device *netdev)
{
	struct undi *undi = netdev->priv;
	uint16_t status;
	int rc;

	undi->real = real_ptr(undi_real); /* the block may have moved */
	rc = undi_set_mac(netdev);
	if (rc)
		return rc;
	rc = undi_start(undi, &status);
	if (rc)
		return error_set(rc,
				 "the PXE ROM does not open its network "
				 "card (status %#x)",
				 status);
	undi->real->entry = pxe_entry();
	undi->real->tx_count = 0;
	irq_hook(undi);
	return 0;
}

static void undi_close(struct net_device *netdev)
{
	struct undi *undi = netdev->priv;

	undi_run(netdev, undi, UNDI_RX_NONE);
	irq_unhook(undi);
	undi_simple(PXENV_UNDI_CLOSE);
}

static const struct net_device_ops undi_ops = {
	.open = undi_open,
	.close = undi_close,
	.transmit = undi_transmit,
	.poll = undi_poll,
};

/* ---- Finding it. ---- */

static struct net_device *undi_netdev;

/* Can MAC be a NIC's own address? */
static bool is_station_address(const uint8_t *mac)
{
	static const uint8_t none[6];

	return !(mac[0] & 1) && memcmp(mac, none, sizeof(none));
}

/* Ask the ROM what it drives. */
static int undi_information(struct net_device *netdev, struct undi *undi)
{
	struct pxe_undi_initialize init;
	struct pxe_undi_information info;
	struct pxe_undi_nic_type type;
	const uint8_t *mac;
	int rc;

	memset(&info, 0, sizeof(info));
	rc = pxe_call(PXENV_UNDI_GET_INFORMATION, &info, sizeof(info));
	if (rc) {
		undi_simple(PXENV_UNDI_STARTUP);
		memset(&init, 0, sizeof(init));
		pxe_call(PXENV_UNDI_INITIALIZE, &init, sizeof(init));
		memset(&info, 0, sizeof(info));
		rc = pxe_call(PXENV_UNDI_GET_INFORMATION, &info, sizeof(info));
		if (rc)
			return rc;
	}
	memcpy(netdev->hwaddr, info.hwaddr, sizeof(netdev->hwaddr));
	mac = info.mac;
	if (!is_station_address(mac))
		mac = info.hwaddr;
	/* At the latest the DHCP server was told. */
	if (!is_station_address(mac))
		mac = origin.packet[ORIGIN_DHCPACK].data + BOOTP_CHADDR;
	memcpy(netdev->mac, mac, sizeof(netdev->mac));
	netdev->mtu =
		info.mtu < MTU_MIN || info.mtu > MTU_MAX ? MTU_MAX : info.mtu;
	/* Not those of timer, keyboard, cascade, clock and coprocessor. */
	if (info.irq > 2 && info.irq < 16 && info.irq != 8 && info.irq != 13)
		undi->irq = (uint8_t)info.irq;

	memset(&type, 0, sizeof(type));
	if (!pxe_call(PXENV_UNDI_GET_NIC_TYPE, &type, sizeof(type)) &&
	    type.type == PXE_NIC_PCI) {
		netdev->bustype = "PCI";
		netdev->busloc = type.busdevfn;
		netdev->busid[0] = 1; /* PCI */
		put_be16(netdev->busid + 1, type.vendor);
		put_be16(netdev->busid + 3, type.device);
	}
	return 0;
}

static int undi_probe(void)
{
	struct net_device *netdev;
	struct undi *undi;
	int rc;

	if (!pxe_entry() && undi_load)
		undi_load();
	if (!pxe_entry())
		return 0;
	netdev = netdev_alloc(&undi_ops, sizeof(*undi));
	if (!netdev)
		return -ENOMEM;
	undi = netdev->priv;
	undi->real = real_ptr(undi_real);
	netdev->driver = "undionly";
	netdev->bustype = "ISAPNP";
	netdev->has_link = true;
	netdev->rx_window = RX_WINDOW;
	rc = undi_information(netdev, undi);
	if (rc) {
		error_set(rc, "the PXE ROM does not say which network card "
			      "it drives");
		goto err_information;
	}
	if (undi_is_driven && undi_is_driven(netdev->busloc))
		goto err_information;
	if (!undi_is_loaded || !undi_is_loaded())
		origin_set_mac(netdev->mac);
	rc = netdev_register(netdev);
	if (rc)
		goto err_register;
	undi_netdev = netdev;
	return 0;

err_register:
err_information:
	netdev_free(netdev);
	return rc;
}

static void undi_remove(void)
{
	if (!undi_netdev)
		return;
	netdev_unregister(undi_netdev);
	netdev_free(undi_netdev);
	undi_netdev = NULL;
	if (undi_unload)
		undi_unload();
}

static const struct net_driver undi_driver = {
	.name = "undionly",
	.order = 1, /* after drivers of our own, which are faster */
	.probe = undi_probe,
	.remove = undi_remove,
};
TABLE_REGISTER(net_drivers, undi_driver);
