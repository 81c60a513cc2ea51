/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* IPv4 packets that come in fragments: RFC 791 3.2, RFC 5722 for overlaps. */
#include "fake_net.h"

#include "lwip/udp.h"

#define PORT	 4000
#define BODY_MAX 60000

static struct udp_pcb *pcb;
static uint8_t body[BODY_MAX + 8]; /* a UDP header and its data */
static uint8_t got[65535];
static size_t got_len;
static unsigned int got_count;
static uint16_t ip_id;

static void take(void *arg, struct udp_pcb *from, struct pbuf *p,
		 const ip_addr_t *address, u16_t port)
{
	(void)arg;
	(void)from;
	(void)address;
	(void)port;
	got_len = pbuf_copy_partial(p, got, sizeof(got), 0);
	got_count++;
	pbuf_free(p);
}

static int setup(void **state)
{
	int rc = fake_up(state);

	pcb = udp_new();
	udp_recv(pcb, take, NULL);
	got_count = 0;
	got_len = 0;
	ip_id++;
	return rc ? rc : udp_bind(pcb, IP_ADDR_ANY, PORT);
}

static int teardown(void **state)
{
	udp_remove(pcb);
	return fake_down(state);
}

/* A datagram of LEN bytes of data; returns its length with its header. */
static size_t datagram(size_t len)
{
	size_t i;

	put_be16(body, 5000);
	put_be16(body + 2, PORT);
	put_be16(body + 4, (uint16_t)(len + 8));
	put_be16(body + 6, 0);
	for (i = 0; i < len; i++)
		body[8 + i] = fake_byte(i);
	return len + 8;
}

/* Send LEN bytes at DATA as a fragment, FIELD being its flags and offset. */
static void send_fragment(uint16_t field, const uint8_t *data, size_t len)
{
	uint8_t frame[1600] = {0};
	uint8_t *ip = frame + 14;
	uint32_t from = PEER_IP, to = DEVICE_IP;

	memcpy(frame, device_mac, 6);
	memcpy(frame + 6, peer_mac, 6);
	put_be16(frame + 12, 0x0800);
	ip[0] = 0x45;
	put_be16(ip + 2, (uint16_t)(20 + len));
	put_be16(ip + 4, ip_id);
	put_be16(ip + 6, field);
	ip[8] = 64;
	ip[9] = 17;
	memcpy(ip + 12, &from, 4);
	memcpy(ip + 16, &to, 4);
	put_be16(ip + 10, (uint16_t)~fake_sum(ip, 20, 0));
	memcpy(ip + 20, data, len);
	fake_queue(frame, 34 + len);
}

/* Send LEN bytes of the body from AT on. */
static void fragment(size_t at, size_t len, bool is_last)
{
	send_fragment((uint16_t)(at / 8 | (is_last ? 0 : 0x2000)), body + at,
		      len);
}

static void run(void)
{
	unsigned int i;

	for (i = 0; i < 200; i++)
		poll_all();
}

static void assert_got(size_t len)
{
	size_t i;

	run();
	assert_int_equal(got_count, 1);
	assert_int_equal(got_len, len);
	for (i = 0; i < len; i++) {
		if (got[i] != fake_byte(i))
			fail_msg("byte %zu is wrong", i);
	}
}

static void assert_nothing(void)
{
	run();
	assert_int_equal(got_count, 0);
}

static void test_fragments_in_order_are_joined(void **state)
{
	size_t len = datagram(4000);

	(void)state;
	fragment(0, 1480, false);
	fragment(1480, 1480, false);
	assert_nothing();
	fragment(2960, len - 2960, true);
	assert_got(4000);
}

static void test_any_order_will_do(void **state)
{
	static const size_t orders[][3] = {
		{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	size_t len = datagram(4000);
	size_t i, j, at;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		got_count = 0;
		ip_id++;
		for (j = 0; j < 3; j++) {
			at = orders[i][j] * 1480;
			fragment(at, MIN((size_t)1480, len - at),
				 orders[i][j] == 2);
		}
		assert_got(4000);
	}
}

static void test_a_large_packet_arrives_whole(void **state)
{
	size_t len = datagram(BODY_MAX);
	size_t at;

	(void)state;
	for (at = 0; at < len; at += 1480)
		fragment(at, MIN((size_t)1480, len - at), at + 1480 >= len);
	assert_got(BODY_MAX);
}

static void test_a_missing_fragment_gives_nothing_and_is_given_up(void **state)
{
	size_t len = datagram(4000);
	unsigned int i;

	(void)state;
	fragment(0, 1480, false);
	fragment(2960, len - 2960, true);
	assert_nothing();
	/* After its time it is forgotten: what was missing comes too late. */
	linux_time_skip_us += 60000000;
	for (i = 0; i < 100; i++)
		run();
	fragment(1480, 1480, false);
	assert_nothing();
}

static void test_the_same_twice_does_no_harm(void **state)
{
	size_t len = datagram(4000);

	(void)state;
	fragment(0, 1480, false);
	fragment(0, 1480, false);
	fragment(1480, 1480, false);
	fragment(1480, 1480, false);
	fragment(2960, len - 2960, true);
	assert_got(4000);
}

/* What overlaps neither replaces what is there nor is in the way of it. */
static void test_overlaps_are_not_taken(void **state)
{
	size_t len = datagram(4000);

	(void)state;
	fragment(0, 1480, false);
	fragment(2960, len - 2960, true);
	memset(body, 0xee, sizeof(body));
	fragment(1400, 1480, false); /* into the first */
	fragment(1488, 1480, false); /* into the last */
	assert_nothing();
	datagram(4000);
	fragment(1480, 1480, false);
	assert_got(4000);
}

/* RFC 791 3.1: a packet has 65535 bytes at most. */
static void test_a_packet_over_64_kib_is_dropped(void **state)
{
	size_t at;

	(void)state;
	datagram(BODY_MAX);
	for (at = 0; at + 1480 <= 59200; at += 1480)
		fragment(at, 1480, false);
	put_be16(body + 4, 0xffff);
	fragment(59200, 800, false);
	/* Ends at 65528 + 1480. */
	send_fragment(0x1fff, body, 1480);
	assert_nothing();
}

/* All that was kept for packets that never came whole is given back. */
static void test_floods_of_first_fragments_are_bounded(void **state)
{
	size_t len = datagram(4000);
	unsigned int i;

	(void)state;
	for (i = 0; i < 2000; i++) {
		ip_id++;
		fragment(0, 1480, false);
		if (i % 16 == 15)
			run();
	}
	ip_id++;
	/* A new one still gets through. */
	fragment(0, 1480, false);
	fragment(1480, 1480, false);
	fragment(2960, len - 2960, true);
	assert_got(4000);
}

static void test_lengths_that_do_not_fit_are_dropped(void **state)
{
	(void)state;
	datagram(4000);
	fragment(0, 1479, false); /* not of eight bytes, and not the last */
	fragment(1480, 0, true);
	assert_nothing();
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fragments_in_order_are_joined),
		TEST(test_any_order_will_do),
		TEST(test_a_large_packet_arrives_whole),
		TEST(test_a_missing_fragment_gives_nothing_and_is_given_up),
		TEST(test_the_same_twice_does_no_harm),
		TEST(test_overlaps_are_not_taken),
		TEST(test_a_packet_over_64_kib_is_dropped),
		TEST(test_floods_of_first_fragments_are_bounded),
		TEST(test_lengths_that_do_not_fit_are_dropped),
	};

	return cmocka_run_group_tests(tests, fake_setup, fake_teardown);
}
