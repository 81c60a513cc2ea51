/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* TFTP against servers of every kind: new, old, lossy, mad. */
#include "fake_net.h"

#define SERVER_TID 4242

/* The server's state; set anew by every test. */
static struct {
	size_t file_len;
	unsigned int blksize; /* 512 until agreed */
	unsigned int window;
	uint16_t client_port;
	unsigned int requests; /* RRQs seen */
	unsigned int acks;
	unsigned int errors; /* ERRORs received */
	uint16_t last_error;
	unsigned int strangers; /* told that they are */
	bool is_old;		/* ignores options */
	bool refuses_options;	/* ERROR 8 */
	bool has_window;	/* knows RFC 7440 */
	bool is_silent;
	bool is_deaf; /* to ACKs */
	bool options_seen;
	const char *oack; /* sent as it is, of OACK_LEN bytes */
	size_t oack_len;
	uint32_t base; /* first block not acknowledged */
} server;

static void send_to_client(const void *data, size_t len)
{
	fake_send_udp(PEER_IP, SERVER_TID, DEVICE_IP, server.client_port, data,
		      len);
}

static void send_error(uint16_t code, const char *text)
{
	uint8_t packet[100] = {0, 5};

	put_be16(packet + 2, code);
	strcpy((char *)packet + 4, text);
	send_to_client(packet, 5 + strlen(text));
}

/* Send block NUMBER. Returns false if it is behind the last. */
static bool send_block(uint32_t number)
{
	uint8_t packet[1500] = {0, 3};
	size_t offset = (size_t)(number - 1) * server.blksize;
	size_t len, i;

	if (offset > server.file_len)
		return false;
	len = server.file_len - offset;
	if (len > server.blksize)
		len = server.blksize;
	put_be16(packet + 2, (uint16_t)number);
	for (i = 0; i < len; i++)
		packet[4 + i] = fake_byte(offset + i);
	send_to_client(packet, 4 + len);
	return true;
}

static void send_window(void)
{
	unsigned int i;

	for (i = 0; i < server.window; i++) {
		if (!send_block(server.base + i))
			return;
	}
}

/* The value of option NAME in the request, 0 if it is not there. */
static unsigned int option_get(const char *request, size_t len,
			       const char *name)
{
	const char *end = request + len;
	const char *p = request;
	bool is_next = false;

	for (; p < end; p += strlen(p) + 1) {
		if (is_next)
			return (unsigned int)atoi(p);
		is_next = !strcmp(p, name);
	}
	return 0;
}

static void rx_request(const char *text, size_t len)
{
	unsigned int blksize = option_get(text, len, "blksize");
	unsigned int window = option_get(text, len, "windowsize");
	char oack[100] = {0, 6};
	size_t oack_len = 2;

	server.requests++;
	server.options_seen = blksize != 0;
	assert_string_equal(text, "dir/file");
	assert_string_equal(text + 9, "octet");
	server.base = 1;
	server.blksize = 512;
	server.window = 1;
	if (server.oack && blksize) {
		send_to_client(server.oack, server.oack_len);
		return;
	}
	if (server.refuses_options && blksize) {
		send_error(8, "no options here");
		return;
	}
	if (server.is_old || !blksize) {
		send_window();
		return;
	}
	assert_int_equal(blksize, 1468);
	server.blksize = blksize;
	oack_len += (size_t)sprintf(oack + oack_len, "blksize%c%u", 0, blksize);
	oack_len++;
	oack_len += (size_t)sprintf(oack + oack_len, "tsize%c%zu", 0,
				    server.file_len);
	oack_len++;
	if (server.has_window) {
		server.window = window;
		oack_len += (size_t)sprintf(oack + oack_len, "windowsize%c%u",
					    0, window);
		oack_len++;
	}
	send_to_client(oack, oack_len);
}

static void rx_ack(uint16_t number)
{
	server.acks++;
	if (server.is_deaf)
		return;
	/* Modulo 65536, never backwards by more than a window. */
	server.base += (uint16_t)(number + 1 - (uint16_t)server.base);
	send_window();
}

static void on_udp(uint32_t to, uint16_t from_port, uint16_t to_port,
		   const uint8_t *data, size_t len)
{
	uint16_t opcode = get_be16(data);

	if (server.is_silent)
		return;
	if (to != PEER_IP || (opcode != 1 && to_port != SERVER_TID)) {
		assert_int_equal(opcode, 5);
		assert_int_equal(get_be16(data + 2), 5);
		server.strangers++;
		return;
	}
	if (opcode == 1) {
		assert_int_equal(to_port, 69);
		server.client_port = from_port;
		rx_request((const char *)data + 2, len - 2);
	} else if (opcode == 4) {
		assert_int_equal(to_port, SERVER_TID);
		rx_ack(get_be16(data + 2));
	} else if (opcode == 5) {
		server.errors++;
		server.last_error = get_be16(data + 2);
	}
}

