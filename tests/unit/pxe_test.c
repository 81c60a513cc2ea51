/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* PXE boot servers and boot menus: option 43, discovery, prompt and choice. */
#include "assert_setting.h"
#include "fake_net.h"

#include "typing.h"
#include "core/command.h"
#include "net/dhcp.h"
#include "net/dhcp_packet.h"
#include "net/dhcp_settings.h"
#include "net/pxe_options.h"
#include "net/pxebs.h"
#include "usr/pxemgmt.h"

#define GROUP	 IP4(224, 0, 1, 2)
#define EVERYONE 0xffffffff
#define F8	 "\x1b[19~"

/* What the boot servers of the network do. */
static struct {
	uint32_t listens;    /* address at which questions are answered */
	uint32_t ip;	     /* who answers */
	uint16_t type;	     /* of the answer; 0: as in the question */
	bool is_without_pxe; /* the answer does not say PXEClient */
	bool is_offer;	     /* it is no ACK */
	uint32_t xid_flip;   /* wrong bits of its xid */
	unsigned int deaf;   /* to so many questions */
	uint32_t flip_bit;   /* of the answer, from 1; 0: none */
	const char *file;
} world;

/* The questions so far. */
static struct {
	uint32_t to;
	uint16_t port;
	uint16_t type;
	unsigned int ms; /* since the first one */
} asked[32];
static unsigned int asked_count;
static uint64_t asked_us;

static void answer(const uint8_t *question, uint16_t type)
{
	uint8_t reply[400] = {0};
	struct bootp *bootp = (struct bootp *)reply;
	struct dhcp_writer writer = {
		.data = reply, .max = sizeof(reply), .len = sizeof(*bootp) + 4};
	uint8_t item[6] = {PXE_OPT_ITEM, 4};

	memcpy(reply, question, 44);
	bootp->op = BOOTP_REPLY;
	bootp->xid ^= world.xid_flip;
	bootp->siaddr = world.ip;
	if (world.file)
		strcpy(bootp->file, world.file);
	put_be32(reply + sizeof(*bootp), DHCP_COOKIE);
	dhcp_put_u8(&writer, 53, world.is_offer ? DHCP_OFFER : DHCP_ACK);
	dhcp_put(&writer, 54, &world.ip, 4);
	if (!world.is_without_pxe)
		dhcp_put(&writer, 60, "PXEClient", 9);
	put_be16(item + 2, world.type ? world.type : type);
	dhcp_put(&writer, 43, item, sizeof(item));
	reply[writer.len++] = 255;
	if (world.flip_bit)
		reply[(world.flip_bit - 1) / 8] ^=
			(uint8_t)(1 << (world.flip_bit - 1) % 8);
	fake_send_udp(world.ip, PXE_SERVER_PORT, DEVICE_IP, DHCP_CLIENT_PORT,
		      reply, writer.len);
}

static void on_udp(uint32_t to, uint16_t from_port, uint16_t to_port,
		   const uint8_t *data, size_t len)
{
	uint8_t item[4];

	if (to_port != DHCP_SERVER_PORT && to_port != PXE_SERVER_PORT)
		return;
	assert_int_equal(from_port, DHCP_CLIENT_PORT);
	assert_int_equal(dhcp_message_type(data, len), DHCP_REQUEST);
	assert_int_equal(((const struct bootp *)data)->ciaddr, DEVICE_IP);
	assert_int_equal(
		dhcp_option_get(data, len, DHCP_ENCAP(43, 71), item, 4), 4);
	assert_int_equal(get_be16(item + 2), 0);
	assert_in_range(asked_count, 0, ARRAY_SIZE(asked) - 1);
	if (!asked_count)
		asked_us = platform_time_us();
	asked[asked_count].to = to;
	asked[asked_count].port = to_port;
	asked[asked_count].type = get_be16(item);
	asked[asked_count++].ms =
		(unsigned int)((platform_time_us() - asked_us) / 1000);
	if (to != world.listens)
		return;
	if (world.deaf)
		world.deaf--;
	else
		answer(data, get_be16(item));
}

/* Every sub-option that is looked at. */
static const char *const options[] = {
	"net0/43.6:hex",  "net0/43.7:ipv4",    "net0/43.8:hex", "net0/43.9:hex",
	"net0/43.10:hex", "net0/vendor-class", "net0/filename"};

