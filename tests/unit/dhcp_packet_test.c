/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* DHCP packets: options found, joined, nested; malformed ones survived. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/platform.h"
#include "net/dhcp_packet.h"
#include "net/dhcp_request.h"
#include "net/dhcp_settings.h"

#define OPTIONS (sizeof(struct bootp) + 4)

static uint8_t packet[DHCP_PACKET_MAX];
static size_t packet_len;
static uint8_t value[600];

/* An offer with the options TEXT of LEN bytes. */
static struct bootp *make(const void *text, size_t len)
{
	struct bootp *bootp = (struct bootp *)packet;

	memset(packet, 0, sizeof(packet));
	bootp->op = BOOTP_REPLY;
	bootp->htype = 1;
	bootp->hlen = 6;
	memcpy(bootp->chaddr, "\2\0\0\0\0\1", 6);
	put_be32(packet + sizeof(*bootp), DHCP_COOKIE);
	memcpy(packet + OPTIONS, text, len);
	packet_len = OPTIONS + len;
	return bootp;
}

#define MAKE(text) make(text, sizeof(text) - 1)

static int get(uint32_t tag)
{
	memset(value, 0, sizeof(value));
	return dhcp_option_get(packet, packet_len, tag, value, sizeof(value));
}

static void test_plain(void **state)
{
	(void)state;
	MAKE("\0\0\x35\1\2\x36\4\1\2\3\4\0\x0c\3pc1\xff\x0c\1z");
	assert_int_equal(get(53), 1);
	assert_int_equal(value[0], 2);
	assert_int_equal(get(54), 4);
	assert_memory_equal(value, "\1\2\3\4", 4);
	assert_int_equal(get(12), 3);
	assert_memory_equal(value, "pc1", 3);
	assert_int_equal(get(6), -ENOENT);
	assert_int_equal(get(0), -ENOENT);
	assert_int_equal(get(255), -ENOENT);
	assert_int_equal(dhcp_message_type(packet, packet_len), DHCP_OFFER);
	/* A short buffer gets the beginning, the result is the full length. */
	value[1] = 'X';
	assert_int_equal(dhcp_option_get(packet, packet_len, 12, value, 1), 3);
	assert_int_equal(value[1], 'X');
	assert_int_equal(dhcp_option_get(packet, packet_len, 12, NULL, 0), 3);
}

static void test_pieces_are_joined(void **state)
{
	(void)state;
	MAKE("\x0c\2ab\x35\1\2\x0c\2cd\x0c\0\x0c\1e\xff");
	assert_int_equal(get(12), 5);
	assert_memory_equal(value, "abcde", 5);
}

static void test_overload(void **state)
{
	struct bootp *bootp;

	(void)state;
	bootp = MAKE("\x34\1\3\x0c\1a\xff");
	memcpy(bootp->file, "\x0c\1b\x43\4boot\xff", 10);
	memcpy(bootp->sname, "\x0c\1c\xff", 4);
	assert_int_equal(get(12), 3);
	assert_memory_equal(value, "abc", 3);
	assert_int_equal(dhcp_filename_get(packet, packet_len, value, 600), 4);
	assert_memory_equal(value, "boot", 4);
	/* The field `file` holds options, so it is no name. */
	bootp = MAKE("\x34\1\1\xff");
	memcpy(bootp->file, "\x0c\1b\xff", 4);
	assert_int_equal(dhcp_filename_get(packet, packet_len, value, 600),
			 -ENOENT);
	/* Overload that overloads itself is not followed. */
	bootp = MAKE("\x34\1\2\xff");
	memcpy(bootp->sname, "\x34\1\3\xff", 4);
	memcpy(bootp->file, "plain", 5);
	assert_int_equal(dhcp_filename_get(packet, packet_len, value, 600), 5);
}

static void test_encapsulated(void **state)
{
	(void)state;
	MAKE("\xaf\3\1\1\5\x2b\5\6\1\x08\x09\0\xaf\3\xb0\1\1\xff");
	assert_int_equal(get(DHCP_ENCAP(175, 1)), 1);
	assert_int_equal(value[0], 5);
	assert_int_equal(get(DHCP_TAG_NO_PXEDHCP), 1);
	assert_int_equal(get(DHCP_ENCAP(43, 6)), 1);
	assert_int_equal(get(DHCP_TAG_PXE_MENU), 0);
	assert_int_equal(get(DHCP_ENCAP(43, 8)), -ENOENT);
	assert_int_equal(get(DHCP_ENCAP(12, 8)), -ENOENT);
	assert_int_equal(get(1u << 16 | 1), -ENOENT);
}

