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

/* The cache's limit, and what it makes of it: sets of three. */
#define LIMIT_BYTES (64 * 1024)
#define SETS	    64

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

static uint32_t hash_of(const char *key)
{
	return table_hash(key, strlen(key));
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
	struct asker asker = {.hash = hash_of(key), .is_known = true};

	strcpy(asker.name, key);
	script_cache_put(cache, generation, hash_of(key), key, strlen(key),
			 &asker, &resolution);
}

static bool is_kept(const char *key, uint64_t generation)
{
	struct resolution resolution;
	struct asker asker;

	if (!script_cache_find(cache, generation, hash_of(key), key,
			       strlen(key), &arena, &asker, &resolution))
		return false;
	assert_string_equal(resolution.text, key);
	assert_string_equal(resolution.file, "profiles.d/a.ipxe");
	assert_string_equal(asker.name, key);
	assert_int_equal(asker.hash, hash_of(key));
	assert_true(asker.is_known);
	assert_false(asker.is_disabled);
	return true;
}

/* Find keys of one set. */
static void find_neighbours(char keys[][16], size_t count)
{
	unsigned int number = 0;
	size_t found = 0;

	while (found < count) {
		snprintf(keys[found], 16, "node%u", number++);
		if (hash_of(keys[found]) % SETS == 7)
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

static void test_keys_of_one_place_are_all_kept(void **ctx)
{
	char keys[4][16];
	int i;

	(void)ctx;
	find_neighbours(keys, 4);
	for (i = 0; i < 6; i++)
		put(keys[i % 3], 1);
	for (i = 0; i < 3; i++)
		assert_true(is_kept(keys[i], 1));
	/* The oldest one makes room, for who comes again; they were found, so
	 * that takes a time more. */
	put(keys[3], 1);
	put(keys[3], 1);
	assert_false(is_kept(keys[3], 1));
	put(keys[3], 1);
	assert_true(is_kept(keys[3], 1));
	assert_false(is_kept(keys[0], 1));
	assert_true(is_kept(keys[1], 1));
	assert_true(is_kept(keys[2], 1));
}

static void test_keys_that_find_no_room_drive_nobody_out(void **ctx)
{
	char keys[6][16];
	int i;

	(void)ctx;
	find_neighbours(keys, 6);
	for (i = 0; i < 30; i++)
		put(keys[i % 6], 1);
	for (i = 0; i < 6; i++)
		assert_int_equal(is_kept(keys[i], 1), i < 3);
	/* After another load everybody begins anew. */
	put(keys[5], 2);
	assert_true(is_kept(keys[5], 2));
}

static void test_keys_of_one_hash_are_told_apart(void **ctx)
{
	struct resolution resolution = {.text = "a", .len = 1, .file = "a"};
	struct asker asker = {.name = "web01"};

	(void)ctx;
	script_cache_put(cache, 1, 5, "one", 3, &asker, &resolution);
	script_cache_put(cache, 1, 5, "two", 3, &asker, &resolution);
	assert_true(script_cache_find(cache, 1, 5, "one", 3, &arena, &asker,
				      &resolution));
	assert_true(script_cache_find(cache, 1, 5, "two", 3, &arena, &asker,
				      &resolution));
	assert_false(script_cache_find(cache, 1, 5, "six", 3, &arena, &asker,
				       &resolution));
}

static void test_who_will_ask_is_foreseen(void **ctx)
{
	uint32_t name = 0;

	(void)ctx;
	script_cache_prefetch(cache, hash_of("web01"));
	assert_false(script_cache_foresee(cache, hash_of("web01"), &name));
	put("web01", 1);
	assert_true(script_cache_foresee(cache, hash_of("web01"), &name));
	assert_int_equal(name, hash_of("web01"));
	/* Another one of the same set. */
	assert_false(
		script_cache_foresee(cache, hash_of("web01") + SETS, &name));
	/* A hash of nothing is that of an empty place, too. */
	assert_false(script_cache_foresee(cache, 0, &name));
	script_cache_prefetch(NULL, 0);
	assert_false(script_cache_foresee(NULL, 0, &name));
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

/* Key i of a row, longer than what sets are reckoned with. */
static const char *long_key(unsigned int i)
{
	static char key[120];

	snprintf(key, sizeof(key), "%0119u", i);
	return key;
}

static void test_who_was_found_goes_behind_who_was_not(void **ctx)
{
	char keys[5][16];

	(void)ctx;
	find_neighbours(keys, 5);
	put(keys[0], 1);
	put(keys[1], 1);
	assert_true(is_kept(keys[1], 1));
	put(keys[2], 1);
	put(keys[3], 1);
	put(keys[3], 1);
	/* Of those that are left, the oldest one was found. */
	put(keys[4], 1);
	put(keys[4], 1);
	assert_false(is_kept(keys[0], 1));
	assert_true(is_kept(keys[1], 1));
	assert_false(is_kept(keys[2], 1));
	assert_true(is_kept(keys[3], 1));
	assert_true(is_kept(keys[4], 1));
}

/* A larger cache, in which sets share locks, and too many keys for it. */
#define LARGE_BYTES (512 * 1024)
#define LARGE_KEYS  4000

static int setup_large(void **ctx)
{
	(void)ctx;
	arena_init(&arena, 256 * 1024 * 1024);
	return script_cache_open(LARGE_BYTES, &cache);
}

/* Who comes now is kept, though there is no room in any set: others that
 * came before come no more. */
static void test_who_comes_no_more_makes_room(void **ctx)
{
	unsigned int i, turn, kept = 0;

	(void)ctx;
	for (i = 0; i < LARGE_KEYS; i++)
		put(long_key(i), 1);
	for (turn = 0; turn < 20; turn++) {
		for (i = LARGE_KEYS; i < LARGE_KEYS + 20; i++) {
			if (!is_kept(long_key(i), 1))
				put(long_key(i), 1);
		}
	}
	for (i = LARGE_KEYS; i < LARGE_KEYS + 20; i++)
		assert_true(is_kept(long_key(i), 1));
	for (i = 0; i < LARGE_KEYS; i++)
		kept += is_kept(long_key(i), 1);
	/* It is no more than what they needed. */
	assert_in_range(kept, LARGE_BYTES / 600, LARGE_BYTES / (3 * 119));
}

static void test_long_script_takes_the_place_of_several(void **ctx)
{
	char text[4000];
	struct resolution resolution = {.text = text, .file = "a"};
	struct asker asker = {.name = "web01"};
	unsigned int i;

	(void)ctx;
	for (i = 0; i < LARGE_KEYS; i++)
		put(long_key(i), 1);
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	resolution.len = strlen(text);
	script_cache_put(cache, 1, 5, "k", 1, &asker, &resolution);
	assert_false(script_cache_find(cache, 1, 5, "k", 1, &arena, &asker,
				       &resolution));
	script_cache_put(cache, 1, 5, "k", 1, &asker, &resolution);
	assert_true(script_cache_find(cache, 1, 5, "k", 1, &arena, &asker,
				      &resolution));
	assert_string_equal(resolution.text, text);
}

/* Who is found all the time stays, whoever else comes. */
static void test_who_comes_all_the_time_stays(void **ctx)
{
	unsigned int i, turn;

	(void)ctx;
	for (i = 0; i < 20; i++)
		put(long_key(i), 1);
	for (turn = 20; turn < LARGE_KEYS; turn++) {
		for (i = 0; i < 20; i++)
			assert_true(is_kept(long_key(i), 1));
		put(long_key(turn), 1);
		put(long_key(turn), 1);
	}
	/* So long, and no longer. */
	for (; turn < 3 * LARGE_KEYS; turn++) {
		put(long_key(turn), 1);
		put(long_key(turn), 1);
	}
	for (i = 0; i < 20; i++)
		assert_false(is_kept(long_key(i), 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_answer_is_found_with_who_asked),
		TEST(test_answer_of_another_load_is_not_found),
		TEST(test_keys_of_one_place_are_all_kept),
		TEST(test_keys_that_find_no_room_drive_nobody_out),
		TEST(test_keys_of_one_hash_are_told_apart),
		TEST(test_who_will_ask_is_foreseen),
		TEST(test_cache_stays_within_its_limit),
		TEST(test_who_was_found_goes_behind_who_was_not),
#undef TEST
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_large, teardown)
		TEST(test_who_comes_no_more_makes_room),
		TEST(test_long_script_takes_the_place_of_several),
		TEST(test_who_comes_all_the_time_stays),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