static int up(void **state)
{
	memset(&world, 0, sizeof(world));
	world.listens = EVERYONE;
	world.ip = PEER_IP;
	world.file = "boot/file";
	asked_count = 0;
	typed = "";
	fake_on_udp = on_udp;
	return fake_up(state);
}

static int down(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(options); i++)
		settings_store_text(options[i], NULL);
	dhcp_block_unregister(NULL, DHCP_BLOCK_PXEBS);
	return fake_down(state);
}

static void assert_asked(unsigned int index, uint32_t to, uint16_t port,
			 unsigned int ms)
{
	assert_in_range(index, 0, asked_count - 1);
	assert_int_equal(asked[index].to, to);
	assert_int_equal(asked[index].port, port);
	assert_in_range(asked[index].ms, ms, ms + 100);
}

/* ---- Option 43 ---- */

static void test_lists_are_read_entry_by_entry(void **state)
{
	static const uint8_t servers[] = {0x80, 0, 2, 10, 0, 0, 1,
					  10,	0, 0, 2,  0, 5, 0};
	static const uint8_t menu[] = "\0\0\5Local\x80\1\0\0\2\1x";
	struct pxe_servers list;
	struct pxe_item item;
	size_t at = 0;

	(void)state;
	assert_true(pxe_servers_next(servers, sizeof(servers), &at, &list));
	assert_int_equal(list.type, 0x8000);
	assert_int_equal(list.count, 2);
	assert_memory_equal(list.addrs + 4, "\x0a\0\0\2", 4);
	assert_true(pxe_servers_next(servers, sizeof(servers), &at, &list));
	assert_int_equal(list.type, 5);
	assert_int_equal(list.count, 0);
	assert_false(pxe_servers_next(servers, sizeof(servers), &at, &list));
	at = 0;
	assert_true(pxe_item_next(menu, sizeof(menu) - 1, &at, &item));
	assert_int_equal(item.type, PXE_TYPE_LOCAL);
	assert_int_equal(item.len, 5);
	assert_memory_equal(item.text, "Local", 5);
	assert_true(pxe_item_next(menu, sizeof(menu) - 1, &at, &item));
	assert_int_equal(item.type, 0x8001);
	assert_int_equal(item.len, 0);
	assert_true(pxe_item_next(menu, sizeof(menu) - 1, &at, &item));
	assert_int_equal(item.text[0], 'x');
	assert_false(pxe_item_next(menu, sizeof(menu) - 1, &at, &item));
}

static void test_what_is_cut_off_is_no_entry(void **state)
{
	static const uint8_t whole[] = {1, 0, 1, 10, 0, 0, 1};
	struct pxe_servers list;
	struct pxe_item item;
	uint8_t *data;
	size_t len, at;

	(void)state;
	for (len = 0; len < sizeof(whole); len++) {
		data = malloc(len ? len : 1);
		memcpy(data, whole, len);
		at = 0;
		assert_false(pxe_servers_next(data, len, &at, &list));
		assert_int_equal(at, 0);
		at = 0;
		assert_int_equal(pxe_item_next(data, len, &at, &item), len > 3);
		at = len + 1;
		assert_false(pxe_item_next(data, len, &at, &item));
		free(data);
	}
}

static void test_text_cannot_control_the_terminal(void **state)
{
	char buf[8];

	(void)state;
	pxe_text_copy(buf, sizeof(buf), "a\x1b[2\x7f", 5);
	assert_string_equal(buf, "a?[2?");
	pxe_text_copy(buf, sizeof(buf), "much too long", 13);
	assert_string_equal(buf, "much to");
	pxe_text_copy(buf, sizeof(buf), "end\0", 4);
	assert_string_equal(buf, "end");
	pxe_text_copy(buf, sizeof(buf), "x", 0);
	assert_string_equal(buf, "");
}

/* ---- Discovery ---- */

static void test_without_option_43_everybody_is_asked(void **state)
{
	(void)state;
	assert_int_equal(pxebs_discover(fake_netdev, 0x8001, -1), 0);
	assert_int_equal(asked_count, 1);
	assert_asked(0, EVERYONE, DHCP_SERVER_PORT, 0);
	assert_int_equal(asked[0].type, 0x8001);
	assert_setting("pxebs/filename", "boot/file");
	assert_setting("pxebs/next-server", "10.0.0.1");
	assert_setting("filename", "boot/file");
	/* The next answer takes its place. */
	world.file = "other";
	assert_int_equal(pxebs_discover(fake_netdev, 2, -1), 0);
	assert_setting("pxebs/filename", "other");
	assert_setting("pxebs/43.71:hexraw", "00020000");
}

