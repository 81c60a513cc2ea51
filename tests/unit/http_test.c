/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* HTTP downloads: resumed, redirected, refused, delayed, always ended. */
#include "fake_net.h"

#include "core/params.h"
#include "net/address.h"

#define URL	 "http://10.0.0.1/dir/file?x=1"
#define FILE_LEN 100000

/* What the server does next; set anew by every test. */
static struct {
	unsigned int requests;
	char last[4096];     /* the last request */
	unsigned int breaks; /* how many answers break off */
	size_t break_at;     /* ... behind this many bytes of body */
	bool is_reset;	     /* ... by a RST */
	unsigned int down;   /* connections refused from then on */
	bool is_down;
	bool no_range;	      /* knows no Range */
	const char *etag;     /* NULL: none */
	const char *new_etag; /* after the first request */
	const char *script;   /* answers with this text, once per request */
	bool ends;	      /* ... and closes */
	uint64_t gap_us;      /* time between the first two requests */
	uint64_t first_us;
} server;

static size_t range_start(const char *request)
{
	const char *range = strstr(request, "Range: bytes=");

	return range ? strtoul(range + 13, NULL, 10) : 0;
}

/* Does If-Range (if any) name the present version? */
static bool is_valid(const char *request)
{
	const char *condition = strstr(request, "If-Range: ");

	return !condition ||
	       (server.etag &&
		!strncmp(condition + 10, server.etag, strlen(server.etag)));
}

static void serve_file(struct fake_tcp *tcp, const char *request)
{
	size_t start = range_start(request);
	size_t end = FILE_LEN, i;
	char header[300];
	uint8_t *content;

	if (server.no_range || !is_valid(request))
		start = 0;
	snprintf(header, sizeof(header),
		 "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s%s%s",
		 start ? "206 Partial Content" : "200 OK", FILE_LEN - start,
		 server.etag ? "ETag: " : "", server.etag ? server.etag : "",
		 server.etag ? "\r\n" : "");
	if (start)
		snprintf(header + strlen(header), 100,
			 "Content-Range: bytes %zu-%d/%d\r\n", start,
			 FILE_LEN - 1, FILE_LEN);
	strcat(header, "\r\n");
	fake_tcp_puts(tcp, header);
	if (server.breaks)
		end = MIN(MAX(server.break_at, start), (size_t)FILE_LEN - 1);
	content = malloc(FILE_LEN);
	for (i = start; i < end; i++)
		content[i] = fake_byte(i);
	fake_tcp_send(tcp, content + start, end - start);
	free(content);
	if (!server.breaks)
		return;
	server.breaks--;
	server.break_at += 20000;
	server.is_down = server.down > 0;
	fake_tcp_fin(tcp);
}

static void on_request(struct fake_tcp *tcp, const char *request)
{
	if (!server.requests++)
		server.first_us = platform_time_us();
	else if (!server.gap_us)
		server.gap_us = platform_time_us() - server.first_us;
	strcpy(server.last, request);
	if (server.script)
		fake_tcp_puts(tcp, server.script);
	else
		serve_file(tcp, request);
	if (server.script && server.ends)
		fake_tcp_fin(tcp);
	if (server.new_etag)
		server.etag = server.new_etag;
}

static enum fake_syn on_syn(uint16_t port)
{
	(void)port;
	if (!server.is_down)
		return FAKE_ACCEPT;
	if (server.down && --server.down == 0)
		server.is_down = false;
	return FAKE_REFUSE;
}

static int up(void **state)
{
	memset(&server, 0, sizeof(server));
	server.etag = "\"v1\"";
	fake_on_request = on_request;
	fake_on_syn = on_syn;
	return fake_up(state);
}

static int down(void **state)
{
	fake_image_free();
	return fake_down(state);
}

static void test_request(void **state)
{
	(void)state;
	assert_int_equal(fake_fetch("http://10.0.0.1:80/a%20b/c?q=%41"), 0);
	assert_is_file(FILE_LEN);
	assert_non_null(strstr(server.last, "GET /a%20b/c?q=%41 HTTP/1.1\r\n"));
	assert_non_null(strstr(server.last, "\r\nHost: 10.0.0.1:80\r\n"));
	assert_non_null(strstr(server.last, "\r\nUser-Agent: iPXE/"));
	assert_null(strstr(server.last, "Range"));
	assert_null(strstr(server.last, "Authorization"));
	assert_int_equal(fake_fetch("http://10.0.0.1"), 0);
	assert_non_null(strstr(server.last, "GET / HTTP/1.1\r\n"));
}

