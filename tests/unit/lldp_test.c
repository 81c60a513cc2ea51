/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What a switch says by LLDP is in the settings of the card. */
#include "assert_setting.h"
#include "fake_net.h"

#include "net/lldp.h"

/* A TLV's first two bytes; type and length of its value. */
#define TLV(type, len) (type) << 1 | (len) >> 8, (len)&0xff

/* IEEE 802.1AB-2016: what a switch sends. */
static const uint8_t switch_pdu[] = {
	/* Chassis ID, a MAC address. */
	TLV(1, 7),
	4,
	0x02,
	0,
	0,
	0,
	0,
	0x99,
	/* Port ID, an interface's name. */
	TLV(2, 5),
	5,
	'g',
	'e',
	'0',
	'7',
	/* Time to live. */
	TLV(3, 2),
	0,
	120,
	/* Description of the port, none; name of the system. */
	TLV(4, 0),
	TLV(5, 3),
	's',
	'w',
	'1',
	/* Management addresses: IPv6, then IPv4. */
	TLV(8, 7),
	5,
	2,
	0xfe,
	0x80,
	0,
	0,
	1,
	TLV(8, 12),
	5,
	1,
	10,
	1,
	2,
	3,
	2,
	0,
	0,
	0,
	7,
	0,
	/* IEEE 802.1: port VLAN ID, two VLAN names; IEEE 802.3: frame size. */
	TLV(127, 6),
	0x00,
	0x80,
	0xc2,
	1,
	0,
	42,
	TLV(127, 10),
	0x00,
	0x80,
	0xc2,
	3,
	0,
	42,
	3,
	'l',
	'a',
	'b',
	TLV(127, 10),
	0x00,
	0x80,
	0xc2,
	3,
	0,
	43,
	3,
	'f',
	'o',
	'o',
	TLV(127, 6),
	0x00,
	0x12,
	0x0f,
	4,
	0x05,
	0xf2,
	/* End; what is behind it does not count. */
	TLV(0, 0),
	TLV(6, 1),
	'x',
};

/* Send a frame to the card with the LEN bytes at PDU. */
static void send_pdu(const uint8_t *pdu, size_t len)
{
	static const uint8_t nearest_bridge[6] = {1, 0x80, 0xc2, 0, 0, 0x0e};
	uint8_t frame[1514];

	memcpy(frame, nearest_bridge, 6);
	memcpy(frame + 6, peer_mac, 6);
	put_be16(frame + 12, 0x88cc);
	memcpy(frame + 14, pdu, len);
	fake_queue(frame, len + 14);
	poll_all();
}

static void test_values_are_settings_of_the_card(void **state)
{
	(void)state;
	assert_setting("net0.lldp/5.0.0.0:string", NULL);
	send_pdu(switch_pdu, sizeof(switch_pdu));
	assert_setting("net0.lldp/5.0.0.0:string", "sw1");
	assert_setting("netX.lldp/5.0.0.0:string", "sw1");
	assert_setting("net0.lldp/5.0.1.2:string", "w1");
	assert_setting("net0.lldp/3.0.0.0:uint16", "0x78");
	assert_setting("net0.lldp/3.0.0.0", "0078");
	/* With a prefix of one byte, and of two. */
	assert_setting("net0.lldp/4.1.0.1.0:hex", "02:00:00:00:00:99");
	assert_setting("net0.lldp/5.2.0.1.0:string", "ge07");
	assert_setting("net0.lldp/3.2.0.1.0:string", NULL);
	assert_setting("net0.lldp/5.1.8.0.2.4:ipv4", "10.1.2.3");
	assert_setting("net0.lldp/8.1.2.4:ipv4", "10.1.2.3");
	/* OUI and subtype. */
	assert_setting("net0.lldp/0x0080c2.1.127.0.4.2:int16", "42");
	assert_setting("net0.lldp/0x0080c2.3.127.0.7.0:string", "lab");
	assert_setting("net0.lldp/0x0080c2.3.127.1.7.0:string", "foo");
	assert_setting("net0.lldp/0x0080c2.3.127.2.7.0:string", NULL);
	assert_setting("net0.lldp/0x00120f.4.127.0.4.2:uint16", "0x5f2");
	/* Prefixes count as far as the offset goes. */
	assert_setting("net0.lldp/4.1.0.0.1:hex", "04");
	assert_setting("net0.lldp/0xff.4.1.0.1.1:hex", "02");
	/* What is not there. */
	assert_setting("net0.lldp/4.0.0.0:string", NULL);
	assert_setting("net0.lldp/6.0.0.0:string", NULL);
	assert_setting("net0.lldp/5.0.3.0:string", NULL);
	assert_setting("net0.lldp/5.0.2.2:string", NULL);
	assert_setting("net0.lldp/5.0.255.1:string", NULL);
	assert_setting("net0.lldp/255.0.0.0:string", NULL);
	assert_setting("net0.lldp/name", NULL);
}

static void test_last_one_counts(void **state)
{
	static const uint8_t other[] = {TLV(5, 3), 's', 'w', '2'};

	(void)state;
	send_pdu(switch_pdu, sizeof(switch_pdu));
	send_pdu(other, sizeof(other));
	assert_setting("net0.lldp/5.0.0.0:string", "sw2");
	assert_setting("net0.lldp/3.0.0.0:uint16", NULL);
}

static void test_settings_are_read_only_and_of_this_block(void **state)
{
	(void)state;
	send_pdu(switch_pdu, sizeof(switch_pdu));
	assert_true(settings_store_text("net0.lldp/5.0.0.0", "x") < 0);
	assert_true(settings_store_text("net0.lldp/mtu", "1") < 0);
	assert_setting("net0.lldp/5.0.0.0:string", "sw1");
	/* 5 << 24 is no DHCP option of the card. */
	assert_setting("net0/5.0.0.0:string", NULL);
}

static void test_damaged_frames_do_no_harm(void **state)
{
	static const uint8_t longest[1500] = {TLV(5, 3), 's', 'w', '3',
					      TLV(6, 511)};
	uint8_t *copy;
	size_t len, i;
	char *text;

	(void)state;
	send_pdu(longest, sizeof(longest));
	assert_setting("net0.lldp/5.0.0.0:string", "sw3");
	text = settings_fetch_text("net0.lldp/6.0.255.0");
	assert_int_equal(strlen(text), 2 * (511 - 255));
	free(text);
	/* Any part of it, in memory of its very length. */
	for (len = 0; len <= sizeof(switch_pdu); len++) {
		copy = malloc(len);
		assert_true(copy || !len);
		if (len)
			memcpy(copy, switch_pdu, len);
		for (i = 0; i < 10; i++) {
			size_t value_len = 0;
			const uint8_t *value = lldp_value(
				copy, len,
				(uint64_t)5 << 32 | (uint64_t)i << 24 | 1 << 8,
				&value_len);

			assert_true(!value ||
				    (value_len && value >= copy &&
				     value + value_len <= copy + len));
		}
		free(copy);
	}
	send_pdu(switch_pdu, 0);
	assert_setting("net0.lldp/5.0.0.0:string", NULL);
}

static int up(void **state)
{
	return fake_setup(state) || netdev_open(fake_netdev);
}

#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, up, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_values_are_settings_of_the_card),
		TEST(test_last_one_counts),
		TEST(test_settings_are_read_only_and_of_this_block),
		TEST(test_damaged_frames_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
