/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* IPv6 of a NIC: its addresses, routers, what they say, names, literals. */
#include "assert_setting.h"
#include "fake_net6.h"

#include "lwip/udp.h"

#include "core/console.h"
#include "net/address.h"
#include "net/ipv6.h"
#include "net/ndp.h"
#include "net/resolve.h"

#define SLAAC "2001:db8::ff:fe00:2"

static ip_addr_t address(const char *text)
{
	ip_addr_t addr = IPADDR4_INIT(0);

	assert_true(address_parse_ipv6(text, &addr));
	return addr;
}

/* Has lwIP the address TEXT on the NIC? */
static bool has_address(const char *text)
{
	ip_addr_t addr = address(text);

	return netif_get_ip6_addr_match(&fake_netdev->netif, ip_2_ip6(&addr)) >=
	       0;
}

static bool is_routed(const char *text)
{
	ip_addr_t addr = address(text);

	return address_route(&addr) != NULL;
}

static int up(void **state)
{
	(void)state;
	fake_rs_count = 0;
	fake_ns_count = 0;
	fake_on_ipv6 = fake_rx_ip6;
	fake_on_udp6 = NULL;
	memset(fake_next_hop, 0, sizeof(fake_next_hop));
	return netdev_open(fake_netdev);
}

static int down(void **state)
{
	settings_store_text("net0/ip6", NULL);
	settings_store_text("net0/len6", NULL);
	settings_store_text("net0/gateway6", NULL);
	settings_store_text("dns", NULL);
	return fake_down(state);
}

/* The advertisement that most networks have. */
static struct fake_ra usual_ra(void)
{
	struct fake_ra ra = fake_ra_begin(0, 1800);

	fake_ra_prefix(&ra, "2001:db8::", 64, 0xc0, 86400);
	return ra;
}

static void test_link_local_address(void **state)
{
	(void)state;
	assert_setting("net0.link/ip6", FAKE_LINK);
	assert_setting("net0.link/len6", "64");
	assert_setting("net0/ip6", FAKE_LINK);
	assert_true(has_address(FAKE_LINK));
	assert_false(fake_netdev->is_configured);
	netdev_close(fake_netdev);
	assert_setting("net0.link/ip6", FAKE_LINK);
	assert_false(has_address(FAKE_LINK "%net0"));
}

static void test_routers_are_asked_for_some_seconds(void **state)
{
	uint64_t start = platform_time_us();

	(void)state;
	ndp_solicit(fake_netdev);
	assert_int_equal(fake_rs_count, 1);
	poll_sleep(400);
	assert_int_equal(fake_rs_count, 3);
	while (!ndp_is_silent(fake_netdev))
		poll_sleep(100);
	assert_in_range(platform_time_us() - start, 6000000, 8000000);
	assert_int_equal(fake_rs_count, 6);
	assert_int_equal(ndp_flags(fake_netdev), -ENOENT);
	poll_sleep(10000);
	assert_int_equal(fake_rs_count, 6);
}

