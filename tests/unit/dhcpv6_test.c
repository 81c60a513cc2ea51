/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The DHCPv6 client against servers of every kind. */
#include "assert_setting.h"
#include "fake_net6.h"

#include "lwip/netif.h"

#include "net/dhcpv6.h"
#include "net/dhcpv6_packet.h"
#include "net/dhcpv6_request.h"
#include "net/dhcpv6_settings.h"

/* One server on the link. */
struct fake_server {
	uint8_t id;	    /* last byte of its identifier; 0: there is none */
	uint8_t host;	    /* last byte of 2001:db8::; 0: it has no address */
	uint8_t preference; /* 0: it says none */
	const char *url;    /* NULL: none */
	const char *text;   /* that comes with a refusal */
	unsigned int refusals; /* how often it refuses what it advertised */
	unsigned int deaf;     /* to so many messages */
	unsigned int late_ms;  /* its advertisements are */
	bool is_silent_to_requests;
	bool answers_for_others; /* requests that are not for it */
	bool forgets_server_id, forgets_client_id, is_of_another_xid;
	uint8_t says; /* this type instead of the right one; 0: that */
	unsigned int solicits, requests, informs;
};

static struct fake_server servers[2];
static uint32_t flip_bit; /* this bit of every answer, from 1; 0: none */
static size_t cut;	  /* so many bytes off the end of it */

/* What was sent: time, xid and elapsed time of each. */
static struct {
	uint64_t us;
	uint32_t xid;
	uint16_t elapsed_cs;
	uint8_t type;
} sent[16];
static unsigned int sent_count;

static struct dhcpv6_session *session;

static const struct dhcpv6_option *find(const uint8_t *data, size_t len,
					uint16_t code)
{
	static struct dhcpv6_option option;

	return dhcpv6_option_find(data + 4, len - 4, code, &option) ? &option
								    : NULL;
}

static void put_status(struct dhcpv6_writer *writer, uint16_t status,
		       const char *text)
{
	uint8_t raw[2];
	size_t start = dhcpv6_put_begin(writer, DHCPV6_OPT_STATUS);

	put_be16(raw, status);
	dhcpv6_put_raw(writer, raw, 2);
	dhcpv6_put_raw(writer, text, strlen(text));
	dhcpv6_put_end(writer, start);
}

/* The IA_NA that was asked for, with the address that SERVER has. */
static void put_ia(struct dhcpv6_writer *writer,
		   const struct fake_server *server, const uint8_t *iaid,
		   bool is_refused)
{
	static const uint8_t lives[8] = {0, 0, 1, 0, 0, 0, 2, 0};
	uint8_t addr[16] = {0x20, 1, 0x0d, 0xb8, [15] = server->host};
	size_t start, inner;

	start = dhcpv6_put_begin(writer, DHCPV6_OPT_IA_NA);
	dhcpv6_put_raw(writer, iaid, 4);
	dhcpv6_put_raw(writer, lives, 8);
	if (is_refused || !server->host) {
		put_status(writer, DHCPV6_NO_ADDRESSES, server->text);
	} else {
		inner = dhcpv6_put_begin(writer, DHCPV6_OPT_IAADDR);
		dhcpv6_put_raw(writer, addr, sizeof(addr));
		dhcpv6_put_raw(writer, lives, 8);
		dhcpv6_put_end(writer, inner);
	}
	dhcpv6_put_end(writer, start);
}

