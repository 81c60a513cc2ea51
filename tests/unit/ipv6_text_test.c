/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* IPv6 addresses as text: RFC 4291 2.2, RFC 5952; the type ipv6. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>

#include "core/ipv6_text.h"
#include "core/settings.h"

/* Text, and what becomes of it; NULL: it is none. */
static const char *const texts[][2] = {
	{"::", "::"},
	{"::1", "::1"},
	{"1::", "1::"},
	{"2001:db8::1", "2001:db8::1"},
	{"2001:0DB8:0:0:0:0:0:1", "2001:db8::1"},
	{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
	{"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
	{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
	{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
	{"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
	{"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
	{"0:0:3:4:5:6:0:0", "::3:4:5:6:0:0"},
	{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	 "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	{"::ffff:192.0.2.1", "::ffff:c000:201"},
	{"64:ff9b::10.0.0.1", "64:ff9b::a00:1"},
	{"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
	{"", NULL},
	{":", NULL},
	{":::", NULL},
	{"1", NULL},
	{"1:2:3:4:5:6:7", NULL},
	{"1:2:3:4:5:6:7:", NULL},
	{"1:2:3:4:5:6:7:8:", NULL},
	{"1:2:3:4:5:6:7:8:9", NULL},
	{"1:2:3:4:5:6:7:8::", NULL},
	{"1::2::3", NULL},
	{":1::2", NULL},
	{"12345::", NULL},
	{"g::", NULL},
	{"1::2:", NULL},
	{"::1 ", NULL},
	{"::1%net0", NULL},
	{"1.2.3.4", NULL},
	{"1:2:3:4:5:6:7:1.2.3.4", NULL},
	{"::1.2.3", NULL},
	{"::1.2.3.4:5", NULL},
	{"::1.2.3.256", NULL},
};

static void test_texts(void **state)
{
	char text[IPV6_TEXT_LEN];
	uint8_t raw[16];
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		rc = ipv6_text_parse(texts[i][0], raw);
		if (rc != (texts[i][1] ? 0 : -EINVAL))
			fail_msg("\"%s\": %d", texts[i][0], rc);
		if (texts[i][1])
			assert_string_equal(ipv6_text_format(raw, text),
					    texts[i][1]);
	}
}

static void test_the_type(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(settings_store_text("six:ipv6", "2001:DB8:0::5"), 0);
	text = settings_fetch_text("six");
	assert_string_equal(text, "2001:db8::5");
	free(text);
	text = settings_fetch_text("six:hexraw");
	assert_string_equal(text, "20010db8000000000000000000000005");
	free(text);
	assert_int_equal(settings_store_text("six:ipv6", "2001"), -EINVAL);
	settings_store_text("four:hex", "01:02:03:04");
	assert_null(settings_fetch_text("four:ipv6"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_the_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