static int up(void **state)
{
	memset(&server, 0, sizeof(server));
	server.file_len = 10000;
	fake_on_udp = on_udp;
	return fake_up(state);
}

static int down(void **state)
{
	fake_image_free();
	return fake_down(state);
}

#define URL "tftp://10.0.0.1/dir/file"

static void test_options(void **state)
{
	(void)state;
	assert_int_equal(fake_fetch(URL), 0);
	assert_is_file(10000);
	assert_int_equal(server.requests, 1);
	assert_true(server.options_seen);
	assert_int_equal(server.blksize, 1468);
}

static void test_every_length_at_a_block_end(void **state)
{
	size_t len;

	(void)state;
	for (len = 0; len < 3; len++) {
		server.file_len = len;
		assert_int_equal(fake_fetch(URL), 0);
		assert_is_file(len);
		server.file_len = 1468 * 3 + len - 1;
		assert_int_equal(fake_fetch(URL), 0);
		assert_is_file(1468 * 3 + len - 1);
	}
}

static void test_windows(void **state)
{
	(void)state;
	server.has_window = true;
	server.file_len = 1468 * 100;
	assert_int_equal(fake_fetch(URL), 0);
	assert_is_file(1468 * 100);
	assert_in_range(server.acks, 100 / 16, 100 / 16 + 3);
}

static bool lose_some(unsigned int number)
{
	return number % 7 == 3 || number % 31 == 5;
}

static void test_lost_frames_are_made_up_for(void **state)
{
	unsigned int window;

	(void)state;
	for (window = 0; window < 2; window++) {
		server.has_window = window;
		server.file_len = 200000;
		fake_is_lost = lose_some;
		fake_rx_count = 0;
		assert_int_equal(fake_fetch(URL), 0);
		assert_is_file(200000);
	}
}

static void test_a_server_without_options(void **state)
{
	(void)state;
	server.is_old = true;
	assert_int_equal(fake_fetch(URL), 0);
	assert_is_file(10000);
}

static void test_a_server_that_refuses_options(void **state)
{
	(void)state;
	server.refuses_options = true;
	assert_int_equal(fake_fetch(URL), 0);
	assert_is_file(10000);
	assert_int_equal(server.requests, 2);
	assert_false(server.options_seen);
}

static void test_block_numbers_wrap(void **state)
{
	(void)state;
	server.is_old = true;
	server.file_len = 512 * 65536 + 1000;
	assert_int_equal(fake_fetch(URL), 0);
	assert_is_file(512 * 65536 + 1000);
}

static void test_errors_carry_the_servers_words(void **state)
{
	static const char oack[] = "\0\5\0\1File not \1here";

	(void)state;
	server.oack = oack;
	server.oack_len = sizeof(oack);
	assert_int_equal(fake_fetch(URL), -ENOENT);
	assert_string_equal(error_text(-ENOENT),
			    "the TFTP server says: File not ?here (error 1)");
	assert_int_equal(server.requests, 1);
}

static void test_silence_ends(void **state)
{
	(void)state;
	server.is_silent = true;
	assert_int_equal(fake_fetch_for(URL, 20000), -ETIMEDOUT);
	assert_non_null(strstr(error_text(-ETIMEDOUT), "does not answer"));
}

static bool lose_all_after_ten(unsigned int number)
{
	return number >= 10;
}

static void test_a_server_that_dies(void **state)
{
	(void)state;
	fake_is_lost = lose_all_after_ten;
	server.file_len = 100000;
	assert_int_equal(fake_fetch_for(URL, 20000), -ETIMEDOUT);
	assert_false(fake_image->flags & IMAGE_COMPLETE);
}

/* An OACK that offers what was not asked for is refused, and plainly asked
 * again; a strange but harmless one is taken. */
static void test_odd_oacks(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		bool is_refused;
	} cases[] = {
#define OACK(text, refused) {"\0\6" text, sizeof("\0\6" text) - 1, refused}
		OACK("blksize\0"
		     "9999\0",
		     true),
		OACK("blksize\0"
		     "4\0",
		     true),
		OACK("blksize\0x\0", true),
		OACK("windowsize\0"
		     "17\0",
		     true),
		OACK("windowsize\0"
		     "0\0",
		     true),
		OACK("BLKSIZE\0"
		     "512\0",
		     false),
		OACK("", false),
		OACK("blksize", false),
		OACK("blksize\0", false),
		OACK("tsize\0"
		     "99999999999999999999\0",
		     false),
		OACK("tsize\0-1\0", false),
		OACK("other\0value\0\0\0\0", false),
		OACK("blksize\0"
		     "512",
		     false),
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		server.oack = cases[i].text;
		server.oack_len = cases[i].len;
		server.requests = 0;
		server.errors = 0;
		assert_int_equal(fake_fetch(URL), 0);
		assert_is_file(10000);
		assert_int_equal(server.requests, cases[i].is_refused ? 2 : 1);
		assert_int_equal(server.errors, cases[i].is_refused ? 1 : 0);
	}
}