static void test_advertisement_becomes_settings(void **state)
{
	static const char names[16] = "\2ab\7example";
	struct fake_ra ra = fake_ra_begin(0x40, 1800);

	(void)state;
	fake_ra_prefix(&ra, "2001:db8::", 64, 0xc0, 86400);
	fake_ra_prefix(&ra, "2001:db8:2::", 80, 0xc0, 86400);
	fake_ra_dns(&ra, "2001:db8::53", 600);
	fake_ra_dns(&ra, "2001:db8::54", 600);
	fake_ra_dnssl(&ra, names, sizeof(names), 600);
	fake_ra_mtu(&ra, 1400);
	ndp_solicit(fake_netdev);
	fake_ra_send(&ra);
	assert_int_equal(ndp_flags(fake_netdev), 0x40);
	assert_false(ndp_is_silent(fake_netdev));
	assert_setting("net0.ndp.0/ip6", SLAAC);
	assert_setting("net0.ndp.0/len6", "64");
	assert_setting("net0.ndp.0/gateway6", FAKE_ROUTER);
	assert_setting("net0.ndp.1/ip6", NULL);
	assert_setting("net0.ndp.1/len6", "80");
	assert_setting("net0/ip6", SLAAC);
	assert_setting("ip6", SLAAC);
	assert_setting("gateway6", FAKE_ROUTER);
	assert_setting("dns6", "2001:db8::53");
	assert_setting("net0.ndp/dnssl", "ab.example");
	assert_setting("net0/mtu", "1400");
	assert_int_equal(fake_netdev->netif.mtu, 1400);
	assert_true(has_address(SLAAC));
	assert_true(fake_netdev->is_configured);
	assert_true(is_routed("2001:db8::99"));
	assert_true(is_routed("2001:db8:2::99"));
	assert_true(is_routed("2001:db8:ffff::1"));
	/* It is asked no more. */
	poll_sleep(10000);
	assert_int_equal(fake_rs_count, 1);
	netdev_close(fake_netdev);
	assert_setting("net0.ndp/dnssl", NULL);
	assert_setting("net0/ip6", FAKE_LINK);
	assert_false(is_routed("2001:db8::99"));
}

/* Send RA in another way than is right; nothing may come of it. */
static void assert_not_believed(const struct fake_ra *ra, const char *from,
				uint8_t hop_limit, size_t sum_offset)
{
	fake_send_ip6(from, FAKE_ALL_NODES, 58, hop_limit, ra->data, ra->len,
		      sum_offset);
	poll_sleep(10);
	assert_int_equal(ndp_flags(fake_netdev), -ENOENT);
	assert_setting("net0.ndp/gateway6", NULL);
	/* Nor does lwIP believe it. */
	settings_store_text("net0/ip6", "2001:db8:9::9");
	netdev_apply_settings(fake_netdev);
	assert_false(is_routed("2001:db8:ffff::1"));
	settings_store_text("net0/ip6", NULL);
	netdev_apply_settings(fake_netdev);
}

static void test_wrong_advertisements_are_not_believed(void **state)
{
	struct fake_ra ra = usual_ra();

	(void)state;
	ndp_solicit(fake_netdev);
	assert_not_believed(&ra, FAKE_ROUTER, 254, 2);
	assert_not_believed(&ra, "2001:db8::1", 255, 2);
	assert_not_believed(&ra, FAKE_ROUTER, 255, 6);
	ra.data[1] = 1;
	assert_not_believed(&ra, FAKE_ROUTER, 255, 2);
	ra = usual_ra();
	ra.len = 12;
	assert_not_believed(&ra, FAKE_ROUTER, 255, 2);
	ra = usual_ra();
	ra.data[ra.len] = 99; /* length 0 */
	ra.len += 8;
	assert_not_believed(&ra, FAKE_ROUTER, 255, 2);
	ra.data[ra.len - 7] = 2; /* beyond the end */
	assert_not_believed(&ra, FAKE_ROUTER, 255, 2);
	ra.data[ra.len - 7] = 1;
	fake_ra_send(&ra);
	assert_int_equal(ndp_flags(fake_netdev), 0);
}

static void test_lifetime_zero_removes(void **state)
{
	struct fake_ra ra = usual_ra();

	(void)state;
	fake_ra_dns(&ra, "2001:db8::53", 600);
	fake_ra_dns(&ra, "2001:db8::54", 600);
	ndp_solicit(fake_netdev);
	fake_ra_send(&ra);
	assert_true(has_address(SLAAC));
	ra = fake_ra_begin(0, 0);
	fake_ra_prefix(&ra, "2001:db8::", 64, 0xc0, 0);
	fake_ra_dns(&ra, "2001:db8::53", 0);
	fake_ra_send(&ra);
	assert_false(has_address(SLAAC));
	assert_setting("net0.ndp/gateway6", NULL);
	assert_setting("net0.ndp.0/len6", NULL);
	assert_setting("net0/ip6", FAKE_LINK);
	assert_setting("dns6", "2001:db8::54");
	assert_false(fake_netdev->is_configured);
}

