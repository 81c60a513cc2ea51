/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The syslog console: lines as datagrams, early ones kept, loops avoided. */
#include "fake_net.h"

#include "core/console.h"

static char log_text[16384]; /* each datagram, with "\n" behind it */
static size_t log_len;
static unsigned int echoes; /* how often a datagram has a line printed */
static bool is_poller_to_print;
static size_t sent_at_once; /* of what it printed */

static void on_udp(uint32_t to, uint16_t from_port, uint16_t to_port,
		   const uint8_t *data, size_t len)
{
	(void)from_port;
	assert_int_equal(to, PEER_IP);
	assert_int_equal(to_port, 514);
	assert_true(log_len + len + 2 < sizeof(log_text));
	memcpy(log_text + log_len, data, len);
	log_len += len;
	log_text[log_len++] = '\n';
	log_text[log_len] = '\0';
	if (echoes) {
		echoes--;
		console_printf("an echo\n");
	}
}

static bool poller_print(void)
{
	if (!is_poller_to_print)
		return false;
	is_poller_to_print = false;
	console_printf("from a poller\n");
	sent_at_once = log_len;
	return true;
}

static const struct poller printing_poller = {.poll = poller_print};
TABLE_REGISTER(pollers, printing_poller);

static void forget(void)
{
	log_len = 0;
	log_text[0] = '\0';
}

static int up(void **state)
{
	forget();
	fake_on_udp = on_udp;
	return fake_up(state);
}

static int down(void **state)
{
	settings_store_text("syslog", NULL);
	settings_store_text("hostname", NULL);
	return fake_down(state);
}

static void test_lines_are_sent_with_priority_and_tag(void **state)
{
	(void)state;
	settings_store_text("syslog", "10.0.0.1");
	console_printf("drain\n");
	poll_sleep(2000);
	forget();
	console_printf("one line\nhal");
	assert_string_equal(log_text, "<6>ipxe: one line\n");
	settings_store_text("hostname", "node7");
	console_printf("f\n\n");
	assert_string_equal(log_text, "<6>ipxe: one line\n"
				      "<6>node7 ipxe: half\n");
}

static void test_lines_before_the_network_are_kept(void **state)
{
	(void)state;
	console_printf("early 1\nearly 2\n");
	poll_sleep(1000);
	assert_string_equal(log_text, "");
	settings_store_text("syslog", "10.0.0.1");
	poll_sleep(2000);
	assert_non_null(strstr(log_text, "<6>ipxe: early 1\n"
					 "<6>ipxe: early 2\n"));
}

static void test_what_is_overwritten_is_not_sent(void **state)
{
	(void)state;
	settings_store_text("syslog", "10.0.0.1");
	poll_sleep(2000);
	forget();
	console_printf("\rmenu 3 s\rmenu 2 s\rchosen\n");
	console_printf("\033[31;1mred\033[0m ab\bc \xc3\xb6\n");
	poll_sleep(2000);
	assert_string_equal(log_text, "<6>ipxe: chosen\n"
				      "<6>ipxe: red ac \xc3\xb6\n");
}

static void test_the_oldest_lines_give_way(void **state)
{
	char text[128];
	unsigned int i;

	(void)state;
	for (i = 0; i < 200; i++) {
		snprintf(text, sizeof(text), "line %u %080u\n", i, 0);
		console_printf("%s", text);
	}
	for (i = 0; i < 1000; i++)
		console_putchar('x');
	console_putchar('\n');
	settings_store_text("syslog", "10.0.0.1");
	poll_sleep(3000);
	assert_null(strstr(log_text, "line 0 "));
	assert_non_null(strstr(log_text, "line 199 "));
	assert_non_null(strstr(log_text, "xxx\n"));
}

/* A line that is printed while one is sent must not be sent for ever. */
static void test_what_sending_prints_is_not_sent(void **state)
{
	(void)state;
	settings_store_text("syslog", "10.0.0.1");
	console_printf("drain\n");
	poll_sleep(2000);
	forget();
	echoes = 3;
	console_printf("a line\n");
	poll_sleep(1000);
	assert_int_equal(echoes, 2);
	assert_string_equal(log_text, "<6>ipxe: a line\n");
}

/* From inside the network nothing is sent at once, only by the poller. */
static void test_what_a_poller_prints_is_sent_afterwards(void **state)
{
	(void)state;
	settings_store_text("syslog", "10.0.0.1");
	console_printf("drain\n");
	poll_sleep(2000);
	forget();
	is_poller_to_print = true;
	poll_sleep(1000);
	assert_false(is_poller_to_print);
	assert_int_equal(sent_at_once, 0);
	assert_string_equal(log_text, "<6>ipxe: from a poller\n");
}

static void test_long_lines_are_cut(void **state)
{
	unsigned int i;

	(void)state;
	settings_store_text("syslog", "10.0.0.1");
	console_printf("drain\n");
	poll_sleep(2000);
	forget();
	for (i = 0; i < 1000; i++)
		console_printf("\xc3\xb6");
	console_printf("\nnext\n");
	assert_in_range(log_len, 400, 520);
	assert_non_null(strstr(log_text, "\n<6>ipxe: next\n"));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, up, down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lines_are_sent_with_priority_and_tag),
		TEST(test_lines_before_the_network_are_kept),
		TEST(test_what_is_overwritten_is_not_sent),
		TEST(test_the_oldest_lines_give_way),
		TEST(test_what_sending_prints_is_not_sent),
		TEST(test_what_a_poller_prints_is_sent_afterwards),
		TEST(test_long_lines_are_cut),
	};

	return cmocka_run_group_tests(tests, fake_setup, fake_teardown);
}