static void test_a_size_that_does_not_fit(void **state)
{
	static const char oack[] = "\0\6tsize\0"
				   "99999999999999";

	(void)state;
	server.oack = oack;
	server.oack_len = sizeof(oack);
	assert_int_equal(fake_fetch(URL), -ENOSPC);
	assert_int_equal(server.errors, 1);
}

/* A packet of another server, or another transfer, is told off. */
static void test_strangers(void **state)
{
	static const uint8_t data[] = {0, 3, 0, 1, 'b', 'a', 'd'};
	struct uri *uri = uri_parse(URL);
	struct image *image = image_alloc(uri, NULL, NULL);
	struct download download = {0};

	(void)state;
	assert_int_equal(download_open(&download, uri, image), 0);
	while (!download.received)
		poll_all();
	fake_send_udp(IP4(10, 0, 0, 9), SERVER_TID, DEVICE_IP,
		      server.client_port, data, sizeof(data));
	fake_send_udp(PEER_IP, SERVER_TID + 1, DEVICE_IP, server.client_port,
		      data, sizeof(data));
	poll_until(fake_download_is_done, &download, 20000);
	assert_int_equal(download.rc, 0);
	assert_int_equal(download.received, 10000);
	assert_int_equal(server.strangers, 2);
	assert_int_equal(server.errors, 0);
	download_close(&download);
	image_put(image);
	uri_put(uri);
}

/* The ACK was lost, so the server sends the block again. */
static void test_a_block_that_comes_again_is_acknowledged(void **state)
{
	struct uri *uri = uri_parse(URL);
	struct image *image = image_alloc(uri, NULL, NULL);
	struct download download = {0};
	unsigned int acks;

	(void)state;
	server.file_len = 100000;
	assert_int_equal(download_open(&download, uri, image), 0);
	while (download.received < 50000)
		poll_all();
	server.is_deaf = true;
	poll_sleep(20);
	acks = server.acks;
	send_block(server.base);
	poll_sleep(20);
	assert_int_equal(server.acks, acks + 1);
	server.is_deaf = false;
	poll_until(fake_download_is_done, &download, 20000);
	assert_int_equal(download.rc, 0);
	download_close(&download);
	image_put(image);
	uri_put(uri);
}

/* Whatever an answer is: it ends, within the bound, and nothing breaks. */
static void test_malformed_answers(void **state)
{
	static const char *const answers[] = {
		"",	"\0",	  "\0\3",     "\0\3\0",	 "\0\6",
		"\0\5", "\0\5\0", "\0\5\0\2", "\0\1xyz", "\xff\xff\xff\xff",
	};
	static const size_t lens[] = {0, 1, 2, 3, 2, 2, 3, 4, 5, 4};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		server.oack = answers[i];
		server.oack_len = lens[i];
		fake_fetch_for(URL, 30000);
	}
}

static void test_a_block_too_long(void **state)
{
	static char block[1000] = "\0\3\0\1";

	(void)state;
	server.oack = block;
	server.oack_len = sizeof(block);
	assert_int_equal(fake_fetch(URL), -EPROTO);
}

static void test_a_stopped_download_tells_the_server(void **state)
{
	struct uri *uri = uri_parse(URL);
	struct image *image = image_alloc(uri, NULL, NULL);
	struct download download = {0};

	(void)state;
	server.file_len = 1000000;
	assert_int_equal(download_open(&download, uri, image), 0);
	while (download.received < 50000)
		poll_all();
	download_close(&download);
	assert_int_equal(server.errors, 1);
	image_put(image);
	uri_put(uri);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, up, down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_options),
		TEST(test_every_length_at_a_block_end),
		TEST(test_windows),
		TEST(test_lost_frames_are_made_up_for),
		TEST(test_a_server_without_options),
		TEST(test_a_server_that_refuses_options),
		TEST(test_block_numbers_wrap),
		TEST(test_errors_carry_the_servers_words),
		TEST(test_silence_ends),
		TEST(test_a_server_that_dies),
		TEST(test_odd_oacks),
		TEST(test_a_size_that_does_not_fit),
		TEST(test_strangers),
		TEST(test_a_block_that_comes_again_is_acknowledged),
		TEST(test_malformed_answers),
		TEST(test_a_block_too_long),
		TEST(test_a_stopped_download_tells_the_server),
	};

	return cmocka_run_group_tests(tests, fake_setup, fake_teardown);
}
