/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* VLAN interfaces: tags go on and come off, bad frames go nowhere. */
#include "fake_net.h"

#include "core/origin.h"
#include "net/vlan.h"

/* What the trunk sent last. */
static uint8_t sent[1600];
static size_t sent_len;
static unsigned int sent_count;

static int sink_transmit(struct net_device *netdev, struct pbuf *p)
{
	(void)netdev;
	sent_len = pbuf_copy_partial(p, sent, sizeof(sent), 0);
	sent_count++;
	return 0;
}

static int sink_open(struct net_device *netdev)
{
	(void)netdev;
	return 0;
}

static void sink_close(struct net_device *netdev)
{
	(void)netdev;
}

static bool sink_poll(struct net_device *netdev)
{
	(void)netdev;
	return false;
}

static const struct net_device_ops sink_ops = {
	.open = sink_open,
	.close = sink_close,
	.transmit = sink_transmit,
	.poll = sink_poll,
};

static struct net_device *trunk;

static int setup(void **state)
{
	(void)state;
	net_init();
	trunk = netdev_alloc(&sink_ops, 0);
	memcpy(trunk->mac, device_mac, 6);
	trunk->driver = "sink";
	trunk->bustype = "TEST";
	trunk->has_link = true;
	sent_count = 0;
	return netdev_register(trunk);
}

static int teardown(void **state)
{
	(void)state;
	netdev_unregister(trunk);
	netdev_free(trunk);
	return 0;
}

/* Give the trunk a broadcast ARP request for 10.0.0.2 with TCI (none if 0);
 * only the first LEN bytes of it if not 0. */
static void rx_arp(uint16_t tci, size_t len)
{
	static const uint8_t arp[] = {0, 1, 8, 0, 6,  4, 0, 1, 2, 0,
				      0, 0, 0, 1, 10, 0, 0, 1, 0, 0,
				      0, 0, 0, 0, 10, 0, 0, 2};
	uint8_t frame[64] = {0};
	size_t at = 12;
	struct pbuf *p;

	memset(frame, 0xff, 6);
	memcpy(frame + 6, peer_mac, 6);
	if (tci) {
		put_be16(frame + at, 0x8100);
		put_be16(frame + at + 2, tci);
		at += 4;
	}
	put_be16(frame + at, 0x0806);
	memcpy(frame + at + 2, arp, sizeof(arp));
	p = netdev_rx_alloc(len ? len : sizeof(frame));
	memcpy(p->payload, frame, p->len);
	netdev_rx(trunk, p);
}

static void test_tag_goes_on_and_comes_off(void **state)
{
	struct net_device *netdev;

	(void)state;
	assert_int_equal(vlan_create(trunk, 5, 3), 0);
	netdev = netdev_find("net0-5");
	assert_non_null(netdev);
	/* Frames are counted, and reports of groups are not to be. */
	netdev->netif.flags &= (u8_t)~NETIF_FLAG_MLD6;
	assert_memory_equal(netdev->mac, trunk->mac, 6);
	assert_int_equal(netdev->mtu, 1500);
	settings_store_text("net0-5/ip", "10.0.0.2");
	settings_store_text("net0-5/netmask", "255.255.255.0");
	assert_int_equal(netdev_open(netdev), 0);
	assert_true(trunk->is_open);
	poll_all();
	assert_true(netdev->has_link);
	sent_count = 0;
	rx_arp(5, 0);
	/* Answered, with tag and priority. */
	assert_int_equal(sent_count, 1);
	assert_memory_equal(sent, peer_mac, 6);
	assert_int_equal(get_be16(sent + 12), 0x8100);
	assert_int_equal(get_be16(sent + 14), 3 << 13 | 5);
	assert_int_equal(get_be16(sent + 16), 0x0806);
	assert_int_equal(get_be16(sent + 18 + 6), 2); /* a reply */
	assert_int_equal(sent_len, 14 + 4 + 28);
	assert_int_equal(netdev->rx, 1);
	assert_int_equal(trunk->rx, 1);
	/* Not for this VLAN, or for none. */
	rx_arp(6, 0);
	rx_arp(0, 0);
	assert_int_equal(sent_count, 1);
	assert_int_equal(netdev->rx, 1);
	/* The priority is no part of the tag. */
	rx_arp(7 << 13 | 5, 0);
	assert_int_equal(sent_count, 2);
	assert_int_equal(vlan_create(trunk, 5, 1), 0);
	rx_arp(5, 0);
	assert_int_equal(get_be16(sent + 14), 1 << 13 | 5);
	assert_int_equal(vlan_destroy(netdev), 0);
	assert_null(netdev_find("net0-5"));
	rx_arp(5, 0);
	assert_int_equal(sent_count, 3);
}

