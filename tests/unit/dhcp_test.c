/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The DHCP client against servers of every kind, and with leases of others. */
#include "assert_setting.h"
#include "fake_net.h"

#include "core/origin.h"
#include "net/dhcp.h"
#include "net/dhcp_packet.h"
#include "net/dhcp_settings.h"

/* A server's answer being made. */
static uint8_t reply[600];
static size_t reply_len;

/* One server on the network. */
struct fake_server {
	uint32_t ip;	     /* 0: there is none */
	uint32_t offered;    /* 0: a proxyDHCP */
	const char *file;    /* NULL: none */
	const char *options; /* more of them, of OPTIONS_LEN bytes */
	size_t options_len;
	bool is_pxe;	   /* says PXEClient */
	bool is_bootp;	   /* says no message type */
	bool has_no_id;	   /* says no option 54 */
	bool only_at_4011; /* tells the file only there */
	bool is_silent_at_4011;
	unsigned int naks; /* how often it refuses */
	unsigned int deaf; /* to so many DISCOVERs */
	unsigned int discovers, requests, proxy_requests;
};

static struct fake_server servers[3];
static uint32_t flip_bit; /* this bit of every reply, from 1; 0: none */
static size_t cut;	  /* so many bytes off the end of it */

static void put(uint8_t tag, const void *data, size_t len)
{
	reply[reply_len++] = tag;
	reply[reply_len++] = (uint8_t)len;
	memcpy(reply + reply_len, data, len);
	reply_len += len;
}

static void make_reply(const struct fake_server *server, const uint8_t *request,
		       uint8_t type, bool with_file)
{
	struct bootp *bootp = (struct bootp *)reply;

	memset(reply, 0, sizeof(reply));
	memcpy(reply, request, 44);
	bootp->op = BOOTP_REPLY;
	bootp->ciaddr = 0;
	bootp->yiaddr = type == DHCP_NAK ? 0 : server->offered;
	put_be32(reply + sizeof(*bootp), DHCP_COOKIE);
	reply_len = sizeof(*bootp) + 4;
	if (!server->is_bootp)
		put(53, &type, 1);
	if (!server->has_no_id)
		put(54, &server->ip, 4);
	if (type != DHCP_NAK && server->offered)
		put(1, "\xff\xff\xff\0", 4);
	if (server->is_pxe)
		put(60, "PXEClient", 9);
	if (server->file && with_file && type != DHCP_NAK) {
		bootp->siaddr = server->ip;
		strcpy(bootp->file, server->file);
	}
	if (server->options) {
		memcpy(reply + reply_len, server->options, server->options_len);
		reply_len += server->options_len;
	}
	reply[reply_len++] = 255;
}

static void send_reply(const struct fake_server *server, uint16_t port)
{
	uint8_t copy[600];

	memcpy(copy, reply, sizeof(copy));
	if (flip_bit && (flip_bit - 1) / 8 < reply_len)
		copy[(flip_bit - 1) / 8] ^= (uint8_t)(1 << (flip_bit - 1) % 8);
	fake_send_udp(server->ip, port, 0xffffffff, DHCP_CLIENT_PORT, copy,
		      reply_len > cut ? reply_len - cut : 0);
}

/* Option 54 of a request. */
static uint32_t server_id(const uint8_t *data, size_t len)
{
	uint32_t id = 0;

	dhcp_option_get(data, len, 54, &id, 4);
	return id;
}

static void serve(struct fake_server *server, uint16_t port,
		  const uint8_t *data, size_t len)
{
	unsigned int type = dhcp_message_type(data, len);

	if (port == PXE_SERVER_PORT) {
		if (server_id(data, len) != server->ip)
			return;
		server->proxy_requests++;
		assert_int_equal(((const struct bootp *)data)->ciaddr,
				 netif_ip4_addr(&fake_netdev->netif)->addr);
		if (server->is_silent_at_4011)
			return;
		make_reply(server, data, DHCP_ACK, true);
		send_reply(server, PXE_SERVER_PORT);
	} else if (type == DHCP_DISCOVER) {
		server->discovers++;
		if (server->deaf) {
			server->deaf--;
			return;
		}
		make_reply(server, data, DHCP_OFFER, !server->only_at_4011);
		send_reply(server, DHCP_SERVER_PORT);
	} else if (server_id(data, len) == server->ip && server->offered) {
		server->requests++;
		if (server->naks) {
			server->naks--;
			make_reply(server, data, DHCP_NAK, false);
		} else {
			make_reply(server, data, DHCP_ACK,
				   !server->only_at_4011);
		}
		send_reply(server, DHCP_SERVER_PORT);
	}
}

