/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Interfaces: names, settings, addresses set by hand, the way of a frame. */
#include "assert_setting.h"
#include "fake_net.h"

#include "lwip/etharp.h"

#include "core/origin.h"
#include "usr/ifmgmt.h"

static struct net_device *second(void)
{
	struct net_device *netdev = netdev_alloc(&fake_ops, 16);

	memcpy(netdev->mac, device_mac, 6);
	netdev->mac[5] = 9;
	netdev->driver = "other";
	netdev->bustype = "TEST";
	netdev->mtu = 9000;
	assert_int_equal(netdev_register(netdev), 0);
	return netdev;
}

static void test_settings(void **state)
{
	(void)state;
	assert_setting("net0/mac", "02:00:00:00:00:02");
	assert_setting("net0/mac:hexhyp", "02-00-00-00-00-02");
	assert_setting("net0/chip", "fake");
	assert_setting("net0/bustype", "TEST");
	assert_setting("net0/linktype", "Ethernet");
	assert_setting("net0/ifname", "net0");
	assert_setting("mac", "02:00:00:00:00:02");
}

static void test_names_and_finding(void **state)
{
	struct net_device *other = second();

	(void)state;
	assert_string_equal(other->name, "net1");
	assert_int_equal(other->mtu, 1500);
	assert_ptr_equal(netdev_find("net1"), other);
	assert_ptr_equal(netdev_find("net0"), fake_netdev);
	assert_null(netdev_find("net2"));
	assert_null(netdev_find("netX"));
	assert_int_equal(netdev_open(fake_netdev), 0);
	assert_int_equal(netdev_open(other), 0);
	assert_ptr_equal(netdev_find("netX"), other);
	assert_setting("netX/chip", "other");
	netdev_close(other);
	assert_setting("netX/chip", "fake");
	assert_ptr_equal(netdev_find_mac(other->mac), other);
	assert_ptr_equal(netdev_boot(), fake_netdev);
	origin_set_mac(other->mac);
	assert_ptr_equal(netdev_boot(), other);
	origin.has_mac = false;
	netdev_unregister(other);
	netdev_free(other);
	assert_null(netdev_find("net1"));
	assert_null(settings_find("net1", false));
}

static void test_addresses_set_by_hand(void **state)
{
	const struct netif *netif = &fake_netdev->netif;

	(void)state;
	assert_int_equal(netdev_open(fake_netdev), 0);
	settings_store_text("net0/ip", "192.168.4.5");
	netdev_apply_all_settings();
	assert_true(fake_netdev->is_configured);
	assert_int_equal(netif_ip4_addr(netif)->addr, IP4(192, 168, 4, 5));
	assert_int_equal(netif_ip4_netmask(netif)->addr, IP4(255, 255, 255, 0));
	settings_store_text("net0/netmask", "255.255.0.0");
	settings_store_text("net0/gateway", "192.168.0.1");
	settings_store_text("net0/mtu", "1400");
	netdev_apply_all_settings();
	assert_int_equal(netif_ip4_netmask(netif)->addr, IP4(255, 255, 0, 0));
	assert_int_equal(netif_ip4_gw(netif)->addr, IP4(192, 168, 0, 1));
	assert_int_equal(netif->mtu, 1400);
	/* What the link cannot carry, or no packet fits in, is not taken. */
	settings_store_text("net0/mtu", "9000");
	netdev_apply_all_settings();
	assert_int_equal(netif->mtu, 1500);
	settings_store_text("net0/mtu", "20");
	netdev_apply_all_settings();
	assert_int_equal(netif->mtu, 1500);
	settings_store_text("net0/mtu", NULL);
	settings_store_text("net0/ip", NULL);
	netdev_apply_all_settings();
	assert_false(fake_netdev->is_configured);
}

/* Where the frame that was sent last came from. */
static uint8_t sent_from[6];

static int noting_transmit(struct net_device *netdev, struct pbuf *p)
{
	(void)netdev;
	pbuf_copy_partial(p, sent_from, sizeof(sent_from), 6);
	return 0;
}

