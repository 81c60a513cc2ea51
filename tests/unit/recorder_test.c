/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The flight recorder: what it keeps, when it sends it, and where to. */
#include "fake_net.h"

#include "core/console.h"
#include "core/exec_watcher.h"
#include "typing.h"

#define SCRIPT_URL "http://10.0.0.1/boot.ipxe"
#define EVENTS_URL "http://10.0.0.1:8080/v1/events?x=1"

/* How each body begins. */
#define SPEAKER "{\"mac\":\"02:00:00:00:00:02\",\"boot\":\""

/* What the recorder sent last. */
static struct {
	struct fake_tcp *tcp; /* the connection, while it is open */
	uint16_t port;	      /* of the server */
	unsigned int count;
	char text[8192]; /* header, then what is here of the body */
} post;

/* Field of the script's response; "" for none. */
static const char *script_field;

static void on_request(struct fake_tcp *tcp, const char *request)
{
	char header[300];

	if (!strncmp(request, "POST ", 5)) {
		post.tcp = tcp;
		post.port = tcp->server_port;
		post.count++;
		strcpy(post.text, request);
		return;
	}
	snprintf(header, sizeof(header),
		 "HTTP/1.1 200 OK\r\n%sContent-Length: 8\r\n\r\n#!ipxe\n\n",
		 script_field);
	fake_tcp_puts(tcp, header);
}

/* Answer what was posted. */
static void answer(const char *status)
{
	char header[100];

	assert_non_null(post.tcp);
	snprintf(header, sizeof(header),
		 "HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n", status);
	fake_tcp_puts(post.tcp, header);
	fake_tcp_fin(post.tcp);
	post.tcp = NULL;
	poll_sleep(100);
}

/* The body of the POST that is being made, of the length that it says. */
static const char *body(void)
{
	static char text[16384];
	const char *begin, *length;

	poll_sleep(2500);
	assert_non_null(post.tcp);
	snprintf(text, sizeof(text), "%s%.*s", post.text, (int)post.tcp->in_len,
		 post.tcp->in);
	begin = strstr(text, "\r\n\r\n");
	assert_non_null(begin);
	begin += 4;
	length = strstr(text, "\r\nContent-Length: ");
	assert_non_null(length);
	assert_int_equal(strtoul(length + 18, NULL, 10), strlen(begin));
	return begin;
}

/* The events of it: the first line says who speaks. */
static const char *events(void)
{
	const char *text = body();
	const char *end = strchr(text, '\n');

	assert_memory_equal(text, SPEAKER, strlen(SPEAKER));
	assert_non_null(end);
	/* Eight hexadecimal digits. */
	assert_ptr_equal(end, text + strlen(SPEAKER) + 8 + 2);
	assert_memory_equal(end - 2, "\"}", 2);
	return end + 1;
}

/* Let the resolver want events, and forget those that there are. */
static void begin(void)
{
	script_field = "Unloop-Events: " EVENTS_URL "\r\n";
	assert_int_equal(fake_fetch(SCRIPT_URL), 0);
	console_printf("something before\n");
	events();
	answer("204 No Content");
	post.count = 0;
}

static int up(void **state)
{
	memset(&post, 0, sizeof(post));
	script_field = "";
	fake_on_request = on_request;
	return fake_up(state);
}

/* Whoever comes next finds a recorder that sends nothing. */
static int down(void **state)
{
	unsigned int i;

	fake_on_syn = NULL;
	console_printf("the end\n");
	for (i = 0; i < 4; i++) {
		poll_sleep(6000);
		if (post.tcp)
			fake_tcp_reset(post.tcp);
		post.tcp = NULL;
	}
	fake_image_free();
	typed = "";
	return fake_down(state);
}

/* An event as it is written, its time aside. */
static void assert_event(const char **text, const char *event,
			 const char *content)
{
	char begin[64], end[400];

	snprintf(begin, sizeof(begin), "{\"event\":\"%s\",\"ms\":", event);
	snprintf(end, sizeof(end), ",\"text\":\"%s\"}\n", content);
	assert_memory_equal(*text, begin, strlen(begin));
	*text += strlen(begin);
	assert_in_range(**text, '0', '9');
	*text += strspn(*text, "0123456789");
	assert_memory_equal(*text, end, strlen(end));
	*text += strlen(end);
}

static void test_nothing_is_sent_unless_the_server_wants_it(void **state)
{
	(void)state;
	assert_int_equal(fake_fetch(SCRIPT_URL), 0);
	console_printf("a line\n");
	poll_sleep(10000);
	assert_int_equal(post.count, 0);
}

