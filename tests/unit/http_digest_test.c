/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* HTTP Digest: the examples of the RFCs, challenges of every shape, downloads.
 */
#include "fake_net.h"

#include "net/http_digest.h"

#define MUFASA "http://Mufasa:Circle%20Of%20Life@10.0.0.1/dir/index.html"
#define CHALLENGE                                                              \
	"Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", "         \
	"nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "                       \
	"opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""

static struct http_digest digest;

/* The field that answers CHALLENGE to URI_TEXT, valid until the next call. */
static const char *answer(const char *challenge, const char *cnonce,
			  const char *uri_text, const char *request)
{
	static char text[2000];
	struct uri *uri = uri_parse(uri_text);
	int len;

	assert_int_equal(http_digest_choose(challenge, &digest),
			 HTTP_SCHEME_DIGEST);
	strcpy(digest.cnonce, cnonce);
	len = http_digest_format(&digest, uri, request, text, sizeof(text));
	uri_put(uri);
	assert_int_equal(len, strlen(text));
	return text;
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" lacks \"%s\"", text, part);
}

/* RFC 2617 3.5. */
static void test_example_of_rfc_2617(void **state)
{
	(void)state;
	assert_string_equal(
		answer(CHALLENGE, "0a4f113b", MUFASA,
		       "GET /dir/index.html HTTP/1.1\r\nHost: x\r\n"),
		"Authorization: Digest username=\"Mufasa\", "
		"realm=\"testrealm@host.com\", "
		"nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "
		"uri=\"/dir/index.html\", "
		"opaque=\"5ccc069c403ebaf9f0171e9517f40e41\", qop=auth, "
		"nc=00000001, cnonce=\"0a4f113b\", "
		"response=\"6629fae49393a05397450978507c4ef1\"\r\n");
}

/* RFC 7616 3.9.1: the same password, two algorithms. */
static void test_example_of_rfc_7616(void **state)
{
	static const char uri[] =
		"http://Mufasa:Circle%20of%20Life@10.0.0.1/dir/index.html";
	static const char cnonce[] =
		"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
	static const char format[] =
		"Digest realm=\"http-auth@example.org\", "
		"qop=\"auth, auth-int\", algorithm=%s, "
		"nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
		"opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
	static const char request[] = "GET /dir/index.html HTTP/1.1\r\n";
	char challenge[400];
	const char *text;

	(void)state;
	snprintf(challenge, sizeof(challenge), format, "MD5");
	text = answer(challenge, cnonce, uri, request);
	assert_has(text, "response=\"8ca523f5e9506fed4657c9700eebdbec\"\r\n");
	assert_has(text, ", algorithm=MD5, ");
	snprintf(challenge, sizeof(challenge), format, "SHA-256");
	text = answer(challenge, cnonce, uri, request);
	assert_has(text, "response=\"753927fa0e85d155564e2e272a28d180"
			 "2ca10daf4496794697cf8db5856cb6c1\"\r\n");
}

/* Computed with Python's hashlib by RFC 2617 3.2.2. */
static void test_sessions_and_servers_without_qop(void **state)
{
	const char *text;

	(void)state;
	text = answer("digest Realm=r , NONCE = \"n\",ALGORITHM=\"md5-SESS\","
		      "qop=auth",
		      "c", "http://u:p@10.0.0.1/", "POST /a?b HTTP/1.1\r\n");
	assert_has(text, "response=\"cc1660342f7bc8e4aabe895a2a95317c\"\r\n");
	assert_has(text, "algorithm=md5-SESS, qop=auth, nc=00000001, ");
	text = answer("Digest realm=\"\", nonce=n", "c", "http://u@10.0.0.1/",
		      "GET / HTTP/1.1\r\n");
	assert_string_equal(text,
			    "Authorization: Digest username=\"u\", realm=\"\", "
			    "nonce=\"n\", uri=\"/\", response=\""
			    "1bb15602c5a4103015478c36ddec360c\"\r\n");
}

