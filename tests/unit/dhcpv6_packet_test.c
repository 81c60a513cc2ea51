/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* DHCPv6 messages: options found, replies judged; malformed ones survived. What
 * we say of ourselves, and what becomes of a reply as settings. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/platform.h"
#include "net/dhcpv6_packet.h"
#include "net/dhcpv6_request.h"
#include "net/dhcpv6_settings.h"
#include "assert_setting.h"
#include "capture.h"

#define IAID 0x01020304

/* 2001:db8::5, for 3000 and 4000 s. */
#define ADDR	 "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\5"
#define LIVES	 "\0\0\x0b\xb8\0\0\x0f\xa0"
#define IAADDR	 "\0\5\0\x18" ADDR LIVES
#define IA_TIMES "\1\2\3\4\0\0\0\1\0\0\0\2"
#define IA_NA	 "\0\3\0\x28" IA_TIMES IAADDR
#define CLIENT	 "\0\1\0\4\0\3\0\1"
#define SERVER	 "\0\2\0\4\0\3\0\2"
#define HEADER	 "\7\x0a\x0b\x0c"

static struct dhcpv6_message message;

/* Read the message, in memory of its very length. */
static int parse(const void *data, size_t len)
{
	static uint8_t *copy;

	free(copy);
	copy = malloc(len ? len : 1);
	memcpy(copy, data, len);
	memset(&message, 0x55, sizeof(message));
	return dhcpv6_message_parse(copy, len, IAID, &message);
}

#define PARSE(text) parse(text, sizeof(text) - 1)

static void test_reply(void **state)
{
	struct dhcpv6_option option;

	(void)state;
	assert_int_equal(PARSE(HEADER CLIENT SERVER
			       "\0\7\0\1\x80" IA_NA
			       "\0\x0d\0\2\0\0\0\x17\0\x10" ADDR),
			 0);
	assert_int_equal(message.type, DHCPV6_REPLY);
	assert_int_equal(message.xid, 0x0a0b0c);
	assert_int_equal(message.preference, 128);
	assert_int_equal(message.client_id.len, 4);
	assert_memory_equal(message.client_id.data, "\0\3\0\1", 4);
	assert_int_equal(message.server_id.len, 4);
	assert_memory_equal(message.server_id.data, "\0\3\0\2", 4);
	assert_int_equal(message.status, 0);
	assert_true(message.has_address);
	assert_memory_equal(message.addr, ADDR, 16);
	assert_true(dhcpv6_option_find(message.options, message.options_len, 23,
				       &option));
	assert_int_equal(option.len, 16);
	assert_false(dhcpv6_option_find(message.options, message.options_len,
					24, &option));
}

static void test_damaged_messages_are_refused(void **state)
{
	static uint8_t long_id[8 + 131];

	(void)state;
	assert_int_equal(PARSE("\7\1\2"), -EBADMSG);
	assert_int_equal(PARSE(HEADER), 0);
	assert_int_equal(message.client_id.len, 0);
	/* A header of an option too few, one byte of data too few. */
	assert_int_equal(PARSE(HEADER "\0\1\0"), -EBADMSG);
	assert_int_equal(PARSE(HEADER CLIENT "\0\2\0\4\0\3\0"), -EBADMSG);
	assert_int_equal(PARSE(HEADER CLIENT "\0\2\xff\xff\0\3\0"), -EBADMSG);
	/* Identifiers have 3 to 130 bytes. */
	memcpy(long_id, HEADER "\0\1\0\x82", 8);
	assert_int_equal(parse(long_id, 8 + 130), 0);
	assert_int_equal(message.client_id.len, 130);
	long_id[7]++;
	assert_int_equal(parse(long_id, 8 + 131), 0);
	assert_int_equal(message.client_id.len, 0);
	assert_int_equal(PARSE(HEADER "\0\1\0\2\0\3\0\2\0\0"), 0);
	assert_int_equal(message.client_id.len, 0);
	assert_int_equal(message.server_id.len, 0);
}

/* The address that a reply with the IA_NA TEXT gives. */
static bool gives(const char *ia, size_t len)
{
	uint8_t text[400];

	memcpy(text, HEADER, 4);
	memcpy(text + 4, ia, len);
	assert_int_equal(parse(text, 4 + len), 0);
	return message.has_address;
}

