/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Device paths, whole and broken, and the lease that is made of one. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* Belongs to platform/efi, which this program is not built with. */
#include "platform/efi/devpath.c"

/* PciRoot(0x0) / MAC(525400123456,0x1) / Vlan(7) / IPv4(10.0.2.15 from
 * 10.0.2.2, gateway 10.0.2.3, mask /24) / Dns(10.0.2.4, 10.0.2.5) /
 * Uri(http://h/x.efi) */
static const uint8_t http_path[] = {
	0x02, 0x01, 12,	  0,   0xd0, 0x41, 0x03, 0x0a, 0,    0,	   0,	 0,
	0x03, 0x0b, 37,	  0,   0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0,	 0,
	0,    0,    0,	  0,   0,    0,	   0,	 0,    0,    0,	   0,	 0,
	0,    0,    0,	  0,   0,    0,	   0,	 0,    0,    0,	   0,	 0,
	1,    0x03, 0x14, 6,   0,    7,	   0,	 0x03, 0x0c, 27,   0,	 10,
	0,    2,    15,	  10,  0,    2,	   2,	 0,    0,    0,	   0,	 6,
	0,    0,    10,	  0,   2,    3,	   255,	 255,  255,  0,	   0x03, 0x1f,
	37,   0,    0,	  10,  0,    2,	   4,	 0,    0,    0,	   0,	 0,
	0,    0,    0,	  0,   0,    0,	   0,	 10,   0,    2,	   5,	 0,
	0,    0,    0,	  0,   0,    0,	   0,	 0,    0,    0,	   0,	 0x03,
	0x18, 18,   0,	  'h', 't',  't',  'p',	 ':',  '/',  '/',  'h',	 '/',
	'x',  '.',  'e',  'f', 'i',  0x7f, 0xff, 4,    0,
};

/* Parse a copy of LEN bytes of PATH at the very end of a heap block, so that
 * the address sanitizer sees every byte read beyond it. */
static void parse_exact(const uint8_t *path, size_t len,
			struct devpath_origin *ret)
{
	uint8_t *copy = malloc(len ? len : 1);

	memcpy(copy, path, len);
	memset(ret, 0, sizeof(*ret));
	devpath_parse(copy, len, ret);
	devpath_len(copy, len);
	free(copy);
}

static void test_http_path_is_understood(void **state)
{
	static const uint8_t mac[] = {0x52, 0x54, 0, 0x12, 0x34, 0x56};
	static const uint8_t gateway[] = {10, 0, 2, 3};
	static const uint8_t dns[] = {10, 0, 2, 5};
	struct devpath_origin origin;

	(void)state;
	parse_exact(http_path, sizeof(http_path), &origin);
	assert_true(origin.has_mac);
	assert_memory_equal(origin.mac, mac, 6);
	assert_int_equal(origin.vlan, 7);
	assert_true(origin.has_ipv4);
	assert_memory_equal(origin.gateway, gateway, 4);
	assert_int_equal(origin.netmask[2], 255);
	assert_int_equal(origin.dns_count, 2);
	assert_memory_equal(origin.dns[1], dns, 4);
	assert_string_equal(origin.uri, "http://h/x.efi");
	assert_int_equal(devpath_len(http_path, sizeof(http_path)),
			 sizeof(http_path) - 4);
}

static void test_every_cut_stays_within_bounds(void **state)
{
	struct devpath_origin origin;
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(http_path); len++) {
		parse_exact(http_path, len, &origin);
		assert_int_equal(devpath_len(http_path, len), 0);
	}
}

static void test_wrong_node_lengths_stay_within_bounds(void **state)
{
	struct devpath_origin origin;
	uint8_t path[sizeof(http_path)];
	unsigned int value;
	size_t at;

	(void)state;
	for (at = 0; at < sizeof(path); at++) {
		for (value = 0; value < 256; value += 5) {
			memcpy(path, http_path, sizeof(path));
			path[at] = (uint8_t)value;
			parse_exact(path, sizeof(path), &origin);
			assert_true(origin.dns_count <= 3);
		}
	}
}

