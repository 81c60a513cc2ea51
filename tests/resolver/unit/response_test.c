/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Unit tests of response.h. */
#include "response.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct response_options options = {
	.date = "Sat, 28 Nov 2026 01:02:03 GMT",
	.is_old = true,
};

static const char head[] = "HTTP/1.1 206 Partial Content\r\n"
			   "Date: Sat, 28 Nov 2026 01:02:03 GMT\r\n"
			   "Content-Length: 18446744073709551615\r\n"
			   "Content-Type: text/plain\r\n"
			   "Connection: keep-alive\r\n"
			   "ETag: \"x\"\r\n"
			   "Vary: \r\n"
			   "\r\n";

#define HEAD_LEN (sizeof(head) - 1)

/* Whole or not at all, and nothing behind the buffer. */
static void test_head_is_written_where_it_fits(void **state)
{
	struct http_reply reply;
	size_t size;

	(void)state;
	reply_init(&reply);
	reply_set_text(&reply, 206, "text/plain", "", UINT64_MAX);
	reply_add_field(&reply, "ETag", "\"x\"");
	reply_add_field(&reply, "Vary", "");
	for (size = 0; size < HEAD_LEN + 40; size++) {
		char *buf = malloc(size + !size);
		size_t len = response_format(buf, size, &reply, &options);

		assert_int_equal(len, size < HEAD_LEN ? 0 : HEAD_LEN);
		if (len)
			assert_memory_equal(buf, head, len);
		free(buf);
	}
}

static void test_date_is_as_http_wants_it(void **state)
{
	char buf[RESPONSE_DATE_BYTES];

	(void)state;
	response_format_date(784111777, buf);
	assert_string_equal(buf, "Sun, 06 Nov 1994 08:49:37 GMT");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_head_is_written_where_it_fits),
		cmocka_unit_test(test_date_is_as_http_wants_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
