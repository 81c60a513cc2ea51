/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Unit tests of request.c and response.c. */
#include "request.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "response.h"

/* What was read last; the texts point into buf. */
static char buf[2 * REQUEST_HEAD_MAX];
static struct http_request request;
static struct request_head head;

static int parse(const char *text)
{
	size_t len = strlen(text);

	memcpy(buf, text, len + 1);
	memset(&request, 0, sizeof(request));
	return request_parse(buf, len, &request, &head);
}

static void test_whole_head_is_read(void **state)
{
	static const char text[] = "\r\nGET /a?b HTTP/1.1\r\nhost:  h:1 \r\n"
				   "X: y\r\nUSER-AGENT: iPXE/1\r\n\r\nrest";

	(void)state;
	assert_int_equal(parse(text), 0);
	assert_int_equal(head.len, sizeof(text) - 1 - 4);
	assert_string_equal(request.method, "GET");
	assert_string_equal(request.target, "/a?b");
	assert_string_equal(request.host, "h:1");
	assert_string_equal(request.user_agent, "iPXE/1");
	assert_null(request.range);
	assert_false(head.is_last);
	assert_int_equal(head.hosts, 1);
}

static void test_part_of_a_head_changes_nothing(void **state)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(text) - 1; len++) {
		memcpy(buf, text, len);
		assert_int_equal(request_parse(buf, len, &request, &head),
				 -EAGAIN);
		assert_memory_equal(buf, text, len);
	}
}

static void test_what_is_no_request_is_told(void **state)
{
	static const struct {
		const char *text;
		int rc;
	} rows[] = {
		{"GET /\r\n\r\n", -400},
		{"GET  HTTP/1.1\r\n\r\n", -400},
		{"GET / HTTP/1.1 \r\n\r\n", -400},
		{"GET / a HTTP/1.1\r\n\r\n", -400},
		{"G\tT / HTTP/1.1\r\n\r\n", -400},
		{"GET / HTTP/1.1\nHost: h\r\n\r\n", -400},
		{"GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n", -400},
		{"GET / HTTP/1.1\r\nHost : h\r\n\r\n", -400},
		{"GET / HTTP/1.1\r\n folded\r\n\r\n", -400},
		{"GET / HTTP/1.1\r\nX: a\rb\r\n\r\n", -400},
		{"GET / HTTP/1.1\r\n: x\r\n\r\n", -400},
		{"GET / HTTP/2.0\r\n\r\n", -505},
		{"GET / FTP\r\n\r\n", -400},
		{"GET / HTTP/1.10\r\n\r\n", -400},
		{"GET / HTTP/1.\r\n\r\n", -400},
		{"GET / http/1.1\r\n\r\n", -400},
		{"GET / HTTP/1,1\r\n\r\n", -505},
		{"GET / HTTP/1.2\r\n\r\n", -505},
		{"GET /\ra HTTP/1.1\r\n\r\n", -400},
		{"GET\r\n\r\n", -400},
		{" / HTTP/1.1\r\n\r\n", -400},
		{"GET / HTTP/1.1\r\nX\r\n\r\n", -400},
		{"GET / HTTP/1.1\r\nX\r: y\r\n\r\n", -400},
		{"GET / HTTP/1.1\r\nX: y\r\r\n\r\n", -400},
		{"GET / HTTP/1.1\r\nHos\351: h\r\n\r\n", -400},
		{"\nGET / HTTP/1.1\r\n\r\n", -400},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (parse(rows[i].text) != rows[i].rc)
			fail_msg("row %zu: %s", i, rows[i].text);
	}
}

/* Each byte's place in a method and in a name of a field (RFC 9110 5.6.2). */
static void test_tokens_have_their_characters_alone(void **state)
{
	static const char others[] = "!#$%&'*+-.^_`|~";
	char text[64];
	int c;

	(void)state;
	for (c = 1; c < 256; c++) {
		bool is_token = (c >= '0' && c <= '9') ||
				(c >= 'a' && c <= 'z') ||
				(c >= 'A' && c <= 'Z') || strchr(others, c);

		snprintf(text, sizeof(text), "G%cT / HTTP/1.1\r\n\r\n", c);
		/* What is behind a space is the target, and a CR and LF are
		 * the end. */
		assert_int_equal(parse(text), is_token ? 0 : -400);
		snprintf(text, sizeof(text),
			 "GET / HTTP/1.1\r\nHos%c: h\r\n\r\n", c);
		if (c == ':')
			continue;
		assert_int_equal(parse(text), is_token ? 0 : -400);
		/* Letters alone have two cases. */
		assert_int_equal(head.hosts, c == 't' || c == 'T');
	}
}