static void test_the_count_goes_up_and_quotes_are_escaped(void **state)
{
	struct uri *uri = uri_parse("http://a%22b:p@10.0.0.1/");
	const char *text;
	char buf[400];

	(void)state;
	text = answer("Digest realm=\"a \\\"b\\\\c\", nonce=n, qop=auth", "c",
		      "http://a%22b:p@10.0.0.1/", "GET / HTTP/1.1\r\n");
	assert_string_equal(digest.realm, "a \"b\\c");
	assert_has(text, "username=\"a\\\"b\", realm=\"a \\\"b\\\\c\", ");
	assert_int_not_equal(http_digest_format(&digest, uri,
						"GET / HTTP/1.1\r\n", buf,
						sizeof(buf)),
			     0);
	assert_has(buf, "nc=00000002");
	uri_put(uri);
}

static void test_what_does_not_fit_is_refused(void **state)
{
	struct uri *uri = uri_parse(MUFASA);
	struct uri *bad = uri_parse("http://a%0d%0aX:p@10.0.0.1/");
	size_t size, len;
	char *buf;
	int rc;

	(void)state;
	len = strlen(answer(CHALLENGE, "c", MUFASA, "GET / HTTP/1.1\r\n"));
	for (size = 1; size < len + 3; size++) {
		buf = malloc(size);
		rc = http_digest_format(&digest, uri, "GET / HTTP/1.1\r\n", buf,
					size);
		assert_int_equal(rc, size <= len ? -ENOBUFS : (int)len);
		free(buf);
	}
	buf = malloc(1000);
	assert_int_equal(http_digest_format(&digest, bad, "GET / HTTP/1.1\r\n",
					    buf, 1000),
			 -EINVAL);
	assert_int_equal(http_digest_format(&digest, uri, "GET /", buf, 1000),
			 -EINVAL);
	assert_int_equal(
		http_digest_format(&digest, uri, "GET HTTP/1.1", buf, 1000),
		-EINVAL);
	assert_int_equal(http_digest_format(&digest, uri,
					    "GET /\r\n HTTP/1.1\r\n", buf,
					    1000),
			 -EINVAL);
	free(buf);
	uri_put(bad);
	uri_put(uri);
}

/* A challenge, and what becomes of it. */
struct choice {
	const char *challenges;
	enum http_scheme scheme;
};

static const struct choice choices[] = {
	{"", HTTP_SCHEME_NONE},
	{" , ,", HTTP_SCHEME_NONE},
	{"Basic", HTTP_SCHEME_BASIC},
	{"basic realm=\"x\"", HTTP_SCHEME_BASIC},
	{"Basically", HTTP_SCHEME_NONE},
	{"Basic realm=x, " CHALLENGE, HTTP_SCHEME_BASIC},
	{CHALLENGE ", Basic realm=x", HTTP_SCHEME_DIGEST},
	{"Negotiate, NTLM, " CHALLENGE, HTTP_SCHEME_DIGEST},
	{"NTLM TlRMTVNTUAACAAAA==, Basic realm=x", HTTP_SCHEME_BASIC},
	{"Negotiate Basic", HTTP_SCHEME_NONE},
	{"Bearer realm=\"Basic, Digest\"", HTTP_SCHEME_NONE},
	{"Bearer realm=\"a\\\", Basic b\", Basic realm=x", HTTP_SCHEME_BASIC},
	{"Bearer realm=\", Basic", HTTP_SCHEME_NONE},
	{"\"Basic\"", HTTP_SCHEME_NONE},
	{"Digest", HTTP_SCHEME_NONE},
	{"Digest realm=x", HTTP_SCHEME_NONE},
	{"Digest nonce=x", HTTP_SCHEME_NONE},
	{"Digest realm=x, nonce=\"\"", HTTP_SCHEME_NONE},
	{"Digest realm=x, nonce=\"y", HTTP_SCHEME_NONE},
	{"Digest realm=x, nonce=y", HTTP_SCHEME_DIGEST},
	{"Digest realm=x, nonce=y, qop=auth-int", HTTP_SCHEME_NONE},
	{"Digest realm=x, nonce=y, qop=\"auth-int,auth\"", HTTP_SCHEME_DIGEST},
	{"Digest realm=x, nonce=y, algorithm=MD5-sess", HTTP_SCHEME_NONE},
	{"Digest realm=x, nonce=y, algorithm=SHA-512-256", HTTP_SCHEME_NONE},
	{"Digest realm=x, nonce=y, algorithm=MD4, " CHALLENGE,
	 HTTP_SCHEME_DIGEST},
	{"Digest realm=x, nonce=y, qop=z, Basic realm=x", HTTP_SCHEME_BASIC},
	{"Digest realm=x, nonce=y, domain=\"/a /b\", userhash=true",
	 HTTP_SCHEME_DIGEST},
	{"Digest realm=\"a\rb\", nonce=y", HTTP_SCHEME_NONE},
};

