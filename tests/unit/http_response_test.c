/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* HTTP responses: whole, in single bytes, cut anywhere, with flipped bits. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/compiler.h"
#include "net/http_response.h"

static struct http_response response;
static char body[8192];
static size_t body_len;

/* Read TEXT in pieces of STEP bytes; returns 0 or -errno. */
static int read_all(const void *text, size_t len, size_t step)
{
	const uint8_t *data = text;
	const uint8_t *piece;
	size_t piece_len, part;
	uint8_t *copy;
	int count = 0;

	http_response_init(&response);
	body_len = 0;
	while (len && response.state != HTTP_RESPONSE_COMPLETE) {
		part = len < step ? len : step;
		/* An exact allocation, so that ASan sees a read beyond it. */
		copy = malloc(part);
		memcpy(copy, data, part);
		count = http_response_read(&response, copy, part, &piece,
					   &piece_len);
		if (count >= 0) {
			assert_in_range(count, 1, part);
			assert_in_range(piece_len, 0, count);
			if (piece_len && body_len + piece_len <= sizeof(body)) {
				memcpy(body + body_len, piece, piece_len);
				body_len += piece_len;
			}
		}
		free(copy);
		if (count < 0)
			return count;
		data += count;
		len -= (size_t)count;
	}
	return 0;
}

static void expect(const char *text, unsigned int status, const char *content)
{
	size_t step;

	for (step = 1; step < strlen(text) + 2; step++) {
		assert_int_equal(read_all(text, strlen(text), step), 0);
		assert_true(response.has_header);
		assert_int_equal(response.status, status);
		assert_int_equal(body_len, strlen(content));
		assert_memory_equal(body, content, body_len);
	}
}

static void expect_error(const char *text)
{
	assert_int_equal(read_all(text, strlen(text), strlen(text)), -EPROTO);
}

static const char plain[] =
	"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: \"abc\"\r\n"
	"Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\n\r\nhello";

static const char chunked[] =
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	"5\r\nhello\r\n1;x=y\r\n \r\n005\r\nworld\r\n0\r\nTrailer: x\r\n\r\n";

static void test_length(void **state)
{
	(void)state;
	expect(plain, 200, "hello");
	assert_int_equal(response.state, HTTP_RESPONSE_COMPLETE);
	assert_true(response.keeps_alive);
	assert_true(response.has_length);
	assert_int_equal(response.length, 5);
	assert_string_equal(response.validator, "\"abc\"");
	assert_string_equal(response.reason, "OK");
}

static void test_chunked(void **state)
{
	(void)state;
	expect(chunked, 200, "hello world");
	assert_int_equal(response.state, HTTP_RESPONSE_COMPLETE);
	assert_true(response.keeps_alive);
}

static void test_until_close(void **state)
{
	(void)state;
	expect("HTTP/1.0 200 OK\n\nabc", 200, "abc");
	assert_int_equal(response.state, HTTP_RESPONSE_BODY);
	assert_false(response.keeps_alive);
	assert_int_equal(http_response_end(&response), 0);
	assert_int_equal(response.state, HTTP_RESPONSE_COMPLETE);
}

static void test_end_too_early(void **state)
{
	(void)state;
	read_all(plain, sizeof(plain) - 2, 100);
	assert_int_equal(http_response_end(&response), -ECONNRESET);
	read_all(chunked, sizeof(chunked) - 3, 100);
	assert_int_equal(http_response_end(&response), -ECONNRESET);
	read_all("HTTP/1.1 200 OK\r\n", 17, 100);
	assert_int_equal(http_response_end(&response), -ECONNRESET);
}

static void test_connection(void **state)
{
	(void)state;
	expect("HTTP/1.1 200 OK\r\nConnection: x, Close\r\n"
	       "Content-Length: 0\r\n\r\n",
	       200, "");
	assert_false(response.keeps_alive);
	expect("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"
	       "Content-Length: 0\r\n\r\n",
	       200, "");
	assert_true(response.keeps_alive);
	assert_int_equal(response.state, HTTP_RESPONSE_COMPLETE);
}

static void test_interim_answers_are_skipped(void **state)
{
	(void)state;
	expect("HTTP/1.1 100 Continue\r\nContent-Length: 9\r\n\r\n"
	       "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
	       200, "x");
}

