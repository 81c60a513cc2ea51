/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The SNP driver over network drivers that behave as the worst ones do. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* Belong to UEFI images, which this program is not built as. */
#include "platform/efi/status.c"
#include "drivers/snp/snp.c"

/* What the firmware and platform/efi would give. */
EFI_BOOT_SERVICES *efi_boot;
EFI_GUID efi_guid_simple_network;
static EFI_BOOT_SERVICES fake_boot;
static EFI_TPL fake_tpl = TPL_APPLICATION;

/* The network driver: what it does next, and what was done to it. */
static EFI_SIMPLE_NETWORK fake_snp;
static EFI_SIMPLE_NETWORK_MODE fake_mode;
static EFI_STATUS fake_borrow;
static EFI_STATUS fake_start;
static EFI_STATUS fake_initialize;
static EFI_STATUS fake_filters;
static EFI_STATUS fake_station;
static EFI_STATUS fake_transmit;
static EFI_STATUS fake_receive;
static size_t fake_frame_len;	 /* of the next frame; 0: none */
static size_t fake_frame_said;	 /* length that Receive tells, if not 0 */
static unsigned int fake_frames; /* how many there are */
static void *fake_sent[64];	 /* what Transmit was given */
static unsigned int fake_sent_count;
static void *fake_return[64]; /* what GetStatus gives back */
static unsigned int fake_return_count;
static unsigned int fake_borrowed;
static bool is_returning; /* GetStatus returns what was sent */

void *efi_protocol(EFI_HANDLE handle __unused_arg, EFI_GUID *guid __unused_arg)
{
	return &fake_snp;
}

int efi_nic_borrow(EFI_HANDLE handle __unused_arg, EFI_SIMPLE_NETWORK **ret_snp)
{
	if (fake_borrow)
		return efi_errno(fake_borrow);
	fake_borrowed++;
	*ret_snp = &fake_snp;
	return 0;
}

void efi_nic_release(EFI_HANDLE handle __unused_arg)
{
	fake_borrowed--;
}

static EFI_TPL EFIAPI fake_raise_tpl(EFI_TPL tpl)
{
	EFI_TPL old = fake_tpl;

	assert_true(tpl >= old);
	fake_tpl = tpl;
	return old;
}

static VOID EFIAPI fake_restore_tpl(EFI_TPL tpl)
{
	fake_tpl = tpl;
}

static EFI_STATUS EFIAPI snp_fake_start(EFI_SIMPLE_NETWORK *snp)
{
	if (!fake_start)
		snp->Mode->State = EfiSimpleNetworkStarted;
	return fake_start;
}