static void test_priority_tags_are_the_trunks(void **state)
{
	(void)state;
	settings_store_text("net0/ip", "10.0.0.2");
	settings_store_text("net0/netmask", "255.255.255.0");
	assert_int_equal(netdev_open(trunk), 0);
	sent_count = 0;
	rx_arp(2 << 13, 0);
	assert_int_equal(sent_count, 1);
	assert_int_equal(get_be16(sent + 12), 0x0806);
}

static void test_short_frames_go_nowhere(void **state)
{
	size_t len;

	(void)state;
	assert_int_equal(vlan_create(trunk, 5, 0), 0);
	settings_store_text("net0-5/ip", "10.0.0.2");
	assert_int_equal(netdev_open(netdev_find("net0-5")), 0);
	sent_count = 0;
	for (len = 1; len < 18; len++)
		rx_arp(5, len);
	assert_int_equal(sent_count, 0);
	/* The trunk's end is the VLAN's: see teardown(). */
}

static void test_wrong_tags(void **state)
{
	(void)state;
	assert_int_equal(vlan_create(trunk, 0, 0), -EINVAL);
	assert_int_equal(vlan_create(trunk, 4095, 0), -EINVAL);
	assert_int_equal(vlan_create(trunk, 5, 8), -EINVAL);
	assert_int_equal(vlan_create(trunk, 4094, 7), 0);
	assert_int_equal(vlan_create(netdev_find("net0-4094"), 6, 0), -ENOTSUP);
	assert_int_equal(vlan_destroy(trunk), -ENOTSUP);
}

static void test_the_vlan_that_we_came_by(void **state)
{
	(void)state;
	origin_set_mac(device_mac);
	origin.vlan = 12;
	netdev_probe_all();
	assert_non_null(netdev_find("net0-12"));
	assert_ptr_equal(netdev_boot(), netdev_find("net0-12"));
	origin.vlan = 0;
	assert_ptr_equal(netdev_boot(), trunk);
	origin.has_mac = false;
}

static void test_the_address_is_the_trunks(void **state)
{
	static const uint8_t other[6] = {2, 0, 0, 0, 0, 7};
	struct net_device *netdev;

	(void)state;
	assert_int_equal(vlan_create(trunk, 5, 0), 0);
	netdev = netdev_find("net0-5");
	assert_int_equal(settings_store_text("net0-5/mac", "02:00:00:00:00:09"),
			 -ENOTSUP);
	assert_int_equal(settings_store_text("net0/mac", "02:00:00:00:00:07"),
			 0);
	assert_int_equal(netdev_open(netdev), 0);
	assert_memory_equal(netdev->mac, other, 6);
	assert_memory_equal(netdev->netif.hwaddr, other, 6);
	assert_memory_equal(trunk->mac, other, 6);
}

static void test_a_tag_takes_room_where_frames_are_short(void **state)
{
	(void)state;
	trunk->is_tag_in_packet = true;
	assert_int_equal(vlan_create(trunk, 5, 0), 0);
	assert_int_equal(netdev_find("net0-5")->mtu, 1496);
}

#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_tag_goes_on_and_comes_off),
		TEST(test_priority_tags_are_the_trunks),
		TEST(test_short_frames_go_nowhere),
		TEST(test_wrong_tags),
		TEST(test_the_vlan_that_we_came_by),
		TEST(test_the_address_is_the_trunks),
		TEST(test_a_tag_takes_room_where_frames_are_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