static void test_an_address_is_used_from_the_next_opening_on(void **state)
{
	static const uint8_t other[6] = {2, 0, 0, 0, 0, 7};
	struct net_device_ops ops = fake_ops;

	(void)state;
	ops.transmit = noting_transmit;
	fake_netdev->ops = &ops;
	assert_int_equal(fake_up(NULL), 0);
	assert_int_equal(settings_store_text("net0/mac", "02:00:00:00:00:07"),
			 0);
	assert_setting("net0/mac", "02:00:00:00:00:07");
	assert_setting("net0/hwaddr", "02:00:00:00:00:02");
	origin_set_mac(device_mac);
	etharp_gratuitous(&fake_netdev->netif);
	assert_memory_equal(sent_from, device_mac, 6);
	/* Whoever opens it again gets the new one. */
	assert_int_equal(netdev_open(fake_netdev), 0);
	assert_true(fake_netdev->is_open);
	etharp_gratuitous(&fake_netdev->netif);
	assert_memory_equal(sent_from, other, 6);
	assert_memory_equal(fake_netdev->mac, other, 6);
	/* It is still the card that we came by. */
	assert_memory_equal(origin.mac, other, 6);
	origin.has_mac = false;
	assert_int_equal(settings_store_text("net0/mac", NULL), 0);
	assert_setting("net0/mac", "02:00:00:00:00:02");
	netdev_close(fake_netdev);
	assert_int_equal(netdev_open(fake_netdev), 0);
	etharp_gratuitous(&fake_netdev->netif);
	assert_memory_equal(sent_from, device_mac, 6);
	netdev_close(fake_netdev);
	fake_netdev->ops = &fake_ops;
}

/* Ask by ARP for the card, in a frame to TO; was it answered? */
static bool answers(const uint8_t to[6])
{
	uint8_t frame[42] = {0};
	unsigned int before = fake_tx_count;

	memcpy(frame, to, 6);
	memcpy(frame + 6, peer_mac, 6);
	memcpy(frame + 12, "\x08\x06\0\x01\x08\0\x06\x04\0\x01", 10);
	memcpy(frame + 22, peer_mac, 6);
	put_le32(frame + 28, PEER_IP);
	put_le32(frame + 38, DEVICE_IP);
	fake_queue(frame, sizeof(frame));
	poll_all();
	return fake_tx_count > before;
}

static void test_old_address_is_not_heard(void **state)
{
	static const uint8_t other[6] = {2, 0, 0, 0, 0, 7};
	static const uint8_t everybody[6] = {255, 255, 255, 255, 255, 255};

	(void)state;
	assert_int_equal(settings_store_text("net0/mac", "02:00:00:00:00:07"),
			 0);
	assert_int_equal(fake_up(NULL), 0);
	assert_true(answers(other));
	assert_true(answers(everybody));
	assert_false(answers(device_mac));
	assert_int_equal(settings_store_text("net0/mac", NULL), 0);
	assert_int_equal(netdev_open(fake_netdev), 0);
	assert_false(answers(other));
	assert_true(answers(device_mac));
	fake_down(NULL);
}

static void test_what_a_card_is_cannot_be_changed(void **state)
{
	static const char *const names[] = {"chip",    "hwaddr", "bustype",
					    "busid",   "busloc", "ifname",
					    "linktype"};
	char name[32];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(name, sizeof(name), "net0/%s:string", names[i]);
		assert_int_equal(settings_store_text(name, "x"), -ENOTSUP);
		assert_int_equal(settings_store_text(name, NULL), -ENOTSUP);
	}
	assert_int_equal(settings_store_text("net0/mac", "02:00"), -EINVAL);
	assert_int_equal(settings_store_text("net0/mac", "03:00:00:00:00:00"),
			 -EINVAL);
	assert_int_equal(
		settings_store_text("net0/mac", "02:00:00:00:00:00:00"),
		-EINVAL);
	assert_setting("net0/mac", "02:00:00:00:00:02");
}

static int no_link_open(struct net_device *netdev)
{
	netdev_set_link(netdev, false);
	return 0;
}

static void test_waiting_for_a_link(void **state)
{
	struct net_device_ops ops = fake_ops;
	uint64_t start = platform_time_us();

	(void)state;
	ops.open = no_link_open;
	fake_netdev->ops = &ops;
	assert_int_equal(netdev_open(fake_netdev), 0);
	assert_int_equal(netdev_wait_link(fake_netdev, -1), -ENOLINK_UP);
	assert_in_range(platform_time_us() - start, 14900000, 15500000);
	netdev_set_link(fake_netdev, true);
	start = platform_time_us();
	assert_int_equal(netdev_wait_link(fake_netdev, -1), 0);
	assert_true(platform_time_us() - start < 100000);
	netdev_close(fake_netdev);
	fake_netdev->ops = &fake_ops;
}