static void test_short_nodes_say_nothing_and_stay_within_bounds(void **state)
{
	static const uint8_t kinds[] = {0x0b, 0x0c, 0x14, 0x1f, 0x18};
	struct devpath_origin origin;
	uint8_t node[40];
	size_t len;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(kinds); i++) {
		for (len = 0; len <= sizeof(node); len++) {
			memset(node, 1, sizeof(node));
			node[0] = 3;
			node[1] = kinds[i];
			node[2] = (uint8_t)len;
			node[3] = 0;
			node[4] = 0;
			parse_exact(node, len < 4 ? 4 : len, &origin);
			assert_int_equal(origin.has_mac, i == 0 && len >= 37);
			assert_int_equal(origin.has_ipv4, i == 1 && len >= 19);
			assert_int_equal(origin.gateway[0],
					 i == 1 && len >= 27);
			assert_int_equal(origin.dns_count,
					 i == 3 && len >= 5 ? (len - 5) / 16
							    : 0);
		}
	}
}

static void test_zero_length_node_ends_the_walk(void **state)
{
	static const uint8_t path[] = {0x03, 0x0b, 0, 0, 0x7f, 0xff, 4, 0};

	(void)state;
	assert_int_equal(devpath_len(path, sizeof(path)), 0);
	assert_int_equal(devpath_last(path, sizeof(path)), 0);
}

static void test_empty_uri_and_address_change_nothing(void **state)
{
	static const uint8_t path[] = {
		0x03, 0x18, 4, 0, 0x03, 0x0c, 19, 0, 0, 0,    0,    0, 0, 0,
		0,    0,    0, 0, 0,	0,    0,  0, 0, 0x7f, 0xff, 4, 0};
	struct devpath_origin origin;

	(void)state;
	parse_exact(http_path, sizeof(http_path), &origin);
	devpath_parse(path, sizeof(path), &origin);
	assert_string_equal(origin.uri, "http://h/x.efi");
	assert_int_equal(origin.ip[3], 15);
}

static void test_last_node_is_found(void **state)
{
	(void)state;
	assert_int_equal(devpath_last(http_path, sizeof(http_path) - 4),
			 sizeof(http_path) - 4 - 18);
	assert_int_equal(devpath_last(http_path, 12), 0);
	assert_int_equal(devpath_last(http_path, 0), 0);
}

static void test_written_uri_is_read_back(void **state)
{
	struct devpath_origin origin;
	uint8_t path[3 + 8];

	(void)state;
	devpath_put_uri(path, "a:b", 3);
	parse_exact(path, sizeof(path), &origin);
	assert_string_equal(origin.uri, "a:b");
	assert_int_equal(devpath_len(path, sizeof(path)), 7);
}

static void test_lease_has_what_the_path_says(void **state)
{
	static const uint8_t options[] = {
		0x63, 0x82, 0x53, 0x63, 53,  1,	  5,   1,   4,	 255, 255, 255,
		0,    3,    4,	  10,	0,   2,	  3,   6,   8,	 10,  0,   2,
		4,    10,   0,	  2,	5,   67,  14,  'h', 't', 't', 'p', ':',
		'/',  '/',  'h',  '/',	'x', '.', 'e', 'f', 'i', 255};
	struct devpath_origin origin;
	uint8_t packet[600];
	size_t len;

	(void)state;
	parse_exact(http_path, sizeof(http_path), &origin);
	len = devpath_dhcpack(&origin, packet, sizeof(packet));
	assert_int_equal(len, 236 + sizeof(options));
	assert_memory_equal(packet + 236, options, sizeof(options));
	assert_memory_equal(packet + 16, origin.ip, 4);
	assert_memory_equal(packet + 28, origin.mac, 6);
}

static void test_server_is_the_address_in_the_uri(void **state)
{
	static const struct {
		const char *uri;
		uint8_t server[4];
	} cases[] = {
		{"http://10.77.0.1:8080/a.efi", {10, 77, 0, 1}},
		{"http://192.168.255.9", {192, 168, 255, 9}},
		{"http://10.77.0.1.example/a", {0}},
		{"http://10.77.0/a", {0}},
		{"http://10.77.0.256/a", {0}},
		{"http://10.77.0.0001/a", {0}},
		{"http://10.77..1/a", {0}},
		{"http://boot.example/a", {0}},
		{"http://", {0}},
		{"10.77.0.1", {0}},
	};
	struct devpath_origin origin = {.has_ipv4 = true, .ip = {10}};
	uint8_t packet[600];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		strcpy(origin.uri, cases[i].uri);
		assert_true(devpath_dhcpack(&origin, packet, sizeof(packet)));
		assert_memory_equal(packet + 20, cases[i].server, 4);
	}
}