/* Answer the message of LEN bytes at DATA with one of TYPE. */
static void reply(const struct fake_server *server, const uint8_t *data,
		  size_t len, uint8_t type, bool is_refused)
{
	uint8_t id[4] = {0, 3, 0, server->id};
	uint8_t buf[600];
	struct dhcpv6_writer writer = {
		.data = buf, .max = sizeof(buf), .len = 4};
	const struct dhcpv6_option *option;

	memcpy(buf, data, 4);
	buf[0] = server->says ? server->says : type;
	buf[3] ^= server->is_of_another_xid;
	option = find(data, len, DHCPV6_OPT_CLIENT_ID);
	if (!server->forgets_client_id)
		dhcpv6_put(&writer, DHCPV6_OPT_CLIENT_ID, option->data,
			   option->len);
	if (!server->forgets_server_id)
		dhcpv6_put(&writer, DHCPV6_OPT_SERVER_ID, id, sizeof(id));
	if (server->preference)
		dhcpv6_put(&writer, DHCPV6_OPT_PREFERENCE, &server->preference,
			   1);
	option = find(data, len, DHCPV6_OPT_IA_NA);
	if (option)
		put_ia(&writer, server, option->data, is_refused);
	else if (is_refused)
		put_status(&writer, 1, server->text);
	if (server->url)
		dhcpv6_put(&writer, DHCPV6_OPT_BOOT_URL, server->url,
			   strlen(server->url));
	assert_false(writer.overflow);
	if (flip_bit && (flip_bit - 1) / 8 < writer.len)
		buf[(flip_bit - 1) / 8] ^= (uint8_t)(1 << (flip_bit - 1) % 8);
	fake_send_udp6(FAKE_ROUTER, DHCPV6_SERVER_PORT, FAKE_LINK,
		       DHCPV6_CLIENT_PORT, buf,
		       writer.len > cut ? writer.len - cut : 0);
}

static void serve(struct fake_server *server, const uint8_t *data, size_t len)
{
	const struct dhcpv6_option *id = find(data, len, DHCPV6_OPT_SERVER_ID);
	bool is_refused = false;

	if (server->deaf) {
		server->deaf--;
		return;
	}
	if (data[0] == DHCPV6_SOLICIT) {
		assert_null(id);
		server->solicits++;
		reply(server, data, len, DHCPV6_ADVERTISE, false);
	} else if (data[0] == DHCPV6_INFORMATION_REQUEST) {
		assert_null(id);
		server->informs++;
		reply(server, data, len, DHCPV6_REPLY, server->refusals);
	} else {
		assert_int_equal(data[0], DHCPV6_REQUEST);
		assert_int_equal(id->len, 4);
		if (id->data[3] != server->id && !server->answers_for_others)
			return;
		server->requests++;
		if (server->is_silent_to_requests)
			return;
		if (server->refusals) {
			server->refusals--;
			is_refused = true;
		}
		reply(server, data, len, DHCPV6_REPLY, is_refused);
	}
}

static void on_udp6(const char *to, uint16_t from_port, uint16_t to_port,
		    const uint8_t *data, size_t len)
{
	size_t i;

	assert_int_equal(from_port, DHCPV6_CLIENT_PORT);
	assert_int_equal(to_port, DHCPV6_SERVER_PORT);
	assert_string_equal(to, DHCPV6_SERVERS);
	assert_in_range(sent_count, 0, ARRAY_SIZE(sent) - 1);
	sent[sent_count].us = platform_time_us();
	sent[sent_count].type = data[0];
	sent[sent_count].xid = get_be32(data) & 0xffffff;
	sent[sent_count].elapsed_cs =
		get_be16(find(data, len, DHCPV6_OPT_ELAPSED)->data);
	sent_count++;
	for (i = 0; i < ARRAY_SIZE(servers); i++) {
		if (servers[i].id)
			serve(&servers[i], data, len);
	}
}

static int up(void **state)
{
	(void)state;
	memset(servers, 0, sizeof(servers));
	servers[0].id = 1;
	servers[0].host = 5;
	servers[0].url = "tftp://[2001:db8::1]/file";
	servers[0].text = "";
	servers[1].text = "";
	flip_bit = 0;
	cut = 0;
	sent_count = 0;
	fake_on_ipv6 = fake_rx_ip6;
	fake_on_udp6 = on_udp6;
	return netdev_open(fake_netdev);
}

static int down(void **state)
{
	dhcpv6_stop(session);
	session = NULL;
	fake_on_udp6 = NULL;
	dhcpv6_forget(fake_netdev);
	return fake_down(state);
}

static bool step(void *ctx)
{
	int *rc = ctx;

	*rc = dhcpv6_poll(session);
	return *rc != -EINPROGRESS;
}