static void test_filename(void **state)
{
	struct bootp *bootp;
	char file[128];

	(void)state;
	MAKE("\x43\5abc\0\0\xff");
	assert_int_equal(dhcp_filename_get(packet, packet_len, value, 600), 3);
	bootp = MAKE("\x43\1\0\xff");
	strcpy(bootp->file, "field");
	assert_int_equal(dhcp_filename_get(packet, packet_len, value, 600), 5);
	assert_memory_equal(value, "field", 5);
	/* A field that is full has no NUL. */
	bootp = MAKE("\xff");
	memset(file, 'f', sizeof(file));
	memcpy(bootp->file, file, sizeof(file));
	assert_int_equal(dhcp_filename_get(packet, packet_len, value, 600),
			 128);
	assert_memory_equal(value, file, 128);
	MAKE("\xff");
	assert_int_equal(dhcp_filename_get(packet, packet_len, value, 600),
			 -ENOENT);
}

static void test_next_server(void **state)
{
	struct bootp *bootp;

	(void)state;
	bootp = MAKE("\x42\7"
		     "1.2.3.4\xff");
	assert_int_equal(dhcp_next_server(packet, packet_len),
			 get_le32("\1\2\3\4"));
	bootp->siaddr = get_le32("\5\6\7\x08");
	assert_int_equal(dhcp_next_server(packet, packet_len),
			 get_le32("\5\6\7\x08"));
	MAKE("\x42\x09"
	     "boot.test\xff");
	assert_int_equal(dhcp_next_server(packet, packet_len), 0);
	MAKE("\x42\x20"
	     "1.2.3.4                         \xff");
	assert_int_equal(dhcp_next_server(packet, packet_len), 0);
}

static void test_is_reply(void **state)
{
	struct bootp *bootp;

	(void)state;
	bootp = MAKE("\xff");
	assert_true(dhcp_is_reply(packet, packet_len, NULL));
	assert_true(dhcp_is_reply(packet, packet_len,
				  (const uint8_t *)"\2\0\0\0\0\1"));
	assert_false(dhcp_is_reply(packet, packet_len,
				   (const uint8_t *)"\2\0\0\0\0\2"));
	assert_false(dhcp_is_reply(packet, sizeof(struct bootp) - 1, NULL));
	bootp->op = BOOTP_REQUEST;
	assert_false(dhcp_is_reply(packet, packet_len, NULL));
}

static void test_boot_information(void **state)
{
	struct bootp *bootp;

	(void)state;
	MAKE("\x3c\x09PXEClient\xff");
	assert_true(dhcp_is_pxe(packet, packet_len));
	assert_false(dhcp_has_boot(packet, packet_len));
	MAKE("\x3c\x08PXEClien\xff");
	assert_false(dhcp_is_pxe(packet, packet_len));
	bootp = MAKE("\x43\1f\xff");
	assert_false(dhcp_has_boot(packet, packet_len));
	bootp->siaddr = 1;
	assert_true(dhcp_has_boot(packet, packet_len));
	MAKE("\x43\x0chttp://x/y/z\xff");
	assert_true(dhcp_has_boot(packet, packet_len));
	MAKE("\x2b\4\x09\2ab\xff");
	assert_true(dhcp_has_boot(packet, packet_len));
}

/* Call everything on LEN bytes in an allocation of just that size. */
static void try_all(const uint8_t *data, size_t len)
{
	static const uint32_t tags[] = {
		1,
		12,
		52,
		53,
		54,
		67,
		175,
		DHCP_ENCAP(175, 1),
		DHCP_ENCAP(43, 9),
	};
	uint8_t *copy = malloc(len ? len : 1);
	size_t i;

	memcpy(copy, data, len);
	for (i = 0; i < ARRAY_SIZE(tags); i++)
		dhcp_option_get(copy, len, tags[i], value, 4);
	dhcp_filename_get(copy, len, value, 4);
	dhcp_next_server(copy, len);
	dhcp_message_type(copy, len);
	dhcp_is_reply(copy, len, NULL);
	dhcp_is_pxe(copy, len);
	dhcp_has_boot(copy, len);
	free(copy);
}

static void test_cut_and_flipped(void **state)
{
	struct bootp *bootp;
	size_t i;

	(void)state;
	bootp = MAKE("\x34\1\3\x35\1\2\x36\4\1\2\3\4\xaf\6\1\1\5\xb0\1\1"
		     "\x42\7"
		     "1.2.3.4\x43\4file\x2b\4\x09\2ab"
		     "\x3c\x09PXEClient\xff");
	memcpy(bootp->file, "\x0c\x7d", 2);
	memcpy(bootp->sname, "\x0c\x3e", 2);
	for (i = 0; i <= packet_len; i++)
		try_all(packet, i);
	for (i = 0; i < packet_len * 8; i++) {
		packet[i / 8] ^= (uint8_t)(1 << i % 8);
		try_all(packet, packet_len);
		packet[i / 8] ^= (uint8_t)(1 << i % 8);
	}
}