static void test_group_then_everybody_then_each_server(void **state)
{
	(void)state;
	settings_store_text("net0/43.7:ipv4", "224.0.1.2");
	settings_store_text("net0/43.8:hex",
			    "00:07:01:0a:00:00:63:00:02:02:0a:00:00:05:0a:00:"
			    "00:06");
	world.listens = 0;
	assert_int_equal(pxebs_discover(fake_netdev, 2, -1), -ETIMEDOUT);
	assert_int_equal(asked_count, 8);
	assert_asked(0, GROUP, PXE_SERVER_PORT, 0);
	assert_asked(1, GROUP, PXE_SERVER_PORT, 1000);
	assert_asked(2, EVERYONE, DHCP_SERVER_PORT, 3000);
	assert_asked(3, EVERYONE, DHCP_SERVER_PORT, 4000);
	assert_asked(4, IP4(10, 0, 0, 5), PXE_SERVER_PORT, 6000);
	assert_asked(6, IP4(10, 0, 0, 6), PXE_SERVER_PORT, 9000);
	assert_string_equal(error_text(-ETIMEDOUT),
			    "no boot server of type 2 answered within "
			    "12 s");
	assert_setting("pxebs/filename", NULL);
	/* The last of them may be the one. */
	world.listens = IP4(10, 0, 0, 6);
	asked_count = 0;
	assert_int_equal(pxebs_discover(fake_netdev, 2, -1), 0);
	assert_int_equal(asked_count, 7);
}

static void test_what_is_forbidden_is_not_asked(void **state)
{
	(void)state;
	settings_store_text("net0/43.6:hex", "03");
	settings_store_text("net0/43.7:ipv4", "224.0.1.2");
	settings_store_text("net0/43.8:hex", "00:02:01:0a:00:00:05");
	world.listens = IP4(10, 0, 0, 5);
	world.deaf = 1;
	assert_int_equal(pxebs_discover(fake_netdev, 2, -1), 0);
	assert_int_equal(asked_count, 2);
	assert_asked(0, IP4(10, 0, 0, 5), PXE_SERVER_PORT, 0);
	assert_asked(1, IP4(10, 0, 0, 5), PXE_SERVER_PORT, 1000);
	asked_count = 0;
	assert_int_equal(pxebs_discover(fake_netdev, 3, -1), -ENOENT);
	assert_int_equal(asked_count, 0);
	assert_non_null(
		strstr(error_text(-ENOENT), "no boot server of type 3"));
}

static void test_only_listed_servers_may_answer(void **state)
{
	(void)state;
	settings_store_text("net0/43.6:hex", "04");
	settings_store_text("net0/43.8:hex", "00:02:01:0a:00:00:01:00:03:00");
	assert_int_equal(pxebs_discover(fake_netdev, 2, -1), 0);
	world.ip = IP4(10, 0, 0, 9);
	assert_int_equal(pxebs_discover(fake_netdev, 2, 2000), -ETIMEDOUT);
	/* A type that is listed without addresses: any server. */
	assert_int_equal(pxebs_discover(fake_netdev, 3, 2000), 0);
	settings_store_text("net0/43.6:hex", "00");
	assert_int_equal(pxebs_discover(fake_netdev, 2, 2000), 0);
}

static void test_other_answers_are_none(void **state)
{
	(void)state;
	world.type = 7;
	assert_int_equal(pxebs_discover(fake_netdev, 2, 2000), -ETIMEDOUT);
	world.type = 0;
	world.xid_flip = 1;
	assert_int_equal(pxebs_discover(fake_netdev, 2, 2000), -ETIMEDOUT);
	world.xid_flip = 0;
	world.is_offer = true;
	assert_int_equal(pxebs_discover(fake_netdev, 2, 2000), -ETIMEDOUT);
	world.is_offer = false;
	world.is_without_pxe = true;
	assert_int_equal(pxebs_discover(fake_netdev, 2, 2000), -ETIMEDOUT);
	world.is_without_pxe = false;
	assert_int_equal(pxebs_discover(fake_netdev, 2, 2000), 0);
}

