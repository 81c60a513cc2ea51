/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Types of settings: text to raw bytes and back. */
#include "capture.h"

struct type_case {
	const struct setting_type *type;
	const char *text; /* to parse; NULL: only format */
	const char *raw;  /* NULL: parsing fails */
	int raw_len;
	const char *formatted; /* NULL: formatting fails */
};

#define RAW(bytes) bytes, sizeof(bytes) - 1

static const struct type_case cases[] = {
	{&setting_type_string, "a b", RAW("a b"), "a b"},
	{&setting_type_string, NULL, RAW("ab\0cd"), "ab"},
	{&setting_type_uristring, "a%20b", RAW("a b"), "a%20b"},
	{&setting_type_uristring, NULL, RAW("x&y=z/"), "x%26y%3Dz%2F"},
	{&setting_type_uristring, NULL, RAW("!$&'()*+,;=\"<>"),
	 "!$%26'()*%2B,;%3D%22%3C%3E"},
	{&setting_type_ipv4, "10.0.255.1", RAW("\x0a\0\xff\1"), "10.0.255.1"},
	{&setting_type_ipv4, NULL, RAW("\1\2\3\4\5\6\7\10"), "1.2.3.4"},
	{&setting_type_ipv4, NULL, RAW("\1\2\3"), NULL},
	{&setting_type_ipv4, "010.0x1F.0X0.0377", RAW("\x08\x1f\0\xff"),
	 "8.31.0.255"},
	{&setting_type_ipv4, "10.08.0.1", NULL, 0, NULL},
	{&setting_type_ipv4, "10.0.0.0400", NULL, 0, NULL},
	{&setting_type_ipv4, "10.0.0.+1", NULL, 0, NULL},
	{&setting_type_ipv4, "10.0.0. 1", NULL, 0, NULL},
	{&setting_type_ipv4, "10.0.0.0x", NULL, 0, NULL},
	{&setting_type_ipv4, "10.0.0.", NULL, 0, NULL},
	{&setting_type_ipv4, "10.0.0", NULL, 0, NULL},
	{&setting_type_ipv4, "10.0.0.256", NULL, 0, NULL},
	{&setting_type_ipv4, "10.0.0.1x", NULL, 0, NULL},
	{&setting_type_int8, "-1", RAW("\xff"), "-1"},
	{&setting_type_int16, "0x102", RAW("\1\2"), "258"},
	{&setting_type_int32, "-2", RAW("\xff\xff\xff\xfe"), "-2"},
	{&setting_type_int32, "010", RAW("\0\0\0\10"), "8"},
	{&setting_type_int32, "", NULL, 0, NULL},
	{&setting_type_int32, "1x", NULL, 0, NULL},
	{&setting_type_uint8, "255", RAW("\xff"), "0xff"},
	{&setting_type_uint16, "1", RAW("\0\1"), "0x1"},
	{&setting_type_uint32, "4294967295", RAW("\xff\xff\xff\xff"),
	 "0xffffffff"},
	{&setting_type_uint8, NULL, RAW("\1\0\0\0\0"), "0x100000000"},
	{&setting_type_uint8, NULL, RAW("\1\0\0\0\0\0\0\0\0"), NULL},
	{&setting_type_hex, "01:aB:ff", RAW("\1\xab\xff"), "01:ab:ff"},
	{&setting_type_hex, "01:2", NULL, 0, NULL},
	{&setting_type_hex, "01-02", NULL, 0, NULL},
	{&setting_type_hexhyp, "01-ab", RAW("\1\xab"), "01-ab"},
	{&setting_type_hexraw, "01ab", RAW("\1\xab"), "01ab"},
	{&setting_type_hexraw, "01a", NULL, 0, NULL},
	{&setting_type_base64, "Zg==", RAW("f"), "Zg=="},
	{&setting_type_base64, "Zm8=", RAW("fo"), "Zm8="},
	{&setting_type_base64, "Zm9v", RAW("foo"), "Zm9v"},
	{&setting_type_base64, "Zm9vYg==", RAW("foob"), "Zm9vYg=="},
	{&setting_type_base64, "Zm9 vYg ==", RAW("foob"), "Zm9vYg=="},
	{&setting_type_base64, "Z", NULL, 0, NULL},
	{&setting_type_base64, "Z===", NULL, 0, NULL},
	{&setting_type_base64, "Zg", NULL, 0, NULL},
	{&setting_type_base64, "Zg=", NULL, 0, NULL},
	{&setting_type_base64, "Zg===", NULL, 0, NULL},
	{&setting_type_base64, "Zm8", NULL, 0, NULL},
	{&setting_type_base64, "Zm9v=", NULL, 0, NULL},
	{&setting_type_base64, "Zg==x", NULL, 0, NULL},
	{&setting_type_base64, "Z!==", NULL, 0, NULL},
	{&setting_type_uuid, "00112233-4455-6677-8899-aabbccddeeff",
	 RAW("\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee"
	     "\xff"),
	 "00112233-4455-6677-8899-aabbccddeeff"},
	{&setting_type_guid, "00112233-4455-6677-8899-aabbccddeeff",
	 RAW("\x33\x22\x11\x00\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee"
	     "\xff"),
	 "00112233-4455-6677-8899-aabbccddeeff"},
	{&setting_type_uuid, "00112233-4455", NULL, 0, NULL},
	{&setting_type_uuid, NULL, RAW("short"), NULL},
	{&setting_type_busdevfn, NULL, RAW("\0\1\x1f\xfa"), "0001:1f:1f.2"},
	{&setting_type_busdevfn, "0000:00:01.0", NULL, 0, NULL},
	{&setting_type_dnssl, "a.bc example.org",
	 RAW("\1a\2bc\0\7example\3org\0"), "a.bc example.org"},
	/* Compression points back. */
	{&setting_type_dnssl, NULL, RAW("\1a\3org\0\1b\xc0\2"), "a.org b.org"},
	/* Pointers forward, to themselves, or beyond; labels beyond. */
	{&setting_type_dnssl, NULL, RAW("\xc0\2\1a\0"), NULL},
	{&setting_type_dnssl, NULL, RAW("\1a\xc0\0"), NULL},
	{&setting_type_dnssl, NULL, RAW("\xc0"), NULL},
	{&setting_type_dnssl, NULL, RAW("\5ab"), NULL},
	{&setting_type_dnssl, NULL, RAW("\1a"), NULL},
	{&setting_type_dnssl, "a..b", NULL, 0, NULL},
};