static void test_no_more_is_on_its_way_than_the_nic_can_hold(void **state)
{
	(void)state;
	fake_window = 0;
	assert_int_equal(fake_fetch(URL), 0);
	assert_in_range(fake_window, 32768, 65535);
	linux_time_skip_us += 11000000;
	poll_all();
	fake_window = 0;
	fake_netdev->rx_window = 8192;
	assert_int_equal(fake_fetch(URL), 0);
	assert_is_file(FILE_LEN);
	assert_in_range(fake_window, 1460, 8192);
}

static void test_connections_are_kept(void **state)
{
	(void)state;
	assert_int_equal(fake_fetch(URL), 0);
	assert_int_equal(fake_fetch(URL), 0);
	assert_is_file(FILE_LEN);
	assert_int_equal(fake_accepted, 1);
	linux_time_skip_us += 11000000;
	poll_all();
	assert_int_equal(fake_fetch(URL), 0);
	assert_int_equal(fake_accepted, 2);
}

/* The server forgot the connection: not the user's business. */
static void test_a_kept_connection_that_died_is_replaced(void **state)
{
	size_t i;

	(void)state;
	assert_int_equal(fake_fetch(URL), 0);
	for (i = 0; i < ARRAY_SIZE(fake_tcps); i++) {
		if (fake_tcps[i].port)
			fake_tcp_reset(&fake_tcps[i]);
	}
	assert_int_equal(fake_fetch(URL), 0);
	assert_is_file(FILE_LEN);
	assert_int_equal(fake_accepted, 2);
}

static void test_a_broken_download_is_resumed(void **state)
{
	(void)state;
	server.breaks = 3;
	server.break_at = 30000;
	assert_int_equal(fake_fetch(URL), 0);
	assert_is_file(FILE_LEN);
	assert_int_equal(server.requests, 4);
	assert_non_null(strstr(server.last, "Range: bytes=70000-\r\n"
					    "If-Range: \"v1\"\r\n"));
}

static void test_a_server_that_comes_back_is_waited_for(void **state)
{
	(void)state;
	server.breaks = 1;
	server.break_at = 30000;
	server.down = 8;
	assert_int_equal(fake_fetch(URL), 0);
	assert_is_file(FILE_LEN);
	assert_int_equal(server.requests, 2);
	assert_true(server.gap_us > 5000000);
}

static void test_a_server_that_stays_away_is_given_up(void **state)
{
	uint64_t start = platform_time_us();

	(void)state;
	server.breaks = 1;
	server.break_at = 30000;
	server.down = 1000000;
	assert_int_equal(fake_fetch(URL), -ECONNREFUSED);
	assert_in_range(platform_time_us() - start, 55000000, 70000000);
	assert_non_null(strstr(error_text(-ECONNREFUSED),
			       "after 30000 of 100000 bytes"));
	assert_false(fake_image->flags & IMAGE_COMPLETE);
}

static void test_a_changed_file_is_read_anew(void **state)
{
	(void)state;
	server.breaks = 1;
	server.break_at = 30000;
	server.new_etag = "\"v2\"";
	assert_int_equal(fake_fetch(URL), 0);
	assert_is_file(FILE_LEN);
	assert_int_equal(server.requests, 2);
}

static void test_without_a_validator_it_is_read_anew(void **state)
{
	(void)state;
	server.breaks = 2;
	server.break_at = 30000;
	server.etag = NULL;
	assert_int_equal(fake_fetch(URL), 0);
	assert_is_file(FILE_LEN);
	assert_int_equal(server.requests, 3);
	assert_null(strstr(server.last, "Range"));
}

static void test_a_server_without_ranges_is_given_up(void **state)
{
	(void)state;
	server.breaks = 1000;
	server.break_at = 30000;
	server.no_range = true;
	assert_int_not_equal(fake_fetch(URL), 0);
	assert_in_range(server.requests, 2, 6);
}