/* Ask; returns the result and how long it took. */
static int ask(bool is_stateful, unsigned int *ret_ms)
{
	uint64_t start = platform_time_us();
	int rc;

	session = dhcpv6_start(fake_netdev, is_stateful);
	assert_non_null(session);
	assert_int_equal(poll_until(step, &rc, 60000), 0);
	*ret_ms = (unsigned int)((platform_time_us() - start) / 1000);
	/* The result stays. */
	assert_int_equal(dhcpv6_poll(session), rc);
	return rc;
}

static void test_an_address_is_taken_at_once(void **state)
{
	ip6_addr_t addr;
	unsigned int ms;

	(void)state;
	assert_int_equal(ask(true, &ms), 0);
	assert_in_range(ms, 60, 100);
	assert_int_equal(servers[0].solicits, 1);
	assert_int_equal(servers[0].requests, 1);
	assert_int_equal(sent_count, 2);
	assert_int_not_equal(sent[0].xid, sent[1].xid);
	assert_setting("net0.dhcpv6/ip6", "2001:db8::5");
	assert_setting("net0/ip6", "2001:db8::5");
	assert_setting("filename", "tftp://[2001:db8::1]/file");
	IP6_ADDR(&addr, PP_HTONL(0x20010db8), 0, 0, PP_HTONL(5));
	assert_in_range(netif_get_ip6_addr_match(&fake_netdev->netif, &addr), 0,
			LWIP_IPV6_NUM_ADDRESSES);
	/* It is gone with what is said on the NIC. */
	dhcpv6_forget(fake_netdev);
	assert_setting("net0.dhcpv6/ip6", NULL);
}

static void test_information_without_an_address(void **state)
{
	unsigned int ms;

	(void)state;
	assert_int_equal(ask(false, &ms), 0);
	assert_in_range(ms, 0, 40);
	assert_int_equal(servers[0].informs, 1);
	assert_int_equal(sent_count, 1);
	assert_setting("net0.dhcpv6/ip6", NULL);
	assert_setting("filename", "tftp://[2001:db8::1]/file");
}

/* A router that knows the DNS servers, and a server that knows the file. */
static void test_information_of_who_knows_the_file(void **state)
{
	unsigned int ms;

	(void)state;
	servers[1] = servers[0];
	servers[0].url = NULL;
	servers[1].id = 2;
	assert_int_equal(ask(false, &ms), 0);
	assert_in_range(ms, 0, 40);
	assert_setting("filename", "tftp://[2001:db8::1]/file");
	/* Without a file it waits a moment. */
	dhcpv6_stop(session);
	servers[1].id = 0;
	assert_int_equal(ask(false, &ms), 0);
	assert_in_range(ms, 60, 100);
	assert_setting("filename", NULL);
}

static void test_lost_messages_are_sent_again(void **state)
{
	unsigned int ms;

	(void)state;
	servers[0].deaf = 2;
	assert_int_equal(ask(true, &ms), 0);
	assert_in_range(ms, 2600, 3500);
	assert_int_equal(sent_count, 4);
	/* The same question, its age in hundredths of a second. */
	assert_int_equal(sent[1].xid, sent[0].xid);
	assert_int_equal(sent[2].xid, sent[0].xid);
	assert_int_equal(sent[0].elapsed_cs, 0);
	assert_in_range(sent[1].elapsed_cs, 90, 111);
	assert_in_range(sent[2].elapsed_cs, 260, 342);
	/* The request is a question of its own. */
	assert_int_equal(sent[3].type, DHCPV6_REQUEST);
	assert_int_equal(sent[3].elapsed_cs, 0);
}

static void test_nobody_answers(void **state)
{
	unsigned int ms;

	(void)state;
	servers[0].id = 0;
	assert_int_equal(ask(true, &ms), -ETIMEDOUT);
	assert_in_range(ms, 9900, 10100);
	assert_int_equal(sent_count, 4);
	assert_string_equal(error_text(-ETIMEDOUT),
			    "no DHCPv6 answer within 10 s, though a router "
			    "says that there is a server");
	assert_setting("net0.dhcpv6/ip6", NULL);
	dhcpv6_stop(session);
	sent_count = 0;
	assert_int_equal(ask(false, &ms), -ETIMEDOUT);
	assert_in_range(ms, 9900, 10100);
}

