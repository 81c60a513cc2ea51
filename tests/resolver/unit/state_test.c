/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The state machine of machines, on a real SQLite file. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "state.h"
#include "token.h"

/* A folder, options that point into it, and the state that is open. */
struct fixture {
	char dir[64];
	char file[96];
	struct state_options options;
	struct state *state;
};

static void fixture_open(struct fixture *f)
{
	struct reason why;

	assert_int_equal(state_open(&f->options, &f->state, &why), 0);
}

static int setup(void **ctx)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	strcpy(f->dir, "/tmp/unloop-state-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->file, sizeof(f->file), "%s/state.db", f->dir);
	state_options_init(&f->options);
	snprintf(f->options.uri, sizeof(f->options.uri), "sqlite:%s", f->file);
	f->options.wait_ms = 5000;
	fixture_open(f);
	*ctx = f;
	return 0;
}

static int teardown(void **ctx)
{
	static const char *const endings[] = {"", "-wal", "-shm", ".lock",
					      ".away"};
	struct fixture *f = *ctx;
	char path[128];
	size_t i;

	state_close(f->state);
	for (i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", f->file, endings[i]);
		unlink(path);
	}
	rmdir(f->dir);
	free(f);
	return 0;
}

static void order(struct fixture *f, enum intent intent, const char *profile)
{
	struct state_change change = {
		.name = "web01", .intent = intent, .profile = profile};
	struct reason why;

	assert_int_equal(state_set(f->state, &change, NULL, NULL, &why), 0);
}

/* Boot web01; the boot's name tells boots apart. */
static struct machine_state boot(struct fixture *f, const char *boot_id)
{
	struct machine_state machine;

	state_boot(f->state, "web01", boot_id, &machine);
	return machine;
}

static int confirm(struct fixture *f, const char *token, bool is_ok)
{
	struct machine_state machine;
	struct reason why;

	return state_confirm(f->state, token, is_ok, &machine, &why);
}

static void unknown_machine_is_ordinary(void **ctx)
{
	struct machine_state machine = boot(*ctx, "a");

	assert_int_equal(machine.effective, INTENT_ORDINARY);
	assert_false(machine.is_lost);
	assert_string_equal(machine.token, "");
}

static void install_ends_only_with_confirmation(void **ctx)
{
	struct machine_state first, second;

	order(*ctx, INTENT_INSTALL, "debian12");
	first = boot(*ctx, "a");
	assert_int_equal(first.effective, INTENT_INSTALL);
	assert_string_equal(first.profile, "debian12");
	assert_true(token_is_valid(first.token));
	second = boot(*ctx, "b");
	assert_int_equal(second.effective, INTENT_INSTALL);
	assert_string_not_equal(second.token, first.token);
	assert_int_equal(confirm(*ctx, second.token, true), 0);
	second = boot(*ctx, "c");
	assert_int_equal(second.effective, INTENT_LOCAL);
	assert_int_equal(second.outcome, OUTCOME_CONFIRMED);
	assert_string_equal(second.installed, "debian12");
	assert_string_equal(second.token, "");
}

static void one_boot_is_one_attempt_and_one_token(void **ctx)
{
	struct machine_state first, again;
	int i;

	order(*ctx, INTENT_INSTALL, "debian12");
	first = boot(*ctx, "a");
	for (i = 0; i < 5; i++) {
		again = boot(*ctx, "a");
		assert_int_equal(again.attempts, 1);
		assert_string_equal(again.token, first.token);
	}
	/* Firmware that sends no boot id is told apart by time. */
	again = boot(*ctx, NULL);
	assert_int_equal(again.attempts, 1);
	assert_string_equal(again.token, first.token);
}

static void tokens_of_one_boot_survive_a_restart(void **ctx)
{
	struct fixture *f = *ctx;
	struct machine_state first, again;

	order(f, INTENT_INSTALL, "debian12");
	first = boot(f, "a");
	state_close(f->state);
	fixture_open(f);
	again = boot(f, "a");
	assert_int_equal(again.attempts, 1);
	assert_int_equal(confirm(f, first.token, true), 0);
	assert_int_equal(boot(f, "b").effective, INTENT_LOCAL);
}