static void test_flipped_bits_do_no_harm(void **state)
{
	(void)state;
	for (world.flip_bit = 1; world.flip_bit < 280 * 8; world.flip_bit++) {
		asked_count = 0;
		pxebs_discover(fake_netdev, 2, 100);
	}
}

static void test_an_address_is_needed(void **state)
{
	(void)state;
	netdev_close(fake_netdev);
	assert_int_equal(pxebs_discover(fake_netdev, 2, -1), -ENETUNREACH);
	assert_int_equal(asked_count, 0);
}

static void test_words_of_the_command(void **state)
{
	(void)state;
	assert_int_equal(exec_line("pxebs net0 0x8001"), 0);
	assert_int_equal(asked[0].type, 0x8001);
	assert_int_equal(exec_line("pxebs net0"), -EUSAGE);
	assert_int_equal(exec_line("pxebs net0 1 2"), -EUSAGE);
	assert_int_equal(exec_line("pxebs net7 1"), -ENODEV);
	assert_int_equal(exec_line("pxebs net0 much"), -EINVAL);
	assert_int_equal(exec_line("pxebs net0 65536"), -EINVAL);
	assert_int_equal(asked_count, 1);
	world.listens = 0;
	assert_int_equal(exec_line("pxebs -t 1500 net0 1"), -ETIMEDOUT);
	assert_int_equal(asked_count, 3);
}

static uint16_t type_meant_by(const char *number)
{
	char line[40];

	asked_count = 0;
	snprintf(line, sizeof(line), "pxebs net0 %s", number);
	assert_int_equal(exec_line(line), 0);
	return asked[0].type;
}

static void test_scripts_with_the_bytes_of_the_type_swapped(void **state)
{
	(void)state;
	assert_int_equal(type_meant_by("384"), 384);
	settings_store_text("net0/43.8:hex", "80:01:00:80:02:00:02:80:00");
	assert_int_equal(type_meant_by("384"), 0x8001);
	assert_int_equal(type_meant_by("32769"), 0x8001);
	assert_int_equal(type_meant_by("0x8002"), 0x8002);
	assert_int_equal(type_meant_by("0x0280"), 0x0280);
	assert_int_equal(type_meant_by("3"), 3);
	settings_store_text("net0/43.8:hex", NULL);
	settings_store_text("net0/43.9:hex", "00:03:01:41");
	assert_int_equal(type_meant_by("768"), 3);
}

/* ---- The menu ---- */

#define MENU "80:01:03:4f:6e:65:80:02:03:54:77:6f:00:00:05:4c:6f:63:61:6c"

/* DHCP gave MENU (hex) and, unless NULL, PROMPT (hex): what happens while
 * KEYS are typed. The type that is asked for, -1 for the local disk, or
 * -errno. How long it took goes to *RET_MS. */
static int choose(const char *menu, const char *prompt, const char *keys,
		  unsigned int *ret_ms)
{
	uint64_t begin = platform_time_us();
	struct uri *uri = NULL;
	char text[64];
	int rc;

	settings_store_text("net0/vendor-class", "PXEClient");
	settings_store_text("net0/43.9:hex", menu);
	settings_store_text("net0/43.10:hex", prompt);
	asked_count = 0;
	typed = keys;
	rc = pxe_menu_boot(fake_netdev, &uri);
	*ret_ms = (unsigned int)((platform_time_us() - begin) / 1000);
	if (rc)
		return rc;
	if (!uri) {
		assert_int_equal(asked_count, 0);
		return -1;
	}
	uri_format(uri, text, sizeof(text));
	assert_string_equal(text, "tftp://10.0.0.1/boot/file");
	uri_put(uri);
	return asked[0].type;
}

static void test_the_prompts_time_takes_the_first_item(void **state)
{
	unsigned int ms;

	(void)state;
	assert_int_equal(choose(MENU, "03:46:38", "", &ms), 0x8001);
	assert_in_range(ms, 3000, 3100);
	/* Keys that mean nothing, and noise, do not hold it up. */
	assert_int_equal(choose(MENU, "03:46:38", "xyz\x80\xff", &ms), 0x8001);
	assert_in_range(ms, 3000, 3100);
	assert_int_equal(choose(MENU, "00", F8, &ms), 0x8001);
	assert_in_range(ms, 0, 100);
	assert_int_equal(choose(MENU, "fe", "\r", &ms), 0x8001);
	assert_in_range(ms, 0, 100);
}