static void test_the_first_that_can_be_answered_is_chosen(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(choices); i++) {
		if (http_digest_choose(choices[i].challenges, &digest) !=
		    choices[i].scheme)
			fail_msg("%s", choices[i].challenges);
	}
}

static void test_values_have_a_bound(void **state)
{
	char text[HTTP_DIGEST_VALUE_MAX + 100];
	size_t len;

	(void)state;
	for (len = HTTP_DIGEST_VALUE_MAX - 3; len < HTTP_DIGEST_VALUE_MAX + 3;
	     len++) {
		snprintf(text, sizeof(text), "Digest realm=x, nonce=\"%0*d\"",
			 (int)len, 0);
		assert_int_equal(http_digest_choose(text, &digest),
				 len < HTTP_DIGEST_VALUE_MAX
					 ? HTTP_SCHEME_DIGEST
					 : HTTP_SCHEME_NONE);
	}
}

/* ---- Downloads ---- */

#define URL "http://joe:s%3Acret@10.0.0.1/f"

/* What the server does; set anew by every test. */
static struct {
	unsigned int requests;
	const char *fields;  /* WWW-Authenticate, whole lines */
	const char *then;    /* the fields after the first request, or NULL */
	unsigned int refuse; /* how many requests get 401 */
	const char *moved;   /* where an accepted request is sent, or NULL */
	char last[4096];     /* the last request */
} server;