static void test_fields(void **state)
{
	(void)state;
	expect("HTTP/1.1 206 Partial\r\ncontent-range:bytes 5-9/10 \r\n"
	       "ETag: W/\"weak\"\r\nLast-Modified: Tue\r\n"
	       "Content-Length: 5\r\n\r\nabcde",
	       206, "abcde");
	assert_true(response.has_range);
	assert_int_equal(response.range_start, 5);
	assert_int_equal(response.range_total, 10);
	assert_string_equal(response.validator, "Tue");
	expect("HTTP/1.1 206 Partial\r\nContent-Range: bytes 5-9/*\r\n"
	       "Content-Length: 0\r\n\r\n",
	       206, "");
	assert_true(response.has_range);
	assert_int_equal(response.range_total, 0);
	expect("HTTP/1.1 206 Partial\r\nContent-Range: bytes 9-5/10\r\n"
	       "Content-Length: 0\r\n\r\n",
	       206, "");
	assert_false(response.has_range);
	expect("HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-10/10\r\n"
	       "Content-Length: 0\r\n\r\n",
	       206, "");
	assert_false(response.has_range);
	expect("HTTP/1.1 302 F\r\nLocation:  /a b \r\nContent-Length: 0\r\n"
	       "\r\n",
	       302, "");
	assert_string_equal(response.location, "/a b");
	expect("HTTP/1.1 503 F\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n",
	       503, "");
	assert_true(response.has_retry_after);
	assert_int_equal(response.retry_after_s, 7);
	expect("HTTP/1.1 503 F\r\nRetry-After: Fri, 31 Dec\r\n"
	       "Content-Length: 0\r\n\r\n",
	       503, "");
	assert_int_equal(response.retry_after_s, 5);
	expect("HTTP/1.1 401 F\r\nWWW-Authenticate: Digest x, Basic realm=\"y\""
	       "\r\nContent-Length: 0\r\n\r\n",
	       401, "");
	assert_true(response.wants_basic);
	expect("HTTP/1.1 204 None\r\n\r\n", 204, "");
	assert_int_equal(response.state, HTTP_RESPONSE_COMPLETE);
}

static void test_chunked_wins_over_length(void **state)
{
	(void)state;
	expect("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n"
	       "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
	       200, "hello");
	assert_false(response.has_length);
}

static void test_a_long_field_is_skipped(void **state)
{
	char text[4096] = "HTTP/1.1 200 OK\r\nLocation: ";

	(void)state;
	memset(text + strlen(text), 'x', 3000);
	strcat(text, "\r\nContent-Length: 2\r\n\r\nok");
	assert_int_equal(read_all(text, strlen(text), 100), 0);
	assert_int_equal(response.location[0], 0);
	assert_int_equal(body_len, 2);
}

static void test_malformed(void **state)
{
	(void)state;
	expect_error("SSH-2.0-OpenSSH\r\n");
	expect_error("HTTP/2 200\r\n");
	expect_error("HTTP/1.1 abc\r\n");
	expect_error("HTTP/1.1 99 x\r\n");
	expect_error("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n");
	expect_error("HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\n");
	expect_error("HTTP/1.1 200 OK\r\n"
		     "Content-Length: 99999999999999999999\r\n\r\n");
	expect_error("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
		     "Content-Length: 6\r\n\r\n");
	expect_error("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n");
	expect_error("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		     "zz\r\n");
	expect_error("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		     "-5\r\n");
	expect_error("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		     "fffffffffffffffff\r\n");
	expect_error("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		     "2\r\nabc\r\n0\r\n\r\n");
}

static void test_an_endless_header_is_refused(void **state)
{
	static char text[HTTP_HEADER_MAX + 100] = "HTTP/1.1 200 OK\r\n";
	size_t len = strlen(text);

	(void)state;
	while (len + 4 < sizeof(text)) {
		memcpy(text + len, "a:b\n", 4);
		len += 4;
	}
	assert_int_equal(read_all(text, len, 1000), -EPROTO);
	len = 0;
	while (len + 26 < sizeof(text)) {
		memcpy(text + len, "HTTP/1.1 100 Continue\r\n\r\n", 25);
		len += 25;
	}
	assert_int_equal(read_all(text, len, 1000), -EPROTO);
}

/* Whatever comes: no read or write outside, and it ends. */
static void test_bit_flips(void **state)
{
	static const char *const texts[] = {plain, chunked};
	char text[256];
	size_t i, len, bit;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		len = strlen(texts[i]);
		for (bit = 0; bit < len * 8; bit++) {
			memcpy(text, texts[i], len);
			text[bit / 8] ^= (char)(1 << bit % 8);
			read_all(text, len, 7);
		}
		for (bit = 0; bit < len; bit++)
			read_all(texts[i], bit, len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_chunked),
		cmocka_unit_test(test_until_close),
		cmocka_unit_test(test_end_too_early),
		cmocka_unit_test(test_connection),
		cmocka_unit_test(test_interim_answers_are_skipped),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_chunked_wins_over_length),
		cmocka_unit_test(test_a_long_field_is_skipped),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_an_endless_header_is_refused),
		cmocka_unit_test(test_bit_flips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