#define GIVES(text) gives(text, sizeof(text) - 1)

static void test_addresses(void **state)
{
	(void)state;
	assert_true(GIVES(IA_NA));
	/* Another's IAID; no room for the times. */
	assert_false(GIVES("\0\3\0\x28\1\2\3\5\0\0\0\1\0\0\0\2" IAADDR));
	assert_false(GIVES("\0\3\0\x0b\1\2\3\4\0\0\0\1\0\0\0"));
	assert_false(GIVES("\0\3\0\x0c" IA_TIMES));
	/* T1 after T2; without a T2 it may be. */
	assert_false(GIVES("\0\3\0\x28\1\2\3\4\0\0\0\3\0\0\0\2" IAADDR));
	assert_true(GIVES("\0\3\0\x28\1\2\3\4\0\0\0\3\0\0\0\0" IAADDR));
	/* An address cut short, or one behind which rubbish is. */
	assert_false(GIVES("\0\3\0\x27" IA_TIMES "\0\5\0\x17" ADDR
			   "\0\0\x0b\xb8\0\0\x0f"));
	assert_false(GIVES("\0\3\0\x29" IA_TIMES IAADDR "\0"));
	/* Not valid any more; preferred for longer than valid. */
	assert_false(GIVES("\0\3\0\x28" IA_TIMES "\0\5\0\x18" ADDR
			   "\0\0\0\0\0\0\0\0"));
	assert_false(GIVES("\0\3\0\x28" IA_TIMES "\0\5\0\x18" ADDR
			   "\0\0\0\3\0\0\0\2"));
	/* The second is good. */
	assert_true(GIVES("\0\3\0\x44" IA_TIMES "\0\5\0\x18" ADDR
			  "\0\0\0\0\0\0\0\0" IAADDR));
	/* The first of two is taken, and an IA_NA of ours after a foreign. */
	assert_true(GIVES("\0\3\0\x44" IA_TIMES IAADDR "\0\5\0\x18"
			  "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\6" LIVES));
	assert_int_equal(message.addr[15], 5);
	assert_true(GIVES("\0\3\0\x0c\1\2\3\5\0\0\0\1\0\0\0\2" IA_NA));
}

