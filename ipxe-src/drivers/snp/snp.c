/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* NICs behind UEFI's Simple Network Protocol, UEFI 2.10 24.1. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/platform.h"
#include "drivers/snp/snp.h"
#include "net/netdevice.h"
#include "platform/efi/nic.h"

/* Frames on their way out; each has a buffer until the driver returns it. */
#define TX_BUFFERS    32
#define TX_BUFFER_LEN 1536

/* Ask for sent buffers from this many on; until then it waits for the
 * regular look at the status. */
#define TX_RECYCLE 16

/* How often the status (link, sent buffers) is looked at: each look reads
 * hardware, and some drivers need it for anything to be received. */
#define STATUS_PERIOD_US 2000

/* Transmit says "not ready" while its queue is full: so often we try. */
#define TX_RETRIES 1000

/* A driver that has not returned any buffer for so long never will. */
#define TX_LOST_US 500000

/* Frames that are taken by one poll. */
#define RX_QUOTA 64

/* A frame that is too long for us is taken and dropped, up to this length:
 * it would stay in the driver's queue for ever. */
#define RX_DISCARD_MAX 65536

/* Destination, source, type: IEEE 802.3 3.1.1. */
#define ETHERNET_HEADER 14

/* An address, IEEE 802.3 3.2.3. */
#define MAC_LEN 6

/* Shortest frame without its checksum, IEEE 802.3 4.2.3.3. */
#define FRAME_MIN 60

/* Needed from the receive filter if the NIC has it. */
#define RX_FILTERS                                                             \
	(EFI_SIMPLE_NETWORK_RECEIVE_UNICAST |                                  \
	 EFI_SIMPLE_NETWORK_RECEIVE_BROADCAST)

/* And wanted: frames to groups. */
#define RX_GROUPS                                                              \
	(NETDEV_WANTS_MULTICAST                                                \
		 ? EFI_SIMPLE_NETWORK_RECEIVE_PROMISCUOUS_MULTICAST            \
		 : 0)

/* What we know of a NIC; private to its net_device. */
struct snp_nic {
	EFI_HANDLE handle;
	EFI_SIMPLE_NETWORK *snp; /* valid while open */
	struct pbuf *rx;	 /* for the next frame; NULL: none yet */
	uint64_t status_next_us;
	uint64_t tx_last_us; /* when a buffer was last given or taken */
	uint32_t tx_busy;    /* bit I: the driver has buffer I */
	unsigned int tx_busy_count;
	uint8_t tx[TX_BUFFERS][TX_BUFFER_LEN];
};

_Static_assert(TX_BUFFERS == 32, "tx_busy has a bit for each");

/* Take back the buffer at ADDRESS, which the driver says it has sent. */
static void snp_tx_done(struct snp_nic *nic, const void *address)
{
	size_t offset = (size_t)((const uint8_t *)address - nic->tx[0]);
	size_t i = offset / TX_BUFFER_LEN;

	/* Drivers have been seen to return addresses that nobody gave. */
	if (i >= TX_BUFFERS || offset % TX_BUFFER_LEN ||
	    !(nic->tx_busy & 1U << i))
		return;
	nic->tx_busy &= ~(1U << i);
	nic->tx_busy_count--;
	nic->tx_last_us = platform_time_us();
}

/* Look at the link, and take back the buffers that were sent. */
static void snp_status(struct net_device *netdev)
{
	struct snp_nic *nic = netdev->priv;
	UINT32 interrupts;
	unsigned int i;
	void *sent;

	for (i = 0; i <= TX_BUFFERS; i++) {
		sent = NULL;
		if (EFI_ERROR(nic->snp->GetStatus(nic->snp, &interrupts,
						  &sent)) ||
		    !sent)
			break;
		snp_tx_done(nic, sent);
	}
	if (nic->snp->Mode->MediaPresentSupported)
		netdev_set_link(netdev, nic->snp->Mode->MediaPresent);
	nic->status_next_us = platform_time_us() + STATUS_PERIOD_US;
}

/* A buffer that the driver does not have, or NULL. */
static uint8_t *snp_tx_buffer(struct net_device *netdev)
{
	struct snp_nic *nic = netdev->priv;

	if (nic->tx_busy_count >= TX_RECYCLE)
		snp_status(netdev);
	if (nic->tx_busy == UINT32_MAX &&
	    platform_time_us() - nic->tx_last_us >= TX_LOST_US) {
		nic->tx_busy = 0;
		nic->tx_busy_count = 0;
	}
	if (nic->tx_busy == UINT32_MAX)
		return NULL;
	return nic->tx[__builtin_ctz(~nic->tx_busy)];
}