static int failing_open(struct net_device *netdev)
{
	(void)netdev;
	return -EIO;
}

static int failing_transmit(struct net_device *netdev, struct pbuf *p)
{
	(void)netdev;
	(void)p;
	return -EIO;
}

static void test_failures_are_counted(void **state)
{
	struct net_device_ops ops = fake_ops;

	(void)state;
	ops.open = failing_open;
	fake_netdev->ops = &ops;
	assert_int_equal(netdev_open(fake_netdev), -EIO);
	assert_false(fake_netdev->is_open);
	ops.open = fake_open;
	ops.transmit = failing_transmit;
	fake_netdev->tx_errors = 0;
	assert_int_equal(fake_up(state), 0);
	assert_int_not_equal(fake_fetch_for("tftp://10.0.0.1/x", 500), 0);
	assert_true(fake_netdev->tx_errors > 0);
	assert_int_equal(fake_netdev->tx_rc, -EIO);
	fake_image_free();
	netdev_close(fake_netdev);
	fake_netdev->ops = &fake_ops;
}

static void test_frames_of_any_size_and_content(void **state)
{
	uint8_t frame[1518];
	uint32_t seed = 1;
	size_t i, len, used;
	struct pbuf *p;

	(void)state;
	assert_null(netdev_rx_alloc(0));
	assert_null(netdev_rx_alloc(NETDEV_FRAME_MAX + 1));
	assert_int_equal(fake_up(state), 0);
	used = fake_netdev->rx;
	for (i = 0; i < 20000; i++) {
		seed = seed * 1664525 + 1013904223;
		len = 1 + seed % (i % 2 ? 100 : sizeof(frame));
		for (size_t j = 0; j < len; j++)
			frame[j] = (uint8_t)((seed = seed * 1664525 +
						     1013904223) >>
					     24);
		/* Often to us, often something that is looked into. */
		if (i % 8)
			memcpy(frame, device_mac, MIN(len, (size_t)6));
		if (i % 4 && len > 40) {
			put_be16(frame + 12, i % 3 ? 0x0800 : 0x0806);
			frame[14] = 0x45;
			put_be16(frame + 16, (uint16_t)(len - 14));
			frame[20] = frame[21] = 0;
			frame[23] = i % 5 ? 17 : 6;
			memcpy(frame + 30, "\x0a\0\0\2", 4);
			frame[24] = frame[25] = 0;
			put_be16(frame + 24,
				 (uint16_t)~fake_sum(frame + 14, 20, 0));
		}
		p = netdev_rx_alloc(len);
		assert_non_null(p); /* nothing leaks */
		memcpy(p->payload, frame, len);
		netdev_rx(fake_netdev, p);
	}
	assert_int_equal(fake_netdev->rx, used + 20000);
}

#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, NULL, fake_down)

/* ---- Several NICs ---- */

static void probe_nothing(void)
{
	struct net_device *netdev;

	/* The table has no driver here: only what follows probing happens. */
	netdev_probe_all();
	list_for_each_entry(netdev, &net_devices, list)
		assert_ptr_equal(settings_find(netdev->name, false),
				 &netdev->settings);
}

static void test_boot_nic_is_the_first(void **state)
{
	struct net_device *other = second();

	(void)state;
	origin.has_mac = false;
	probe_nothing();
	assert_string_equal(fake_netdev->name, "net0");
	assert_null(settings_fetch_text("bootnic/mac"));
	origin_set_mac(other->mac);
	probe_nothing();
	assert_string_equal(other->name, "net0");
	assert_string_equal(fake_netdev->name, "net1");
	assert_setting("bootnic/chip", "other");
	assert_setting("net1/chip", "fake");
	/* It stays what it is whatever is opened. */
	assert_int_equal(netdev_open(fake_netdev), 0);
	assert_setting("bootnic/chip", "other");
	origin.has_mac = false;
	netdev_unregister(other);
	netdev_free(other);
	strcpy(fake_netdev->name, "net0");
}