/* Always the same place: the length is a lie. */
static void test_a_truncated_body_is_an_error(void **state)
{
	uint64_t start = platform_time_us();

	(void)state;
	server.script = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc";
	server.ends = true;
	assert_int_equal(fake_fetch(URL), -ECONNRESET);
	assert_non_null(strstr(error_text(-ECONNRESET), "3 of 9 bytes"));
	assert_in_range(platform_time_us() - start, 0, 10000000);
	assert_false(fake_image->flags & IMAGE_COMPLETE);
}

static void test_a_short_partial_answer_is_continued(void **state)
{
	(void)state;
	server.breaks = 1;
	server.break_at = 99999;
	assert_int_equal(fake_fetch(URL), 0);
	assert_is_file(FILE_LEN);
}

static void test_a_wrong_range_is_not_believed(void **state)
{
	(void)state;
	server.script = "HTTP/1.1 206 P\r\nContent-Length: 3\r\n"
			"Content-Range: bytes 5-7/8\r\n\r\nabc";
	assert_int_not_equal(fake_fetch(URL), 0);
	assert_in_range(server.requests, 1, 5);
	assert_int_equal(fake_image->len, 0);
}

static void test_nobody_listens(void **state)
{
	uint64_t start = platform_time_us();

	(void)state;
	server.is_down = true;
	assert_int_equal(fake_fetch(URL), -ECONNREFUSED);
	assert_true(platform_time_us() - start < 1000000);
}

static enum fake_syn ignore(uint16_t port)
{
	(void)port;
	return FAKE_IGNORE;
}

static void test_nobody_answers(void **state)
{
	(void)state;
	fake_on_syn = ignore;
	assert_int_equal(fake_fetch_for(URL, 30000), -ETIMEDOUT);
	assert_non_null(strstr(error_text(-ETIMEDOUT), "does not answer"));
}

static void test_a_server_that_says_nothing(void **state)
{
	(void)state;
	server.script = "";
	assert_int_equal(fake_fetch_for(URL, 60000), -ETIMEDOUT);
	assert_non_null(strstr(error_text(-ETIMEDOUT), "said nothing"));
	server.ends = true;
	assert_int_equal(fake_fetch_for(URL, 60000), -ECONNRESET);
}

static void test_a_server_that_falls_silent_is_asked_again(void **state)
{
	(void)state;
	server.script = "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\n"
			"Content-Length: 9\r\n\r\nabc";
	assert_int_not_equal(fake_fetch_for(URL, 200000), 0);
	assert_true(server.requests > 1);
	assert_non_null(strstr(server.last, "Range: bytes=3-"));
}

static void test_statuses(void **state)
{
	static const struct {
		const char *answer;
		int rc;
		const char *text;
	} cases[] = {
		{"404 Not Found", -ENOENT, "404 Not Found"},
		{"403 Forbidden", -EACCES, "403 Forbidden"},
		{"401 Who", -EACCES, "401 Who"},
		{"500 Oops", -EHTTP, "500 Oops"},
		{"503 Later", -EHTTP, "503 Later"},
		{"304 Same", -EHTTP, "304 Same"},
	};
	char answer[100];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(answer, sizeof(answer),
			 "HTTP/1.1 %s\r\n"
			 "Content-Length: 3\r\n\r\nbad",
			 cases[i].answer);
		server.script = answer;
		server.requests = 0;
		assert_int_equal(fake_fetch(URL), cases[i].rc);
		assert_non_null(strstr(error_text(cases[i].rc), cases[i].text));
		assert_int_equal(fake_image->len, 0);
		assert_int_equal(server.requests, 1);
	}
	assert_int_equal(fake_accepted, 1);
}

static void answer_503_twice(struct fake_tcp *tcp, const char *request)
{
	server.script = server.requests < 2
				? "HTTP/1.1 503 Busy\r\nRetry-After: "
				  "3\r\nContent-Length: 0\r\n"
				  "\r\n"
				: NULL;
	on_request(tcp, request);
}

static void test_retry_after(void **state)
{
	(void)state;
	fake_on_request = answer_503_twice;
	assert_int_equal(fake_fetch(URL), 0);
	assert_is_file(FILE_LEN);
	assert_int_equal(server.requests, 3);
	assert_in_range(server.gap_us, 2900000, 3500000);
}