static void on_udp(uint32_t to, uint16_t from_port, uint16_t to_port,
		   const uint8_t *data, size_t len)
{
	size_t i;

	if (to_port != DHCP_SERVER_PORT && to_port != PXE_SERVER_PORT)
		return;
	assert_int_equal(from_port, DHCP_CLIENT_PORT);
	if (to_port == DHCP_SERVER_PORT)
		assert_int_equal(to, 0xffffffff);
	assert_in_range(len, BOOTP_MIN_LEN, 576);
	for (i = 0; i < ARRAY_SIZE(servers); i++) {
		if (servers[i].ip)
			serve(&servers[i], to_port, data, len);
	}
}

static int up(void **state)
{
	(void)state;
	memset(servers, 0, sizeof(servers));
	memset(&origin, 0, sizeof(origin));
	servers[0].ip = PEER_IP;
	servers[0].offered = DEVICE_IP;
	servers[0].file = "boot/file";
	flip_bit = 0;
	cut = 0;
	fake_on_udp = on_udp;
	uri_set_cwuri(NULL);
	return netdev_open(fake_netdev);
}

static int down(void **state)
{
	origin_set_uri(NULL);
	uri_set_cwuri(NULL);
	return fake_down(state);
}

/* Configure; returns the result and how long it took. */
static int configure(unsigned int *ret_ms)
{
	uint64_t start = platform_time_us();
	int rc;

	rc = dhcp_configure(fake_netdev, -1);
	*ret_ms = (unsigned int)((platform_time_us() - start) / 1000);
	return rc;
}

static void test_a_lease_is_taken_at_once(void **state)
{
	unsigned int ms;

	(void)state;
	assert_int_equal(configure(&ms), 0);
	assert_in_range(ms, 0, 200);
	assert_int_equal(servers[0].discovers, 1);
	assert_int_equal(servers[0].requests, 1);
	assert_true(fake_netdev->is_configured);
	assert_int_equal(netif_ip4_addr(&fake_netdev->netif)->addr, DEVICE_IP);
	assert_setting("net0/ip", "10.0.0.2");
	assert_setting("net0.dhcp/netmask", "255.255.255.0");
	assert_setting("filename", "boot/file");
	assert_setting("next-server", "10.0.0.1");
	assert_setting("netX/dhcp-server", "10.0.0.1");
	assert_setting("net0/53:int8", "5");
	assert_setting("proxydhcp/filename", NULL);
}

static void test_closing_keeps_the_lease(void **state)
{
	unsigned int ms;

	(void)state;
	assert_int_equal(configure(&ms), 0);
	netdev_close(fake_netdev);
	assert_false(fake_netdev->is_configured);
	assert_setting("filename", "boot/file");
	assert_int_equal(netdev_open(fake_netdev), 0);
	netdev_apply_settings(fake_netdev);
	assert_true(fake_netdev->is_configured);
	dhcp_forget(fake_netdev);
	netdev_close(fake_netdev);
	assert_setting("filename", NULL);
	assert_setting("net0/ip", NULL);
	assert_false(fake_netdev->is_configured);
}

static void test_a_proxy_is_waited_for_without_a_file(void **state)
{
	unsigned int ms;

	(void)state;
	servers[0].file = NULL;
	assert_int_equal(configure(&ms), 0);
	assert_in_range(ms, 1900, 2200);
	assert_int_equal(servers[0].discovers, 2);
}

static void test_nobody_waits_for_a_proxy_if_told_so(void **state)
{
	unsigned int ms;

	(void)state;
	servers[0].file = NULL;
	servers[0].options = "\xaf\3\xb0\1\1";
	servers[0].options_len = 5;
	assert_int_equal(configure(&ms), 0);
	assert_in_range(ms, 0, 200);
}