static void test_types_parse_and_format(void **state)
{
	const struct type_case *c;
	uint8_t raw[64];
	char text[64];
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		c = &cases[i];
		if (c->text) {
			rc = c->type->parse(c->text, raw, sizeof(raw));
			if (!c->raw) {
				assert_true(rc < 0);
				continue;
			}
			assert_int_equal(rc, c->raw_len);
			assert_memory_equal(raw, c->raw, (size_t)rc);
		}
		rc = c->type->format(c->raw, (size_t)c->raw_len, text,
				     sizeof(text));
		if (!c->formatted) {
			assert_true(rc < 0);
			continue;
		}
		assert_int_equal(rc, strlen(c->formatted));
		assert_string_equal(text, c->formatted);
	}
}

static void test_short_buffers_are_not_overrun(void **state)
{
	const struct type_case *c;
	char *text;
	size_t i, len;
	int rc;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		c = &cases[i];
		if (!c->raw || !c->formatted)
			continue;
		for (len = 0; len <= strlen(c->formatted); len++) {
			/* Exactly as big as said: ASan watches the rest. */
			text = malloc(len ? len : 1);
			rc = c->type->format(c->raw, (size_t)c->raw_len, text,
					     len);
			assert_int_equal(rc, strlen(c->formatted));
			if (len)
				assert_true(strlen(text) < len);
			if (c->text)
				c->type->parse(c->text, text, len);
			free(text);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types_parse_and_format),
		cmocka_unit_test(test_short_buffers_are_not_overrun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
