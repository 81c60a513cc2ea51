/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Names: the search domain, several servers, silence, malformed answers. */
#include "fake_net.h"

#include "net/resolve.h"

#define OTHER_SERVER IP4(10, 0, 0, 53)

static struct {
	unsigned int questions;
	unsigned int to_other; /* of them to OTHER_SERVER */
	char last[256];	       /* name asked last, with dots */
	const char *known;     /* the only name there is */
	bool is_silent;	       /* PEER_IP does not answer */
	bool is_other_silent;
	uint32_t flip_bit; /* in every answer, from 1; 0: none */
	size_t cut;
} server;

/* Names of lwIP's cache must differ from test to test. */
static unsigned int name_counter;

static size_t read_name(const uint8_t *data)
{
	size_t offset = 12, len = 0;

	while (data[offset]) {
		if (len)
			server.last[len++] = '.';
		memcpy(server.last + len, data + offset + 1, data[offset]);
		len += data[offset];
		offset += data[offset] + 1u;
	}
	server.last[len] = '\0';
	return offset + 5 - 12;
}

static void on_udp(uint32_t to, uint16_t from_port, uint16_t to_port,
		   const uint8_t *data, size_t len)
{
	uint8_t answer[512];
	size_t question;
	bool is_known;

	(void)len;
	assert_int_equal(to_port, 53);
	server.questions++;
	if (to == OTHER_SERVER)
		server.to_other++;
	question = read_name(data);
	if (to == OTHER_SERVER ? server.is_other_silent : server.is_silent)
		return;
	is_known = server.known && !strcmp(server.known, server.last);
	memset(answer, 0, sizeof(answer));
	memcpy(answer, data, 2);
	answer[2] = 0x81;
	answer[3] = is_known ? 0x80 : 0x83;
	answer[5] = 1;
	answer[7] = is_known;
	memcpy(answer + 12, data + 12, question);
	memcpy(answer + 12 + question,
	       "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x0a\0\0\x4d", 16);
	if (server.flip_bit)
		answer[(server.flip_bit - 1) / 8] ^=
			(uint8_t)(1 << (server.flip_bit - 1) % 8);
	fake_send_udp(to, 53, DEVICE_IP, from_port, answer,
		      12 + question + (is_known ? 16 : 0) - server.cut);
}

static int up(void **state)
{
	memset(&server, 0, sizeof(server));
	fake_on_udp = on_udp;
	settings_store_text("dns", "10.0.0.1");
	return fake_up(state);
}

static int down(void **state)
{
	settings_store_text("dns", NULL);
	settings_store_text("domain", NULL);
	return fake_down(state);
}

static bool is_resolved(void *ctx)
{
	return resolve_poll(ctx) != -EINPROGRESS;
}

/* Resolve NAME; returns the result. */
static int ask(const char *name, uint32_t *ret_addr)
{
	struct resolve resolve;
	int rc;

	resolve_start(&resolve, name);
	rc = poll_until(is_resolved, &resolve, 60000);
	if (!rc)
		rc = resolve.rc;
	*ret_addr = ip_2_ip4(&resolve.addr)->addr;
	resolve_stop(&resolve);
	return rc;
}

/* A name that no test has asked for. */
static const char *new_name(const char *format)
{
	static char name[64];

	snprintf(name, sizeof(name), format, ++name_counter);
	return name;
}

static void test_literals(void **state)
{
	uint32_t addr;

	(void)state;
	assert_int_equal(ask("10.1.2.3", &addr), 0);
	assert_int_equal(addr, IP4(10, 1, 2, 3));
	assert_int_equal(server.questions, 0);
	assert_int_not_equal(ask("10.1.2.300", &addr), 0);
}

static void test_a_name(void **state)
{
	const char *name = new_name("host%u.example");
	uint32_t addr;

	(void)state;
	server.known = name;
	assert_int_equal(ask(name, &addr), 0);
	assert_int_equal(addr, IP4(10, 0, 0, 77));
	assert_int_equal(server.questions, 1);
	/* It is remembered. */
	assert_int_equal(ask(name, &addr), 0);
	assert_int_equal(server.questions, 1);
}

