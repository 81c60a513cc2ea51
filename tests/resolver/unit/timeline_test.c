/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What is remembered of machines that ask again and again. */
#include "timeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

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

/* A machine asks and is answered. */
static void boot(const char *name, bool is_known, const struct facts *facts,
		 const char *client, const char *asked, const char *answered,
		 uint64_t digest)
{
	struct timeline_boot what = {
		.name = name,
		.hash = table_hash(name, strlen(name)),
		.is_known = is_known,
		.facts = facts,
		.client = client,
		.asked = asked,
		.answered = answered,
		.digest = digest,
	};

	timeline_boot(timeline, &what);
}

/* web01 asks from an address, with a MAC and a serial (or NULL). */
static void ask(const char *client, const char *mac, const char *serial)
{
	struct facts facts = {0};

	facts.value[FACT_SERIAL] = serial;
	strcpy(facts.mac_name, mac);
	boot("web01", true, &facts, client, "from it", "a.ipxe", 0);
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
	assert_string_equal(sighting().mac, "52-54-00-00-00-01");
	/* What it does not say this time it said before. */
	ask("192.0.2.1", "52-54-00-00-00-01", NULL);
	assert_string_equal(sighting().serial, "S2");
	ask("192.0.2.1", "52-54-00-00-00-02", "S2");
	assert_string_equal(sighting().mac, "52-54-00-00-00-02");
	assert_true(timeline_find(timeline, "52-54-00-00-00-02", name));
	ask("192.0.2.2", "52-54-00-00-00-02", "S2");
	assert_string_equal(sighting().client, "192.0.2.2");
	assert_true(timeline_find(timeline, "192.0.2.2", name));
	assert_string_equal(name, "web01");
	/* It has them no more. */
	assert_false(timeline_find(timeline, "192.0.2.1", name));
	assert_false(timeline_find(timeline, "52-54-00-00-00-01", name));
	assert_false(timeline_find(timeline, "", name));
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
		boot("web02", true, &facts, "192.0.2.1", "from it", "b", 0);
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
	/* What only begins alike is not. */
	timeline_add(timeline, "web01", EVENT_FIRMWARE, "said", 0, "a");
	timeline_add(timeline, "web01", EVENT_FIRMWARE, "said", 0, "a b c");
	timeline_add(timeline, "web01", EVENT_FIRMWARE, "say", 0, "a b c");
	assert_int_equal(timeline_get(timeline, "web01", &found, events), 6);
}

/* web01 asks, and is answered by a file, as a digest has it. */
static void ask_as(uint64_t digest, const char *asked, const char *file)
{
	struct facts facts = {.mac_name = "52-54-00-00-00-01"};

	boot("web01", true, &facts, "192.0.2.1", asked, file, digest);
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
	boot("web02", true, &(struct facts){0}, "192.0.2.1", "b", "b", 0);
	assert_true(is_again(7, true));
	assert_true(timeline_find(timeline, "192.0.2.1", name));
	assert_string_equal(name, "web01");
}

/* Only the last two events are counted again. */
static void test_the_same_again_is_of_the_last_two_events(void **ctx)
{
	struct event events[TIMELINE_EVENTS_MAX];
	struct sighting found;

	(void)ctx;
	/* In either order. */
	ask_as(7, "a", "a.ipxe");
	ask_as(5, "b", "a.ipxe");
	assert_true(is_again(5, true));
	assert_false(is_again(7, true));
	/* The answer is new, and the question the one before the last. */
	timeline_add(timeline, "web01", EVENT_FIRMWARE, "said", 0, "x");
	timeline_add(timeline, "web01", EVENT_SERVER, "asked", 0, "a");
	timeline_add(timeline, "web01", EVENT_FIRMWARE, "said", 0, "y");
	ask_as(7, "a", "b.ipxe");
	assert_false(is_again(7, true));
	/* It was another question, and the same answer. */
	ask_as(9, "b", "b.ipxe");
	assert_true(is_again(9, true));
	assert_false(is_again(7, true));
	/* What is put back counts what there was. */
	ask_as(7, "a", "c.ipxe");
	found = sighting();
	assert_true(is_again(7, true));
	timeline_restore(timeline, &found, NULL, 0);
	assert_false(is_again(7, true));
	assert_int_equal(timeline_get(timeline, "web01", &found, events), 10);
	assert_string_equal(events[9].text, "c.ipxe");
	assert_int_equal(events[9].count, 2);
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
	boot("web01", false, &facts, "192.0.2.1", "", "", 0);
	boot("web01", true, &facts, "192.0.2.1", "", "", 0);
	for (i = 0; i < 2 * TIMELINES_KEPT; i++) {
		snprintf(name, sizeof(name), "stranger%d", i);
		boot(name, false, &facts, NULL, "", "", 0);
	}
	assert_true(timeline_count(timeline) <= TIMELINES_KEPT);
	assert_true(timeline_get(timeline, "web01", &found, NULL) >= 0);
	assert_true(found.is_known);
}