static void test_a_proxy_with_the_file(void **state)
{
	unsigned int ms;

	(void)state;
	servers[0].file = NULL;
	servers[1] = (struct fake_server){
		.ip = IP4(10, 0, 0, 3), .file = "proxy/file", .is_pxe = true};
	assert_int_equal(configure(&ms), 0);
	assert_in_range(ms, 0, 200);
	assert_int_equal(servers[1].proxy_requests, 0);
	assert_setting("proxydhcp/filename", "proxy/file");
	assert_setting("filename", "proxy/file");
	assert_setting("next-server", "10.0.0.3");
	assert_setting("ip", "10.0.0.2");
	/* Nothing of it is left by the next lease. */
	servers[1].ip = 0;
	servers[0].file = "new";
	assert_int_equal(configure(&ms), 0);
	assert_setting("proxydhcp/filename", NULL);
	assert_setting("filename", "new");
}

static void test_a_proxy_is_asked_at_4011(void **state)
{
	unsigned int ms;

	(void)state;
	servers[0].file = NULL;
	servers[1] = (struct fake_server){.ip = IP4(10, 0, 0, 3),
					  .file = "proxy/file",
					  .is_pxe = true,
					  .only_at_4011 = true};
	assert_int_equal(configure(&ms), 0);
	assert_int_equal(servers[1].proxy_requests, 1);
	assert_setting("filename", "proxy/file");
}

static void test_a_proxy_that_falls_silent_is_left(void **state)
{
	unsigned int ms;

	(void)state;
	servers[0].file = NULL;
	servers[1] = (struct fake_server){.ip = IP4(10, 0, 0, 3),
					  .is_pxe = true,
					  .is_silent_at_4011 = true};
	assert_int_equal(configure(&ms), 0);
	assert_in_range(ms, 1000, 2500);
	assert_in_range(servers[1].proxy_requests, 2, 4);
	assert_setting("ip", "10.0.0.2");
}

/* A DHCP server that is its own boot server, as Windows' with option 60. */
static void test_the_same_server_is_asked_at_4011(void **state)
{
	unsigned int ms;

	(void)state;
	servers[0].is_pxe = true;
	servers[0].only_at_4011 = true;
	assert_int_equal(configure(&ms), 0);
	assert_int_equal(servers[0].proxy_requests, 1);
	assert_setting("filename", "boot/file");
}

static void test_the_higher_priority_wins(void **state)
{
	unsigned int ms;

	(void)state;
	servers[1] = (struct fake_server){.ip = IP4(10, 0, 0, 4),
					  .offered = IP4(10, 0, 0, 50),
					  .file = "other",
					  .options = "\xaf\3\1\1\5",
					  .options_len = 5};
	assert_int_equal(configure(&ms), 0);
	assert_setting("ip", "10.0.0.50");
	assert_setting("filename", "other");
	assert_int_equal(servers[0].requests, 0);
}

static void test_an_offer_that_boots_wins(void **state)
{
	unsigned int ms;

	(void)state;
	servers[1] = servers[0];
	servers[1].ip = IP4(10, 0, 0, 4);
	servers[0].file = NULL;
	assert_int_equal(configure(&ms), 0);
	assert_setting("next-server", "10.0.0.4");
}

static void test_a_lower_priority_loses(void **state)
{
	unsigned int ms;

	(void)state;
	servers[1] = servers[0];
	servers[1].ip = IP4(10, 0, 0, 4);
	servers[0].options = "\xaf\3\1\1\xff";
	servers[0].options_len = 5;
	assert_int_equal(configure(&ms), 0);
	assert_setting("next-server", "10.0.0.4");
}

static void test_a_nak_begins_anew(void **state)
{
	unsigned int ms;

	(void)state;
	servers[0].naks = 2;
	assert_int_equal(configure(&ms), 0);
	assert_int_equal(servers[0].discovers, 3);
	servers[0].naks = 1000;
	assert_int_equal(configure(&ms), -EACCES);
	assert_in_range(servers[0].discovers, 4, 10);
}