static void attempts_end_in_the_fallback(void **ctx)
{
	struct fixture *f = *ctx;
	struct machine_state last;
	char id[16];
	int i;

	order(f, INTENT_INSTALL, "debian12");
	for (i = 0; i < 3; i++) {
		snprintf(id, sizeof(id), "%d", i);
		last = boot(f, id);
		assert_int_equal(last.effective, INTENT_INSTALL);
	}
	/* The last attempt's own boot may ask again. */
	assert_int_equal(boot(f, "2").effective, INTENT_INSTALL);
	assert_int_equal(boot(f, "3").effective, INTENT_LOCAL);
	assert_int_equal(boot(f, "4").outcome, OUTCOME_GAVE_UP);
	/* A new order begins afresh. */
	order(f, INTENT_INSTALL, "debian12");
	assert_int_equal(boot(f, "5").effective, INTENT_INSTALL);
	/* What was handed out for the old order is void. */
	assert_int_equal(confirm(f, last.token, true), -ENOENT);
}

static void failure_report_allows_another_attempt(void **ctx)
{
	struct machine_state first, second;

	order(*ctx, INTENT_INSTALL, "debian12");
	first = boot(*ctx, "a");
	assert_int_equal(confirm(*ctx, first.token, false), 0);
	/* No boot id: within the time of one boot, yet a new attempt. */
	second = boot(*ctx, NULL);
	assert_int_equal(second.effective, INTENT_INSTALL);
	assert_int_equal(second.attempts, 2);
	assert_string_not_equal(second.token, first.token);
	assert_int_equal(confirm(*ctx, second.token, true), 0);
	/* A report that comes late and twice changes nothing. */
	assert_int_equal(confirm(*ctx, first.token, false), 0);
	assert_int_equal(confirm(*ctx, second.token, true), 0);
	assert_int_equal(boot(*ctx, "b").effective, INTENT_LOCAL);
}

static void deadline_ends_in_the_fallback(void **ctx)
{
	struct fixture *f = *ctx;
	struct state_change change = {.name = "web01",
				      .intent = INTENT_INSTALL,
				      .profile = "debian12",
				      .deadline = time(NULL) - 1};
	struct reason why;

	assert_int_equal(state_set(f->state, &change, NULL, NULL, &why), 0);
	assert_int_equal(boot(f, "a").effective, INTENT_LOCAL);
	assert_int_equal(boot(f, "b").outcome, OUTCOME_EXPIRED);
}

static void diskless_and_rescue_last(void **ctx)
{
	order(*ctx, INTENT_RUN, "diskless");
	assert_int_equal(boot(*ctx, "a").effective, INTENT_RUN);
	assert_int_equal(boot(*ctx, "b").effective, INTENT_RUN);
	assert_string_equal(boot(*ctx, "c").profile, "diskless");
	order(*ctx, INTENT_RESCUE, NULL);
	assert_int_equal(boot(*ctx, "d").effective, INTENT_RESCUE);
	order(*ctx, INTENT_ORDINARY, NULL);
	assert_int_equal(boot(*ctx, "e").effective, INTENT_ORDINARY);
}

static void wrong_tokens_are_refused(void **ctx)
{
	static const char *const tokens[] = {
		"",
		"x",
		"0123456789abcdef0123456789abcdef",
		"0123456789ABCDEF0123456789abcdef",
		"0123456789abcdef0123456789abcdef0",
		"' OR 1=1; DROP TABLE machine; --",
	};
	size_t i;

	order(*ctx, INTENT_INSTALL, "debian12");
	boot(*ctx, "a");
	for (i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++)
		assert_int_equal(confirm(*ctx, tokens[i], true), -ENOENT);
	assert_int_equal(boot(*ctx, "b").effective, INTENT_INSTALL);
}

static void bad_changes_are_refused(void **ctx)
{
	static const struct state_change changes[] = {
		{.name = "", .intent = INTENT_LOCAL},
		{.name = "../x", .intent = INTENT_LOCAL},
		{.name = "a b", .intent = INTENT_LOCAL},
		{.name = "a", .intent = INTENT_INSTALL},
		{.name = "a", .intent = INTENT_INSTALL, .profile = "../b"},
		{.name = "a", .intent = INTENT_WAIT},
		{.name = "a", .intent = INTENT_COUNT},
		{.name = "a", .intent = INTENT_LOCAL, .label = "a\nb"},
	};
	struct fixture *f = *ctx;
	struct reason why;
	size_t i;

	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		assert_int_equal(
			state_set(f->state, &changes[i], NULL, NULL, &why),
			-EINVAL);
}