/* Machines that are kept together, so many at most: the timeline's shards. */
#define NEIGHBOURS_APART 64
#define NEIGHBOURS_KEPT	 (TIMELINES_KEPT / NEIGHBOURS_APART)
#define NEIGHBOURS	 3000

/* Name the machines of one shard; the first call finds them. */
static const char *neighbour(int i)
{
	static char names[NEIGHBOURS][16];
	int found = 0, number;

	for (number = 0; !names[NEIGHBOURS - 1][0]; number++) {
		char *name = names[found];

		snprintf(name, sizeof(names[0]), "node%d", number);
		found += table_hash(name, strlen(name)) % NEIGHBOURS_APART == 0;
		if (found < NEIGHBOURS)
			names[found][0] = '\0';
	}
	return names[i];
}

/* What a shard is to remember: who came or changed sides when; 0: nobody. */
struct model {
	unsigned int since[2 * NEIGHBOURS_KEPT];
	bool is_known[2 * NEIGHBOURS_KEPT];
	int count;
};

/* Which one is forgotten next? */
static int model_oldest(const struct model *model)
{
	int oldest = -1, i;

	for (i = 0; i < 2 * NEIGHBOURS_KEPT; i++) {
		if (!model->since[i])
			continue;
		if (oldest < 0 ||
		    model->is_known[i] < model->is_known[oldest] ||
		    (model->is_known[i] == model->is_known[oldest] &&
		     model->since[i] < model->since[oldest]))
			oldest = i;
	}
	return oldest;
}

/* Machine i asks; returns who is forgotten for it, or -1. */
static int model_ask(struct model *model, int i, bool is_known,
		     unsigned int turn)
{
	int gone = -1;

	if (model->since[i] && model->is_known[i] == is_known)
		return -1;
	if (!model->since[i] && model->count == NEIGHBOURS_KEPT) {
		gone = model_oldest(model);
		model->since[gone] = 0;
		model->count--;
	}
	model->count += !model->since[i];
	model->since[i] = turn;
	model->is_known[i] = is_known;
	return gone;
}

static void test_machines_are_forgotten_in_their_order(void **ctx)
{
	struct model model = {0};
	struct facts facts = {0};
	struct sighting found;
	unsigned int turn, random = 1;
	struct timespec begin, now;

	(void)ctx;
	neighbour(0);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (turn = 1; turn < 6000; turn++) {
		int i, gone;
		bool is_known;

		random = random * 1103515245 + 12345;
		i = (int)(random >> 16) % (2 * NEIGHBOURS_KEPT);
		/* Strangers are few, none, or many. */
		is_known = random % 7 || turn % 2000 < 1000;
		gone = model_ask(&model, i, is_known, turn);
		boot(neighbour(i), is_known, &facts, NULL, "a", "b", 0);
		clock_gettime(CLOCK_MONOTONIC, &now);
		/* Later, who asks again comes in front, too. */
		if (now.tv_sec - begin.tv_sec > 1 ||
		    (now.tv_sec - begin.tv_sec) * 1000 +
				    (now.tv_nsec - begin.tv_nsec) / 1000000 >
			    900)
			break;
		assert_int_equal(
			timeline_get(timeline, neighbour(i), &found, NULL), 0);
		assert_int_equal(found.is_known, is_known);
		if (gone >= 0)
			assert_true(timeline_get(timeline, neighbour(gone),
						 &found, NULL) < 0);
		assert_int_equal(timeline_count(timeline), model.count);
	}
}

/* Memory of forgotten events is there for others. */
static void test_forgotten_events_leave_room(void **ctx)
{
	struct event events[TIMELINE_EVENTS_MAX];
	struct facts facts = {0};
	struct sighting found;
	char text[100];
	int i;

	(void)ctx;
	memset(text, 'a', sizeof(text));
	for (i = 0; i < NEIGHBOURS; i++) {
		boot(neighbour(i), true, &facts, NULL, "a", "b", 0);
		/* In the machine's own memory, or not. */
		text[i % 4 ? 50 : 99] = '\0';
		timeline_add(timeline, neighbour(i), EVENT_FIRMWARE, "said", 0,
			     text);
		text[50] = 'a';
		timeline_get(timeline, neighbour(i), &found, NULL);
		if (i % 3 == 0)
			timeline_restore(timeline, &found, NULL, 0);
	}
	for (i = 0; i < TIMELINE_EVENTS_MAX; i++) {
		snprintf(text, sizeof(text), "%d", i);
		timeline_add(timeline, neighbour(0), EVENT_FIRMWARE, "said", 0,
			     text);
	}
	assert_int_equal(timeline_get(timeline, neighbour(0), &found, events),
			 TIMELINE_EVENTS_MAX);
}

