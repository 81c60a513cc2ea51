/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Static routes, data: URIs. */
#include "fake_net.h"

#include "net/routes.h"

/* 10.0.0.0/8 by 10.0.0.9, 10.1.2.0/24 by 10.0.0.8, all else by 10.0.0.7,
 * 192.0.2.0/24 on the link. */
static const uint8_t routes[] = {8, 10, 10,  0, 0, 9, 24, 10, 1,
				 2, 10, 0,   0, 8, 0, 10, 0,  0,
				 7, 24, 192, 0, 2, 0, 0,  0,  0};

static void test_longest_match(void **state)
{
	ip4_addr_t router = {0};

	(void)state;
	assert_int_equal(routes_find(routes, sizeof(routes),
				     (ip4_addr_t){IP4(10, 9, 9, 9)}, &router),
			 0);
	assert_int_equal(router.addr, IP4(10, 0, 0, 9));
	routes_find(routes, sizeof(routes), (ip4_addr_t){IP4(10, 1, 2, 3)},
		    &router);
	assert_int_equal(router.addr, IP4(10, 0, 0, 8));
	routes_find(routes, sizeof(routes), (ip4_addr_t){IP4(1, 1, 1, 1)},
		    &router);
	assert_int_equal(router.addr, IP4(10, 0, 0, 7));
	routes_find(routes, sizeof(routes), (ip4_addr_t){IP4(192, 0, 2, 1)},
		    &router);
	assert_int_equal(router.addr, 0);
}

static void test_malformed_routes(void **state)
{
	static const uint8_t wide[] = {33, 1, 2, 3, 4, 5, 6, 7, 8, 9};
	ip4_addr_t dest = {IP4(10, 1, 2, 3)}, router;
	size_t len;

	(void)state;
	assert_int_equal(routes_find(wide, sizeof(wide), dest, &router),
			 -ENOENT);
	for (len = 1; len < 6; len++)
		assert_int_equal(routes_find(routes, len, dest, &router),
				 -ENOENT);
	assert_int_equal(routes_find(routes, 0, dest, &router), -ENOENT);
}

static void test_settings_decide(void **state)
{
	const ip4_addr_t far = {IP4(10, 9, 9, 9)}, link = {IP4(192, 0, 2, 1)};

	(void)state;
	assert_null(routes_gateway(&fake_netdev->netif, &far));
	assert_int_equal(settings_store_text("net0/static-routes",
					     "08:0a:0a:00:00:09:18:c0:00:02:00:"
					     "00:00:00"),
			 0);
	assert_int_equal(routes_gateway(&fake_netdev->netif, &far)->addr,
			 IP4(10, 0, 0, 9));
	assert_ptr_equal(routes_gateway(&fake_netdev->netif, &link), &link);
	settings_store_text("net0/static-routes", NULL);
}

static void test_the_card_stays_as_it_is(void **state)
{
	(void)state;
	assert_int_equal(settings_store_text("net0/chip", "other"), -ENOTSUP);
	assert_int_equal(settings_store_text("net0/foo", "bar"), 0);
	settings_store_text("net0/foo", NULL);
}

static void test_data_uris(void **state)
{
	(void)state;
	assert_int_equal(fake_fetch("data:,hello%20there"), 0);
	assert_int_equal(fake_image->len, 11);
	assert_memory_equal(fake_image->data, "hello there", 11);
	assert_int_equal(fake_fetch("data:text/plain;base64,aGVsbG8="), 0);
	assert_int_equal(fake_image->len, 5);
	assert_memory_equal(fake_image->data, "hello", 5);
	assert_int_equal(fake_fetch("data:,"), 0);
	assert_int_equal(fake_image->len, 0);
	assert_int_equal(fake_fetch("data:;base64,@@"), -EINVAL);
	assert_int_equal(fake_fetch("data:nothing"), -EINVAL);
	assert_int_equal(fake_fetch("data:/x,y"), -EINVAL);
	fake_image_free();
}

#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, fake_up, fake_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_longest_match),	    TEST(test_malformed_routes),
		TEST(test_settings_decide),	    TEST(test_data_uris),
		TEST(test_the_card_stays_as_it_is),
	};

	return cmocka_run_group_tests(tests, fake_setup, fake_teardown);
}