static void names_have_their_characters_alone(void **ctx)
{
	static const char others[] = ".-_:@+";
	struct state_change change = {.intent = INTENT_LOCAL};
	struct fixture *f = *ctx;
	char name[] = "axb";
	struct reason why;
	int c;

	change.name = name;
	for (c = 1; c < 256; c++) {
		bool is_fit = (c >= '0' && c <= '9') ||
			      (c >= 'a' && c <= 'z') ||
			      (c >= 'A' && c <= 'Z') || strchr(others, c);

		name[1] = (char)c;
		assert_int_equal(state_set(f->state, &change, NULL, NULL, &why),
				 is_fit ? 0 : -EINVAL);
	}
}

static void tokens_are_not_in_the_file(void **ctx)
{
	struct fixture *f = *ctx;
	struct machine_state machine;
	char command[256];

	order(f, INTENT_INSTALL, "debian12");
	machine = boot(f, "a");
	snprintf(command, sizeof(command), "cat %s/* | grep -q web01", f->dir);
	assert_int_equal(system(command), 0);
	snprintf(command, sizeof(command), "cat %s/* | grep -q %s", f->dir,
		 machine.token);
	assert_int_not_equal(system(command), 0);
}

static void second_resolver_gets_the_safe_answer(void **ctx)
{
	struct fixture *f = *ctx;
	struct fixture other = *f;

	order(f, INTENT_RUN, "diskless");
	other.options.wait_ms = 100;
	fixture_open(&other);
	assert_false(state_is_well(other.state));
	assert_true(boot(&other, "a").is_lost);
	assert_int_equal(boot(&other, "a").effective, INTENT_LOCAL);
	state_close(other.state);
}

static void newer_schema_is_left_alone(void **ctx)
{
	struct fixture *f = *ctx;
	struct machine_state machine;
	sqlite3 *db;

	order(f, INTENT_RUN, "diskless");
	state_close(f->state);
	assert_int_equal(sqlite3_open(f->file, &db), 0);
	assert_int_equal(sqlite3_exec(db, "UPDATE unloop_schema SET version=99",
				      NULL, NULL, NULL),
			 0);
	sqlite3_close(db);
	f->options.lost = INTENT_WAIT;
	fixture_open(f);
	machine = boot(f, "a");
	assert_true(machine.is_lost);
	assert_int_equal(machine.effective, INTENT_WAIT);
}

static void garbage_is_a_lost_database(void **ctx)
{
	struct fixture *f = *ctx;
	FILE *file;
	int i;

	state_close(f->state);
	file = fopen(f->file, "w");
	assert_non_null(file);
	for (i = 0; i < 100000; i++)
		fputc(i * 7 % 251, file);
	fclose(file);
	fixture_open(f);
	assert_true(boot(f, "a").is_lost);
	assert_int_equal(boot(f, "a").effective, INTENT_LOCAL);
}

static void vanished_file_installs_nothing(void **ctx)
{
	struct fixture *f = *ctx;
	struct state_change change = {.name = "b", .intent = INTENT_LOCAL};
	struct machine_state machine;
	struct reason why;
	char away[128];

	order(f, INTENT_INSTALL, "debian12");
	snprintf(away, sizeof(away), "%s.away", f->file);
	assert_int_equal(rename(f->file, away), 0);
	machine = boot(f, "a");
	assert_true(machine.is_lost);
	assert_int_equal(machine.effective, INTENT_LOCAL);
	assert_int_not_equal(state_set(f->state, &change, NULL, NULL, &why), 0);
	/* Nor is an empty one made in its place, which would forget it all. */
	nanosleep(&(struct timespec){1, 200000000}, NULL);
	assert_int_not_equal(access(f->file, F_OK), 0);
	assert_true(boot(f, "b").is_lost);
}

static void api_tokens_are_made_checked_and_removed(void **ctx)
{
	struct fixture *f = *ctx;
	char token[STATE_TOKEN_BYTES], name[STATE_NAME_BYTES];
	struct reason why;

	assert_int_equal(state_key_make(f->state, "ann", token, &why), 0);
	assert_int_equal(state_key_make(f->state, "ann", token, &why), -EEXIST);
	assert_int_equal(state_key_check(f->state, token, name, &why), 0);
	assert_string_equal(name, "ann");
	token[0] = token[0] == '0' ? '1' : '0';
	assert_int_equal(state_key_check(f->state, token, name, &why), -ENOENT);
	assert_int_equal(state_key_remove(f->state, "bob", &why), -ENOENT);
	assert_int_equal(state_key_remove(f->state, "ann", &why), 0);
	token[0] = token[0] == '0' ? '1' : '0';
	assert_int_equal(state_key_check(f->state, token, name, &why), -ENOENT);
}

