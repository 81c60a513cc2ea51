/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What is remembered of machines that ask again and again. */
#include "timeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "table.h"

static struct timeline *timeline;

static int setup(void **ctx)
{
	(void)ctx;
	timeline = timeline_new();
	return timeline ? 0 : -1;
}

static int teardown(void **ctx)
{
	(void)ctx;
	timeline_free(timeline);
	return 0;
}

/* web01 asks from an address, with a MAC and a serial (or NULL). */
static void ask(const char *client, const char *mac, const char *serial)
{
	struct facts facts = {0};

	facts.value[FACT_SERIAL] = serial;
	strcpy(facts.mac_name, mac);
	timeline_sight(timeline, "web01", true, &facts, client, "from it");
	timeline_add(timeline, "web01", EVENT_SERVER, "answered", 0, "a.ipxe");
}

static struct sighting sighting(void)
{
	struct sighting found;

	assert_true(timeline_get(timeline, "web01", &found, NULL) >= 0);
	return found;
}

static void test_what_it_says_anew_is_remembered_at_once(void **ctx)
{
	char name[STATE_NAME_BYTES];

	(void)ctx;
	ask("192.0.2.1", "52-54-00-00-00-01", NULL);
	assert_string_equal(sighting().serial, "");
	ask("192.0.2.1", "52-54-00-00-00-01", "S1");
	assert_string_equal(sighting().serial, "S1");
	ask("192.0.2.1", "52-54-00-00-00-01", "S2");
	assert_string_equal(sighting().serial, "S2");
	ask("192.0.2.1", "52-54-00-00-00-02", "S2");
	assert_string_equal(sighting().mac, "52-54-00-00-00-02");
	assert_true(timeline_find(timeline, "52-54-00-00-00-02", name));
	ask("192.0.2.2", "52-54-00-00-00-02", "S2");
	assert_string_equal(sighting().client, "192.0.2.2");
	assert_true(timeline_find(timeline, "192.0.2.2", name));
	assert_string_equal(name, "web01");
}

static void test_shared_address_leads_to_who_asked_last(void **ctx)
{
	struct facts facts = {0};
	char name[STATE_NAME_BYTES];
	int i;

	(void)ctx;
	for (i = 0; i < 3; i++) {
		ask("192.0.2.1", "52-54-00-00-00-01", NULL);
		assert_true(timeline_find(timeline, "192.0.2.1", name));
		assert_string_equal(name, "web01");
		timeline_sight(timeline, "web02", true, &facts, "192.0.2.1",
			       "from it");
		assert_true(timeline_find(timeline, "192.0.2.1", name));
		assert_string_equal(name, "web02");
	}
}

static void test_questions_and_answers_in_turn_are_two_events(void **ctx)
{
	struct event events[TIMELINE_EVENTS_MAX];
	struct sighting found;
	uint64_t before;
	int i;

	(void)ctx;
	for (i = 0; i < 5; i++)
		ask("192.0.2.1", "52-54-00-00-00-01", "S1");
	assert_int_equal(timeline_get(timeline, "web01", &found, events), 2);
	assert_string_equal(events[0].kind, "asked");
	assert_string_equal(events[0].text, "from it");
	assert_int_equal(events[0].count, 5);
	assert_string_equal(events[1].kind, "answered");
	assert_int_equal(events[1].count, 5);
	/* Each of them is a change all the same. */
	before = timeline_sequence(timeline);
	ask("192.0.2.1", "52-54-00-00-00-01", "S1");
	assert_true(sighting().sequence > before);
	/* What is not printable is the same again, too. */
	timeline_add(timeline, "web01", EVENT_FIRMWARE, "said", 0, "a\nb");
	timeline_add(timeline, "web01", EVENT_FIRMWARE, "said", 0, "a\nb");
	assert_int_equal(timeline_get(timeline, "web01", &found, events), 3);
	assert_string_equal(events[2].text, "a b");
	assert_int_equal(events[2].count, 2);
}

/* web01 asks, and is answered by a file, as a digest has it. */
static void ask_as(uint64_t digest, const char *asked, const char *file)
{
	struct facts facts = {.mac_name = "52-54-00-00-00-01"};
	const void *event = timeline_sight(timeline, "web01", true, &facts,
					   "192.0.2.1", asked);

	timeline_answer(timeline, "web01", event, digest, file);
}

/* Does it ask the same again, and is answered the same? */
static bool is_again(uint64_t digest, bool is_known)
{
	return timeline_again(timeline, table_hash("web01", 5), "web01",
			      is_known, digest, "192.0.2.1");
}

static void test_the_same_again_is_counted_without_a_look(void **ctx)
{
	struct event events[TIMELINE_EVENTS_MAX];
	char name[STATE_NAME_BYTES];
	struct sighting found;
	uint64_t before;

	(void)ctx;
	assert_false(is_again(7, true));
	assert_int_equal(timeline_count(timeline), 0);
	ask_as(7, "a", "a.ipxe");
	assert_false(is_again(5, true));
	assert_false(is_again(7, false));
	before = timeline_sequence(timeline);
	assert_true(is_again(7, true));
	assert_true(sighting().sequence > before);
	assert_true(is_again(7, true));
	assert_int_equal(timeline_get(timeline, "web01", &found, events), 2);
	assert_int_equal(events[0].count, 3);
	assert_int_equal(events[1].count, 3);
	/* An event behind them does not lose what was counted. */
	assert_true(is_again(7, true));
	timeline_add(timeline, "web01", EVENT_FIRMWARE, "said", 0, "x");
	assert_false(is_again(7, true));
	assert_int_equal(timeline_get(timeline, "web01", &found, events), 3);
	assert_string_equal(events[0].kind, "asked");
	assert_int_equal(events[0].count, 4);
	assert_string_equal(events[1].kind, "answered");
	assert_int_equal(events[1].count, 4);
	assert_int_equal(events[2].count, 1);
	assert_true(events[1].at_ms <= found.last_ms);
	/* Another machine asked from there meanwhile. */
	ask_as(7, "a", "a.ipxe");
	timeline_sight(timeline, "web02", true, &(struct facts){0}, "192.0.2.1",
		       "b");
	assert_true(is_again(7, true));
	assert_true(timeline_find(timeline, "192.0.2.1", name));
	assert_string_equal(name, "web01");
}