static void test_a_bootp_server(void **state)
{
	unsigned int ms;

	(void)state;
	servers[0].is_bootp = true;
	servers[0].has_no_id = true;
	assert_int_equal(configure(&ms), 0);
	assert_int_equal(servers[0].requests, 0);
	assert_setting("filename", "boot/file");
}

static void test_lost_packets_are_sent_again(void **state)
{
	unsigned int ms;

	(void)state;
	servers[0].deaf = 2;
	assert_int_equal(configure(&ms), 0);
	assert_int_equal(servers[0].discovers, 3);
	assert_in_range(ms, 3000, 3300);
}

static void test_no_server_at_all(void **state)
{
	unsigned int ms;

	(void)state;
	servers[0].deaf = 1000;
	assert_int_equal(configure(&ms), -ETIMEDOUT);
	assert_int_equal(servers[0].discovers, 4);
	assert_in_range(ms, 14900, 15300);
	assert_string_equal(error_text(-ETIMEDOUT),
			    "no DHCP answer within "
			    "15 s; is a DHCP server on this network?");
	assert_int_equal(dhcp_configure(fake_netdev, 1500), -ETIMEDOUT);
	assert_int_equal(servers[0].discovers, 6);
}

static void test_only_a_proxy(void **state)
{
	unsigned int ms;

	(void)state;
	servers[0] = (struct fake_server){
		.ip = IP4(10, 0, 0, 3), .file = "f", .is_pxe = true};
	assert_int_equal(configure(&ms), -ETIMEDOUT);
	assert_non_null(strstr(error_text(-ETIMEDOUT), "only a proxyDHCP"));
}

static void test_a_server_that_falls_silent(void **state)
{
	unsigned int ms;

	(void)state;
	servers[0].has_no_id = true;
	servers[0].offered = DEVICE_IP;
	servers[1] = servers[0];
	servers[0].ip = IP4(10, 0, 0, 8);
	servers[1].ip = 0;
	/* It answers from elsewhere than it says: never the chosen one. */
	servers[0].options = "\x36\4\x0a\0\0\x63";
	servers[0].options_len = 6;
	assert_int_equal(configure(&ms), -ETIMEDOUT);
	assert_in_range(ms, 15000, 20000);
}

/* ---- Leases that the native PXE got ---- */

static void cache(enum origin_packet which, const struct fake_server *server)
{
	static const uint8_t request[44] = {[1] = 1, [2] = 6, [28] = 2, 0,
					    0,	     0,	      0,	2};

	make_reply(server, request, DHCP_ACK, true);
	origin_set_packet(which, reply, reply_len);
}

static void assert_origin(const char *text)
{
	char buf[200];

	assert_non_null(origin.uri);
	uri_format(origin.uri, buf, sizeof(buf));
	assert_string_equal(buf, text);
	assert_ptr_equal(cwuri, origin.uri);
}

static void test_a_cached_lease_is_used_until_dhcp_asks(void **state)
{
	unsigned int ms;

	(void)state;
	netdev_close(fake_netdev);
	cache(ORIGIN_DHCPACK, &servers[0]);
	cache(ORIGIN_PXEREPLY, &servers[0]);
	assert_int_equal(dhcp_adopt_cached(), 0);
	assert_true(fake_netdev->is_open);
	assert_true(fake_netdev->is_configured);
	assert_origin("tftp://10.0.0.1/boot/file");
	assert_setting("net0.dhcp/filename", "boot/file");
	assert_setting("pxebs/filename", NULL);
	assert_int_equal(servers[0].discovers, 0);
	/* A server may have another answer for us. */
	assert_int_equal(configure(&ms), 0);
	assert_int_equal(servers[0].discovers, 1);
	assert_int_equal(configure(&ms), 0);
	assert_int_equal(servers[0].discovers, 2);
}

static void test_the_cached_proxys_file_is_the_origin(void **state)
{
	struct fake_server proxy = {
		.ip = IP4(10, 0, 0, 3), .is_pxe = true, .file = "/proxy/file"};

	(void)state;
	cache(ORIGIN_DHCPACK, &servers[0]);
	cache(ORIGIN_PROXYOFFER, &proxy);
	assert_int_equal(dhcp_adopt_cached(), 0);
	assert_origin("tftp://10.0.0.3//proxy/file");
	assert_setting("filename", "/proxy/file");
	assert_setting("next-server", "10.0.0.3");
	assert_setting("net0/filename", "boot/file");
}