static void list_has_every_machine_by_name(void **ctx)
{
	struct fixture *f = *ctx;
	struct machine_state *list;
	struct reason why;
	size_t count;
	char name[16];
	int i;

	for (i = 0; i < 300; i++) {
		struct state_change change = {.name = name,
					      .intent = INTENT_LOCAL};

		snprintf(name, sizeof(name), "m%03d", 299 - i);
		assert_int_equal(state_set(f->state, &change, NULL, NULL, &why),
				 0);
	}
	assert_int_equal(state_list(f->state, &list, &count, &why), 0);
	assert_int_equal(count, 300);
	assert_string_equal(list[0].name, "m000");
	assert_string_equal(list[299].name, "m299");
	free(list);
}

static void options_say_what_is_wrong(void **ctx)
{
	static const struct {
		const char *key;
		const char *value;
		int rc;
	} cases[] = {
		{"state", "off", 0},
		{"state", "sqlite:/x/y", 0},
		{"state", "postgresql://h/d", 0},
		{"state", "mysql://h/d", -EINVAL},
		{"state-wait-ms", "250", 0},
		{"state-wait-ms", "0", -EINVAL},
		{"state-wait-ms", "1x", -EINVAL},
		{"state-lost", "wait", 0},
		{"state-lost", "install", -EINVAL},
		{"state-fallback", "rescue", 0},
		{"state-fallback", "run", -EINVAL},
		{"colour", "red", -ENOENT},
	};
	struct state_options options;
	struct reason why;
	size_t i;

	(void)ctx;
	state_options_init(&options);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(state_options_set(&options, cases[i].key,
						   cases[i].value, &why),
				 cases[i].rc);
}

/* Both machines fall into one bucket of the machines in memory. */
static void neighbours_in_memory_are_told_apart(void **ctx)
{
	static const char *const names[] = {"web01", "db46094"};
	struct fixture *f = *ctx;
	struct state_change change = {.intent = INTENT_LOCAL};
	struct machine_state machine;
	struct reason why;
	int i;

	for (i = 0; i < 2; i++) {
		change.name = names[i];
		assert_int_equal(state_set(f->state, &change, NULL, NULL, &why),
				 0);
		state_get(f->state, names[i], &machine);
		assert_int_equal(machine.effective, INTENT_LOCAL);
	}
	/* One is done; the other, and after a restart too, is not. */
	order(f, INTENT_ORDINARY, NULL);
	for (i = 0; i < 2; i++) {
		state_get(f->state, "web01", &machine);
		assert_int_equal(machine.effective, INTENT_ORDINARY);
		state_get(f->state, "db46094", &machine);
		assert_int_equal(machine.effective, INTENT_LOCAL);
		state_close(f->state);
		fixture_open(f);
	}
}

#define STATE_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STATE_TEST(unknown_machine_is_ordinary),
		STATE_TEST(install_ends_only_with_confirmation),
		STATE_TEST(one_boot_is_one_attempt_and_one_token),
		STATE_TEST(tokens_of_one_boot_survive_a_restart),
		STATE_TEST(attempts_end_in_the_fallback),
		STATE_TEST(failure_report_allows_another_attempt),
		STATE_TEST(deadline_ends_in_the_fallback),
		STATE_TEST(diskless_and_rescue_last),
		STATE_TEST(wrong_tokens_are_refused),
		STATE_TEST(bad_changes_are_refused),
		STATE_TEST(names_have_their_characters_alone),
		STATE_TEST(tokens_are_not_in_the_file),
		STATE_TEST(second_resolver_gets_the_safe_answer),
		STATE_TEST(newer_schema_is_left_alone),
		STATE_TEST(garbage_is_a_lost_database),
		STATE_TEST(vanished_file_installs_nothing),
		STATE_TEST(api_tokens_are_made_checked_and_removed),
		STATE_TEST(list_has_every_machine_by_name),
		STATE_TEST(neighbours_in_memory_are_told_apart),
		cmocka_unit_test(options_say_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