/* Only the last two events are counted again. */
static void test_the_same_again_is_of_the_last_two_events(void **ctx)
{
	struct event events[TIMELINE_EVENTS_MAX];
	struct facts facts = {0};
	struct sighting found;
	const void *event;

	(void)ctx;
	/* In either order. */
	ask_as(7, "a", "a.ipxe");
	ask_as(5, "b", "a.ipxe");
	assert_true(is_again(5, true));
	assert_false(is_again(7, true));
	/* The answer is new, and the question the one before the last. */
	timeline_add(timeline, "web01", EVENT_FIRMWARE, "said", 0, "x");
	timeline_sight(timeline, "web01", true, &facts, NULL, "a");
	timeline_add(timeline, "web01", EVENT_FIRMWARE, "said", 0, "y");
	ask_as(7, "a", "b.ipxe");
	assert_false(is_again(7, true));
	/* It asked something else in between. */
	event = timeline_sight(timeline, "web01", true, &facts, NULL, "a");
	timeline_sight(timeline, "web01", true, &facts, NULL, "b");
	timeline_answer(timeline, "web01", event, 9, "b.ipxe");
	assert_false(is_again(9, true));
	/* What is put back counts what there was. */
	ask_as(7, "a", "c.ipxe");
	found = sighting();
	assert_true(is_again(7, true));
	timeline_restore(timeline, &found, NULL, 0);
	assert_false(is_again(7, true));
	assert_int_equal(timeline_get(timeline, "web01", &found, events), 12);
	assert_string_equal(events[11].text, "c.ipxe");
	assert_int_equal(events[11].count, 2);
	ask_as(7, "a", "c.ipxe");
	assert_true(is_again(7, true));
}

static void test_strangers_make_room_first(void **ctx)
{
	struct facts facts = {0};
	char name[STATE_NAME_BYTES];
	struct sighting found;
	int i;

	(void)ctx;
	/* Unknown at first, and then known, in the same second. */
	timeline_sight(timeline, "web01", false, &facts, "192.0.2.1", "");
	timeline_know(timeline, "web01");
	for (i = 0; i < 2 * TIMELINES_KEPT; i++) {
		snprintf(name, sizeof(name), "stranger%d", i);
		timeline_sight(timeline, name, false, &facts, NULL, "");
	}
	assert_true(timeline_count(timeline) <= TIMELINES_KEPT);
	assert_true(timeline_get(timeline, "web01", &found, NULL) >= 0);
	assert_true(found.is_known);
}

/* Who takes a forgotten machine's place has nothing of it. */
static void test_forgotten_machine_leaves_nothing(void **ctx)
{
	struct facts facts = {.value = {[FACT_SERIAL] = "S1"}};
	char name[STATE_NAME_BYTES];
	struct event events[TIMELINE_EVENTS_MAX];
	struct sighting found;
	int i, turn, kept = 0;

	(void)ctx;
	strcpy(facts.mac_name, "52-54-00-00-00-01");
	for (i = 0; i < 2 * TIMELINES_KEPT; i++) {
		unsigned int hash;

		snprintf(name, sizeof(name), "node%d", i);
		hash = table_hash(name, strlen(name));
		/* As it is before each request; nothing comes of it. */
		timeline_prefetch(timeline, hash);
		for (turn = 0; turn < 3; turn++)
			timeline_foresee(timeline, hash, turn);
		timeline_sight(timeline, name, true, &facts, "192.0.2.1", "a");
		timeline_add(timeline, name, EVENT_SERVER, "answered", 0, "b");
		facts.value[FACT_SERIAL] = NULL;
		facts.mac_name[0] = '\0';
	}
	assert_true(timeline_get(timeline, "node0", &found, NULL) < 0);
	for (i = 0; i < 2 * TIMELINES_KEPT; i++) {
		snprintf(name, sizeof(name), "node%d", i);
		events[1].text[0] = '\0';
		if (timeline_get(timeline, name, &found, events) < 0)
			continue;
		kept++;
		assert_string_equal(found.name, name);
		assert_string_equal(found.client, "192.0.2.1");
		assert_string_equal(found.mac, "");
		assert_string_equal(found.serial, "");
		assert_string_equal(events[0].text, "a");
		assert_string_equal(events[1].text, "b");
	}
	assert_int_equal(kept, timeline_count(timeline));
	assert_in_range(kept, TIMELINES_KEPT / 2, TIMELINES_KEPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_what_it_says_anew_is_remembered_at_once),
		TEST(test_shared_address_leads_to_who_asked_last),
		TEST(test_questions_and_answers_in_turn_are_two_events),
		TEST(test_the_same_again_is_counted_without_a_look),
		TEST(test_the_same_again_is_of_the_last_two_events),
		TEST(test_strangers_make_room_first),
		TEST(test_forgotten_machine_leaves_nothing),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