static void test_retry_after_is_shown_and_bounded(void **state)
{
	struct uri *uri = uri_parse(URL);
	struct image *image = image_alloc(uri, NULL, NULL);
	struct download download = {0};
	uint64_t start = platform_time_us();

	(void)state;
	server.script = "HTTP/1.1 404 No\r\nRetry-After: 20\r\n"
			"Content-Length: 0\r\n\r\n";
	assert_int_equal(download_open(&download, uri, image), 0);
	poll_sleep(1000);
	assert_non_null(strstr(download.status, "the server says 404; asking "
						"again in"));
	assert_true(download.is_waiting);
	assert_int_equal(poll_until(fake_download_is_done, &download, 900000),
			 0);
	assert_int_equal(download.rc, -EHTTP);
	assert_in_range(platform_time_us() - start, 500000000, 800000000);
	download_close(&download);
	image_put(image);
	uri_put(uri);
}

static void redirect(struct fake_tcp *tcp, const char *request)
{
	if (!strncmp(request, "GET /dir/file?x=1 ", 18))
		server.script = "HTTP/1.1 302 F\r\nLocation: ../a/b\r\n"
				"Content-Length: 5\r\n\r\nmoved";
	else if (!strncmp(request, "GET /a/b ", 9))
		server.script = "HTTP/1.1 301 F\r\nLocation: "
				"http://10.0.0.1:8080/c\r\n"
				"Content-Length: 0\r\n\r\n";
	else
		server.script = NULL;
	on_request(tcp, request);
}

static void test_redirects(void **state)
{
	char text[100];

	(void)state;
	fake_on_request = redirect;
	assert_int_equal(fake_fetch(URL), 0);
	assert_is_file(FILE_LEN);
	assert_int_equal(server.requests, 3);
	assert_int_equal(fake_accepted, 2);
	uri_format(fake_image->uri, text, sizeof(text));
	assert_string_equal(text, "http://10.0.0.1:8080/c");
}

static void test_redirects_in_a_ring(void **state)
{
	(void)state;
	server.script = "HTTP/1.1 302 F\r\nLocation: /x\r\n"
			"Content-Length: 0\r\n\r\n";
	assert_int_equal(fake_fetch(URL), -ELOOP);
	assert_int_equal(server.requests, 11);
}

static void test_redirects_to_nowhere(void **state)
{
	static const char *const answers[] = {
		"HTTP/1.1 302 F\r\nLocation: gopher://x/\r\n"
		"Content-Length: 0\r\n\r\n",
		"HTTP/1.1 302 F\r\nLocation: http:\r\n"
		"Content-Length: 0\r\n\r\n",
		"HTTP/1.1 302 F\r\nLocation: tftp:x\r\n"
		"Content-Length: 0\r\n\r\n",
		"HTTP/1.1 302 F\r\nContent-Length: 0\r\n\r\n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		server.script = answers[i];
		assert_int_not_equal(fake_fetch(URL), 0);
	}
}

static void authenticate(struct fake_tcp *tcp, const char *request)
{
	server.script = strstr(request, "Authorization: Basic "
					"am9lOnM6Y3JldA==\r\n")
				? NULL
				: "HTTP/1.1 401 Who\r\nWWW-Authenticate: Basic "
				  "realm=\"x\"\r\nContent-Length: 3\r\n\r\nwho";
	on_request(tcp, request);
}

static void test_basic_authentication(void **state)
{
	(void)state;
	fake_on_request = authenticate;
	assert_int_equal(fake_fetch("http://joe:s%3Acret@10.0.0.1/"), 0);
	assert_is_file(FILE_LEN);
	assert_int_equal(server.requests, 2);
	assert_int_equal(fake_fetch("http://joe:wrong@10.0.0.1/"), -EACCES);
	assert_int_equal(server.requests, 4);
	assert_int_equal(fake_fetch("http://10.0.0.1/"), -EACCES);
	assert_int_equal(server.requests, 5);
}

static void test_chunks_and_plain_ends(void **state)
{
	(void)state;
	server.script = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
			"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
	assert_int_equal(fake_fetch(URL), 0);
	assert_int_equal(fake_image->len, 5);
	assert_memory_equal(fake_image->data, "abcde", 5);
	server.script = "HTTP/1.0 200 OK\r\n\r\nhello";
	server.ends = true;
	assert_int_equal(fake_fetch(URL), 0);
	assert_int_equal(fake_image->len, 5);
	server.script = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
	assert_int_equal(fake_fetch(URL), 0);
	assert_int_equal(fake_image->len, 0);
}

