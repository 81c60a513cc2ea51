/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* URIs: parsing, resolving, formatting. */
#include "capture.h"
#include "core/uri.h"

struct parse_case {
	const char *text;
	const char *scheme, *opaque, *user, *password, *host, *port, *path,
		*query, *fragment;
	const char *formatted; /* NULL: as TEXT */
};

static const struct parse_case parse_cases[] = {
	{"http://example.com/a/b?q=1#f", "http", NULL, NULL, NULL,
	 "example.com", NULL, "/a/b", "q=1", "f", NULL},
	{"HTTP://h", "http", NULL, NULL, NULL, "h", NULL, "", NULL, NULL,
	 "http://h"},
	{"http://u:p%40w@h:8080/", "http", NULL, "u", "p@w", "h", "8080", "/",
	 NULL, NULL, NULL},
	{"http://u@h", "http", NULL, "u", NULL, "h", NULL, "", NULL, NULL,
	 NULL},
	{"http://[fe80::1]:80/x", "http", NULL, NULL, NULL, "fe80::1", "80",
	 "/x", NULL, NULL, NULL},
	{"http://h:/x", "http", NULL, NULL, NULL, "h", NULL, "/x", NULL, NULL,
	 "http://h/x"},
	{"http://h?q", "http", NULL, NULL, NULL, "h", NULL, "", "q", NULL,
	 NULL},
	{"http://h/a%20b%2Fc%3Fd", "http", NULL, NULL, NULL, "h", NULL,
	 "/a b/c?d", NULL, NULL, NULL},
	{"http://h/a b\"%zz", "http", NULL, NULL, NULL, "h", NULL, "/a b\"%zz",
	 NULL, NULL, "http://h/a%20b%22%25zz"},
	{"http://h/x##params=p", "http", NULL, NULL, NULL, "h", NULL, "/x",
	 NULL, "#params=p", NULL},
	{"iscsi:10.0.0.1:::1:iqn.2010-04.org:x?y", "iscsi",
	 "10.0.0.1:::1:iqn.2010-04.org:x?y", NULL, NULL, NULL, NULL, NULL, NULL,
	 NULL, NULL},
	{"file:/boot/x", "file", NULL, NULL, NULL, NULL, NULL, "/boot/x", NULL,
	 NULL, NULL},
	{"file://LABEL/x", "file", NULL, NULL, NULL, "LABEL", NULL, "/x", NULL,
	 NULL, NULL},
	{"boot.ipxe", NULL, NULL, NULL, NULL, NULL, NULL, "boot.ipxe", NULL,
	 NULL, NULL},
	{"10.0.0.1:80/x", NULL, NULL, NULL, NULL, NULL, NULL, "10.0.0.1:80/x",
	 NULL, NULL, NULL},
	{"//h/x", NULL, NULL, NULL, NULL, "h", NULL, "/x", NULL, NULL, NULL},
	{"", NULL, NULL, NULL, NULL, NULL, NULL, "", NULL, NULL, NULL},
	{"tftp://h//abs", "tftp", NULL, NULL, NULL, "h", NULL, "//abs", NULL,
	 NULL, NULL},
};

static void same(const char *a, const char *b)
{
	if (b)
		assert_string_equal(a ? a : "(absent)", b);
	else
		assert_null(a);
}

static void test_parse_splits_and_formats_back(void **state)
{
	const struct parse_case *c;
	struct uri *uri;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(parse_cases); i++) {
		c = &parse_cases[i];
		uri = uri_parse(c->text);
		same(uri->scheme, c->scheme);
		same(uri->opaque, c->opaque);
		same(uri->user, c->user);
		same(uri->password, c->password);
		same(uri->host, c->host);
		same(uri->port, c->port);
		same(uri->path, c->path);
		same(uri->query, c->query);
		same(uri->fragment, c->fragment);
		text = uri_format_alloc(uri);
		assert_string_equal(text,
				    c->formatted ? c->formatted : c->text);
		free(text);
		uri_put(uri);
	}
}

static void test_resolve_follows_rfc3986(void **state)
{
	static const char *const cases[][3] = {
		{"http://h/a/b?q", "c", "http://h/a/c"},
		{"http://h/a/b", "/c", "http://h/c"},
		{"http://h/a/b/", "c", "http://h/a/b/c"},
		{"http://h/a/b", "./c", "http://h/a/c"},
		{"http://h/a/b/d", "../c", "http://h/a/c"},
		{"http://h/a/b", "../../../c", "http://h/c"},
		{"http://h/a/b", "..", "http://h/"},
		{"http://h/a/b", ".", "http://h/a/"},
		{"http://h", "c", "http://h/c"},
		{"http://h/a?q", "?r", "http://h/a?r"},
		{"http://h/a?q", "#f", "http://h/a?q#f"},
		{"http://h/a?q", "", "http://h/a?q"},
		{"http://h/a", "//i/x", "http://i/x"},
		{"http://h/a", "tftp://i/x", "tftp://i/x"},
		{"http://u:p@h:8/a/b", "c?x=${y", "http://u:p@h:8/a/c?x=$%7By"},
		{"tftp://10.0.0.1/", "x/y", "tftp://10.0.0.1/x/y"},
		{"http://h/a%2Fb/c", "d%3F", "http://h/a%2Fb/d%3F"},
		{"dir/a", "b", "dir/b"},
		{"iscsi:x", "b", "b"},
	};
	struct uri *base, *relative, *uri;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		base = uri_parse(cases[i][0]);
		relative = uri_parse(cases[i][1]);
		uri = uri_resolve(base, relative);
		text = uri_format_alloc(uri);
		assert_string_equal(text, cases[i][2]);
		free(text);
		uri_put(uri);
		uri_put(relative);
		uri_put(base);
	}
	relative = uri_parse("x");
	uri = uri_resolve(NULL, relative);
	assert_string_equal(uri->path, "x");
	uri_put(uri);
	uri_put(relative);
}

