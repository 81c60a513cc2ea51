/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* `dhcp` with IPv6 beside it: what is waited for, and what is not. */
#include "assert_setting.h"
#include "fake_net6.h"

#include "core/command.h"
#include "net/dhcp_packet.h"
#include "net/dhcpv6_packet.h"
#include "net/ipv6_config.h"
#include "net/ipv6.h"
#include "net/ndp.h"
#include "net/ra.h"
#include "usr/ifmgmt.h"

#define SLAAC "2001:db8::ff:fe00:2"
#define URL   "http://[2001:db8::1]/boot.ipxe"

/* What is on the network. */
static struct {
	bool has_dhcp, has_router, has_dhcpv6;
	uint8_t flags;	    /* of the router */
	const char *prefix; /* that it advertises */
	const char *url;    /* that DHCPv6 names; NULL: none */
	unsigned int dhcp_asked, dhcpv6_asked;
} world;

/* A DHCP server that gives DEVICE_IP, and names a file. */
static void on_dhcp(const uint8_t *data, size_t len)
{
	static const uint8_t options[] = {54, 4,   10,	0,   0, 1,  1,
					  4,  255, 255, 255, 0, 255};
	uint8_t reply[300] = {2, 1, 6};
	struct bootp *bootp = (struct bootp *)reply;
	bool is_discover = dhcp_message_type(data, len) == DHCP_DISCOVER;

	world.dhcp_asked++;
	if (!world.has_dhcp)
		return;
	bootp->xid = ((const struct bootp *)data)->xid;
	bootp->yiaddr = DEVICE_IP;
	bootp->siaddr = PEER_IP;
	memcpy(bootp->chaddr, device_mac, 6);
	strcpy(bootp->file, "four.ipxe");
	memcpy(reply + sizeof(*bootp), "\x63\x82\x53\x63\x35\x01", 6);
	reply[sizeof(*bootp) + 6] = is_discover ? DHCP_OFFER : DHCP_ACK;
	memcpy(reply + sizeof(*bootp) + 7, options, sizeof(options));
	fake_send_udp(PEER_IP, 67, 0xffffffff, 68, reply, sizeof(reply));
}

static void on_udp4(uint32_t to, uint16_t from_port, uint16_t to_port,
		    const uint8_t *data, size_t len)
{
	(void)to;
	(void)from_port;
	if (to_port == 67)
		on_dhcp(data, len);
}

/* A DHCPv6 server that knows one thing. Its answers are to INFORMATION-REQUEST
 * alone, RFC 8415 18.2.6. */
static void on_udp6(const char *to, uint16_t from_port, uint16_t to_port,
		    const uint8_t *data, size_t len)
{
	uint8_t reply[256] = {7};
	size_t here = 4, reply_len = 4, option_len;

	(void)to;
	assert_int_equal(to_port, 547);
	world.dhcpv6_asked++;
	if (!world.has_dhcpv6 || data[0] != 11)
		return;
	memcpy(reply + 1, data + 1, 3);
	/* Its own name, and that of who asks. */
	memcpy(reply + reply_len, "\0\2\0\4\0\3\0\1", 8);
	reply_len += 8;
	while (here + 4 <= len) {
		option_len = 4u + get_be16(data + here + 2);
		if (get_be16(data + here) == 1) {
			memcpy(reply + reply_len, data + here, option_len);
			reply_len += option_len;
		}
		here += option_len;
	}
	if (world.url) {
		put_be16(reply + reply_len, 59);
		put_be16(reply + reply_len + 2, (uint16_t)strlen(world.url));
		strcpy((char *)reply + reply_len + 4, world.url);
		reply_len += 4 + strlen(world.url);
	}
	fake_send_udp6(FAKE_ROUTER, 547, FAKE_LINK, from_port, reply,
		       reply_len);
}