static void test_lines_go_where_the_field_says(void **state)
{
	const char *text;

	(void)state;
	begin();
	console_printf("first\nsecond: 10 %%\n");
	text = events();
	assert_int_equal(post.port, 8080);
	assert_memory_equal(post.text,
			    "POST /v1/events?x=1 HTTP/1.1\r\n"
			    "Host: 10.0.0.1:8080\r\nContent-Length: ",
			    65);
	assert_event(&text, "console", "first");
	assert_event(&text, "console", "second: 10 %");
	assert_string_equal(text, "");
}

static void test_urls_that_cannot_be_posted_to_are_passed_over(void **state)
{
	static const char *const urls[] = {
		"",
		"/v1/events",
		"https://10.0.0.1/e",
		"http:///e",
		"tftp://10.0.0.1/e",
		"http://10.0.0.1:0/e",
		"http://10.0.0.1:99999/e",
	};
	char field[100];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(urls); i++) {
		snprintf(field, sizeof(field), "Unloop-Events: %s\r\n",
			 urls[i]);
		script_field = field;
		assert_int_equal(fake_fetch(SCRIPT_URL), 0);
		console_printf("a line\n");
		poll_sleep(5000);
		if (post.count)
			fail_msg("posted to %s", urls[i]);
	}
}

static void test_text_is_fit_for_json(void **state)
{
	const char *text;

	(void)state;
	begin();
	console_printf("a \"quoted\" C:\\path\x7f\ttab \x01.\n");
	console_printf("\033[1;31mred\033[0m \xc3\xb6 ab\bc\n");
	text = events();
	assert_event(&text, "console", "a 'quoted' C:/path  tab  .");
	assert_event(&text, "console", "red \xc3\xb6 ac");
	assert_string_equal(text, "");
}

static void test_long_line_is_cut(void **state)
{
	char expected[200];
	const char *text;
	unsigned int i;

	(void)state;
	begin();
	for (i = 0; i < 1000; i++)
		console_putchar((uint8_t)('a' + i % 26));
	console_printf("\nnext\n");
	text = events();
	for (i = 0; i < 160; i++)
		expected[i] = (char)('a' + i % 26);
	expected[160] = '\0';
	assert_event(&text, "console", expected);
	assert_event(&text, "console", "next");
}

static void test_what_is_written_over_or_empty_is_not_kept(void **state)
{
	const char *text;

	(void)state;
	begin();
	console_printf("10 %%\r20 %%\rdone\n\n.\nlast\n");
	text = events();
	assert_event(&text, "console", "done");
	assert_event(&text, "console", "last");
	assert_string_equal(text, "");
}

static void test_line_in_which_a_person_typed_is_not_kept(void **state)
{
	const char *text;

	(void)state;
	begin();
	console_printf("Password: ");
	typed = "s";
	assert_int_equal(console_getkey(1000), 's');
	console_printf("s\nlogged in\n");
	text = events();
	assert_event(&text, "console", "logged in");
	assert_string_equal(text, "");
}

static void test_the_oldest_events_give_way(void **state)
{
	const char *text, *at;
	unsigned int number;
	char word[40];

	(void)state;
	begin();
	for (number = 0; number < 200; number++)
		console_printf("line %u %060u\n", number, 0);
	text = events();
	assert_in_range(strlen(text), 4096 - 224, 4096);
	/* Whole lines, without a gap, up to the last. */
	assert_memory_equal(text, "{\"event\":\"console\",", 19);
	number = (unsigned int)strtoul(strstr(text, "line ") + 5, NULL, 10);
	assert_true(number > 100);
	for (at = text; *at; number++) {
		snprintf(word, sizeof(word), "\"text\":\"line %u 0", number);
		assert_non_null(strstr(at, word));
		assert_true(strstr(at, word) < strchr(at, '\n'));
		at = strchr(at, '\n') + 1;
	}
	assert_int_equal(number, 200);
}

static void test_what_comes_while_it_sends_goes_next_time(void **state)
{
	const char *text;

	(void)state;
	begin();
	console_printf("one\n");
	text = events();
	assert_event(&text, "console", "one");
	console_printf("two\n");
	answer("200 OK");
	text = events();
	assert_event(&text, "console", "two");
	assert_string_equal(text, "");
}

static void test_overflow_while_it_sends_loses_the_oldest_only(void **state)
{
	const char *text;
	unsigned int i;

	(void)state;
	begin();
	console_printf("one\n");
	events();
	for (i = 0; i < 200; i++)
		console_printf("line %u %060u\n", i, 0);
	answer("200 OK");
	text = events();
	assert_null(strstr(text, "\"one\""));
	assert_non_null(strstr(text, "line 199 "));
	assert_memory_equal(text, "{\"event\":\"console\",", 19);
	assert_in_range(strlen(text), 4096 - 224, 4096);
}

static void test_failure_keeps_events_for_the_next_attempt(void **state)
{
	const char *text;

	(void)state;
	begin();
	console_printf("one\n");
	events();
	fake_tcp_reset(post.tcp);
	post.tcp = NULL;
	text = events();
	assert_event(&text, "console", "one");
	assert_int_equal(post.count, 2);
}