static void test_public_text_hides_secrets(void **state)
{
	struct uri *uri = uri_parse("http://me:secret@h/a?token=1#f");
	char text[64];

	(void)state;
	uri_format_public(uri, text, sizeof(text));
	assert_string_equal(text, "http://h/a");
	uri_put(uri);
}

static void test_format_stays_inside_its_buffer(void **state)
{
	struct uri *uri = uri_parse("http://host/path");
	char text[8];

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(uri_format(uri, text, 5), 16);
	assert_string_equal(text, "http");
	assert_int_equal(text[5], 'x');
	assert_int_equal(uri_format(uri, NULL, 0), 16);
	uri_put(uri);
}

static void test_boot_file_is_uri_or_tftp(void **state)
{
	static const char *const cases[][3] = {
		{"10.0.0.1", "undionly.kpxe", "tftp://10.0.0.1/undionly.kpxe"},
		{"10.0.0.1", "/abs/x", "tftp://10.0.0.1//abs/x"},
		{"10.0.0.1", "http://h/x.ipxe", "http://h/x.ipxe"},
		{"10.0.0.1", "boot\\x64\\w d?.com",
		 "tftp://10.0.0.1/boot%5Cx64%5Cw%20d%3F.com"},
		{"10.0.0.1", "c:boot", "tftp://10.0.0.1/c:boot"},
		{"10.0.0.1", "a%20b#c", "tftp://10.0.0.1/a%2520b%23c"},
	};
	struct uri *uri;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		uri = uri_boot(cases[i][0], cases[i][1]);
		text = uri_format_alloc(uri);
		assert_string_equal(text, cases[i][2]);
		free(text);
		uri_put(uri);
	}
	assert_null(uri_boot(NULL, "x"));
}

static void test_port_is_checked(void **state)
{
	static const struct {
		const char *text;
		uint16_t port;
	} cases[] = {
		{"http://h/", 80},	    {"http://h:8080/", 8080},
		{"http://h:65535/", 65535}, {"http://h:65536/", 0},
		{"http://h:8x/", 0},
	};
	struct uri *uri;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		uri = uri_parse(cases[i].text);
		assert_int_equal(uri_port(uri, 80), cases[i].port);
		uri_put(uri);
	}
}

static void test_equality_ignores_credentials_and_case_of_host(void **state)
{
	struct uri *a = uri_parse("http://Host/x?q#f");
	struct uri *b = uri_parse("http://u@host/x?q");
	struct uri *c = uri_parse("http://host/y?q");

	(void)state;
	assert_true(uri_is_equal(a, b));
	assert_false(uri_is_equal(a, c));
	uri_put(a);
	uri_put(b);
	uri_put(c);
}

static void test_working_uri_falls_back_to_next_server(void **state)
{
	struct uri *uri;
	char *text;

	(void)state;
	uri_set_cwuri(NULL);
	assert_null(uri_base());
	assert_int_equal(settings_store_text("next-server", "10.1.2.3"), 0);
	uri = uri_base();
	text = uri_format_alloc(uri);
	assert_string_equal(text, "tftp://10.1.2.3/");
	free(text);
	uri_put(uri);
	settings_store_text("next-server", NULL);
}

static void test_encode_and_decode(void **state)
{
	char text[32];

	(void)state;
	assert_int_equal(uri_encode("a b/~\xff", 6, "", text, sizeof(text)),
			 12);
	assert_string_equal(text, "a%20b%2F~%FF");
	assert_int_equal(uri_encode("!\0+", 3, "!", text, sizeof(text)), 7);
	assert_string_equal(text, "!%00%2B");
	assert_int_equal(uri_decode("a%2fb%4%", 8, text), 6);
	assert_memory_equal(text, "a/b%4%", 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_splits_and_formats_back),
		cmocka_unit_test(test_resolve_follows_rfc3986),
		cmocka_unit_test(test_public_text_hides_secrets),
		cmocka_unit_test(test_format_stays_inside_its_buffer),
		cmocka_unit_test(test_boot_file_is_uri_or_tftp),
		cmocka_unit_test(test_port_is_checked),
		cmocka_unit_test(
			test_equality_ignores_credentials_and_case_of_host),
		cmocka_unit_test(test_working_uri_falls_back_to_next_server),
		cmocka_unit_test(test_encode_and_decode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