static void test_f8_shows_the_menu(void **state)
{
	unsigned int ms;

	(void)state;
	assert_int_equal(choose(MENU, "0a:50", F8 DOWN "\r", &ms), 0x8002);
	assert_in_range(ms, 0, 100);
	/* Whoever pressed it went away. */
	assert_int_equal(choose(MENU, "0a:50", F8, &ms), 0x8001);
	assert_in_range(ms, 60000, 60200);
}

static void test_without_prompt_the_menu_waits(void **state)
{
	unsigned int ms;

	(void)state;
	assert_int_equal(choose(MENU, NULL, DOWN "\r", &ms), 0x8002);
	assert_int_equal(choose(MENU, "ff:50", DOWN DOWN "\r", &ms), -1);
}

static void test_a_choice_can_be_refused(void **state)
{
	unsigned int ms;

	(void)state;
	assert_int_equal(choose(MENU, "0a", "\x03", &ms), -ECANCELED);
	assert_int_equal(choose(MENU, "ff", "\x03", &ms), -ECANCELED);
	assert_int_equal(asked_count, 0);
}

static void test_item_zero_is_the_local_disk(void **state)
{
	unsigned int ms;

	(void)state;
	assert_int_equal(choose("00:00:01:78", "01", "", &ms), -1);
}

static void test_a_menu_without_items(void **state)
{
	unsigned int ms;

	(void)state;
	assert_int_equal(choose("80:01:09:78", "01", "", &ms), -EINVAL);
}

static void test_a_boot_server_that_does_not_answer(void **state)
{
	unsigned int ms;

	(void)state;
	world.listens = 0;
	assert_int_equal(choose(MENU, "00", "", &ms), -ETIMEDOUT);
	assert_in_range(ms, 3000, 3100);
	world.listens = EVERYONE;
	world.file = NULL;
	assert_int_equal(choose(MENU, "00", "", &ms), -ENOENT);
}

static void test_when_there_is_no_menu_to_show(void **state)
{
	struct uri *uri = NULL;
	unsigned int ms;

	(void)state;
	assert_int_equal(choose(NULL, "00", "", &ms), 1);
	/* A file name goes before the menu only where that is said. */
	settings_store_text("net0/filename", "plain");
	assert_int_equal(choose(MENU, "00", "", &ms), 0x8001);
	settings_store_text("net0/43.6:hex", "08");
	assert_int_equal(choose(MENU, "00", "", &ms), 1);
	settings_store_text("net0/filename", NULL);
	dhcp_block_unregister(NULL, DHCP_BLOCK_PXEBS);
	assert_int_equal(choose(MENU, "00", "", &ms), 0x8001);
	dhcp_block_unregister(NULL, DHCP_BLOCK_PXEBS);
	settings_store_text("net0/vendor-class", "HTTPClient");
	assert_int_equal(pxe_menu_boot(fake_netdev, &uri), 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, up, down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists_are_read_entry_by_entry),
		cmocka_unit_test(test_what_is_cut_off_is_no_entry),
		cmocka_unit_test(test_text_cannot_control_the_terminal),
		TEST(test_without_option_43_everybody_is_asked),
		TEST(test_group_then_everybody_then_each_server),
		TEST(test_what_is_forbidden_is_not_asked),
		TEST(test_only_listed_servers_may_answer),
		TEST(test_other_answers_are_none),
		TEST(test_flipped_bits_do_no_harm),
		TEST(test_an_address_is_needed),
		TEST(test_words_of_the_command),
		TEST(test_scripts_with_the_bytes_of_the_type_swapped),
		TEST(test_the_prompts_time_takes_the_first_item),
		TEST(test_f8_shows_the_menu),
		TEST(test_without_prompt_the_menu_waits),
		TEST(test_a_choice_can_be_refused),
		TEST(test_item_zero_is_the_local_disk),
		TEST(test_a_menu_without_items),
		TEST(test_a_boot_server_that_does_not_answer),
		TEST(test_when_there_is_no_menu_to_show),
	};

	return cmocka_run_group_tests(tests, fake_setup, fake_teardown);
}