static int snp_transmit(struct net_device *netdev, struct pbuf *p)
{
	struct snp_nic *nic = netdev->priv;
	EFI_STATUS status;
	unsigned int i;
	uint8_t *buffer;
	size_t len = p->tot_len;

	if (len > TX_BUFFER_LEN)
		return -EMSGSIZE;
	buffer = snp_tx_buffer(netdev);
	if (!buffer)
		return -ENOBUFS;
	pbuf_copy_partial(p, buffer, (u16_t)len, 0);
	if (len < FRAME_MIN) {
		memset(buffer + len, 0, FRAME_MIN - len);
		len = FRAME_MIN;
	}
	for (i = 0; i < TX_RETRIES; i++) {
		status = nic->snp->Transmit(nic->snp, 0, len, buffer, NULL,
					    NULL, NULL);
		if (status != EFI_NOT_READY)
			break;
		snp_status(netdev);
	}
	if (EFI_ERROR(status))
		return status == EFI_NOT_READY ? -ENOBUFS : efi_errno(status);
	nic->tx_busy |= 1U << (buffer - nic->tx[0]) / TX_BUFFER_LEN;
	nic->tx_busy_count++;
	nic->tx_last_us = platform_time_us();
	return 0;
}

/* Take the next frame, LEN bytes, out of the driver's queue and drop it. */
static bool snp_discard(struct snp_nic *nic, UINTN len)
{
	EFI_STATUS status;
	void *buffer;

	if (len > RX_DISCARD_MAX)
		return false;
	buffer = malloc(len);
	if (!buffer)
		return false;
	status = nic->snp->Receive(nic->snp, NULL, &len, buffer, NULL, NULL,
				   NULL);
	free(buffer);
	return !EFI_ERROR(status);
}

/* Take one frame. Returns false if there was none. */
static bool snp_receive(struct net_device *netdev)
{
	struct snp_nic *nic = netdev->priv;
	struct pbuf *p = nic->rx;
	EFI_STATUS status;
	UINTN len;

	if (!p)
		p = nic->rx = netdev_rx_alloc(NETDEV_FRAME_MAX);
	if (!p)
		return false;
	len = p->len;
	status = nic->snp->Receive(nic->snp, NULL, &len, p->payload, NULL, NULL,
				   NULL);
	if (status == EFI_NOT_READY)
		return false;
	if (status == EFI_BUFFER_TOO_SMALL) {
		netdev_rx_error(netdev, -EMSGSIZE);
		return snp_discard(nic, len);
	}
	if (EFI_ERROR(status) || !len || len > p->len) {
		netdev_rx_error(netdev, EFI_ERROR(status) ? efi_errno(status)
							  : -EMSGSIZE);
		return false;
	}
	nic->rx = NULL;
	p->len = p->tot_len = (u16_t)len;
	netdev_rx(netdev, p);
	return true;
}

static bool snp_poll(struct net_device *netdev)
{
	struct snp_nic *nic = netdev->priv;
	unsigned int quota;
	EFI_TPL tpl;

	/* The firmware's own timers must not get in between. */
	tpl = efi_boot->RaiseTPL(TPL_CALLBACK);
	if (platform_time_us() >= nic->status_next_us)
		snp_status(netdev);
	for (quota = 0; quota < RX_QUOTA; quota++) {
		/* The receiver may have closed us. */
		if (!netdev->is_open || !snp_receive(netdev))
			break;
	}
	efi_boot->RestoreTPL(tpl);
	return quota != 0;
}

/* Make the interface ready, whatever state its last user left it in. */
static EFI_STATUS snp_initialize(EFI_SIMPLE_NETWORK *snp)
{
	EFI_STATUS status;
	UINT32 filters;

	if (snp->Mode->State == EfiSimpleNetworkInitialized)
		snp->Shutdown(snp);
	if (snp->Mode->State == EfiSimpleNetworkStopped) {
		status = snp->Start(snp);
		if (EFI_ERROR(status) && status != EFI_ALREADY_STARTED)
			return status;
	}
	status = snp->Initialize(snp, 0, 0);
	if (EFI_ERROR(status))
		return status;
	filters = (RX_FILTERS | RX_GROUPS) & snp->Mode->ReceiveFilterMask;
	status = snp->ReceiveFilters(snp, filters, 0, FALSE, 0, NULL);
	if (!EFI_ERROR(status))
		return status;
	filters = RX_FILTERS & snp->Mode->ReceiveFilterMask;
	/* Some refuse to change filters that are right already. */
	status = snp->ReceiveFilters(snp, filters, 0, FALSE, 0, NULL);
	if (EFI_ERROR(status) &&
	    (snp->Mode->ReceiveFilterSetting & filters) == filters)
		status = EFI_SUCCESS;
	return status;
}