static void on_request(struct fake_tcp *tcp, const char *request)
{
	char text[1000];

	strcpy(server.last, request);
	if (server.requests++ < server.refuse)
		snprintf(text, sizeof(text),
			 "HTTP/1.1 401 Who\r\n%sContent-Length: 3\r\n\r\nwho",
			 server.requests > 1 && server.then ? server.then
							    : server.fields);
	else if (server.moved)
		snprintf(text, sizeof(text),
			 "HTTP/1.1 302 F\r\nLocation: %s\r\n"
			 "Content-Length: 0\r\n\r\n",
			 server.moved);
	else
		strcpy(text, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
	if (server.requests > server.refuse)
		server.moved = NULL;
	fake_tcp_puts(tcp, text);
}

static enum fake_syn on_syn(uint16_t port)
{
	(void)port;
	return FAKE_ACCEPT;
}

static int up(void **state)
{
	memset(&server, 0, sizeof(server));
	fake_on_request = on_request;
	fake_on_syn = on_syn;
	return fake_up(state);
}

static int down(void **state)
{
	fake_image_free();
	return fake_down(state);
}

#define FIELD(text) "WWW-Authenticate: " text "\r\n"

static void test_a_digest_is_answered_once(void **state)
{
	(void)state;
	server.fields =
		FIELD("Negotiate") FIELD(CHALLENGE) FIELD("Basic realm=\"x\"");
	server.refuse = 1;
	assert_int_equal(fake_fetch(URL), 0);
	assert_int_equal(server.requests, 2);
	assert_has(server.last, "\r\nAuthorization: Digest username=\"joe\", "
				"realm=\"testrealm@host.com\", ");
	assert_has(server.last, ", uri=\"/f\", ");
	assert_null(strstr(server.last, "cret"));
	server.requests = 0;
	server.refuse = 9;
	assert_int_equal(fake_fetch(URL), -EACCES);
	assert_int_equal(server.requests, 2);
	assert_string_equal(error_text(-EACCES),
			    "the server says 401 Who: user or password is "
			    "wrong");
}

static void test_basic_is_answered_where_it_comes_first(void **state)
{
	(void)state;
	server.fields = FIELD("Basic realm=\"x\"") FIELD(CHALLENGE);
	server.refuse = 1;
	assert_int_equal(fake_fetch(URL), 0);
	assert_has(server.last, "\r\nAuthorization: Basic am9lOnM6Y3JldA==");
}

static void test_a_stale_nonce_is_replaced(void **state)
{
	(void)state;
	server.fields = FIELD("Digest realm=x, nonce=one");
	server.then = FIELD("Digest realm=x, nonce=two, stale=TRUE");
	server.refuse = 2;
	assert_int_equal(fake_fetch(URL), 0);
	assert_int_equal(server.requests, 3);
	assert_has(server.last, "nonce=\"two\"");
	/* But not for ever. */
	server.requests = 0;
	server.refuse = 99;
	assert_int_equal(fake_fetch(URL), -EACCES);
	assert_int_equal(server.requests, 4);
}

static void test_another_host_does_not_get_it(void **state)
{
	(void)state;
	server.fields = FIELD(CHALLENGE);
	server.refuse = 1;
	server.moved = "/g";
	assert_int_equal(fake_fetch(URL), 0);
	assert_int_equal(server.requests, 3);
	assert_has(server.last, ", uri=\"/g\", ");
	assert_has(server.last, ", nc=00000002, ");
	server.requests = 0;
	server.moved = "http://10.0.0.1:81/g";
	assert_int_equal(fake_fetch(URL), 0);
	assert_int_equal(server.requests, 3);
	assert_null(strstr(server.last, "Authorization"));
	server.requests = 0;
	server.moved = "http://ann:x@10.0.0.1:81/g";
	assert_int_equal(fake_fetch(URL), 0);
	assert_null(strstr(server.last, "Authorization"));
	/* Nor is the same asked without a name to say. */
	server.requests = 0;
	server.moved = "http://10.0.0.1/g";
	assert_int_equal(fake_fetch(URL), 0);
	assert_int_equal(server.requests, 3);
	assert_null(strstr(server.last, "Authorization"));
}

static void expect_why(const char *uri, const char *fields, const char *why)
{
	server.fields = fields;
	server.requests = 0;
	server.refuse = 9;
	assert_int_equal(fake_fetch(uri), -EACCES);
	assert_int_equal(server.requests, 1);
	assert_string_equal(error_text(-EACCES), why);
}

static void test_sentences_say_what_is_missing(void **state)
{
	(void)state;
	expect_why("http://10.0.0.1/", FIELD(CHALLENGE),
		   "the server says 401 Who: it wants a user and a password in "
		   "the URI: http://user:password@...");
	expect_why(URL, FIELD("Negotiate") FIELD("NTLM"),
		   "the server says 401 Who: it wants Negotiate, NTLM, which "
		   "is not built in");
	expect_why(URL, FIELD("Digest realm=x, nonce=y, algorithm=MD4"),
		   "the server says 401 Who: it wants Digest, of a kind that "
		   "is not built in");
	expect_why(URL, FIELD(",\"x\""),
		   "the server says 401 Who: it wants something, which is not "
		   "built in");
	expect_why(URL, "", "the server says 401 Who");
}

static void test_a_user_that_no_field_can_hold(void **state)
{
	(void)state;
	server.fields = FIELD(CHALLENGE);
	server.refuse = 9;
	assert_int_equal(fake_fetch("http://a%0d%0aX%3a%20y:p@10.0.0.1/"),
			 -EINVAL);
	assert_int_equal(server.requests, 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, up, down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example_of_rfc_2617),
		cmocka_unit_test(test_example_of_rfc_7616),
		cmocka_unit_test(test_sessions_and_servers_without_qop),
		cmocka_unit_test(test_the_count_goes_up_and_quotes_are_escaped),
		cmocka_unit_test(test_what_does_not_fit_is_refused),
		cmocka_unit_test(test_the_first_that_can_be_answered_is_chosen),
		cmocka_unit_test(test_values_have_a_bound),
		TEST(test_a_digest_is_answered_once),
		TEST(test_basic_is_answered_where_it_comes_first),
		TEST(test_a_stale_nonce_is_replaced),
		TEST(test_another_host_does_not_get_it),
		TEST(test_sentences_say_what_is_missing),
		TEST(test_a_user_that_no_field_can_hold),
	};

	return cmocka_run_group_tests(tests, fake_setup, fake_teardown);
}