static void test_refusal_is_not_repeated(void **state)
{
	(void)state;
	begin();
	console_printf("one\n");
	events();
	answer("400 Bad Request");
	poll_sleep(10000);
	assert_int_equal(post.count, 1);
}

static unsigned int syns;

static enum fake_syn refuse(uint16_t port)
{
	if (port != 8080)
		return FAKE_ACCEPT;
	syns++;
	return FAKE_REFUSE;
}

static void test_three_failures_end_it_until_the_server_asks(void **state)
{
	const char *text;

	(void)state;
	begin();
	syns = 0;
	fake_on_syn = refuse;
	console_printf("one\n");
	poll_sleep(60000);
	assert_int_equal(syns, 3);
	console_printf("two\n");
	poll_sleep(60000);
	assert_int_equal(syns, 3);
	fake_on_syn = NULL;
	assert_int_equal(fake_fetch(SCRIPT_URL), 0);
	text = events();
	assert_event(&text, "console", "one");
	assert_event(&text, "console", "two");
}

static void test_silent_server_ends_the_attempt(void **state)
{
	(void)state;
	begin();
	console_printf("one\n");
	events();
	/* Nothing is answered; it gives up and comes again. */
	poll_sleep(6000);
	assert_int_equal(post.count, 2);
}

/* ---- Execution ---- */

static enum image_role role;
static unsigned int posted_before_exec;
static int exec_rc;

static int never(struct image *image)
{
	(void)image;
	return -ENOEXEC;
}

static int fake_exec(struct image *image)
{
	(void)image;
	posted_before_exec = post.count;
	return exec_rc;
}

static enum image_role fake_role(struct image *image)
{
	(void)image;
	return role;
}

static const struct image_type kernel = {"kernel",  1,	       never,
					 fake_exec, fake_role, NULL};

/* Run an image as whoever boots does. */
static void run(enum image_role as, int rc)
{
	struct image *image = image_alloc(NULL, "vmlinuz", NULL);

	role = as;
	exec_rc = rc;
	image->type = &kernel;
	image->flags |= IMAGE_COMPLETE;
	image_exec(image);
	image_put(image);
}

static void test_what_is_booted_is_sent_before_it_runs(void **state)
{
	const char *text;

	(void)state;
	begin();
	run(IMAGE_ROLE_KERNEL, -ENOEXEC);
	assert_int_equal(posted_before_exec, 1);
	text = events();
	assert_event(&text, "boot", "vmlinuz, kernel");
	answer("200 OK");
	text = events();
	assert_memory_equal(text, "{\"event\":\"failed\",", 18);
	assert_non_null(strstr(text, "\"text\":\"vmlinuz "));
}

static void test_what_comes_back_is_said(void **state)
{
	const char *text;

	(void)state;
	begin();
	run(IMAGE_ROLE_LOADER, 0);
	text = events();
	assert_event(&text, "boot", "vmlinuz, kernel");
	answer("200 OK");
	text = events();
	assert_event(&text, "returned", "vmlinuz gave control back");
}

static void test_scripts_are_no_event(void **state)
{
	(void)state;
	begin();
	run(IMAGE_ROLE_SCRIPT, 0);
	poll_sleep(5000);
	assert_int_equal(post.count, 0);
}

static void test_boot_is_delayed_by_a_moment_only(void **state)
{
	uint64_t start;

	(void)state;
	begin();
	start = platform_time_us();
	run(IMAGE_ROLE_KERNEL, 0); /* the server stays silent */
	assert_in_range(platform_time_us() - start, 0, 300000);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, up, down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_is_sent_unless_the_server_wants_it),
		TEST(test_lines_go_where_the_field_says),
		TEST(test_urls_that_cannot_be_posted_to_are_passed_over),
		TEST(test_text_is_fit_for_json),
		TEST(test_long_line_is_cut),
		TEST(test_what_is_written_over_or_empty_is_not_kept),
		TEST(test_line_in_which_a_person_typed_is_not_kept),
		TEST(test_the_oldest_events_give_way),
		TEST(test_what_comes_while_it_sends_goes_next_time),
		TEST(test_overflow_while_it_sends_loses_the_oldest_only),
		TEST(test_failure_keeps_events_for_the_next_attempt),
		TEST(test_refusal_is_not_repeated),
		TEST(test_three_failures_end_it_until_the_server_asks),
		TEST(test_silent_server_ends_the_attempt),
		TEST(test_what_is_booted_is_sent_before_it_runs),
		TEST(test_what_comes_back_is_said),
		TEST(test_scripts_are_no_event),
		TEST(test_boot_is_delayed_by_a_moment_only),
	};

	return cmocka_run_group_tests(tests, fake_setup, fake_teardown);
}