/* Refused before a byte of it is fetched. */
static void test_a_file_larger_than_memory(void **state)
{
	(void)state;
	server.script = "HTTP/1.1 200 OK\r\n"
			"Content-Length: 99999999999999\r\n\r\nabc";
	assert_int_equal(fake_fetch(URL), -ENOSPC);
	assert_non_null(strstr(error_text(-ENOSPC), "kB are free"));
}

static void test_garbage_ends(void **state)
{
	static const char *const answers[] = {
		"\r\n\r\n\r\n",
		"SSH-2.0-x\r\n",
		"HTTP/1.1 200 OK\r\n"
		"Content-Length: x\r\n\r\n",
		"HTTP/1.1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		server.script = answers[i];
		assert_int_equal(fake_fetch(URL), -EPROTO);
	}
}

/* A form with a field that needs encoding, and a header field. */
static void make_params(const char *method)
{
	struct params *params;

	assert_int_equal(params_create(NULL, method), 0);
	params = params_find(NULL);
	assert_int_equal(params_add(params, false, "a b", "x&y=\xc3\xa9"), 0);
	assert_int_equal(params_add(params, true, "X-Test", "one, two"), 0);
	assert_int_equal(params_add(params, false, "c", ""), 0);
}

#define FORM "a%20b=x%26y%3D%C3%A9&c="

static void test_params_are_posted_once(void **state)
{
	(void)state;
	server.script = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
	make_params(NULL);
	assert_int_equal(fake_fetch(URL "##params"), 0);
	assert_int_equal(fake_image->len, 2);
	assert_non_null(strstr(server.last, "POST /dir/file?x=1 HTTP/1.1\r\n"));
	assert_non_null(strstr(server.last, "\r\nX-Test: one, two\r\n"));
	assert_non_null(strstr(server.last, "\r\nContent-Type: application/"
					    "x-www-form-urlencoded\r\n"));
	assert_non_null(strstr(server.last, "\r\nContent-Length: 23\r\n"));
	assert_null(fake_image->uri->fragment);
	assert_int_equal(fake_fetch(URL "##params"), -ENOENT);
	assert_int_equal(fake_fetch(URL "##params=list"), -ENOENT);
	assert_int_equal(fake_fetch(URL "##paramsx"), 0);
	assert_non_null(strstr(server.last, "GET /dir/file?x=1 HTTP/1.1\r\n"));
}

static void test_params_methods(void **state)
{
	(void)state;
	server.script = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
	make_params("get");
	assert_int_equal(fake_fetch(URL "##params"), 0);
	assert_non_null(
		strstr(server.last, "GET /dir/file?x=1&" FORM " HTTP/1.1\r\n"));
	assert_null(strstr(server.last, "Content-"));
	make_params("put");
	assert_int_equal(fake_fetch(URL "##params"), 0);
	assert_non_null(strstr(server.last, "PUT /dir/file?x=1 HTTP/1.1\r\n"));
	assert_non_null(strstr(server.last, "\r\nContent-Length: 23\r\n"));
	server.script = "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n";
	make_params("HEAD");
	assert_int_equal(fake_fetch("http://10.0.0.1/f##params"), 0);
	assert_int_equal(fake_image->len, 0);
	assert_non_null(strstr(server.last, "HEAD /f?" FORM " HTTP/1.1\r\n"));
	assert_int_equal(params_create(NULL, "DELETE"), -EINVAL);
	assert_int_equal(params_create("only-headers", NULL), 0);
	assert_int_equal(
		params_add(params_find("only-headers"), true, "A", "b"), 0);
	server.script = "HTTP/1.1 204 No Content\r\n\r\n";
	assert_int_equal(fake_fetch(URL "##params=only-headers"), 0);
	assert_non_null(strstr(server.last, "GET /dir/file?x=1 HTTP/1.1\r\n"));
	assert_non_null(strstr(server.last, "\r\nA: b\r\n"));
}