static void test_links_decide_which_nic_is_next(void **state)
{
	struct net_device_ops ops = fake_ops;
	struct net_device *other = second();

	(void)state;
	ops.open = no_link_open;
	fake_netdev->ops = &ops;
	fake_netdev->has_link = false;
	other->has_link = true;
	/* The first has no link, and not much time for one. */
	assert_ptr_equal(nic_first(20), other);
	netdev_set_link(fake_netdev, true);
	assert_ptr_equal(nic_next(), fake_netdev);
	assert_null(nic_next());
	/* With links on both it is the first. */
	assert_ptr_equal(nic_first(20), fake_netdev);
	assert_ptr_equal(nic_next(), other);
	assert_null(nic_next());
	netdev_close(fake_netdev);
	fake_netdev->ops = &fake_ops;
	netdev_unregister(other);
	netdev_free(other);
}

static void test_closing_leaves_the_way_to_others(void **state)
{
	struct net_device *other = second();
	char ip[24];

	(void)state;
	assert_int_equal(netdev_open(fake_netdev), 0);
	assert_int_equal(netdev_open(other), 0);
	settings_store_text("net0/ip", "192.0.2.7");
	snprintf(ip, sizeof(ip), "%s/ip", other->name);
	settings_store_text(ip, "198.51.100.7");
	netdev_apply_all_settings();
	assert_ptr_equal(netif_default, &other->netif);
	netdev_close(other);
	assert_ptr_equal(netif_default, &fake_netdev->netif);
	netdev_close(fake_netdev);
	assert_null(netif_default);
	netdev_unregister(other);
	netdev_free(other);
}

/* A card that takes a frame at once and sends it a little later, if it is
 * still open then. */
static unsigned int slow_queue, slow_sent;
static uint64_t slow_since_us;

static int slow_transmit(struct net_device *netdev, struct pbuf *p)
{
	(void)netdev;
	(void)p;
	slow_queue++;
	slow_since_us = platform_time_us();
	return 0;
}

static bool slow_poll(struct net_device *netdev)
{
	(void)netdev;
	if (slow_queue && platform_time_us() - slow_since_us >= 1000) {
		slow_sent += slow_queue;
		slow_queue = 0;
	}
	return false;
}

static void test_last_frame_is_sent_before_the_card_is_closed(void **state)
{
	struct net_device_ops ops = fake_ops;
	struct netif *netif = &fake_netdev->netif;
	struct pbuf *p = pbuf_alloc(PBUF_RAW, 60, PBUF_RAM);

	(void)state;
	ops.transmit = slow_transmit;
	ops.poll = slow_poll;
	fake_netdev->ops = &ops;
	memset(p->payload, 0, 60);
	/* Frames are counted, and reports of groups are not to be. */
	netif->flags &= (u8_t)~NETIF_FLAG_MLD6;
	assert_int_equal(netdev_open(fake_netdev), 0);
	slow_queue = slow_sent = 0;

	assert_int_equal(netif->linkoutput(netif, p), ERR_OK);
	netdev_pause_all();
	assert_int_equal(slow_queue, 0);
	assert_int_equal(slow_sent, 1);
	netdev_resume_all();

	slow_queue = slow_sent = 0;
	assert_int_equal(netif->linkoutput(netif, p), ERR_OK);
	netdev_close(fake_netdev);
	assert_int_equal(slow_queue, 0);
	assert_int_equal(slow_sent, 1);
	pbuf_free(p);
	fake_netdev->ops = &fake_ops;
	netif->flags |= NETIF_FLAG_MLD6;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_settings),
		TEST(test_names_and_finding),
		TEST(test_addresses_set_by_hand),
		TEST(test_an_address_is_used_from_the_next_opening_on),
		TEST(test_old_address_is_not_heard),
		TEST(test_what_a_card_is_cannot_be_changed),
		TEST(test_waiting_for_a_link),
		TEST(test_failures_are_counted),
		TEST(test_frames_of_any_size_and_content),
		TEST(test_boot_nic_is_the_first),
		TEST(test_links_decide_which_nic_is_next),
		TEST(test_closing_leaves_the_way_to_others),
		TEST(test_last_frame_is_sent_before_the_card_is_closed),
	};

	return cmocka_run_group_tests(tests, fake_setup, fake_teardown);
}