static void test_addresses_that_no_machine_has(void **state)
{
	static const char *const bad[] = {
		"\xff\2\0\0\0\0\0\0\0\0\0\0\0\0\0\1",
		"\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\1",
		"\xfe\xbf\0\0\0\0\0\0\0\0\0\0\0\0\0\1",
		"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
		"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1",
		"\0\0\0\0\0\0\0\0\0\0\xff\xff\1\2\3\4",
	};
	char ia[] = IA_NA;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		memcpy(ia + 20, bad[i], 16);
		assert_false(gives(ia, sizeof(ia) - 1));
	}
	/* Site-local ones are old, and unique local ones are usual. */
	memcpy(ia + 20, "\xfe\xc0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	assert_true(gives(ia, sizeof(ia) - 1));
	memcpy(ia + 20, "\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	assert_true(gives(ia, sizeof(ia) - 1));
}

static void test_status(void **state)
{
	(void)state;
	PARSE(HEADER "\0\x0d\0\6\0\2none");
	assert_int_equal(message.status, DHCPV6_NO_ADDRESSES);
	assert_int_equal(message.text_len, 4);
	assert_memory_equal(message.text, "none", 4);
	/* Of the message before that of the IA_NA. */
	PARSE(HEADER "\0\3\0\x12" IA_TIMES "\0\x0d\0\2\0\4"
		     "\0\x0d\0\2\0\1");
	assert_int_equal(message.status, 1);
	/* In the IA_NA, behind a success; one that is too short is none. */
	PARSE(HEADER "\0\x0d\0\2\0\0\0\3\0\x12" IA_TIMES "\0\x0d\0\2\0\4");
	assert_int_equal(message.status, DHCPV6_NOT_ON_LINK);
	assert_int_equal(message.text_len, 0);
	PARSE(HEADER "\0\x0d\0\1\2");
	assert_int_equal(message.status, DHCPV6_SUCCESS);
	/* Of the address: then it is not to be used. */
	PARSE(HEADER "\0\3\0\x2e" IA_TIMES "\0\5\0\x1e" ADDR LIVES
		     "\0\x0d\0\2\0\2");
	assert_int_equal(message.status, DHCPV6_NO_ADDRESSES);
	assert_false(message.has_address);
	PARSE(HEADER "\0\3\0\x2e" IA_TIMES "\0\5\0\x1e" ADDR LIVES
		     "\0\x0d\0\2\0\0");
	assert_true(message.has_address);
}

static char url[DHCPV6_URL_MAX + 1];

static int get_url(const char *text, size_t len)
{
	uint8_t options[2000];

	put_be16(options, 59);
	put_be16(options + 2, (uint16_t)len);
	memcpy(options + 4, text, len);
	memset(url, 'X', sizeof(url));
	return dhcpv6_boot_url_get(options, 4 + len, url, sizeof(url));
}

#define GET_URL(text) get_url(text, sizeof(text) - 1)

static void test_boot_url(void **state)
{
	char longest[DHCPV6_URL_MAX + 1];

	(void)state;
	assert_int_equal(GET_URL("http://[2001:db8::1]/b.ipxe"), 27);
	assert_string_equal(url, "http://[2001:db8::1]/b.ipxe");
	/* Servers that end it with a NUL. */
	assert_int_equal(GET_URL("tftp://h/f\0\0"), 10);
	assert_string_equal(url, "tftp://h/f");
	assert_int_equal(GET_URL(""), -ENOENT);
	assert_int_equal(GET_URL("\0"), -ENOENT);
	assert_int_equal(dhcpv6_boot_url_get("", 0, url, sizeof(url)), -ENOENT);
	/* What no URI is. */
	assert_int_equal(GET_URL("snponly.efi"), -EINVAL);
	assert_int_equal(GET_URL("//h/f"), -EINVAL);
	assert_int_equal(GET_URL("tftp://h/a\0b"), -EINVAL);
	assert_int_equal(GET_URL("tftp://h/a b"), -EINVAL);
	assert_int_equal(GET_URL("tftp://h/a\nb"), -EINVAL);
	assert_int_equal(GET_URL("tftp://h/a\x7f"), -EINVAL);
	memset(longest, 'x', sizeof(longest));
	memcpy(longest, "http://h/", 9);
	assert_int_equal(get_url(longest, DHCPV6_URL_MAX), DHCPV6_URL_MAX);
	assert_int_equal(strlen(url), DHCPV6_URL_MAX);
	assert_int_equal(get_url(longest, DHCPV6_URL_MAX + 1), -EINVAL);
	/* A short buffer gets the beginning. */
	GET_URL("http://h/");
	assert_int_equal(
		dhcpv6_boot_url_get("\0\x3b\0\x08http://h", 12, url, 5), 8);
	assert_string_equal(url, "http");
}

/* Everything on LEN bytes. */
static void try_all(const uint8_t *data, size_t len)
{
	char text[8];

	if (!parse(data, len))
		dhcpv6_boot_url_get(message.options, message.options_len, text,
				    sizeof(text));
}

static void test_cut_and_flipped(void **state)
{
	uint8_t packet[] =
		HEADER CLIENT SERVER "\0\7\0\1\x80\0\x3b\0\x8"
				     "tftp://h" IA_NA "\0\x0d\0\4\0\2no";
	size_t len = sizeof(packet) - 1;
	size_t i;

	(void)state;
	assert_int_equal(parse(packet, len), 0);
	assert_true(message.has_address);
	for (i = 0; i <= len; i++)
		try_all(packet, i);
	for (i = 0; i < len * 8; i++) {
		packet[i / 8] ^= (uint8_t)(1 << i % 8);
		try_all(packet, len);
		packet[i / 8] ^= (uint8_t)(1 << i % 8);
	}
}

/* ---- What we send ---- */

static struct net_device *netdev_make(void)
{
	static struct net_device netdev;

	memcpy(netdev.netif.hwaddr, "\x52\x54\0\x12\x34\x56", 6);
	strcpy(netdev.name, "net7");
	return &netdev;
}

static uint8_t sent[DHCPV6_REQUEST_MAX];
static int sent_len;

/* Option CODE of what is sent is the LEN bytes at DATA. */
static void assert_sent(uint16_t code, const void *data, size_t len)
{
	struct dhcpv6_option option;

	assert_true(dhcpv6_option_find(sent + 4, (size_t)sent_len - 4, code,
				       &option));
	assert_int_equal(option.len, len);
	assert_memory_equal(option.data, data, len);
}

#define ASSERT_SENT(code, text) assert_sent(code, text, sizeof(text) - 1)

static void assert_not_sent(uint16_t code)
{
	struct dhcpv6_option option;

	assert_false(dhcpv6_option_find(sent + 4, (size_t)sent_len - 4, code,
					&option));
}

/* As iPXE of 2021 sends it (but for the order of options, and the
 * architecture): captured from a BIOS ROM with this MAC address. */
static void test_solicit(void **state)
{
	const struct dhcpv6_request request = {
		.type = DHCPV6_SOLICIT, .xid = 0x4246b1, .elapsed_cs = 27};

	(void)state;
	sent_len = dhcpv6_request_build(netdev_make(), &request, sent);
	assert_in_range(sent_len, 100, sizeof(sent));
	assert_memory_equal(sent, "\1\x42\x46\xb1", 4);
	ASSERT_SENT(3, "\xaa\x55\xb0\xdf\0\0\0\0\0\0\0\0");
	ASSERT_SENT(6, "\0\x17\0\x18\0\x3b\0\x3c");
	ASSERT_SENT(8, "\0\x1b");
	ASSERT_SENT(15, "\0\4iPXE");
	ASSERT_SENT(16, "\0\0\1\x57\0\x20"
			"PXEClient:Arch:00007:UNDI:003010");
	ASSERT_SENT(61, "\0\7");
	ASSERT_SENT(62, "\1\3\x0a");
	assert_not_sent(2);
}

static void test_request(void **state)
{
	const struct dhcpv6_option server = {
		.code = 2, .data = (const uint8_t *)"\0\3\0\2", .len = 4};
	struct dhcpv6_request request = {
		.type = DHCPV6_REQUEST,
		.xid = 1,
		.server_id = &server,
		.addr = (const uint8_t *)ADDR,
	};

	(void)state;
	sent_len = dhcpv6_request_build(netdev_make(), &request, sent);
	assert_memory_equal(sent, "\3\0\0\1", 4);
	ASSERT_SENT(2, "\0\3\0\2");
	ASSERT_SENT(3, "\xaa\x55\xb0\xdf\0\0\0\0\0\0\0\0\0\5\0\x18" ADDR
		       "\0\0\0\0\0\0\0\0");
	request.type = DHCPV6_INFORMATION_REQUEST;
	request.server_id = NULL;
	request.addr = NULL;
	sent_len = dhcpv6_request_build(netdev_make(), &request, sent);
	assert_int_equal(sent[0], 11);
	assert_not_sent(2);
	assert_not_sent(3);
	ASSERT_SENT(6, "\0\x17\0\x18\0\x3b\0\x3c");
}

/* The identifier of the machine, where it has one. */
static void test_client_id(void **state)
{
	(void)state;
	settings_store_text("smbios/uuid",
			    "00112233-4455-6677-8899-aabbccddeeff");
	assert_int_equal(dhcpv6_client_id(netdev_make(), sent), 18);
	assert_memory_equal(sent,
			    "\0\4\0\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb"
			    "\xcc\xdd\xee\xff",
			    18);
	/* What boards have that were never given one. */
	settings_store_text("smbios/uuid",
			    "00000000-0000-0000-0000-000000000000");
	assert_int_equal(dhcpv6_client_id(netdev_make(), sent), 10);
	assert_memory_equal(sent, "\0\3\0\1\x52\x54\0\x12\x34\x56", 10);
	settings_store_text("smbios/uuid",
			    "ffffffff-ffff-ffff-ffff-ffffffffffff");
	assert_int_equal(dhcpv6_client_id(netdev_make(), sent), 10);
	settings_store_text("smbios/uuid", NULL);
	assert_int_equal(dhcpv6_client_id(netdev_make(), sent), 10);
}

static void test_classes_are_what_a_script_says(void **state)
{
	const struct dhcpv6_request request = {.type = DHCPV6_SOLICIT};
	char text[130];

	(void)state;
	settings_store_text("user-class", "mine");
	settings_store_text("vendor-class", "ours");
	sent_len = dhcpv6_request_build(netdev_make(), &request, sent);
	ASSERT_SENT(15, "\0\4mine");
	ASSERT_SENT(16, "\0\0\1\x57\0\4ours");
	memset(text, 'x', 129);
	text[128] = '\0';
	settings_store_text("user-class", text);
	sent_len = dhcpv6_request_build(netdev_make(), &request, sent);
	assert_in_range(sent_len, 200, sizeof(sent));
	text[128] = 'x';
	text[129] = '\0';
	settings_store_text("user-class", text);
	assert_int_equal(dhcpv6_request_build(netdev_make(), &request, sent),
			 -ENOBUFS);
	settings_store_text("user-class", NULL);
	settings_store_text("vendor-class", NULL);
}

static void test_writer_overflow(void **state)
{
	uint8_t buf[8];
	struct dhcpv6_writer writer = {.data = buf, .max = sizeof(buf)};
	size_t start;

	(void)state;
	dhcpv6_put(&writer, 1, "abcd", 4);
	assert_false(writer.overflow);
	assert_int_equal(writer.len, 8);
	assert_memory_equal(buf, "\0\1\0\4abcd", 8);
	writer.len = 0;
	dhcpv6_put(&writer, 1, "abcde", 5);
	assert_true(writer.overflow);
	memset(&writer, 0, sizeof(writer));
	writer.data = buf;
	writer.max = 6;
	start = dhcpv6_put_begin(&writer, 2);
	dhcpv6_put(&writer, 1, "", 0);
	dhcpv6_put_end(&writer, start);
	assert_true(writer.overflow);
}

/* ---- Settings ---- */

static struct net_device *settings_netdev;

/* Make the block of a reply. */
static void block_make(const void *data, size_t len, bool is_stateful)
{
	settings_netdev = netdev_make();
	if (!settings_netdev->settings.parent) {
		settings_init(&settings_netdev->settings, NULL, 0);
		settings_register(&settings_netdev->settings, NULL, "net7");
	}
	assert_int_equal(parse(data, len), 0);
	assert_int_equal(
		dhcpv6_block_register(settings_netdev, &message, is_stateful),
		0);
}

#define BLOCK_MAKE(text, is_stateful)                                          \
	block_make(text, sizeof(text) - 1, is_stateful)

#define DNS_OPTION                                                             \
	"\0\x17\0\x21" ADDR "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\6"           \
	"X"
#define SEARCH_OPTION "\0\x18\0\x13\3lab\4test\0\7example\0"
#define URL_OPTION    "\0\x3b\0\x12http://h/boot.ipxe"

static void test_settings(void **state)
{
	const struct setting other_scope = {
		.name = "x", .tag = 67, .scope = "smbios"};
	struct settings ipv4;
	char text[8];

	(void)state;
	BLOCK_MAKE(
		HEADER CLIENT SERVER IA_NA DNS_OPTION SEARCH_OPTION URL_OPTION,
		true);
	assert_setting("net7.dhcpv6/ip6", "2001:db8::5");
	assert_setting("net7/ip6", "2001:db8::5");
	assert_setting("dns6:hex",
		       "20:01:0d:b8:00:00:00:00:00:00:00:00:00:00:00:05:"
		       "20:01:0d:b8:00:00:00:00:00:00:00:00:00:00:00:06");
	assert_setting("dnssl", "lab.test example");
	assert_setting("domain", "lab.test");
	assert_setting("filename", "http://h/boot.ipxe");
	/* By number: options of DHCPv6, and of nothing else. */
	assert_setting("net7.dhcpv6/59:string", "http://h/boot.ipxe");
	assert_setting("net7.dhcpv6/2:hex", "00:03:00:02");
	assert_setting("net7.dhcpv6/60", NULL);
	assert_setting("net7.dhcpv6/0", NULL);
	assert_setting("59:string", NULL);
	assert_setting("net7/59:string", NULL);
	/* DHCPv4's 6, 15, 23, 59 are not these. */
	assert_setting("dns", NULL);
	assert_setting("net7/2:hex", NULL);
	assert_setting("user-class", NULL);
	assert_setting("next-server", NULL);
	/* Nor is what is not DHCP's at all. */
	assert_int_equal(settings_fetch(NULL, &other_scope, text, sizeof(text),
					NULL, NULL),
			 -ENOENT);
	/* Others are asked first: the NIC itself, and DHCPv4's block. */
	settings_init(&ipv4, NULL, 0);
	settings_register(&ipv4, &settings_netdev->settings, "dhcp");
	settings_store_text("net7.dhcp/filename", "four");
	assert_setting("filename", "four");
	settings_unregister(&ipv4);
	settings_store_text("net7/filename", "mine");
	assert_setting("filename", "mine");
	settings_store_text("net7/filename", NULL);
	settings_store_text("net7.dhcpv6/note", "x");
	assert_setting("net7.dhcpv6/note", "x");
	dhcpv6_block_unregister(settings_netdev);
	assert_setting("filename", NULL);
	assert_setting("net7/ip6", NULL);
}

static void test_information_has_no_address(void **state)
{
	(void)state;
	BLOCK_MAKE(HEADER IA_NA URL_OPTION, false);
	assert_setting("net7/ip6", NULL);
	assert_setting("filename", "http://h/boot.ipxe");
	assert_setting("dns6", NULL);
	/* The next reply stands in for it; a short list is none. */
	BLOCK_MAKE(HEADER IA_NA "\0\x17\0\x0f"
				"XXXXXXXXXXXXXXX",
		   true);
	assert_setting("net7/ip6", "2001:db8::5");
	assert_setting("filename", NULL);
	assert_setting("dns6", NULL);
	dhcpv6_block_unregister(settings_netdev);
	dhcpv6_block_unregister(settings_netdev);
}

/* What the first name of a search list TEXT of LEN bytes is; NULL: none. */
static void assert_domain(const char *list, size_t len, const char *name)
{
	uint8_t reply[400] = HEADER;

	put_be16(reply + 4, DHCPV6_OPT_DOMAIN_LIST);
	put_be16(reply + 6, (uint16_t)len);
	memcpy(reply + 8, list, len);
	block_make(reply, 8 + len, true);
	assert_setting("domain", name);
}

static void test_domain(void **state)
{
	char longest[300], name[256] = {0};
	size_t i;

	(void)state;
	assert_domain("\3lab\0", 5, "lab");
	assert_domain("\3lab\4test\0\1x\0", 13, "lab.test");
	assert_domain("", 0, NULL);
	assert_domain("\0\3lab\0", 6, NULL);
	/* One that is cut short has an end as well; a label has not. */
	assert_domain("\3lab", 4, "lab");
	assert_domain("\4lab", 4, NULL);
	assert_domain("\x40lab", 4, NULL);
	assert_domain("\xc0\0", 2, NULL);
	for (i = 0; i < 129; i++)
		memcpy(longest + 2 * i, "\1x", 2);
	assert_domain(longest, 258, NULL);
	for (i = 0; i < 255; i++)
		name[i] = i % 2 ? '.' : 'x';
	assert_domain(longest, 256, name);
	memcpy(longest, "\2xx", 3);
	for (i = 0; i < 127; i++)
		memcpy(longest + 3 + 2 * i, "\1x", 2);
	assert_domain(longest, 3 + 2 * 127, NULL);
	longest[0] = 64;
	assert_domain(longest, 65, NULL);
	longest[0] = 63;
	longest[64] = 0;
	memset(longest + 1, 'y', 63);
	memset(name, 0, sizeof(name));
	memset(name, 'y', 63);
	assert_domain(longest, 65, name);
	dhcpv6_block_unregister(settings_netdev);
}

static void test_a_name_without_a_server_is_refused(void **state)
{
	(void)state;
	capture_setup(NULL);
	BLOCK_MAKE(HEADER "\0\x3b\0\x0bsnponly.efi", true);
	assert_setting("filename", NULL);
	assert_non_null(strstr(captured, "net7: the boot file that DHCPv6 "
					 "names (option 59) is no absolute "
					 "URI; it is ignored\n"));
	assert_setting("net7.dhcpv6/59:string", "snponly.efi");
	dhcpv6_block_unregister(settings_netdev);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reply),
		cmocka_unit_test(test_damaged_messages_are_refused),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_addresses_that_no_machine_has),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_boot_url),
		cmocka_unit_test(test_cut_and_flipped),
		cmocka_unit_test(test_solicit),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_client_id),
		cmocka_unit_test(test_classes_are_what_a_script_says),
		cmocka_unit_test(test_writer_overflow),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_information_has_no_address),
		cmocka_unit_test(test_domain),
		cmocka_unit_test(test_a_name_without_a_server_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