static void on_ipv6(const uint8_t *frame, size_t len)
{
	unsigned int asked = fake_rs_count;
	struct fake_ra ra = fake_ra_begin(world.flags, 1800);

	fake_rx_ip6(frame, len);
	if (fake_rs_count == asked || !world.has_router)
		return;
	if (world.prefix)
		fake_ra_prefix(&ra, world.prefix, 64, 0xc0, 86400);
	fake_send_ip6(FAKE_ROUTER, FAKE_ALL_NODES, 58, 255, ra.data, ra.len, 2);
}

static int up(void **state)
{
	(void)state;
	memset(&world, 0, sizeof(world));
	world.prefix = "2001:db8::";
	fake_rs_count = 0;
	fake_on_udp = on_udp4;
	fake_on_udp6 = on_udp6;
	fake_on_ipv6 = on_ipv6;
	settings_store_text("uuid", NULL);
	return 0;
}

static int down(void **state)
{
	return fake_down(state);
}

/* Run LINE, which must end with RC between MIN_MS and MAX_MS from now. */
static void assert_runs(const char *line, int rc, unsigned int min_ms,
			unsigned int max_ms)
{
	uint64_t start = platform_time_us();

	assert_int_equal(exec_line(line), rc);
	assert_in_range((platform_time_us() - start) / 1000, min_ms, max_ms);
}

static void test_ipv4_waits_for_no_router(void **state)
{
	(void)state;
	world.has_dhcp = true;
	assert_runs("dhcp", 0, 0, 300);
	assert_setting("filename", "four.ipxe");
	assert_true(fake_rs_count >= 1);
	assert_false(ipv6_config_is_answered(fake_netdev));
	/* One that answers late is believed all the same. */
	world.has_router = true;
	poll_sleep(2000);
	assert_setting("net0/ip6", SLAAC);
	assert_true(ipv6_has_global(fake_netdev));
}

static void test_both(void **state)
{
	(void)state;
	world.has_dhcp = world.has_router = true;
	assert_runs("dhcp", 0, 0, 300);
	assert_setting("net0/ip", "10.0.0.2");
	assert_setting("net0/ip6", SLAAC);
}

static void test_a_silent_dhcpv6_server_costs_two_seconds(void **state)
{
	(void)state;
	world.has_dhcp = world.has_router = true;
	world.flags = 0x80;
	assert_runs("dhcp", 0, 1000, 2500);
	assert_true(world.dhcpv6_asked >= 1);
}

static void test_ipv6_alone_boots_soon(void **state)
{
	(void)state;
	world.has_router = world.has_dhcpv6 = true;
	world.flags = 0x40;
	world.url = URL;
	assert_runs("dhcp", 0, 3900, 4300);
	assert_setting("filename", URL);
	assert_setting("net0/ip", NULL);
	assert_true(world.dhcp_asked >= 2);
}

static void test_ipv6_without_a_file_gives_ipv4_its_time(void **state)
{
	(void)state;
	world.has_router = true;
	assert_runs("dhcp", 0, 14000, 16000);
	assert_setting("net0/ip6", SLAAC);
	assert_true(fake_netdev->is_open);
}

static void test_nothing_answers(void **state)
{
	(void)state;
	assert_runs("dhcp", -ETIMEDOUT, 14000, 16000);
	assert_false(fake_netdev->is_open);
	assert_int_equal(fake_rs_count, 6);
}

static void test_a_router_without_addresses_is_no_success(void **state)
{
	(void)state;
	world.has_router = true;
	world.prefix = NULL;
	assert_runs("dhcp", -ETIMEDOUT, 14000, 16000);
	assert_non_null(strstr(error_text(-ETIMEDOUT), "DHCP"));
	assert_setting("net0.ndp/gateway6", NULL);
}