static void test_params_and_redirects(void **state)
{
	(void)state;
	server.script = "HTTP/1.1 303 See Other\r\nLocation: ftp://x/\r\n"
			"Content-Length: 0\r\n\r\n";
	make_params(NULL);
	assert_int_equal(fake_fetch(URL "##params"), -ENOTSUP);
	server.script = "HTTP/1.1 302 Found\r\nLocation: /ring\r\n"
			"Content-Length: 0\r\n\r\n";
	make_params(NULL);
	assert_int_equal(fake_fetch(URL "##params"), -ELOOP);
	assert_non_null(strstr(server.last, "GET /ring HTTP/1.1\r\n"));
	assert_null(strstr(server.last, "X-Test"));
	server.script = "HTTP/1.1 307 Temporary\r\nLocation: /ring\r\n"
			"Content-Length: 0\r\n\r\n";
	make_params(NULL);
	assert_int_equal(fake_fetch(URL "##params"), -ELOOP);
	assert_non_null(strstr(server.last, "POST /ring HTTP/1.1\r\n"));
	server.script = "HTTP/1.1 307 Temporary\r\n"
			"Location: http://10.0.0.1:81/ring\r\n"
			"Content-Length: 0\r\n\r\n";
	make_params(NULL);
	assert_int_equal(fake_fetch(URL "##params"), -ELOOP);
	assert_null(strstr(server.last, "X-Test"));
}

static void test_header_fields_are_checked(void **state)
{
	struct params *params;

	(void)state;
	assert_int_equal(params_create("h", NULL), 0);
	params = params_find("h");
	assert_int_equal(params_add(params, true, "A b", "c"), -EINVAL);
	assert_int_equal(params_add(params, true, "", "c"), -EINVAL);
	assert_int_equal(params_add(params, true, "A", "c\r\nX: y"), -EINVAL);
	assert_int_equal(params_add(params, true, "A", ""), 0);
	params_free(params);
	assert_null(params_find("h"));
}

static void test_bad_uris(void **state)
{
	(void)state;
	assert_int_equal(fake_fetch("http:///x"), -EINVAL);
	assert_int_equal(fake_fetch("http://10.0.0.1:99999/"), -EINVAL);
	assert_int_equal(fake_fetch("http://10.0.0.1:x/"), -EINVAL);
	assert_int_equal(fake_fetch("x-unknown://10.0.0.1/"), -ENOTSUP);
	assert_int_equal(fake_fetch("relative"), -EINVAL);
}

/* The host as the field Host has it. */
static void assert_host(const char *host, const char *wanted)
{
	char text[64];

	snprintf(text, sizeof(text), HOST_FORMAT, HOST_ARGS(host));
	assert_string_equal(text, wanted);
}

static void test_an_ipv6_host_is_in_brackets(void **state)
{
	(void)state;
	assert_host("boot.test", "boot.test");
	assert_host("10.0.0.1", "10.0.0.1");
	assert_host("2001:db8::1", "[2001:db8::1]");
	assert_host("fe80::1%net0", "[fe80::1]");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, up, down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_request),
		TEST(test_connections_are_kept),
		TEST(test_a_kept_connection_that_died_is_replaced),
		TEST(test_a_broken_download_is_resumed),
		TEST(test_a_server_that_comes_back_is_waited_for),
		TEST(test_a_server_that_stays_away_is_given_up),
		TEST(test_a_changed_file_is_read_anew),
		TEST(test_without_a_validator_it_is_read_anew),
		TEST(test_a_server_without_ranges_is_given_up),
		TEST(test_a_truncated_body_is_an_error),
		TEST(test_a_short_partial_answer_is_continued),
		TEST(test_a_wrong_range_is_not_believed),
		TEST(test_nobody_listens),
		TEST(test_nobody_answers),
		TEST(test_a_server_that_says_nothing),
		TEST(test_a_server_that_falls_silent_is_asked_again),
		TEST(test_statuses),
		TEST(test_retry_after),
		TEST(test_retry_after_is_shown_and_bounded),
		TEST(test_redirects),
		TEST(test_redirects_in_a_ring),
		TEST(test_redirects_to_nowhere),
		TEST(test_basic_authentication),
		TEST(test_chunks_and_plain_ends),
		TEST(test_a_file_larger_than_memory),
		TEST(test_garbage_ends),
		TEST(test_bad_uris),
		TEST(test_params_are_posted_once),
		TEST(test_no_more_is_on_its_way_than_the_nic_can_hold),
		TEST(test_params_methods),
		TEST(test_params_and_redirects),
		TEST(test_header_fields_are_checked),
		TEST(test_an_ipv6_host_is_in_brackets),
	};

	return cmocka_run_group_tests(tests, fake_setup, fake_teardown);
}