static void test_time_removes(void **state)
{
	struct fake_ra ra = fake_ra_begin(0, 5);

	(void)state;
	fake_ra_prefix(&ra, "2001:db8::", 64, 0xc0, 10);
	ndp_solicit(fake_netdev);
	fake_ra_send(&ra);
	assert_true(is_routed("2001:db8:ffff::1"));
	poll_sleep(7000);
	assert_true(has_address(SLAAC));
	assert_setting("net0/gateway6", NULL);
	assert_false(is_routed("2001:db8:ffff::1"));
	poll_sleep(5000);
	assert_false(has_address(SLAAC));
}

static void test_no_address_of_other_prefixes(void **state)
{
	struct fake_ra ra = fake_ra_begin(0, 1800);

	(void)state;
	fake_ra_prefix(&ra, "2001:db8:1::", 64, 0x80, 86400); /* not A */
	fake_ra_prefix(&ra, "2001:db8:2::", 56, 0xc0, 86400);
	fake_ra_prefix(&ra, "fe80::", 64, 0xc0, 86400);
	ndp_solicit(fake_netdev);
	fake_ra_send(&ra);
	assert_setting("net0.ndp/ip6", NULL);
	assert_setting("net0/ip6", FAKE_LINK);
	assert_setting("net0.ndp.2/len6", NULL);
}

static void test_many_prefixes_leave_the_others(void **state)
{
	struct fake_ra ra = fake_ra_begin(0, 1800);
	char prefix[32];
	unsigned int i;

	(void)state;
	for (i = 0; i < 20; i++) {
		snprintf(prefix, sizeof(prefix), "2001:db8:%x::", i);
		fake_ra_prefix(&ra, prefix, 64, 0xc0, 86400);
	}
	settings_store_text("net0/ip6", "2001:db8:7777::5");
	ndp_solicit(fake_netdev);
	fake_ra_send(&ra);
	assert_true(has_address(FAKE_LINK));
	assert_true(has_address("2001:db8:7777::5"));
	assert_setting("net0.ndp.7/len6", "64");
	assert_setting("net0.ndp.8/len6", NULL);
}

/* Send a datagram to TEXT. Who gets it is in fake_next_hop afterwards. */
static void send_to(const char *text)
{
	struct udp_pcb *pcb = udp_new_ip_type(IPADDR_TYPE_V6);
	struct pbuf *p = pbuf_alloc(PBUF_TRANSPORT, 4, PBUF_RAM);
	ip_addr_t addr = address(text);

	memset(fake_next_hop, 0, sizeof(fake_next_hop));
	memset(p->payload, 0, 4);
	udp_sendto(pcb, p, &addr, 9);
	pbuf_free(p);
	poll_sleep(10);
	udp_remove(pcb);
}

static void test_static_addresses(void **state)
{
	(void)state;
	assert_int_equal(settings_store_text("net0/ip6", "2001:db8:7::5"), 0);
	netdev_apply_settings(fake_netdev);
	assert_true(has_address("2001:db8:7::5"));
	assert_true(has_address(FAKE_LINK));
	assert_true(fake_netdev->is_configured);
	/* Without a length it is 64. */
	assert_true(is_routed("2001:db8:7::99"));
	assert_false(is_routed("2001:db8:7:1::99"));
	assert_int_equal(settings_store_text("net0/len6", "48"), 0);
	netdev_apply_settings(fake_netdev);
	assert_true(is_routed("2001:db8:7:1::99"));
	assert_false(is_routed("2001:db8:8::99"));
	send_to("2001:db8:7:1::99");
	assert_int_equal(fake_ns_count, 1);
	assert_memory_equal(fake_next_hop, peer_mac, 6);
	settings_store_text("net0/gateway6", FAKE_ROUTER);
	netdev_apply_settings(fake_netdev);
	assert_true(is_routed("2001:db8:8::99"));
	send_to("2001:db8:8::99");
	assert_int_equal(fake_ns_count, 2); /* of the gateway */
	assert_memory_equal(fake_next_hop, peer_mac, 6);
	settings_store_text("net0/ip6", NULL);
	netdev_apply_settings(fake_netdev);
	assert_false(has_address("2001:db8:7::5"));
	assert_false(fake_netdev->is_configured);
}

