/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* How long the start waits for a database that is not there at once. */
#include <netdb.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "state.h"

/* How long the database is held for; the start waits longer. */
#define HELD_US 300000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t has_changed = PTHREAD_COND_INITIALIZER;
/* Is the name's address known?  With lock, like the one below. */
static bool is_resolved;
/* Threads that wait for it. */
static int asking;
/* Is the file free again?  __atomic. */
static bool is_released;

/*
 * In place of the C library's: libpq looks up the server's name with it, and
 * nothing bounds how long that takes.
 */
int getaddrinfo(const char *node, const char *service,
		const struct addrinfo *hints, struct addrinfo **res)
{
	(void)node;
	(void)service;
	(void)hints;
	(void)res;
	pthread_mutex_lock(&lock);
	asking++;
	while (!is_resolved)
		pthread_cond_wait(&has_changed, &lock);
	asking--;
	pthread_mutex_unlock(&lock);
	return EAI_NONAME;
}

static void test_start_does_not_wait_for_ever(void **ctx)
{
	struct machine_state machine;
	struct state_options options;
	struct state *state;
	struct reason why;

	(void)ctx;
	state_options_init(&options);
	options.wait_ms = 10;
	options.lost = INTENT_LOCAL;
	strcpy(options.uri, "postgresql://unloop@database.example/unloop");
	assert_int_equal(state_open(&options, &state, &why), 0);
	pthread_mutex_lock(&lock);
	assert_true(asking > 0);
	pthread_mutex_unlock(&lock);
	/* Machines get the answer for a database that is lost. */
	assert_false(state_is_well(state));
	state_boot(state, "web01", NULL, &machine);
	assert_true(machine.is_lost);
	assert_int_equal(machine.effective, INTENT_LOCAL);
	pthread_mutex_lock(&lock);
	is_resolved = true;
	pthread_cond_broadcast(&has_changed);
	pthread_mutex_unlock(&lock);
	state_close(state);
	assert_int_equal(asking, 0);
}

static void *release(void *db)
{
	usleep(HELD_US);
	__atomic_store_n(&is_released, true, __ATOMIC_SEQ_CST);
	sqlite3_close(db);
	return NULL;
}

static void test_start_waits_for_a_database_that_is_held(void **ctx)
{
	char dir[] = "/tmp/unloop-wait-XXXXXX", file[64], path[80];
	static const char *const endings[] = {"", "-wal", "-shm", ".lock"};
	struct state_change change = {.name = "web01", .intent = INTENT_LOCAL};
	struct machine_state machine;
	struct state_options options;
	struct state *state;
	struct reason why;
	pthread_t thread;
	sqlite3 *db;
	size_t i;

	(void)ctx;
	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/state.db", dir);
	state_options_init(&options);
	snprintf(options.uri, sizeof(options.uri), "sqlite:%s", file);
	options.wait_ms = 10000;
	assert_int_equal(state_open(&options, &state, &why), 0);
	assert_int_equal(state_set(state, &change, NULL, NULL, &why), 0);
	state_close(state);
	/* Somebody else has it for himself when the resolver starts again. */
	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				      "PRAGMA locking_mode=EXCLUSIVE;"
				      "BEGIN EXCLUSIVE",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(pthread_create(&thread, NULL, release, db), 0);
	assert_int_equal(state_open(&options, &state, &why), 0);
	assert_true(__atomic_load_n(&is_released, __ATOMIC_SEQ_CST));
	assert_true(state_is_well(state));
	/* The first machine gets what was said before, not a safe answer. */
	state_boot(state, "web01", NULL, &machine);
	assert_false(machine.is_lost);
	assert_int_equal(machine.effective, INTENT_LOCAL);
	pthread_join(thread, NULL);
	state_close(state);
	for (i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", file, endings[i]);
		unlink(path);
	}
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_start_does_not_wait_for_ever),
		cmocka_unit_test(test_start_waits_for_a_database_that_is_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
