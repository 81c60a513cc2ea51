/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The snapshot that is served, while it is replaced. */
#include "live.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "site.h"

static char dir[] = "/tmp/unloop-live-XXXXXX";
static char file[64];
static struct site site;

/* The site's one script; an empty text leaves the site without one. */
static void write_script(const char *text)
{
	FILE *out = fopen(file, "w");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static int setup(void **ctx)
{
	(void)ctx;
	if (!mkdtemp(dir))
		return -1;
	snprintf(file, sizeof(file), "%s/default.ipxe", dir);
	write_script("#!ipxe\necho one\n");
	return site_init(&site, dir);
}

static int teardown(void **ctx)
{
	(void)ctx;
	site_fini(&site);
	unlink(file);
	return rmdir(dir);
}

static void test_hold_sees_each_load_and_keeps_what_it_has(void **ctx)
{
	struct live_hold hold = {0}, other = {0};
	const struct snapshot *first, *second;
	struct reason why;
	struct live *live;

	(void)ctx;
	assert_int_equal(live_open(&site, &live, &why), 0);
	first = live_look(live, &hold);
	assert_ptr_equal(live_look(live, &hold), first);
	assert_ptr_equal(live_look(live, &other), first);
	assert_int_equal(first->generation, 1);
	assert_int_equal(first->users, 3);
	assert_int_equal(live_reload(live), 0);
	/* One sees the new one; the other still has the old one. */
	second = live_look(live, &hold);
	assert_int_equal(second->generation, 2);
	assert_int_equal(second->users, 2);
	assert_int_equal(first->generation, 1);
	assert_int_equal(first->users, 1);
	live_release(live, &other);
	live_release(live, &other);
	assert_ptr_equal(live_look(live, &other), second);
	assert_int_equal(second->users, 3);
	live_release(live, &other);
	live_release(live, &hold);
	assert_int_equal(second->users, 1);
	live_close(live);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_hold_sees_each_load_and_keeps_what_it_has),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