static void test_long_uri_fits_or_is_left_out(void **state)
{
	struct devpath_origin origin = {.has_ipv4 = true, .ip = {10}};
	uint8_t *packet;
	size_t uri_len;
	size_t max;
	size_t len;

	(void)state;
	for (uri_len = 250; uri_len < 260; uri_len++) {
		memset(origin.uri, 'u', uri_len);
		origin.uri[uri_len] = '\0';
		origin.dns_count = 3;
		memset(origin.dns, 1, sizeof(origin.dns));
		memset(origin.gateway, 1, 4);
		memset(origin.netmask, 1, 4);
		for (max = 200; max < 540; max++) {
			packet = malloc(max);
			len = devpath_dhcpack(&origin, packet, max);
			assert_true(len <= max);
			if (len)
				assert_int_equal(packet[len - 1], 255);
			free(packet);
		}
		assert_int_equal(len,
				 236 + 4 + 3 + 6 + 6 + 14 + 1 +
					 (uri_len <= 255 ? 2 + uri_len : 0));
	}
}

static void test_no_address_makes_no_lease(void **state)
{
	struct devpath_origin origin = {0};
	uint8_t packet[600];

	(void)state;
	assert_int_equal(devpath_dhcpack(&origin, packet, sizeof(packet)), 0);
	origin.has_ipv4 = true;
	origin.ip[0] = 10;
	assert_int_equal(devpath_dhcpack(&origin, packet, 240), 0);
	/* Neither mask, gateway nor name server: only the message type. */
	assert_int_equal(devpath_dhcpack(&origin, packet, sizeof(packet)),
			 236 + 4 + 3 + 1);
}

static void test_written_address_is_read_back(void **state)
{
	static const uint8_t mac[6] = {0x52, 0x54, 0, 0x77, 0, 1};
	uint8_t path[DEVPATH_MAC_LEN + DEVPATH_HEADER_LEN];
	struct devpath_origin origin = {0};

	(void)state;
	devpath_put_mac(path, mac);
	assert_int_equal(devpath_len(path, sizeof(path)), DEVPATH_MAC_LEN);
	devpath_parse(path, sizeof(path), &origin);
	assert_true(origin.has_mac);
	assert_memory_equal(origin.mac, mac, sizeof(mac));
}

static void test_a_partition_is_known_by_its_uuid(void **state)
{
	static const uint8_t uuid[16] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab,
					 0xcd, 0xef, 0x10, 0x32, 0x54, 0x76,
					 0x98, 0xba, 0xdc, 0xfe};
	static const uint8_t on_disk[16] = {0x67, 0x45, 0x23, 0x01, 0xab, 0x89,
					    0xef, 0xcd, 0x10, 0x32, 0x54, 0x76,
					    0x98, 0xba, 0xdc, 0xfe};
	uint8_t node[42] = {4, 1, 42, [40] = 2, [41] = 2};
	uint8_t *cut = malloc(41);
	size_t i;

	(void)state;
	memcpy(node + 24, on_disk, 16);
	assert_true(devpath_is_partition(node, uuid));
	for (i = 0; i < 16; i++) {
		node[24 + i] ^= 1;
		assert_false(devpath_is_partition(node, uuid));
		node[24 + i] ^= 1;
	}
	/* A partition of an MBR, a CD, a node that is cut off. */
	node[40] = 1;
	assert_false(devpath_is_partition(node, uuid));
	node[40] = 2;
	node[41] = 1;
	assert_false(devpath_is_partition(node, uuid));
	node[41] = 2;
	node[1] = 2;
	assert_false(devpath_is_partition(node, uuid));
	node[1] = 1;
	node[2] = 41;
	memcpy(cut, node, 41);
	assert_false(devpath_is_partition(cut, uuid));
	free(cut);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_http_path_is_understood),
		cmocka_unit_test(test_every_cut_stays_within_bounds),
		cmocka_unit_test(test_wrong_node_lengths_stay_within_bounds),
		cmocka_unit_test(
			test_short_nodes_say_nothing_and_stay_within_bounds),
		cmocka_unit_test(test_zero_length_node_ends_the_walk),
		cmocka_unit_test(test_empty_uri_and_address_change_nothing),
		cmocka_unit_test(test_last_node_is_found),
		cmocka_unit_test(test_written_uri_is_read_back),
		cmocka_unit_test(test_written_address_is_read_back),
		cmocka_unit_test(test_lease_has_what_the_path_says),
		cmocka_unit_test(test_server_is_the_address_in_the_uri),
		cmocka_unit_test(test_long_uri_fits_or_is_left_out),
		cmocka_unit_test(test_no_address_makes_no_lease),
		cmocka_unit_test(test_a_partition_is_known_by_its_uuid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
