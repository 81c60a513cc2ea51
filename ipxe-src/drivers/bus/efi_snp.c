/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The network for boot programs, where the card is one that we drive: a Simple
 * Network Protocol on top of it, UEFI 2.10 24.1, while they run. The firmware's
 * own stack (PXE, HTTP) finds it there as it finds any driver's. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/origin.h"
#include "drivers/bus/pci.h"
#include "net/dhcp_settings.h"
#include "net/netdevice.h"
#include "platform/efi/devpath.h"
#include "platform/efi/nic.h"
#include "platform/efi/pci.h"

SELECT_IF(IMAGE_EFI);

/* Frames that wait to be fetched, and buffers that wait to be taken back. */
#define RX_QUEUE 64
#define TX_DONE	 64

/* Destination, source, type: IEEE 802.3 3.1.1. */
#define ETHERNET_HEADER	 14
#define ETHERNET_SOURCE	 6
#define ETHERNET_TYPE	 12
#define IF_TYPE_ETHERNET 1
#define FILTERS                                                                \
	(EFI_SIMPLE_NETWORK_RECEIVE_UNICAST |                                  \
	 EFI_SIMPLE_NETWORK_RECEIVE_MULTICAST |                                \
	 EFI_SIMPLE_NETWORK_RECEIVE_BROADCAST)

/* A card that boot programs see. */
struct offered_nic {
	EFI_SIMPLE_NETWORK snp;
	EFI_SIMPLE_NETWORK_MODE mode;
	struct list_head list;
	struct net_device *netdev;
	EFI_HANDLE handle;
	uint8_t *path; /* of the handle, if we made it; else NULL */
	struct pbuf *rx[RX_QUEUE];
	void *sent[TX_DONE];
	unsigned int rx_first, rx_count;
	unsigned int sent_first, sent_count;
};

static LIST_HEAD(offered);
static EFI_HANDLE old_nic_boot;
static EFI_EVENT exit_event;

static struct offered_nic *nic_of(EFI_SIMPLE_NETWORK *snp)
{
	return container_of(snp, struct offered_nic, snp);
}

/* Drop what was received. */
static void rx_clear(struct offered_nic *nic)
{
	for (; nic->rx_count; nic->rx_count--) {
		pbuf_free(nic->rx[nic->rx_first]);
		nic->rx_first = (nic->rx_first + 1) % RX_QUEUE;
	}
}

/* Switch the card off. */
static void nic_stop(struct offered_nic *nic)
{
	if (nic->mode.State != EfiSimpleNetworkInitialized)
		return;
	nic->netdev->ops->close(nic->netdev);
	nic->netdev->is_plain = false;
	nic->mode.State = EfiSimpleNetworkStarted;
	nic->sent_count = 0;
	rx_clear(nic);
}

/* Why NIC cannot be used now; EFI_SUCCESS if it can. */
static EFI_STATUS nic_status(const struct offered_nic *nic)
{
	if (nic->mode.State == EfiSimpleNetworkStopped)
		return EFI_NOT_STARTED;
	return nic->mode.State == EfiSimpleNetworkInitialized
		       ? EFI_SUCCESS
		       : EFI_DEVICE_ERROR;
}

/* A frame arrived: for the boot program, if one has the card. */
static bool offered_rx(struct net_device *netdev, struct pbuf *p)
{
	struct offered_nic *nic;

	list_for_each_entry(nic, &offered, list) {
		if (nic->netdev != netdev ||
		    nic->mode.State != EfiSimpleNetworkInitialized)
			continue;
		if (nic->rx_count == RX_QUEUE ||
		    p->tot_len > nic->mode.MaxPacketSize + ETHERNET_HEADER) {
			pbuf_free(p);
			return true;
		}
		nic->rx[(nic->rx_first + nic->rx_count++) % RX_QUEUE] = p;
		return true;
	}
	return false;
}

static const struct net_extension offered_extension = {.rx = offered_rx};
TABLE_REGISTER(net_extensions, offered_extension);

