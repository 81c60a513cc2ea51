/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Unit tests of script_cache.c. */
#include "script_cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "table.h"

/* The cache's limit, and what it makes of it: pairs of slots. */
#define LIMIT_BYTES (64 * 1024)
#define PAIRS	    128

static struct script_cache *cache;
static struct arena arena;

static int setup(void **ctx)
{
	(void)ctx;
	arena_init(&arena, 1024 * 1024);
	return script_cache_open(LIMIT_BYTES, &cache);
}

static int teardown(void **ctx)
{
	(void)ctx;
	script_cache_close(cache);
	arena_fini(&arena);
	return 0;
}

/* Keep the key as its own script, of a machine called so too. */
static void put(const char *key, uint64_t generation)
{
	struct resolution resolution = {
		.text = key,
		.len = strlen(key),
		.file = "profiles.d/a.ipxe",
		.kind = RESOLUTION_PROFILE,
	};
	struct asker asker = {.is_known = true};

	strcpy(asker.name, key);
	script_cache_put(cache, generation, key, strlen(key), &asker,
			 &resolution);
}

static bool is_kept(const char *key, uint64_t generation)
{
	struct resolution resolution;
	struct asker asker;

	if (!script_cache_find(cache, generation, key, strlen(key), &arena,
			       &asker, &resolution))
		return false;
	assert_string_equal(resolution.text, key);
	assert_string_equal(resolution.file, "profiles.d/a.ipxe");
	assert_string_equal(asker.name, key);
	assert_true(asker.is_known);
	assert_false(asker.is_disabled);
	return true;
}

/* Find keys of one pair of slots. */
static void find_neighbours(char keys[][16], size_t count)
{
	unsigned int number = 0;
	size_t found = 0;

	while (found < count) {
		snprintf(keys[found], 16, "node%u", number++);
		if (table_hash(keys[found], strlen(keys[found])) / 2 % PAIRS ==
		    7)
			found++;
	}
}

static void test_answer_is_found_with_who_asked(void **ctx)
{
	(void)ctx;
	assert_false(is_kept("web01", 1));
	put("web01", 1);
	assert_true(is_kept("web01", 1));
	assert_false(is_kept("web02", 1));
}

static void test_answer_of_another_load_is_not_found(void **ctx)
{
	(void)ctx;
	put("web01", 1);
	assert_false(is_kept("web01", 2));
	put("web01", 2);
	assert_true(is_kept("web01", 2));
	assert_false(is_kept("web01", 1));
}

static void test_two_keys_of_one_place_are_both_kept(void **ctx)
{
	char keys[3][16];
	int i;

	(void)ctx;
	find_neighbours(keys, 3);
	for (i = 0; i < 4; i++) {
		put(keys[i % 2], 1);
		if (i)
			assert_true(is_kept(keys[0], 1));
	}
	assert_true(is_kept(keys[1], 1));
	/* The older one makes room. */
	put(keys[2], 1);
	assert_true(is_kept(keys[2], 1));
	assert_true(is_kept(keys[1], 1));
	assert_false(is_kept(keys[0], 1));
}

static void test_cache_stays_within_its_limit(void **ctx)
{
	char key[SCRIPT_CACHE_KEY_MAX];
	unsigned int i, kept = 0;

	(void)ctx;
	memset(key, 'k', sizeof(key));
	for (i = 0; i < 1000; i++) {
		snprintf(key, 120, "%0119u", i);
		put(key, 1);
	}
	for (i = 0; i < 1000; i++) {
		snprintf(key, 120, "%0119u", i);
		kept += is_kept(key, 1);
	}
	/* Each takes three times 119 bytes, and more. */
	assert_in_range(kept, 64, LIMIT_BYTES / (3 * 119));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_answer_is_found_with_who_asked),
		TEST(test_answer_of_another_load_is_not_found),
		TEST(test_two_keys_of_one_place_are_both_kept),
		TEST(test_cache_stays_within_its_limit),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