/* What servers look at to tell us. */
static void test_request(void **state)
{
	struct net_device netdev = {.mac = {2, 0, 0, 0, 0, 9},
				    .busid = {1, 0x80, 0x86, 0x10, 0x0e}};
	struct dhcp_request request = {
		.type = DHCP_REQUEST,
		.xid = 0x11223344,
		.requested_ip = get_le32("\1\2\3\4"),
		.server_id = get_le32("\5\6\7\x08"),
	};
	struct bootp *bootp = (struct bootp *)packet;
	int len;

	(void)state;
	len = dhcp_request_build(&netdev, &request, packet);
	assert_in_range(len, BOOTP_MIN_LEN, DHCP_REQUEST_MAX);
	packet_len = (size_t)len;
	assert_int_equal(bootp->op, BOOTP_REQUEST);
	assert_int_equal(bootp->xid, 0x11223344);
	assert_memory_equal(bootp->chaddr, netdev.mac, 6);
	assert_int_equal(get(53), 1);
	assert_int_equal(value[0], DHCP_REQUEST);
	assert_int_equal(get(77), 4);
	assert_memory_equal(value, "iPXE", 4);
	assert_int_equal(get(60), 32);
	assert_memory_equal(value, "PXEClient:Arch:00007:UNDI:003010", 32);
	assert_int_equal(get(93), 2);
	assert_memory_equal(value, "\0\7", 2);
	assert_int_equal(get(94), 3);
	assert_memory_equal(value, "\1\3\x0a", 3);
	assert_int_equal(get(57), 2);
	assert_int_equal(get_be16(value), 1472);
	assert_int_equal(get(61), 7);
	assert_memory_equal(value, "\1\2\0\0\0\0\x09", 7);
	assert_int_equal(get(50), 4);
	assert_memory_equal(value, "\1\2\3\4", 4);
	assert_int_equal(get(54), 4);
	assert_int_equal(get(DHCP_ENCAP(175, 19)), 1);
	assert_int_equal(get(DHCP_ENCAP(175, 21)), 1);
	assert_int_equal(get(DHCP_ENCAP(175, 23)), 1);
	assert_int_equal(get(DHCP_ENCAP(175, 177)), 5);
	assert_int_equal(get(DHCP_ENCAP(175, 235)), 3);
	assert_int_equal(get(55), 25);
}

static void reads(const char *name, const char *wanted)
{
	char *text = settings_fetch_text(name);

	if (wanted)
		assert_string_equal(text, wanted);
	else
		assert_null(text);
	free(text);
}

static void test_block_is_what_the_packet_says_until_changed(void **state)
{
	(void)state;
	make("\x0c\3pc1\xe0\2AB\6\4\1\2\3\4", 15);
	assert_int_equal(dhcp_block_register(NULL, DHCP_BLOCK_PROXY, packet,
					     packet_len, false),
			 0);
	/* What has no name is a text. */
	reads("proxydhcp/224", "AB");
	reads("proxydhcp/224:hex", "41:42");
	reads("proxydhcp/6", "1.2.3.4");
	reads("proxydhcp/hostname", "pc1");
	assert_int_equal(settings_store_text("proxydhcp/12", "pc2"), 0);
	reads("hostname", "pc2");
	assert_int_equal(settings_store_text("proxydhcp/hostname", NULL), 0);
	reads("proxydhcp/12", NULL);
	assert_int_equal(settings_store_text("proxydhcp/12", "pc3"), 0);
	reads("proxydhcp/hostname", "pc3");
	assert_int_equal(settings_store_text("proxydhcp/word", "x"), -ENOTSUP);
	dhcp_block_unregister(NULL, DHCP_BLOCK_PROXY);
	reads("hostname", NULL);
}

/* RFC 3396: what does not fit in one option comes in several. */
static void test_long_texts_are_whole(void **state)
{
	uint8_t options[2 * 2 * (2 + 250)];
	char wanted[501];
	uint8_t *next = options;
	unsigned int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		*next++ = i < 2 ? 17 : 67;
		*next++ = 250;
		memset(next, 'a' + (int)(i % 2), 250);
		next += 250;
	}
	memset(wanted, 'a', 250);
	memset(wanted + 250, 'b', 250);
	wanted[500] = '\0';
	make((const char *)options, sizeof(options));
	assert_int_equal(dhcp_block_register(NULL, DHCP_BLOCK_PROXY, packet,
					     packet_len, false),
			 0);
	reads("proxydhcp/17", wanted);
	reads("proxydhcp/filename", wanted);
	dhcp_block_unregister(NULL, DHCP_BLOCK_PROXY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_pieces_are_joined),
		cmocka_unit_test(test_overload),
		cmocka_unit_test(test_encapsulated),
		cmocka_unit_test(test_filename),
		cmocka_unit_test(test_next_server),
		cmocka_unit_test(test_is_reply),
		cmocka_unit_test(test_boot_information),
		cmocka_unit_test(test_cut_and_flipped),
		cmocka_unit_test(test_request),
		cmocka_unit_test(
			test_block_is_what_the_packet_says_until_changed),
		cmocka_unit_test(test_long_texts_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