static void test_a_cached_uri_is_the_origin(void **state)
{
	(void)state;
	servers[0].file = "http://10.0.0.7/x.efi";
	cache(ORIGIN_DHCPACK, &servers[0]);
	assert_int_equal(dhcp_adopt_cached(), 0);
	assert_origin("http://10.0.0.7/x.efi");
}

static void test_after_a_lease_without_proxy_less_is_waited(void **state)
{
	unsigned int ms;

	(void)state;
	cache(ORIGIN_DHCPACK, &servers[0]);
	servers[0].file = NULL;
	assert_int_equal(configure(&ms), 0);
	assert_in_range(ms, 400, 700);
}

static void test_a_lease_for_another_nic_is_left(void **state)
{
	(void)state;
	cache(ORIGIN_DHCPACK, &servers[0]);
	origin.packet[ORIGIN_DHCPACK].data[33] ^= 1;
	assert_int_equal(dhcp_adopt_cached(), -ENOENT);
	assert_false(fake_netdev->is_configured);
}

static void test_malformed_cached_packets(void **state)
{
	size_t len, bit;

	(void)state;
	cache(ORIGIN_DHCPACK, &servers[0]);
	len = origin.packet[ORIGIN_DHCPACK].len;
	for (bit = 0; bit < len * 8; bit++) {
		origin.packet[ORIGIN_DHCPACK].data[bit / 8] ^=
			(uint8_t)(1 << bit % 8);
		dhcp_adopt_cached();
		dhcp_forget(fake_netdev);
		origin_set_uri(NULL);
		uri_set_cwuri(NULL);
		origin.packet[ORIGIN_DHCPACK].data[bit / 8] ^=
			(uint8_t)(1 << bit % 8);
	}
	for (; len; len--) {
		origin.packet[ORIGIN_DHCPACK].len = len;
		dhcp_adopt_cached();
		dhcp_forget(fake_netdev);
	}
}

/* ---- Bad answers ---- */

static void test_flipped_bits_do_no_harm(void **state)
{
	(void)state;
	for (flip_bit = 1; flip_bit < 260 * 8; flip_bit += 3)
		dhcp_configure(fake_netdev, 300);
}

static void test_cut_answers_do_no_harm(void **state)
{
	(void)state;
	servers[0].options = "\x2b\x0a\6\1\1\x09\5hello\x43\4name";
	servers[0].options_len = 18;
	for (cut = 1; cut < 300; cut++)
		dhcp_configure(fake_netdev, 300);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, up, down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_lease_is_taken_at_once),
		TEST(test_closing_keeps_the_lease),
		TEST(test_a_proxy_is_waited_for_without_a_file),
		TEST(test_nobody_waits_for_a_proxy_if_told_so),
		TEST(test_a_proxy_with_the_file),
		TEST(test_a_proxy_is_asked_at_4011),
		TEST(test_a_proxy_that_falls_silent_is_left),
		TEST(test_the_same_server_is_asked_at_4011),
		TEST(test_the_higher_priority_wins),
		TEST(test_an_offer_that_boots_wins),
		TEST(test_a_lower_priority_loses),
		TEST(test_a_nak_begins_anew),
		TEST(test_a_bootp_server),
		TEST(test_lost_packets_are_sent_again),
		TEST(test_no_server_at_all),
		TEST(test_only_a_proxy),
		TEST(test_a_server_that_falls_silent),
		TEST(test_a_cached_lease_is_used_until_dhcp_asks),
		TEST(test_the_cached_proxys_file_is_the_origin),
		TEST(test_a_cached_uri_is_the_origin),
		TEST(test_after_a_lease_without_proxy_less_is_waited),
		TEST(test_a_lease_for_another_nic_is_left),
		TEST(test_malformed_cached_packets),
		TEST(test_flipped_bits_do_no_harm),
		TEST(test_cut_answers_do_no_harm),
	};

	return cmocka_run_group_tests(tests, fake_setup, fake_teardown);
}