/* A NUL is refused wherever it is, and nowhere else. */
static void test_nul_is_no_part_of_a_head(void **state)
{
	static const char text[] = "GET /a HTTP/1.1\r\nHost: h\r\n"
				   "X: y\r\n\r\n";
	static const char version[] = "GET / HTTP/2.0\r\nX: \0\r\n\r\n";
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(text) - 5; i++) {
		memcpy(buf, text, sizeof(text));
		buf[i] = '\0';
		memset(&request, 0, sizeof(request));
		if (request_parse(buf, sizeof(text) - 1, &request, &head) !=
		    -400)
			fail_msg("at %zu", i);
	}
	memcpy(buf, version, sizeof(version));
	assert_int_equal(
		request_parse(buf, sizeof(version) - 1, &request, &head), -505);
}

static void test_names_of_fields_are_in_any_case(void **state)
{
	(void)state;
	assert_int_equal(parse("GET / HTTP/1.1\r\nIF-NONE-match: a\r\n"
			       "if-Modified-SINCE:b\r\nRange:\t\r\n"
			       "Rang: c\r\nRanges: d\r\nIf-Range: e \r\n\r\n"),
			 0);
	assert_string_equal(request.if_none_match, "a");
	assert_string_equal(request.if_modified_since, "b");
	assert_string_equal(request.range, "");
	assert_string_equal(request.if_range, "e");
	assert_null(request.host);
}

static void test_long_heads_are_told_apart(void **state)
{
	(void)state;
	memset(buf, 'a', REQUEST_HEAD_MAX);
	assert_int_equal(request_parse(buf, REQUEST_HEAD_MAX, &request, &head),
			 -414);
	memcpy(buf, "GET / HTTP/1.1\r\nX: ", 19);
	assert_int_equal(request_parse(buf, REQUEST_HEAD_MAX, &request, &head),
			 -431);
}

static void test_many_fields_are_too_many(void **state)
{
	size_t len = (size_t)sprintf(buf, "GET / HTTP/1.1\r\n"), i;

	(void)state;
	for (i = 0; i <= REQUEST_FIELDS_MAX; i++)
		len += (size_t)sprintf(buf + len, "X: %zu\r\n", i);
	len += (size_t)sprintf(buf + len, "\r\n");
	assert_int_equal(request_parse(buf, len, &request, &head), -431);
}

static void test_connection_is_kept_by_version(void **state)
{
	(void)state;
	assert_int_equal(parse("GET / HTTP/1.0\r\n\r\n"), 0);
	assert_true(head.is_last && head.is_old);
	assert_int_equal(
		parse("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"), 0);
	assert_false(head.is_last);
	assert_int_equal(
		parse("GET / HTTP/1.1\r\nConnection: x, close\r\n\r\n"), 0);
	assert_true(head.is_last);
	assert_int_equal(parse("GET / HTTP/1.1\r\nConnection: closed\r\n\r\n"),
			 0);
	assert_false(head.is_last);
}

static void test_bodies_are_told(void **state)
{
	(void)state;
	assert_int_equal(parse("POST / HTTP/1.1\r\nContent-Length: 1\r\n"
			       "content-length: 2\r\nExpect: 100-Continue\r\n"
			       "Transfer-Encoding: x\r\n\r\n"),
			 0);
	assert_int_equal(head.lengths, 2);
	assert_true(head.is_chunked && head.awaits_continue);
}

static void test_reply_is_written(void **state)
{
	struct response_options options = {.date = "now", .is_last = true};
	struct http_reply reply;
	size_t len;

	(void)state;
	reply_init(&reply);
	reply_set_text(&reply, 404, "text/plain", "x", 1);
	reply_add_field(&reply, "Vary", "A");
	len = response_format(buf, sizeof(buf), &reply, &options);
	buf[len] = '\0';
	assert_string_equal(buf, "HTTP/1.1 404 Not Found\r\nDate: now\r\n"
				 "Content-Length: 1\r\n"
				 "Content-Type: text/plain\r\n"
				 "Connection: close\r\nVary: A\r\n\r\n");
	assert_int_equal(response_format(buf, len - 1, &reply, &options), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_head_is_read),
		cmocka_unit_test(test_part_of_a_head_changes_nothing),
		cmocka_unit_test(test_what_is_no_request_is_told),
		cmocka_unit_test(test_tokens_have_their_characters_alone),
		cmocka_unit_test(test_nul_is_no_part_of_a_head),
		cmocka_unit_test(test_names_of_fields_are_in_any_case),
		cmocka_unit_test(test_long_heads_are_told_apart),
		cmocka_unit_test(test_many_fields_are_too_many),
		cmocka_unit_test(test_connection_is_kept_by_version),
		cmocka_unit_test(test_bodies_are_told),
		cmocka_unit_test(test_reply_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
