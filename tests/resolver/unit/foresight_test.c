/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What requests will need, guessed from their first bytes. */
#include "foresight.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "live.h"
#include "script_cache.h"
#include "table.h"

/* More steps than any request has. */
#define STEPS_MAX 20

static char dir[] = "/tmp/unloop-foresight-XXXXXX";
static char hosts[64], file[96];
static struct site site;
static struct live *live;
static const struct snapshot *snapshot;
static struct service service;

static int setup(void **ctx)
{
	struct reason why;
	FILE *out;

	(void)ctx;
	if (!mkdtemp(dir))
		return -1;
	snprintf(hosts, sizeof(hosts), "%s/hosts.d", dir);
	snprintf(file, sizeof(file), "%s/a.conf", hosts);
	if (mkdir(hosts, 0755))
		return -1;
	out = fopen(file, "w");
	assert_non_null(out);
	fputs("[web01]\nmac = 52:54:00:ab:cd:ef\n", out);
	fclose(out);
	if (site_init(&site, dir) || live_open(&site, &live, &why))
		return -1;
	snapshot = live_get(live);
	return script_cache_open(1 << 16, &service.cache);
}

static int teardown(void **ctx)
{
	(void)ctx;
	script_cache_close(service.cache);
	live_put(live, snapshot);
	live_close(live);
	site_fini(&site);
	unlink(file);
	rmdir(hosts);
	return rmdir(dir);
}

/* The name's hash at the end of all steps; 0: it was not found out.  The data
 * lies at the very end of its memory. */
static uint32_t foresee(const char *data, size_t len)
{
	char *copy = test_malloc(len ? len : 1);
	struct foresight f;
	int steps = 0;

	memcpy(copy, data, len);
	foresight_begin(&service, snapshot, "192.0.2.1", copy, len, &f);
	while (foresight_go(&service, snapshot, &f))
		assert_true(steps++ < STEPS_MAX);
	test_free(copy);
	return f.timeline.name;
}

static const struct foresee_case {
	const char *data;
	bool is_found;
} cases[] = {
	{"GET /boot.ipxe?mac=52:54:00:ab:cd:ef HTTP/1.1\r\n", true},
	{"GET /boot.ipxe?mac=52-54-00-AB-CD-EF HTTP/1.1\r\n", true},
	{"GET /boot.ipxe?mac=52%3A54%3A00%3aab%3Acd%3Aef HTTP/1.1\r\n", true},
	{"GET /boot.ipxe?mac=525400abcdef HTTP/1.1\r\n", true},
	{"GET /boot.ipxe?uuid=&mac=52:54:00:ab:cd:ef&ip= HTTP/1.1\r\n", true},
	{"GET /boot.ipxe?xmac=52:54:00:ab:cd:ef HTTP/1.1\r\n", false},
	{"GET /boot.ipxe?mac=52:54:00:ab:cd:ee HTTP/1.1\r\n", false},
	{"GET /boot.ipxe?mac=52:54:00:ab:cd:ef:00 HTTP/1.1\r\n", false},
	{"GET /boot.ipxe?mac=52:54:00:ab:cd HTTP/1.1\r\n", false},
	{"GET /boot.ipxe?mac=52:54:00:ab:cd:e HTTP/1.1\r\n", false},
	{"GET /boot.ipxe?mac=52:54:00:ab:cd:xx HTTP/1.1\r\n", false},
	{"GET /boot.ipxe?mac=% HTTP/1.1\r\n", false},
	{"GET /boot.ipxe?mac= HTTP/1.1\r\n", false},
	{"GET /boot.ipxe? HTTP/1.1\r\n", false},
	{"GET /boot.ipxe HTTP/1.1\r\n", false},
	{"GET /assets/a?mac=52:54:00:ab:cd:ef HTTP/1.1\r\n", false},
	{"POST /boot.ipxe?mac=52:54:00:ab:cd:ef HTTP/1.1\r\n", false},
	{"", false},
};

static void test_machine_is_found_by_its_mac(void **ctx)
{
	uint32_t name = table_hash("web01", 5);
	size_t i;

	(void)ctx;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n", cases[i].data);
		assert_int_equal(foresee(cases[i].data, strlen(cases[i].data)),
				 cases[i].is_found ? name : 0);
	}
}

static void test_part_of_a_request_is_no_mistake(void **ctx)
{
	const char *data = cases[2].data;
	size_t len;

	(void)ctx;
	for (len = 0; len < strlen(data) - strlen(" HTTP/1.1\r\n"); len++)
		assert_int_equal(foresee(data, len), 0);
}

static void test_kept_script_says_whose_it_is(void **ctx)
{
	static const char query[] = "serial=7", data[] = "GET /boot.ipxe?"
							 "serial=7 HTTP/1.1";
	struct resolution resolution = {.text = "a", .len = 1, .file = "a"};
	struct asker asker = {.name = "db07", .hash = table_hash("db07", 4)};
	uint32_t hash =
		foresight_hash(snapshot, "192.0.2.1", query, strlen(query));

	(void)ctx;
	assert_int_equal(foresee(data, strlen(data)), 0);
	script_cache_put(service.cache, 1, hash, "k", 1, &asker, &resolution);
	assert_int_equal(foresee(data, strlen(data)), table_hash("db07", 4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_machine_is_found_by_its_mac),
		cmocka_unit_test(test_part_of_a_request_is_no_mistake),
		cmocka_unit_test(test_kept_script_says_whose_it_is),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