/* Stop the hardware; harmless in any state. */
static void snp_stop(EFI_SIMPLE_NETWORK *snp)
{
	snp->Shutdown(snp);
	snp->Stop(snp);
}

/* Have frames to MAC received. UEFI 2.10 24.1.7. */
static int snp_set_mac(EFI_SIMPLE_NETWORK *snp, const uint8_t *mac)
{
	EFI_MAC_ADDRESS address = {{0}};

	if (!memcmp(snp->Mode->CurrentAddress.Addr, mac, MAC_LEN))
		return 0;
	memcpy(address.Addr, mac, MAC_LEN);
	if (!EFI_ERROR(snp->StationAddress(snp, FALSE, &address)) &&
	    !memcmp(snp->Mode->CurrentAddress.Addr, mac, MAC_LEN))
		return 0;
	return error_set(-ENOTSUP, "the UEFI network driver does not take "
				   "another address for its card");
}

static int snp_open(struct net_device *netdev)
{
	struct snp_nic *nic = netdev->priv;
	EFI_STATUS status;
	int rc;

	rc = efi_nic_borrow(nic->handle, &nic->snp);
	if (rc)
		return rc;
	status = snp_initialize(nic->snp);
	if (EFI_ERROR(status)) {
		rc = error_set(efi_errno(status),
			       "the UEFI network driver does not start "
			       "(status %#lx)",
			       (unsigned long)(status & 0xffff));
		goto err_initialize;
	}
	if (netdev->is_mac_changed)
		rc = snp_set_mac(nic->snp, netdev->netif.hwaddr);
	if (rc)
		goto err_mac;
	nic->tx_busy = 0;
	nic->tx_busy_count = 0;
	netdev_set_link(netdev, true);
	snp_status(netdev);
	return 0;

err_mac:
err_initialize:
	snp_stop(nic->snp);
	efi_nic_release(nic->handle);
	nic->snp = NULL;
	return rc;
}

static void snp_close(struct net_device *netdev)
{
	struct snp_nic *nic = netdev->priv;

	if (!nic->snp)
		return;
	/* What was sent last (a RST, a DHCP release) is to leave first. */
	snp_status(netdev);
	/* Who comes next shall find the card as we found it. */
	if (netdev->is_mac_changed)
		snp_set_mac(nic->snp, netdev->own_mac);
	snp_stop(nic->snp);
	efi_nic_release(nic->handle);
	nic->snp = NULL;
	if (nic->rx)
		pbuf_free(nic->rx);
	nic->rx = NULL;
}

static const struct net_device_ops snp_ops = {
	.open = snp_open,
	.close = snp_close,
	.transmit = snp_transmit,
	.poll = snp_poll,
};

int snp_register(EFI_HANDLE handle)
{
	EFI_SIMPLE_NETWORK *snp;
	struct net_device *netdev;
	struct snp_nic *nic;
	int rc;

	snp = efi_protocol(handle, &efi_guid_simple_network);
	if (!snp || !snp->Mode)
		return -ENODEV;
	if (snp->Mode->HwAddressSize != sizeof(netdev->mac) ||
	    snp->Mode->MediaHeaderSize != ETHERNET_HEADER)
		return -ENOTSUP;
	netdev = netdev_alloc(&snp_ops, sizeof(*nic));
	if (!netdev)
		return -ENOMEM;
	nic = netdev->priv;
	nic->handle = handle;
	netdev->driver = "snp";
	netdev->bustype = "EFI";
	memcpy(netdev->mac, snp->Mode->CurrentAddress.Addr,
	       sizeof(netdev->mac));
	memcpy(netdev->hwaddr, snp->Mode->PermanentAddress.Addr,
	       sizeof(netdev->hwaddr));
	if (snp->Mode->MaxPacketSize && snp->Mode->MaxPacketSize < netdev->mtu)
		netdev->mtu = (uint16_t)snp->Mode->MaxPacketSize;
	/* Drivers drop what is longer than their longest packet; UEFI's own
	 * VLANs allow for that too. */
	netdev->is_tag_in_packet = true;
	rc = netdev_register(netdev);
	if (rc)
		netdev_free(netdev);
	return rc;
}

void snp_unregister_all(void)
{
	struct net_device *netdev;
	struct net_device *next;

	list_for_each_entry_safe(netdev, next, &net_devices, list) {
		if (netdev->ops != &snp_ops)
			continue;
		netdev_unregister(netdev);
		netdev_free(netdev);
	}
}