static void test_literals(void **state)
{
	struct resolve resolve;
	ip_addr_t addr;

	(void)state;
	addr = address("2001:db8::1");
	assert_string_equal(address_text(&addr), "2001:db8::1");
	addr = address("fe80::9");
	assert_string_equal(address_text(&addr), "fe80::9%net0");
	addr = address("fe80::9%net0");
	assert_string_equal(address_text(&addr), "fe80::9%net0");
	addr = address("fe80::9%25net0");
	assert_string_equal(address_text(&addr), "fe80::9%net0");
	assert_false(address_parse_ipv6("fe80::9%net7", &addr));
	assert_false(address_parse_ipv6("fe80::9%", &addr));
	assert_false(address_parse_ipv6("example", &addr));
	assert_false(address_parse_ipv6("10.0.0.1", &addr));
	assert_false(address_parse_ipv6(
		"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa", &addr));
	resolve_start(&resolve, "2001:db8::1");
	assert_int_equal(resolve_poll(&resolve), 0);
	assert_string_equal(address_text(&resolve.addr), "2001:db8::1");
	resolve_stop(&resolve);
	resolve_start(&resolve, "10.0.0.9");
	assert_int_equal(resolve_poll(&resolve), 0);
	assert_string_equal(address_text(&resolve.addr), "10.0.0.9");
	resolve_stop(&resolve);
}

/* ---- Names ---- */

static struct {
	unsigned int aaaa, a; /* questions */
	bool has_aaaa, has_a; /* what the server knows */
	bool is_refused;      /* RCODE 5 where it does not */
	bool is_peer;	      /* IPv4 addresses are the peer's */
} server;

/* Make of the question at DATA the answer. Returns its length. */
static size_t answer_make(const uint8_t *data, size_t len, uint8_t *answer)
{
	bool is_aaaa = data[len - 3] == 28;
	bool is_known = is_aaaa ? server.has_aaaa : server.has_a;
	uint8_t *record = answer + len;

	*(is_aaaa ? &server.aaaa : &server.a) += 1;
	memcpy(answer, data, len);
	answer[2] = 0x81;
	answer[3] = !is_known && server.is_refused ? 0x85 : 0x80;
	answer[7] = is_known;
	if (!is_known)
		return len;
	memcpy(record, "\xc0\x0c\0\x1c\0\1\0\0\0\x3c\0\x10", 12);
	record[3] = data[len - 3];
	record[11] = is_aaaa ? 16 : 4;
	if (is_aaaa)
		fake_address6(record + 12, "2001:db8::77");
	else
		memcpy(record + 12,
		       server.is_peer ? "\x0a\0\0\1" : "\x0a\0\0\x4d", 4);
	return len + 12 + record[11];
}

static void on_udp6(const char *to, uint16_t from_port, uint16_t to_port,
		    const uint8_t *data, size_t len)
{
	uint8_t answer[512];

	assert_int_equal(to_port, 53);
	len = answer_make(data, len, answer);
	fake_send_udp6(to, 53, SLAAC, from_port, answer, len);
}

static void on_udp4(uint32_t to, uint16_t from_port, uint16_t to_port,
		    const uint8_t *data, size_t len)
{
	uint8_t answer[512];

	assert_int_equal(to_port, 53);
	len = answer_make(data, len, answer);
	fake_send_udp(to, 53, DEVICE_IP, from_port, answer, len);
}