static EFI_STATUS EFIAPI snp_fake_stop(EFI_SIMPLE_NETWORK *snp)
{
	snp->Mode->State = EfiSimpleNetworkStopped;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI snp_fake_initialize(EFI_SIMPLE_NETWORK *snp,
					     UINTN rx __unused_arg,
					     UINTN tx __unused_arg)
{
	if (!fake_initialize)
		snp->Mode->State = EfiSimpleNetworkInitialized;
	return fake_initialize;
}

static EFI_STATUS EFIAPI snp_fake_shutdown(EFI_SIMPLE_NETWORK *snp)
{
	if (snp->Mode->State == EfiSimpleNetworkInitialized)
		snp->Mode->State = EfiSimpleNetworkStarted;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI snp_fake_filters(EFI_SIMPLE_NETWORK *snp,
					  UINT32 enable,
					  UINT32 disable __unused_arg,
					  BOOLEAN reset __unused_arg,
					  UINTN count __unused_arg,
					  EFI_MAC_ADDRESS *list __unused_arg)
{
	assert_int_equal(enable & ~snp->Mode->ReceiveFilterMask, 0);
	return fake_filters;
}

static EFI_STATUS EFIAPI snp_fake_station(EFI_SIMPLE_NETWORK *snp,
					  BOOLEAN reset, EFI_MAC_ADDRESS *mac)
{
	assert_int_equal(snp->Mode->State, EfiSimpleNetworkInitialized);
	assert_false(reset);
	if (!fake_station)
		snp->Mode->CurrentAddress = *mac;
	return fake_station;
}

static EFI_STATUS EFIAPI snp_fake_status(EFI_SIMPLE_NETWORK *snp __unused_arg,
					 UINT32 *interrupts, VOID **sent)
{
	*interrupts = 0;
	*sent = NULL;
	if (fake_return_count)
		*sent = fake_return[--fake_return_count];
	else if (is_returning && fake_sent_count)
		*sent = fake_sent[--fake_sent_count];
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI snp_fake_transmit(EFI_SIMPLE_NETWORK *snp __unused_arg,
					   UINTN header, UINTN len,
					   VOID *buffer,
					   EFI_MAC_ADDRESS *from __unused_arg,
					   EFI_MAC_ADDRESS *to __unused_arg,
					   UINT16 *protocol __unused_arg)
{
	assert_int_equal(header, 0);
	assert_true(len >= 60);
	if (fake_transmit)
		return fake_transmit;
	fake_sent[fake_sent_count++ % ARRAY_SIZE(fake_sent)] = buffer;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI snp_fake_receive(EFI_SIMPLE_NETWORK *snp __unused_arg,
					  UINTN *header, UINTN *len,
					  VOID *buffer,
					  EFI_MAC_ADDRESS *from __unused_arg,
					  EFI_MAC_ADDRESS *to __unused_arg,
					  UINT16 *protocol __unused_arg)
{
	assert_null(header);
	if (fake_receive)
		return fake_receive;
	if (!fake_frames)
		return EFI_NOT_READY;
	if (*len < fake_frame_len) {
		*len = fake_frame_len;
		return EFI_BUFFER_TOO_SMALL;
	}
	fake_frames--;
	memset(buffer, 0xff, fake_frame_len);
	*len = fake_frame_said ? fake_frame_said : fake_frame_len;
	return EFI_SUCCESS;
}

static struct net_device *netdev;

static int setup(void **state __unused_arg)
{
	static const EFI_SIMPLE_NETWORK functions = {
		.Start = snp_fake_start,
		.Stop = snp_fake_stop,
		.Initialize = snp_fake_initialize,
		.Shutdown = snp_fake_shutdown,
		.ReceiveFilters = snp_fake_filters,
		.StationAddress = snp_fake_station,
		.GetStatus = snp_fake_status,
		.Transmit = snp_fake_transmit,
		.Receive = snp_fake_receive,
		.Mode = &fake_mode,
	};

	fake_boot.RaiseTPL = fake_raise_tpl;
	fake_boot.RestoreTPL = fake_restore_tpl;
	efi_boot = &fake_boot;
	fake_snp = functions;
	memset(&fake_mode, 0, sizeof(fake_mode));
	fake_mode.HwAddressSize = 6;
	fake_mode.MediaHeaderSize = 14;
	fake_mode.MaxPacketSize = 1500;
	fake_mode.ReceiveFilterMask = 0x1f;
	fake_mode.MediaPresentSupported = TRUE;
	fake_mode.MediaPresent = TRUE;
	fake_borrow = fake_start = fake_initialize = fake_filters = 0;
	fake_station = 0;
	fake_transmit = fake_receive = 0;
	fake_frames = fake_sent_count = fake_return_count = 0;
	fake_frame_said = 0;
	is_returning = true;
	net_init();
	assert_int_equal(snp_register((EFI_HANDLE)1), 0);
	netdev = list_entry(net_devices.prev, struct net_device, list);
	/* Frames are counted, and reports of groups are not to be. */
	netdev->netif.flags &= (u8_t)~NETIF_FLAG_MLD6;
	return 0;
}

static int teardown(void **state __unused_arg)
{
	snp_unregister_all();
	assert_true(list_is_empty(&net_devices));
	assert_int_equal(fake_borrowed, 0);
	assert_int_equal(fake_tpl, TPL_APPLICATION);
	return 0;
}

/* Send a frame of LEN bytes. */
static int send_frame(size_t len)
{
	struct pbuf *p = pbuf_alloc(PBUF_RAW, (u16_t)len, PBUF_RAM);
	int rc;

	memset(p->payload, 0, len);
	rc = netdev->ops->transmit(netdev, p);
	pbuf_free(p);
	return rc;
}

static void test_open_and_close_leave_the_driver_stopped(void **state)
{
	(void)state;
	fake_mode.State = EfiSimpleNetworkInitialized;
	assert_int_equal(netdev_open(netdev), 0);
	assert_int_equal(fake_mode.State, EfiSimpleNetworkInitialized);
	netdev_close(netdev);
	assert_int_equal(fake_mode.State, EfiSimpleNetworkStopped);
	assert_int_equal(fake_borrowed, 0);
}

static void test_every_failure_of_opening_gives_the_nic_back(void **state)
{
	EFI_STATUS *const steps[] = {&fake_borrow, &fake_start,
				     &fake_initialize, &fake_filters};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		*steps[i] = EFI_DEVICE_ERROR;
		assert_int_equal(netdev_open(netdev), -EIO);
		assert_false(netdev->is_open);
		assert_int_equal(fake_borrowed, 0);
		assert_int_equal(fake_mode.State, EfiSimpleNetworkStopped);
		*steps[i] = EFI_SUCCESS;
	}
	assert_int_equal(netdev_open(netdev), 0);
}

static void test_filters_that_are_right_already_may_be_refused(void **state)
{
	(void)state;
	fake_filters = EFI_UNSUPPORTED;
	fake_mode.ReceiveFilterSetting = 0x05;
	assert_int_equal(netdev_open(netdev), 0);
}

static void test_short_frame_is_padded_and_long_one_refused(void **state)
{
	(void)state;
	assert_int_equal(netdev_open(netdev), 0);
	assert_int_equal(send_frame(14), 0);
	assert_int_equal(send_frame(1514), 0);
	assert_int_equal(send_frame(2000), -EMSGSIZE);
	assert_int_equal(fake_sent_count, 2);
}

static void test_buffers_go_round(void **state)
{
	unsigned int i;

	(void)state;
	assert_int_equal(netdev_open(netdev), 0);
	for (i = 0; i < 1000; i++)
		assert_int_equal(send_frame(100), 0);
}

static void test_no_buffer_is_sent_twice_at_a_time(void **state)
{
	unsigned int i;
	unsigned int j;

	(void)state;
	is_returning = false;
	assert_int_equal(netdev_open(netdev), 0);
	for (i = 0; i < TX_BUFFERS; i++)
		assert_int_equal(send_frame(100), 0);
	assert_int_equal(send_frame(100), -ENOBUFS);
	for (i = 0; i < TX_BUFFERS; i++) {
		for (j = 0; j < i; j++)
			assert_ptr_not_equal(fake_sent[i], fake_sent[j]);
	}
}

static void test_buffers_never_returned_are_taken_back(void **state)
{
	unsigned int i;

	(void)state;
	is_returning = false;
	assert_int_equal(netdev_open(netdev), 0);
	for (i = 0; i < TX_BUFFERS; i++)
		assert_int_equal(send_frame(100), 0);
	((struct snp_nic *)netdev->priv)->tx_last_us -= TX_LOST_US;
	assert_int_equal(send_frame(100), 0);
}

static void test_strange_returned_addresses_are_ignored(void **state)
{
	struct snp_nic *nic = netdev->priv;

	(void)state;
	is_returning = false;
	assert_int_equal(netdev_open(netdev), 0);
	assert_int_equal(send_frame(100), 0);
	fake_return[0] = nic->tx[0] + 1;
	fake_return[1] = (uint8_t *)nic->tx + sizeof(nic->tx);
	fake_return[2] = nic->tx[3];
	fake_return[3] = (uint8_t *)nic->tx - TX_BUFFER_LEN;
	fake_return[4] = (void *)~(uintptr_t)0;
	fake_return_count = 5;
	snp_status(netdev);
	assert_int_equal(fake_return_count, 0);
	assert_int_equal(nic->tx_busy_count, 1);
	assert_int_equal(nic->tx_busy, 1);
}

static void test_full_queue_is_tried_a_bounded_time(void **state)
{
	(void)state;
	assert_int_equal(netdev_open(netdev), 0);
	fake_transmit = EFI_NOT_READY;
	assert_int_equal(send_frame(100), -ENOBUFS);
	fake_transmit = EFI_DEVICE_ERROR;
	assert_int_equal(send_frame(100), -EIO);
	assert_int_equal(((struct snp_nic *)netdev->priv)->tx_busy_count, 0);
}

static void test_one_poll_takes_a_bounded_number(void **state)
{
	(void)state;
	assert_int_equal(netdev_open(netdev), 0);
	fake_frame_len = 60;
	fake_frames = 1000;
	assert_true(netdev->ops->poll(netdev));
	assert_int_equal(fake_frames, 1000 - RX_QUOTA);
	fake_frames = 0;
	assert_false(netdev->ops->poll(netdev));
	assert_int_equal(netdev->rx, RX_QUOTA);
}

static void test_too_long_frames_do_not_stop_the_rest(void **state)
{
	(void)state;
	assert_int_equal(netdev_open(netdev), 0);
	fake_frame_len = 9000;
	fake_frames = 3;
	netdev->ops->poll(netdev);
	assert_int_equal(fake_frames, 0);
	assert_int_equal(netdev->rx, 0);
	assert_int_equal(netdev->rx_errors, 3);
	/* One that claims the impossible is not waited for within a poll. */
	fake_frame_len = (size_t)1 << 40;
	fake_frames = 1;
	assert_false(netdev->ops->poll(netdev));
}

static void test_wrong_lengths_are_dropped(void **state)
{
	(void)state;
	assert_int_equal(netdev_open(netdev), 0);
	fake_frame_len = 100;
	fake_frame_said = 4000;
	fake_frames = 1;
	netdev->ops->poll(netdev);
	assert_int_equal(netdev->rx, 0);
	assert_int_equal(netdev->rx_errors, 1);
}

static void test_receive_error_is_counted_and_not_retried(void **state)
{
	(void)state;
	assert_int_equal(netdev_open(netdev), 0);
	fake_receive = EFI_DEVICE_ERROR;
	assert_false(netdev->ops->poll(netdev));
	assert_int_equal(netdev->rx_errors, 1);
	assert_int_equal(netdev->rx_rc, -EIO);
}

static void test_link_follows_the_driver(void **state)
{
	(void)state;
	fake_mode.MediaPresent = FALSE;
	assert_int_equal(netdev_open(netdev), 0);
	assert_false(netdev->has_link);
	fake_mode.MediaPresent = TRUE;
	((struct snp_nic *)netdev->priv)->status_next_us = 0;
	netdev->ops->poll(netdev);
	assert_true(netdev->has_link);
}

static void test_other_than_ethernet_is_left_alone(void **state)
{
	(void)state;
	fake_mode.HwAddressSize = 20;
	assert_int_equal(snp_register((EFI_HANDLE)2), -ENOTSUP);
}

static void test_another_address_is_given_and_taken_back(void **state)
{
	static const uint8_t none[6];

	(void)state;
	netdev->is_mac_changed = true;
	netdev->mac[0] = 0x02;
	netdev->mac[5] = 0x05;
	/* Only the next opening gives it. */
	assert_memory_equal(fake_mode.CurrentAddress.Addr, none, 6);
	assert_int_equal(netdev_open(netdev), 0);
	assert_memory_equal(fake_mode.CurrentAddress.Addr, netdev->mac, 6);
	assert_memory_equal(netdev->netif.hwaddr, netdev->mac, 6);
	netdev_close(netdev);
	assert_memory_equal(fake_mode.CurrentAddress.Addr, none, 6);
}

static void test_a_driver_that_takes_no_address_says_so(void **state)
{
	(void)state;
	fake_station = EFI_UNSUPPORTED;
	netdev->is_mac_changed = true;
	netdev->mac[0] = 0x02;
	assert_int_equal(netdev_open(netdev), -ENOTSUP);
	assert_non_null(strstr(error_text(-ENOTSUP), "another address"));
	assert_false(netdev->is_open);
	assert_int_equal(fake_borrowed, 0);
	/* With its own one again it opens. */
	netdev->mac[0] = 0;
	assert_int_equal(netdev_open(netdev), 0);
}

#define SNP_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SNP_TEST(test_open_and_close_leave_the_driver_stopped),
		SNP_TEST(test_every_failure_of_opening_gives_the_nic_back),
		SNP_TEST(test_filters_that_are_right_already_may_be_refused),
		SNP_TEST(test_short_frame_is_padded_and_long_one_refused),
		SNP_TEST(test_another_address_is_given_and_taken_back),
		SNP_TEST(test_a_driver_that_takes_no_address_says_so),
		SNP_TEST(test_buffers_go_round),
		SNP_TEST(test_no_buffer_is_sent_twice_at_a_time),
		SNP_TEST(test_buffers_never_returned_are_taken_back),
		SNP_TEST(test_strange_returned_addresses_are_ignored),
		SNP_TEST(test_full_queue_is_tried_a_bounded_time),
		SNP_TEST(test_one_poll_takes_a_bounded_number),
		SNP_TEST(test_too_long_frames_do_not_stop_the_rest),
		SNP_TEST(test_wrong_lengths_are_dropped),
		SNP_TEST(test_receive_error_is_counted_and_not_retried),
		SNP_TEST(test_link_follows_the_driver),
		SNP_TEST(test_other_than_ethernet_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