static EFI_STATUS EFIAPI offered_start(EFI_SIMPLE_NETWORK *this)
{
	if (this->Mode->State != EfiSimpleNetworkStopped)
		return EFI_ALREADY_STARTED;
	this->Mode->State = EfiSimpleNetworkStarted;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI offered_stop(EFI_SIMPLE_NETWORK *this)
{
	if (this->Mode->State == EfiSimpleNetworkStopped)
		return EFI_NOT_STARTED;
	nic_stop(nic_of(this));
	this->Mode->State = EfiSimpleNetworkStopped;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI offered_initialize(EFI_SIMPLE_NETWORK *this,
					    UINTN more_rx __unused_arg,
					    UINTN more_tx __unused_arg)
{
	struct offered_nic *nic = nic_of(this);
	EFI_STATUS status = EFI_SUCCESS;
	EFI_TPL tpl;

	if (this->Mode->State == EfiSimpleNetworkStopped)
		return EFI_NOT_STARTED;
	tpl = efi_boot->RaiseTPL(TPL_CALLBACK);
	nic_stop(nic);
	nic->netdev->is_plain = true;
	if (nic->netdev->ops->open(nic->netdev))
		status = EFI_DEVICE_ERROR;
	else
		this->Mode->State = EfiSimpleNetworkInitialized;
	this->Mode->MediaPresent = nic->netdev->has_link;
	efi_boot->RestoreTPL(tpl);
	return status;
}

static EFI_STATUS EFIAPI offered_reset(EFI_SIMPLE_NETWORK *this,
				       BOOLEAN extended __unused_arg)
{
	return nic_status(nic_of(this));
}

static EFI_STATUS EFIAPI offered_shutdown(EFI_SIMPLE_NETWORK *this)
{
	EFI_STATUS status = nic_status(nic_of(this));
	EFI_TPL tpl = efi_boot->RaiseTPL(TPL_CALLBACK);

	nic_stop(nic_of(this));
	efi_boot->RestoreTPL(tpl);
	return status;
}

static EFI_STATUS EFIAPI offered_filters(EFI_SIMPLE_NETWORK *this,
					 UINT32 enable, UINT32 disable,
					 BOOLEAN reset_multicast, UINTN count,
					 EFI_MAC_ADDRESS *addresses)
{
	EFI_STATUS status = nic_status(nic_of(this));
	EFI_SIMPLE_NETWORK_MODE *mode = this->Mode;

	if (EFI_ERROR(status))
		return status;
	if ((enable & ~mode->ReceiveFilterMask) ||
	    count > mode->MaxMCastFilterCount || (count && !addresses))
		return EFI_INVALID_PARAMETER;
	mode->ReceiveFilterSetting |= enable;
	mode->ReceiveFilterSetting &= ~disable;
	if (reset_multicast)
		mode->MCastFilterCount = 0;
	if (count) {
		memcpy(mode->MCastFilter, addresses,
		       count * sizeof(*addresses));
		mode->MCastFilterCount = (UINT32)count;
	}
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI offered_address(EFI_SIMPLE_NETWORK *this,
					 BOOLEAN reset, EFI_MAC_ADDRESS *new)
{
	EFI_STATUS status = nic_status(nic_of(this));

	if (EFI_ERROR(status) || reset)
		return status;
	if (!new)
		return EFI_INVALID_PARAMETER;
	return memcmp(new, &this->Mode->CurrentAddress, 6) ? EFI_UNSUPPORTED
							   : EFI_SUCCESS;
}

static EFI_STATUS EFIAPI offered_statistics(
	EFI_SIMPLE_NETWORK *this __unused_arg, BOOLEAN reset __unused_arg,
	UINTN *len __unused_arg, EFI_NETWORK_STATISTICS *table __unused_arg)
{
	return EFI_UNSUPPORTED;
}

/* RFC 1112 6.4 and RFC 2464 7. */
static EFI_STATUS EFIAPI offered_multicast(EFI_SIMPLE_NETWORK *this,
					   BOOLEAN is_ipv6, EFI_IP_ADDRESS *ip,
					   EFI_MAC_ADDRESS *ret_mac)
{
	static const uint8_t ipv4[] = {0x01, 0x00, 0x5e};
	static const uint8_t ipv6[] = {0x33, 0x33};

	if (!this || !ip || !ret_mac)
		return EFI_INVALID_PARAMETER;
	memset(ret_mac, 0, sizeof(*ret_mac));
	if (is_ipv6) {
		memcpy(ret_mac->Addr, ipv6, sizeof(ipv6));
		memcpy(ret_mac->Addr + 2, (const uint8_t *)ip + 12, 4);
		return EFI_SUCCESS;
	}
	memcpy(ret_mac->Addr, ipv4, sizeof(ipv4));
	memcpy(ret_mac->Addr + 3, (const uint8_t *)ip + 1, 3);
	ret_mac->Addr[3] &= 0x7f;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI offered_nvdata(EFI_SIMPLE_NETWORK *this __unused_arg,
					BOOLEAN is_read __unused_arg,
					UINTN offset __unused_arg,
					UINTN len __unused_arg,
					void *buffer __unused_arg)
{
	return EFI_UNSUPPORTED;
}

static EFI_STATUS EFIAPI offered_get_status(EFI_SIMPLE_NETWORK *this,
					    UINT32 *ret_interrupts,
					    void **ret_sent)
{
	struct offered_nic *nic = nic_of(this);
	EFI_STATUS status = nic_status(nic);
	UINT32 interrupts = 0;
	EFI_TPL tpl;

	if (EFI_ERROR(status))
		return status;
	tpl = efi_boot->RaiseTPL(TPL_CALLBACK);
	nic->netdev->ops->poll(nic->netdev);
	this->Mode->MediaPresent = nic->netdev->has_link;
	if (nic->rx_count)
		interrupts |= EFI_SIMPLE_NETWORK_RECEIVE_INTERRUPT;
	if (nic->sent_count)
		interrupts |= EFI_SIMPLE_NETWORK_TRANSMIT_INTERRUPT;
	if (ret_interrupts)
		*ret_interrupts = interrupts;
	if (ret_sent) {
		*ret_sent = NULL;
		if (nic->sent_count) {
			*ret_sent = nic->sent[nic->sent_first];
			nic->sent_first = (nic->sent_first + 1) % TX_DONE;
			nic->sent_count--;
		}
	}
	efi_boot->RestoreTPL(tpl);
	return EFI_SUCCESS;
}

/* Send the frame in BUFFER, LEN bytes, a copy of which is made. */
static EFI_STATUS nic_transmit(struct offered_nic *nic, void *buffer, UINTN len)
{
	struct pbuf *p;
	int rc;

	if (nic->sent_count == TX_DONE)
		return EFI_NOT_READY;
	p = pbuf_alloc(PBUF_RAW, (u16_t)len, PBUF_RAM);
	if (!p)
		return EFI_NOT_READY;
	pbuf_take(p, buffer, (u16_t)len);
	rc = nic->netdev->ops->transmit(nic->netdev, p);
	pbuf_free(p);
	if (rc)
		return rc == -ENOBUFS ? EFI_NOT_READY : EFI_DEVICE_ERROR;
	nic->sent[(nic->sent_first + nic->sent_count++) % TX_DONE] = buffer;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI offered_transmit(EFI_SIMPLE_NETWORK *this,
					  UINTN header_len, UINTN len,
					  void *buffer, EFI_MAC_ADDRESS *from,
					  EFI_MAC_ADDRESS *to, UINT16 *type)
{
	struct offered_nic *nic = nic_of(this);
	EFI_STATUS status = nic_status(nic);
	uint8_t *header = buffer;
	EFI_TPL tpl;

	if (EFI_ERROR(status))
		return status;
	if (!buffer ||
	    (header_len && (header_len != ETHERNET_HEADER || !to || !type)))
		return EFI_INVALID_PARAMETER;
	if (len < ETHERNET_HEADER ||
	    len > this->Mode->MaxPacketSize + ETHERNET_HEADER)
		return EFI_BUFFER_TOO_SMALL;
	if (header_len) {
		memcpy(header, to, ETHERNET_SOURCE);
		memcpy(header + ETHERNET_SOURCE,
		       from ? from : &this->Mode->CurrentAddress,
		       ETHERNET_SOURCE);
		put_be16(header + ETHERNET_TYPE, *type);
	}
	tpl = efi_boot->RaiseTPL(TPL_CALLBACK);
	status = nic_transmit(nic, buffer, len);
	efi_boot->RestoreTPL(tpl);
	return status;
}

/* Copy the oldest frame to BUFFER of *LEN bytes. */
static EFI_STATUS nic_receive(struct offered_nic *nic, void *buffer, UINTN *len)
{
	UINTN max = *len;
	struct pbuf *p;

	if (!nic->rx_count)
		nic->netdev->ops->poll(nic->netdev);
	if (!nic->rx_count)
		return EFI_NOT_READY;
	p = nic->rx[nic->rx_first];
	*len = p->tot_len;
	if (p->tot_len > max)
		return EFI_BUFFER_TOO_SMALL;
	pbuf_copy_partial(p, buffer, p->tot_len, 0);
	pbuf_free(p);
	nic->rx_first = (nic->rx_first + 1) % RX_QUEUE;
	nic->rx_count--;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI offered_receive(
	EFI_SIMPLE_NETWORK *this, UINTN *ret_header, UINTN *len, void *buffer,
	EFI_MAC_ADDRESS *ret_from, EFI_MAC_ADDRESS *ret_to, UINT16 *ret_type)
{
	struct offered_nic *nic = nic_of(this);
	EFI_STATUS status = nic_status(nic);
	const uint8_t *frame = buffer;
	EFI_TPL tpl;

	if (EFI_ERROR(status))
		return status;
	if (!len || !buffer)
		return EFI_INVALID_PARAMETER;
	tpl = efi_boot->RaiseTPL(TPL_CALLBACK);
	status = nic_receive(nic, buffer, len);
	efi_boot->RestoreTPL(tpl);
	if (EFI_ERROR(status) || *len < ETHERNET_HEADER)
		return status;
	if (ret_header)
		*ret_header = ETHERNET_HEADER;
	if (ret_to)
		memcpy(ret_to, frame, ETHERNET_SOURCE);
	if (ret_from)
		memcpy(ret_from, frame + ETHERNET_SOURCE, ETHERNET_SOURCE);
	if (ret_type)
		*ret_type = get_be16(frame + ETHERNET_TYPE);
	return EFI_SUCCESS;
}

/* Somebody waits for a frame. */
static void EFIAPI offered_wait(EFI_EVENT event, void *context)
{
	struct offered_nic *nic = context;

	if (EFI_ERROR(nic_status(nic)))
		return;
	if (!nic->rx_count)
		nic->netdev->ops->poll(nic->netdev);
	if (nic->rx_count)
		efi_boot->SignalEvent(event);
}

/* An operating system takes over: no card may write to its memory. */
static void EFIAPI offered_exit(EFI_EVENT event __unused_arg,
				void *context __unused_arg)
{
	struct offered_nic *nic;

	list_for_each_entry(nic, &offered, list)
		nic_stop(nic);
}

static const EFI_SIMPLE_NETWORK offered_snp = {
	.Revision = EFI_SIMPLE_NETWORK_PROTOCOL_REVISION,
	.Start = offered_start,
	.Stop = offered_stop,
	.Initialize = offered_initialize,
	.Reset = offered_reset,
	.Shutdown = offered_shutdown,
	.ReceiveFilters = offered_filters,
	.StationAddress = offered_address,
	.Statistics = offered_statistics,
	.MCastIpToMac = offered_multicast,
	.NvData = offered_nvdata,
	.GetStatus = offered_get_status,
	.Transmit = offered_transmit,
	.Receive = offered_receive,
};

/* Describe NIC's device in its mode. */
static void mode_init(struct offered_nic *nic)
{
	const struct net_device *netdev = nic->netdev;
	EFI_SIMPLE_NETWORK_MODE *mode = &nic->mode;

	mode->State = EfiSimpleNetworkStopped;
	mode->HwAddressSize = sizeof(netdev->mac);
	mode->MediaHeaderSize = ETHERNET_HEADER;
	mode->MaxPacketSize = netdev->mtu;
	mode->ReceiveFilterMask = FILTERS;
	mode->MaxMCastFilterCount = MAX_MCAST_FILTER_CNT;
	mode->IfType = IF_TYPE_ETHERNET;
	mode->MultipleTxSupported = TRUE;
	mode->MediaPresentSupported = TRUE;
	mode->MediaPresent = netdev->has_link;
	memcpy(mode->CurrentAddress.Addr, netdev->mac, sizeof(netdev->mac));
	memcpy(mode->PermanentAddress.Addr, netdev->hwaddr,
	       sizeof(netdev->hwaddr));
	memset(mode->BroadcastAddress.Addr, 0xff, sizeof(netdev->mac));
}

/* Install NIC's protocols: on the handle that the card has already in an
 * option ROM, else on a new one with the path of CARD and the address. */
static EFI_STATUS nic_install(struct offered_nic *nic, EFI_HANDLE card)
{
	const uint8_t *parent;
	EFI_STATUS status;
	size_t len;

	if (card == efi_pci_owned) {
		nic->handle = efi_device;
		return efi_boot->InstallMultipleProtocolInterfaces(
			&nic->handle, &efi_guid_simple_network, &nic->snp,
			NULL);
	}
	parent = efi_handle_path(card, &len);
	if (!parent)
		return EFI_UNSUPPORTED;
	nic->path = malloc(len + DEVPATH_MAC_LEN + DEVPATH_HEADER_LEN);
	if (!nic->path)
		return EFI_OUT_OF_RESOURCES;
	memcpy(nic->path, parent, len);
	devpath_put_mac(nic->path + len, nic->netdev->mac);
	status = efi_boot->InstallMultipleProtocolInterfaces(
		&nic->handle, &efi_guid_device_path, nic->path,
		&efi_guid_simple_network, &nic->snp, NULL);
	if (EFI_ERROR(status))
		free(nic->path);
	return status;
}

/* Offer NETDEV, the card at handle CARD. */
static void nic_offer(struct net_device *netdev, EFI_HANDLE card)
{
	struct offered_nic *nic = calloc(1, sizeof(*nic));

	if (!nic)
		return;
	nic->netdev = netdev;
	nic->snp = offered_snp;
	nic->snp.Mode = &nic->mode;
	mode_init(nic);
	if (EFI_ERROR(efi_boot->CreateEvent(EVT_NOTIFY_WAIT, TPL_CALLBACK,
					    offered_wait, nic,
					    &nic->snp.WaitForPacket)))
		goto err_event;
	if (EFI_ERROR(nic_install(nic, card)))
		goto err_install;
	list_add_tail(&nic->list, &offered);
	if (netdev == netdev_boot())
		efi_nic_boot = nic->handle;
	/* Have the firmware put its stack on top. */
	efi_boot->ConnectController(nic->handle, NULL, NULL, TRUE);
	return;

err_install:
	efi_boot->CloseEvent(nic->snp.WaitForPacket);
err_event:
	free(nic);
}

/* The packets that PXE base code shows: those of our own lease, where the
 * firmware had none. */
static void packets_keep(struct net_device *netdev)
{
	static const enum dhcp_block_kind kinds[ORIGIN_PACKETS] = {
		[ORIGIN_DHCPACK] = DHCP_BLOCK_LEASE,
		[ORIGIN_PROXYOFFER] = DHCP_BLOCK_PROXY,
		[ORIGIN_PXEREPLY] = DHCP_BLOCK_PXEBS,
	};
	const struct dhcp_block *block;
	unsigned int i;

	if (origin.packet[ORIGIN_DHCPACK].len)
		return;
	for (i = 0; i < ORIGIN_PACKETS; i++) {
		block = dhcp_block_find(netdev, kinds[i]);
		if (block)
			origin_set_packet(i, block->packet, block->len);
	}
}

static void offer_all(void)
{
	struct net_device *netdev;
	struct pci_device pci;

	old_nic_boot = efi_nic_boot;
	if (EFI_ERROR(efi_boot->CreateEvent(EVT_SIGNAL_EXIT_BOOT_SERVICES,
					    TPL_CALLBACK, offered_exit, NULL,
					    &exit_event)))
		return;
	list_for_each_entry(netdev, &net_devices, list) {
		if (netdev->vlan || strcmp(netdev->bustype, "PCI") ||
		    pci_find(&pci, netdev->busloc))
			continue;
		if (netdev == netdev_boot())
			packets_keep(netdev);
		nic_offer(netdev, pci.handle);
	}
}

static void nic_withdraw(struct offered_nic *nic)
{
	efi_boot->DisconnectController(nic->handle, NULL, NULL);
	nic_stop(nic);
	efi_boot->UninstallMultipleProtocolInterfaces(
		nic->handle, &efi_guid_simple_network, &nic->snp,
		nic->path ? &efi_guid_device_path : NULL, nic->path, NULL);
	efi_boot->CloseEvent(nic->snp.WaitForPacket);
	list_del(&nic->list);
	free(nic->path);
	free(nic);
}

static void withdraw_all(void)
{
	struct offered_nic *nic, *next;

	list_for_each_entry_safe(nic, next, &offered, list)
		nic_withdraw(nic);
	if (exit_event)
		efi_boot->CloseEvent(exit_event);
	exit_event = NULL;
	efi_nic_boot = old_nic_boot;
}

static const struct efi_nic_provider provider = {
	.offer = offer_all,
	.withdraw = withdraw_all,
};
TABLE_REGISTER(efi_nic_providers, provider);