/* Machines that were switched on at once do not ask at once for ever. */
static void test_pauses_differ(void **state)
{
	unsigned int i, ms;
	uint64_t least = UINT64_MAX, most = 0;

	(void)state;
	servers[0].id = 0;
	for (i = 0; i < 8; i++) {
		sent_count = 0;
		dhcpv6_stop(session);
		assert_int_equal(ask(true, &ms), -ETIMEDOUT);
		least = MIN(least, sent[1].us - sent[0].us);
		most = MAX(most, sent[1].us - sent[0].us);
	}
	assert_in_range(least, 895000, 1000000);
	assert_in_range(most, least + 20000, 1105000);
}

static void test_the_highest_preference_wins(void **state)
{
	unsigned int ms;

	(void)state;
	servers[1] = servers[0];
	servers[1].id = 2;
	servers[1].host = 6;
	servers[1].preference = 10;
	assert_int_equal(ask(true, &ms), 0);
	assert_setting("net0/ip6", "2001:db8::6");
	assert_int_equal(servers[0].requests, 0);
	assert_in_range(ms, 60, 100);
	/* 255 ends the search. */
	dhcpv6_stop(session);
	servers[1].preference = 255;
	assert_int_equal(ask(true, &ms), 0);
	assert_in_range(ms, 0, 40);
	assert_setting("net0/ip6", "2001:db8::6");
	/* On a tie who says what to boot, else the first. */
	dhcpv6_stop(session);
	servers[1].preference = 0;
	assert_int_equal(ask(true, &ms), 0);
	assert_setting("net0/ip6", "2001:db8::5");
	dhcpv6_stop(session);
	servers[0].url = NULL;
	assert_int_equal(ask(true, &ms), 0);
	assert_setting("net0/ip6", "2001:db8::6");
	/* But the preference goes before that. */
	dhcpv6_stop(session);
	servers[0].preference = 1;
	assert_int_equal(ask(true, &ms), 0);
	assert_setting("net0/ip6", "2001:db8::5");
	assert_setting("filename", NULL);
}

static void test_a_server_without_an_address(void **state)
{
	unsigned int ms;

	(void)state;
	servers[0].host = 0;
	servers[0].text = "no\x1b room";
	servers[1] = servers[0];
	servers[1].id = 2;
	assert_int_equal(ask(true, &ms), -EACCES);
	assert_string_equal(error_text(-EACCES),
			    "the DHCPv6 server has no address for this "
			    "machine: no? room");
	/* Another that has one is as good as alone. */
	dhcpv6_stop(session);
	sent_count = 0;
	servers[1].host = 6;
	assert_int_equal(ask(true, &ms), 0);
	assert_in_range(ms, 60, 100);
	assert_setting("net0/ip6", "2001:db8::6");
}

static void test_what_was_offered_is_refused(void **state)
{
	unsigned int ms;

	(void)state;
	servers[0].refusals = 2;
	assert_int_equal(ask(true, &ms), 0);
	assert_int_equal(servers[0].solicits, 3);
	assert_int_equal(servers[0].requests, 3);
	assert_setting("net0/ip6", "2001:db8::5");
	dhcpv6_stop(session);
	dhcpv6_forget(fake_netdev);
	sent_count = 0;
	servers[0].refusals = 100;
	servers[0].requests = 0;
	assert_int_equal(ask(true, &ms), -EACCES);
	assert_in_range(ms, 0, 400);
	assert_int_equal(servers[0].requests, 3);
	assert_setting("net0.dhcpv6/ip6", NULL);
	/* Information that is refused, until there is somebody else. */
	dhcpv6_stop(session);
	sent_count = 0;
	servers[0].text = "go away";
	assert_int_equal(ask(false, &ms), -EACCES);
	assert_in_range(ms, 9900, 10100);
	assert_string_equal(error_text(-EACCES),
			    "the DHCPv6 server refuses with status 1: go away");
}

static void test_a_server_falls_silent(void **state)
{
	unsigned int ms;

	(void)state;
	servers[0].is_silent_to_requests = true;
	assert_int_equal(ask(true, &ms), -ETIMEDOUT);
	assert_in_range(ms, 3900, 4300);
	assert_int_equal(servers[0].requests, 3);
	assert_string_equal(error_text(-ETIMEDOUT),
			    "the DHCPv6 server made an offer and then fell "
			    "silent");
}