static bool is_resolved(void *ctx)
{
	return resolve_poll(ctx) != -EINPROGRESS;
}

/* Resolve a name that was not asked for before; the address as text, or NULL.
 */
static const char *ask(void)
{
	static unsigned int counter;
	static char text[64];
	char name[32];
	struct resolve resolve;
	int rc;

	snprintf(name, sizeof(name), "six%u.example", ++counter);
	resolve_start(&resolve, name);
	rc = poll_until(is_resolved, &resolve, 60000);
	if (!rc)
		rc = resolve.rc;
	snprintf(text, sizeof(text), "%s", address_text(&resolve.addr));
	resolve_stop(&resolve);
	return rc ? NULL : text;
}

static int names_up(void **state)
{
	struct fake_ra ra = usual_ra();
	int rc = up(state);

	memset(&server, 0, sizeof(server));
	fake_on_udp6 = on_udp6;
	fake_on_udp = on_udp4;
	fake_ra_dns(&ra, "2001:db8::53", 600);
	ndp_solicit(fake_netdev);
	fake_ra_send(&ra);
	return rc;
}

static void test_names_without_ipv4(void **state)
{
	(void)state;
	server.has_a = true;
	assert_null(ask());
	assert_int_equal(server.a, 0);
	server.has_aaaa = true;
	assert_string_equal(ask(), "2001:db8::77");
	assert_int_equal(server.aaaa, 2);
}

static void test_names_with_both(void **state)
{
	(void)state;
	fake_up(NULL);
	netdev_apply_settings(fake_netdev);
	server.has_aaaa = server.has_a = true;
	assert_string_equal(ask(), "2001:db8::77");
	assert_int_equal(server.a, 0);
	server.has_aaaa = false;
	assert_string_equal(ask(), "10.0.0.77");
	server.is_refused = true;
	assert_string_equal(ask(), "10.0.0.77");
	server.has_a = false;
	assert_null(ask());
	assert_int_equal(server.aaaa, 4);
	assert_int_equal(server.a, 3);
}

static void test_names_with_ipv4_alone(void **state)
{
	struct fake_ra ra = fake_ra_begin(0, 0);

	(void)state;
	/* A router that is none: nothing but the link is there. */
	fake_ra_prefix(&ra, "2001:db8::", 64, 0xc0, 0);
	fake_ra_dns(&ra, "2001:db8::53", 0);
	fake_ra_send(&ra);
	poll_sleep(2000);
	fake_up(NULL);
	netdev_apply_settings(fake_netdev);
	settings_store_text("dns", "10.0.0.1");
	server.has_aaaa = server.has_a = true;
	assert_string_equal(ask(), "10.0.0.77");
	assert_int_equal(server.aaaa, 0);
}

/* ---- Names whose IPv6 address is in vain ---- */