static void test_one_configurator(void **state)
{
	(void)state;
	world.has_router = true;
	assert_runs("ifconf -c ipv6", 0, 0, 300);
	assert_int_equal(world.dhcp_asked, 0);
	assert_setting("net0/ip6", SLAAC);
	netdev_close(fake_netdev);
	assert_setting("net0/ip6", FAKE_LINK);
	fake_rs_count = 0;
	world.has_dhcp = true;
	assert_runs("ifconf --configurator dhcp", 0, 0, 300);
	assert_int_equal(fake_rs_count, 0);
	assert_runs("ifconf -c dhcp6", -ENOTSUP, 0, 10);
}

static void test_ipv6_alone_ends_without_a_router(void **state)
{
	(void)state;
	assert_runs("dhcp -c ipv6", -ETIMEDOUT, 6000, 8000);
	assert_non_null(strstr(error_text(-ETIMEDOUT), "router"));
	assert_runs("dhcp -c ipv6 -t 1000", -ETIMEDOUT, 900, 1300);
}

static void test_asked_again(void **state)
{
	(void)state;
	world.has_router = world.has_dhcpv6 = true;
	world.flags = 0x40;
	assert_runs("dhcp -c ipv6", 0, 0, 1500);
	assert_setting("filename", NULL);
	world.url = URL;
	assert_runs("dhcp -c ipv6", 0, 0, 1500);
	assert_setting("filename", URL);
}

/* Advertise FLAGS as the router FROM, and a prefix with PREFIX_FLAGS. */
static void advertise(const char *from, uint8_t flags, uint8_t prefix_flags)
{
	struct fake_ra ra = fake_ra_begin(flags, 1800);

	fake_ra_prefix(&ra, "2001:db8::", 64, prefix_flags, 86400);
	fake_send_ip6(from, FAKE_ALL_NODES, 58, 255, ra.data, ra.len, 2);
	poll_sleep(10);
}

static void test_one_router_does_not_hide_what_another_says(void **state)
{
	ip6_addr_t neighbour = {0};

	(void)state;
	fake_address6((uint8_t *)neighbour.addr, "2001:db8::99");
	assert_int_equal(netdev_open(fake_netdev), 0);
	ndp_solicit(fake_netdev);
	assert_int_equal(ndp_flags(fake_netdev), -ENOENT);
	advertise("fe80::1", RA_MANAGED, 0x40);
	assert_false(ndp_is_on_link(fake_netdev, &neighbour));
	advertise("fe80::2", 0, 0xc0);
	assert_int_equal(ndp_flags(fake_netdev), RA_MANAGED);
	assert_true(ndp_is_on_link(fake_netdev, &neighbour));
	advertise("fe80::1", RA_OTHER, 0x40);
	assert_int_equal(ndp_flags(fake_netdev), RA_MANAGED | RA_OTHER);
	assert_true(ndp_is_on_link(fake_netdev, &neighbour));
	/* Asked anew it is as they say now. */
	ndp_solicit(fake_netdev);
	advertise("fe80::1", 0, 0x40);
	assert_int_equal(ndp_flags(fake_netdev), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ipv4_waits_for_no_router,
						up, down),
		cmocka_unit_test_setup_teardown(test_both, up, down),
		cmocka_unit_test_setup_teardown(
			test_a_silent_dhcpv6_server_costs_two_seconds, up,
			down),
		cmocka_unit_test_setup_teardown(test_ipv6_alone_boots_soon, up,
						down),
		cmocka_unit_test_setup_teardown(
			test_ipv6_without_a_file_gives_ipv4_its_time, up, down),
		cmocka_unit_test_setup_teardown(test_nothing_answers, up, down),
		cmocka_unit_test_setup_teardown(
			test_a_router_without_addresses_is_no_success, up,
			down),
		cmocka_unit_test_setup_teardown(test_one_configurator, up,
						down),
		cmocka_unit_test_setup_teardown(
			test_ipv6_alone_ends_without_a_router, up, down),
		cmocka_unit_test_setup_teardown(test_asked_again, up, down),
		cmocka_unit_test_setup_teardown(
			test_one_router_does_not_hide_what_another_says, up,
			down),
	};

	return cmocka_run_group_tests(tests, fake_setup, fake_teardown);
}