static void test_an_unknown_name_fails_at_once(void **state)
{
	uint64_t start = platform_time_us();
	uint32_t addr;

	(void)state;
	assert_int_equal(ask(new_name("none%u.example"), &addr), -EDNS);
	assert_true(platform_time_us() - start < 500000);
	assert_non_null(strstr(error_text(-EDNS), "does not know it"));
}

static void test_the_search_domain(void **state)
{
	const char *name = new_name("short%u");
	char full[80];
	uint32_t addr;

	(void)state;
	settings_store_text("domain", "my.example");
	snprintf(full, sizeof(full), "%s.my.example", name);
	server.known = full;
	assert_int_equal(ask(name, &addr), 0);
	/* A name with a dot is not searched for, one without is also plain. */
	server.known = new_name("dotted%u.example");
	assert_int_equal(ask(server.known, &addr), 0);
	server.known = new_name("plain%u");
	assert_int_equal(ask(server.known, &addr), 0);
	assert_string_equal(server.last, server.known);
}

static void test_the_second_server(void **state)
{
	uint64_t start = platform_time_us();
	uint32_t addr;

	(void)state;
	/* Option 6 as DHCP gives it: two addresses. */
	settings_store(NULL, &setting_dns, "\x0a\0\0\1\x0a\0\0\x35", 8);
	server.is_silent = true;
	server.known = new_name("second%u.example");
	assert_int_equal(ask(server.known, &addr), 0);
	assert_int_equal(server.to_other, 1);
	assert_true(platform_time_us() - start < 4000000);
}

static void test_silence_ends(void **state)
{
	uint64_t start = platform_time_us();
	uint32_t addr;

	(void)state;
	server.is_silent = true;
	assert_int_equal(ask(new_name("silent%u.example"), &addr), -EDNS);
	assert_in_range(platform_time_us() - start, 10000000, 20000000);
	assert_non_null(strstr(error_text(-EDNS), "no DNS server answers"));
}

static void test_no_server(void **state)
{
	uint32_t addr;

	(void)state;
	settings_store_text("dns", NULL);
	assert_int_equal(ask(new_name("x%u.example"), &addr), -EDNS);
	assert_non_null(strstr(error_text(-EDNS), "no DNS server is known"));
	assert_int_equal(server.questions, 0);
}

static void test_names_that_are_none(void **state)
{
	char name[400];
	uint32_t addr;

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(ask(name, &addr), -EDNS);
	name[200] = '\0';
	assert_int_not_equal(ask(name, &addr), 0);
}

/* The question that was stopped is no longer answered. */
static void test_a_question_can_be_stopped(void **state)
{
	struct resolve *resolve = malloc(sizeof(*resolve));

	(void)state;
	server.known = new_name("stop%u.example");
	resolve_start(resolve, server.known);
	resolve_stop(resolve);
	free(resolve);
	poll_sleep(100);
	assert_int_equal(server.questions, 1);
}

static void test_malformed_answers_do_no_harm(void **state)
{
	struct resolve resolve;
	size_t i;

	(void)state;
	for (i = 1; i < 60 * 8; i += 2) {
		server.flip_bit = (uint32_t)i;
		server.known = new_name("f%u.x");
		resolve_start(&resolve, server.known);
		poll_until(is_resolved, &resolve, 5000);
		resolve_stop(&resolve);
	}
	server.flip_bit = 0;
	for (i = 1; i < 30; i++) {
		server.cut = i;
		server.known = new_name("f%u.x");
		resolve_start(&resolve, server.known);
		poll_until(is_resolved, &resolve, 5000);
		assert_int_not_equal(resolve.rc, 0);
		resolve_stop(&resolve);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, up, down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_literals),
		TEST(test_a_name),
		TEST(test_an_unknown_name_fails_at_once),
		TEST(test_the_search_domain),
		TEST(test_the_second_server),
		TEST(test_silence_ends),
		TEST(test_no_server),
		TEST(test_names_that_are_none),
		TEST(test_a_question_can_be_stopped),
		TEST(test_malformed_answers_do_no_harm),
	};

	return cmocka_run_group_tests(tests, fake_setup, fake_teardown);
}