static void on_request(struct fake_tcp *tcp, const char *request)
{
	(void)request;
	fake_tcp_puts(tcp, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfour");
}

static uint64_t fetch_ms(const char *uri)
{
	uint64_t start = platform_time_us();

	assert_int_equal(fake_fetch(uri), 0);
	return (platform_time_us() - start) / 1000;
}

static void test_ipv4_where_ipv6_is_silent(void **state)
{
	(void)state;
	fake_up(NULL);
	netdev_apply_settings(fake_netdev);
	server.has_aaaa = server.has_a = server.is_peer = true;
	fake_on_request = on_request;
	assert_in_range(fetch_ms("http://dead1.example/"), 1900, 2500);
	/* Others are not tried for as long. */
	assert_in_range(fetch_ms("http://dead2.example/"), 0, 200);
	assert_int_equal(server.aaaa, 1);
	/* One that has no other address is asked for it. */
	server.has_a = false;
	assert_string_equal(ask(), "2001:db8::77");
	/* Until addresses change. */
	settings_store_text("net0/ip6", "2001:db8::9");
	netdev_apply_settings(fake_netdev);
	server.has_a = true;
	assert_string_equal(ask(), "2001:db8::77");
	assert_int_not_equal(fake_fetch_for("http://[2001:db8::77]/", 15000),
			     0);
}

static unsigned int tftp_requests;

static void on_tftp(uint32_t to, uint16_t from_port, uint16_t to_port,
		    const uint8_t *data, size_t len)
{
	if (to_port == 53) {
		on_udp4(to, from_port, to_port, data, len);
	} else if (to_port == 69) {
		tftp_requests++;
		fake_send_udp(to, 1069, DEVICE_IP, from_port, "\0\3\0\1four",
			      8);
	}
}

static void ignore_tftp(const char *to, uint16_t from_port, uint16_t to_port,
			const uint8_t *data, size_t len)
{
	if (to_port == 53)
		on_udp6(to, from_port, to_port, data, len);
	else
		tftp_requests++;
}

static void test_tftp_by_ipv4_where_ipv6_is_silent(void **state)
{
	(void)state;
	fake_up(NULL);
	netdev_apply_settings(fake_netdev);
	server.has_aaaa = server.has_a = true;
	fake_on_udp = on_tftp;
	fake_on_udp6 = ignore_tftp;
	tftp_requests = 0;
	assert_in_range(fetch_ms("tftp://dead3.example/x"), 500, 3000);
	assert_in_range(tftp_requests, 3, 5);
}

/* ---- The log ---- */

static char log_text[512];

static void on_syslog(const char *to, uint16_t from_port, uint16_t to_port,
		      const uint8_t *data, size_t len)
{
	(void)from_port;
	assert_string_equal(to, "2001:db8:7::9");
	assert_int_equal(to_port, 514);
	snprintf(log_text + strlen(log_text),
		 sizeof(log_text) - strlen(log_text), "%.*s\n", (int)len,
		 (const char *)data);
}

static void test_log_server(void **state)
{
	(void)state;
	fake_on_udp6 = on_syslog;
	settings_store_text("net0/ip6", "2001:db8:7::5");
	netdev_apply_settings(fake_netdev);
	settings_store_text("syslog6", "2001:db8:7::9");
	console_printf("line one\n");
	console_printf("line two\n");
	poll_sleep(50);
	settings_store_text("syslog6", NULL);
	assert_non_null(strstr(log_text, "ipxe: line one\n"));
	assert_non_null(strstr(log_text, "ipxe: line two\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_link_local_address, up,
						down),
		cmocka_unit_test_setup_teardown(
			test_routers_are_asked_for_some_seconds, up, down),
		cmocka_unit_test_setup_teardown(
			test_advertisement_becomes_settings, up, down),
		cmocka_unit_test_setup_teardown(
			test_wrong_advertisements_are_not_believed, up, down),
		cmocka_unit_test_setup_teardown(test_lifetime_zero_removes, up,
						down),
		cmocka_unit_test_setup_teardown(test_time_removes, up, down),
		cmocka_unit_test_setup_teardown(
			test_no_address_of_other_prefixes, up, down),
		cmocka_unit_test_setup_teardown(
			test_many_prefixes_leave_the_others, up, down),
		cmocka_unit_test_setup_teardown(test_static_addresses, up,
						down),
		cmocka_unit_test_setup_teardown(test_literals, up, down),
		cmocka_unit_test_setup_teardown(test_log_server, up, down),
		cmocka_unit_test_setup_teardown(test_names_without_ipv4,
						names_up, down),
		cmocka_unit_test_setup_teardown(test_names_with_both, names_up,
						down),
		cmocka_unit_test_setup_teardown(test_names_with_ipv4_alone,
						names_up, down),
		cmocka_unit_test_setup_teardown(test_ipv4_where_ipv6_is_silent,
						names_up, down),
		cmocka_unit_test_setup_teardown(
			test_tftp_by_ipv4_where_ipv6_is_silent, names_up, down),
	};

	return cmocka_run_group_tests(tests, fake_setup, fake_teardown);
}