/* Answers to others, and such that RFC 8415 16 has us discard. */
static void test_what_is_not_for_us(void **state)
{
	unsigned int i, ms;

	(void)state;
	for (i = 0; i < 4; i++) {
		servers[0].is_of_another_xid = i == 0;
		servers[0].forgets_client_id = i == 1;
		servers[0].forgets_server_id = i == 2;
		servers[0].says = i == 3 ? DHCPV6_REPLY : 0;
		dhcpv6_stop(session);
		sent_count = 0;
		assert_int_equal(ask(true, &ms), -ETIMEDOUT);
		servers[0].says = i == 3 ? DHCPV6_ADVERTISE : 0;
		dhcpv6_stop(session);
		sent_count = 0;
		assert_int_equal(ask(false, &ms), -ETIMEDOUT);
	}
	assert_int_equal(servers[0].requests, 0);
}

/* The reply to a request is that of the server which was asked. */
static void test_replies_of_others_do_not_count(void **state)
{
	unsigned int ms;

	(void)state;
	servers[1] = servers[0];
	servers[1].id = 2;
	servers[1].host = 6;
	servers[1].preference = 10;
	servers[1].is_silent_to_requests = true;
	servers[0].answers_for_others = true;
	assert_int_equal(ask(true, &ms), -ETIMEDOUT);
	assert_int_equal(servers[0].requests, 3);
}

static void test_stopping_in_the_middle(void **state)
{
	unsigned int ms;

	(void)state;
	session = dhcpv6_start(fake_netdev, true);
	assert_non_null(session);
	assert_int_equal(dhcpv6_poll(session), -EINPROGRESS);
	/* Only one at a time on one NIC. */
	assert_null(dhcpv6_start(fake_netdev, true));
	assert_string_equal(error_text(-EADDRINUSE),
			    "DHCPv6 is asked already on net0");
	dhcpv6_stop(session);
	dhcpv6_stop(NULL);
	sent_count = 0;
	assert_int_equal(ask(true, &ms), 0);
}

static void test_a_nic_without_a_link_local_address(void **state)
{
	(void)state;
	netdev_close(fake_netdev);
	assert_null(dhcpv6_start(fake_netdev, true));
	assert_string_equal(error_text(-EADDRNOTAVAIL),
			    "net0 has no link-local IPv6 address");
}

static void test_classes_that_are_too_long(void **state)
{
	char text[200];
	unsigned int ms;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	settings_store_text("user-class", text);
	assert_int_equal(ask(true, &ms), -ENOBUFS);
	assert_string_equal(error_text(-ENOBUFS),
			    "the settings user-class and vendor-class are too "
			    "long to send");
	assert_int_equal(sent_count, 0);
	settings_store_text("user-class", NULL);
}

/* Answers that are damaged on the way. */
static void test_damaged_answers(void **state)
{
	unsigned int ms;

	(void)state;
	for (cut = 1; cut < 80; cut += 10) {
		dhcpv6_stop(session);
		sent_count = 0;
		assert_int_equal(ask(true, &ms), -ETIMEDOUT);
	}
	cut = 0;
	for (flip_bit = 1; flip_bit <= 100 * 8; flip_bit += 5) {
		dhcpv6_stop(session);
		sent_count = 0;
		ask(true, &ms);
		dhcpv6_forget(fake_netdev);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, up, down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_address_is_taken_at_once),
		TEST(test_information_without_an_address),
		TEST(test_information_of_who_knows_the_file),
		TEST(test_lost_messages_are_sent_again),
		TEST(test_nobody_answers),
		TEST(test_pauses_differ),
		TEST(test_the_highest_preference_wins),
		TEST(test_a_server_without_an_address),
		TEST(test_what_was_offered_is_refused),
		TEST(test_a_server_falls_silent),
		TEST(test_what_is_not_for_us),
		TEST(test_replies_of_others_do_not_count),
		TEST(test_stopping_in_the_middle),
		TEST(test_a_nic_without_a_link_local_address),
		TEST(test_classes_that_are_too_long),
		TEST(test_damaged_answers),
	};

	return cmocka_run_group_tests(tests, fake_setup, fake_teardown);
}
