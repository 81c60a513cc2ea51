/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* NTP and the clock: right answers set it, wrong ones do not. */
#include "fake_net.h"

#include "core/clock.h"
#include "net/ntp.h"

/* How the server answers. */
static struct {
	unsigned int requests;
	unsigned int silent; /* requests that get no answer */
	uint8_t flags, stratum;
	uint32_t s;	 /* since 1900 */
	bool is_foreign; /* repeats another request's number */
	size_t len;
} server;

static void on_udp(uint32_t to, uint16_t from_port, uint16_t to_port,
		   const uint8_t *data, size_t len)
{
	uint8_t answer[48] = {0};

	if (to_port != 123)
		return;
	assert_int_equal(len, 48);
	assert_int_equal(data[0], 0x23);
	if (server.requests++ < server.silent)
		return;
	answer[0] = server.flags;
	answer[1] = server.stratum;
	memcpy(answer + 12, "RATE", 4);
	memcpy(answer + 24, data + 40, 8);
	if (server.is_foreign)
		answer[24] ^= 1;
	put_be32(answer + 40, server.s);
	fake_send_udp(to, 123, DEVICE_IP, from_port, answer, server.len);
}

static int up(void **state)
{
	memset(&server, 0, sizeof(server));
	server.flags = 0x24;
	server.stratum = 2;
	server.len = 48;
	server.s = 3900000000u;
	fake_on_udp = on_udp;
	clock_set_unix(1000);
	return fake_up(state);
}

static int ask(void)
{
	int64_t correction = -1;
	int rc = ntp_set_clock("10.0.0.1", &correction);

	if (!rc)
		assert_true(correction > 1000000);
	return rc;
}

/* Is the clock near UNIX_S? */
static void assert_clock(uint64_t unix_s)
{
	assert_in_range(clock_unix(), unix_s, unix_s + 100);
}

static void test_answer_sets_the_clock(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(ask(), 0);
	assert_clock(3900000000u - 2208988800u);
	text = settings_fetch_text("unixtime:int32");
	assert_in_range(strtoul(text, NULL, 10), 1691011200, 1691011300);
	free(text);
}

static void test_time_after_2036(void **state)
{
	(void)state;
	server.s = 1000; /* 2036-02-07 06:28:16 is 0 */
	assert_int_equal(ask(), 0);
	assert_clock(2085978496u + 1000);
}

static void test_silent_server_is_asked_again(void **state)
{
	(void)state;
	server.silent = 2;
	assert_int_equal(ask(), 0);
	assert_int_equal(server.requests, 3);
}

static void test_wrong_answers_do_not(void **state)
{
	(void)state;
	server.is_foreign = true;
	assert_int_equal(ask(), -ETIMEDOUT);
	server.is_foreign = false;
	server.len = 47;
	assert_int_equal(ask(), -ETIMEDOUT);
	server.len = 48;
	server.flags = 0x23; /* a client */
	assert_int_equal(ask(), -ETIMEDOUT);
	server.flags = 0xe4; /* has no time */
	assert_int_equal(ask(), -EPROTO);
	server.flags = 0x24;
	server.stratum = 16;
	assert_int_equal(ask(), -EPROTO);
	server.stratum = 0;
	assert_int_equal(ask(), -EACCES);
	assert_non_null(strstr(error_text(-EACCES), "RATE"));
	assert_clock(1000);
}

static void test_unixtime_is_writable(void **state)
{
	(void)state;
	assert_int_equal(settings_store_text("unixtime", "1700000000"), 0);
	assert_clock(1700000000);
	assert_int_not_equal(settings_store_text("unixtime", NULL), 0);
}

static void test_dates(void **state)
{
	(void)state;
	assert_true(clock_from_date(1970, 1, 1, 0, 0, 0) == 0);
	assert_true(clock_from_date(2000, 2, 29, 12, 0, 1) == 951825601);
	assert_true(clock_from_date(2000, 3, 1, 0, 0, 0) == 951868800);
	assert_true(clock_from_date(2026, 12, 31, 23, 59, 59) == 1798761599);
	assert_true(clock_from_date(2100, 3, 1, 0, 0, 0) == 4107542400ULL);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, up, fake_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_answer_sets_the_clock),
		TEST(test_time_after_2036),
		TEST(test_silent_server_is_asked_again),
		TEST(test_wrong_answers_do_not),
		TEST(test_unixtime_is_writable),
		TEST(test_dates),
	};

	settings_register_builtin();
	return cmocka_run_group_tests(tests, fake_setup, fake_teardown);
}