/* Who takes a forgotten machine's place has nothing of it. */
static void test_forgotten_machine_leaves_nothing(void **ctx)
{
	struct facts facts = {.value = {[FACT_SERIAL] = "S1"}};
	char name[STATE_NAME_BYTES];
	struct event events[TIMELINE_EVENTS_MAX];
	struct sighting found;
	int i, kept = 0;

	(void)ctx;
	strcpy(facts.mac_name, "52-54-00-00-00-01");
	for (i = 0; i < 2 * TIMELINES_KEPT; i++) {
		struct timeline_foresight f = {0};

		snprintf(name, sizeof(name), "node%d", i);
		f.name = table_hash(name, strlen(name));
		/* As it is before each request; nothing comes of it. */
		while (timeline_foresee(timeline, &f))
			assert_true(f.steps < 10);
		boot(name, true, &facts, "192.0.2.1", "a", "b", 0);
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

/* Text i of a row, each with another length than its neighbours. */
static void text_make(char text[EVENT_TEXT_BYTES], int i)
{
	int len = i * 37 % (EVENT_TEXT_BYTES - 8);

	snprintf(text, EVENT_TEXT_BYTES, "%03d %.*s", i, len,
		 "a text that is longer than a machine's own memory, so that "
		 "it takes turns with short ones, which have room there while "
		 "nothing else is in their place; so often that the first of "
		 "them are forgotten, and their place is free again.");
}

static void test_events_of_any_size_come_and_go(void **ctx)
{
	struct event events[TIMELINE_EVENTS_MAX];
	char text[EVENT_TEXT_BYTES];
	struct sighting found;
	int i;

	(void)ctx;
	for (i = 0; i < 400; i++) {
		text_make(text, i);
		timeline_add(timeline, "web01", EVENT_FIRMWARE, "said", i + 1,
			     text);
	}
	assert_int_equal(timeline_get(timeline, "web01", &found, events),
			 TIMELINE_EVENTS_MAX);
	for (i = 0; i < TIMELINE_EVENTS_MAX; i++) {
		text_make(text, 400 - TIMELINE_EVENTS_MAX + i);
		assert_string_equal(events[i].text, text);
		assert_string_equal(events[i].kind, "said");
	}
	/* Put back into a machine of which nothing is left. */
	timeline_restore(timeline, &found, events, TIMELINE_EVENTS_MAX);
	assert_int_equal(timeline_get(timeline, "web01", &found, events),
			 TIMELINE_EVENTS_MAX);
	for (i = 0; i < TIMELINE_EVENTS_MAX; i++) {
		text_make(text, 400 - TIMELINE_EVENTS_MAX + i);
		assert_string_equal(events[i].text, text);
	}
}

/* All that a machine can say, as long as it can be, and longer. */
static void test_long_texts_are_cut(void **ctx)
{
	char name[STATE_NAME_BYTES], found_name[STATE_NAME_BYTES];
	char long_text[2 * EVENT_TEXT_BYTES];
	struct event events[TIMELINE_EVENTS_MAX];
	struct facts facts = {
		.value = {[FACT_SERIAL] = long_text,
			  [FACT_PRODUCT] = long_text,
			  [FACT_PLATFORM] = long_text,
			  [FACT_VERSION] = long_text},
	};
	struct sighting found;

	(void)ctx;
	memset(long_text, 'a', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	memset(facts.mac_name, '5', sizeof(facts.mac_name) - 1);
	memset(facts.uuid_name, '6', sizeof(facts.uuid_name) - 1);
	boot(name, true, &facts, long_text, long_text, long_text, 0);
	assert_int_equal(timeline_get(timeline, name, &found, events), 2);
	assert_string_equal(found.name, name);
	assert_int_equal(strlen(found.client), SAID_CLIENT_BYTES - 1);
	assert_string_equal(found.mac, facts.mac_name);
	assert_string_equal(found.uuid, facts.uuid_name);
	assert_int_equal(strlen(found.serial), SAID_SERIAL_BYTES - 1);
	assert_int_equal(strlen(found.product), SAID_PRODUCT_BYTES - 1);
	assert_int_equal(strlen(found.platform), SAID_PLATFORM_BYTES - 1);
	assert_int_equal(strlen(found.version), SAID_VERSION_BYTES - 1);
	assert_int_equal(strlen(events[1].text), EVENT_TEXT_BYTES - 1);
	assert_true(timeline_find(timeline, facts.mac_name, found_name));
	assert_string_equal(found_name, name);
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
		TEST(test_machines_are_forgotten_in_their_order),
		TEST(test_forgotten_events_leave_room),
		TEST(test_forgotten_machine_leaves_nothing),
		TEST(test_events_of_any_size_come_and_go),
		TEST(test_long_texts_are_cut),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
