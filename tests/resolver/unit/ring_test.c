/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Unit tests of ring.c, on sockets of the kernel's. */
#include "ring.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define WAIT_MS 5000

/* More than there are buffers. */
#define MANY 300

/* A ring, what it watches, and two sockets that are connected. */
struct fixture {
	struct ring *ring;
	int watched_fd;
	int ours, theirs;
	struct ring_event events[RING_EVENTS_MAX];
};

static int fixture_make(void **state)
{
	static struct fixture f;
	int pair[2];

	f.watched_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_return_code(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), errno);
	f.ours = pair[0];
	f.theirs = pair[1];
	*state = &f;
	if (ring_open(f.watched_fd, MANY, &f.ring))
		f.ring = NULL;
	else
		assert_int_equal(ring_start(f.ring), 0);
	return 0;
}

static int fixture_end(void **state)
{
	struct fixture *f = *state;

	ring_close(f->ring);
	close(f->ours);
	close(f->theirs);
	close(f->watched_fd);
	return 0;
}

/* Kernels and containers may forbid it, and then there is nothing to test. */
static struct fixture *fixture_get(void **state)
{
	struct fixture *f = *state;

	if (!f->ring)
		skip();
	return f;
}

static void test_bytes_are_received(void **state)
{
	struct fixture *f = fixture_get(state);

	assert_int_equal(ring_receive(f->ring, f->ours, f), 0);
	assert_int_equal(ring_wait(f->ring, f->events, 0), 0);
	assert_int_equal(write(f->theirs, "hello", 5), 5);
	assert_int_equal(ring_wait(f->ring, f->events, WAIT_MS), 1);
	assert_int_equal(f->events[0].what, RING_RECEIVED);
	assert_ptr_equal(f->events[0].whose, f);
	assert_int_equal(f->events[0].result, 5);
	assert_memory_equal(f->events[0].data, "hello", 5);
	ring_give_back(f->ring, f->events[0].data);
	assert_false(f->events[0].is_last);
	/* And again. */
	assert_int_equal(write(f->theirs, "again", 5), 5);
	assert_int_equal(ring_wait(f->ring, f->events, WAIT_MS), 1);
	assert_memory_equal(f->events[0].data, "again", 5);
	ring_give_back(f->ring, f->events[0].data);
}

static void test_bytes_are_received_in_their_order(void **state)
{
	struct fixture *f = fixture_get(state);
	char bytes[20 * RING_RECEIVE_MAX], got[sizeof(bytes)];
	size_t i, len = 0;
	int count;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 7 + i / 1000);
	assert_int_equal(write(f->theirs, bytes, sizeof(bytes)), sizeof(bytes));
	assert_int_equal(ring_receive(f->ring, f->ours, f), 0);
	while (len < sizeof(bytes)) {
		count = ring_wait(f->ring, f->events, WAIT_MS);
		assert_in_range(count, 1, RING_EVENTS_MAX);
		for (i = 0; i < (size_t)count; i++) {
			struct ring_event *event = &f->events[i];

			assert_in_range(event->result, 1, RING_RECEIVE_MAX);
			memcpy(got + len, event->data, (size_t)event->result);
			len += (size_t)event->result;
			ring_give_back(f->ring, event->data);
			if (event->is_last)
				assert_int_equal(
					ring_receive(f->ring, f->ours, f), 0);
		}
	}
	assert_memory_equal(got, bytes, sizeof(bytes));
}

static void test_nothing_is_received_behind_the_last(void **state)
{
	struct fixture *f = fixture_get(state);
	char got[8];
	int i, count;
	bool is_last = false;

	assert_int_equal(ring_receive(f->ring, f->ours, f), 0);
	assert_int_equal(ring_wait(f->ring, f->events, 0), 0);
	ring_cancel(f->ring, f);
	while (!is_last) {
		count = ring_wait(f->ring, f->events, WAIT_MS);
		assert_in_range(count, 1, 2);
		for (i = 0; i < count; i++) {
			if (f->events[i].what != RING_RECEIVED)
				continue;
			assert_int_equal(f->events[i].result, -ECANCELED);
			is_last = f->events[i].is_last;
		}
	}
	assert_int_equal(write(f->theirs, "later", 5), 5);
	ring_wait(f->ring, f->events, 0);
	assert_int_equal(ring_wait(f->ring, f->events, 20), 0);
	/* It stayed where it was. */
	assert_int_equal(read(f->ours, got, sizeof(got)), 5);
}

/* A socket that is closed is closed for its peer, and its number may be that
 * of another one. */
static void test_forgotten_sockets_are_closed(void **state)
{
	struct fixture *f = fixture_get(state);
	int pair[2], fd = f->ours;
	char got;

	assert_int_equal(ring_send(f->ring, fd, "x", 1, f), 0);
	assert_int_equal(ring_wait(f->ring, f->events, 20), 1);
	assert_int_equal(read(f->theirs, &got, 1), 1);
	ring_forget(f->ring, fd);
	close(fd);
	assert_int_equal(recv(f->theirs, &got, 1, MSG_DONTWAIT), 0);
	assert_return_code(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), errno);
	assert_int_equal(pair[0], fd);
	assert_int_equal(ring_send(f->ring, fd, "y", 1, f), 0);
	assert_int_equal(ring_wait(f->ring, f->events, 20), 1);
	assert_int_equal(f->events[0].result, 1);
	assert_int_equal(recv(pair[1], &got, 1, MSG_DONTWAIT), 1);
	assert_int_equal(got, 'y');
	close(pair[1]);
}

static void test_the_end_is_told(void **state)
{
	struct fixture *f = fixture_get(state);

	assert_int_equal(ring_receive(f->ring, f->ours, f), 0);
	assert_int_equal(ring_wait(f->ring, f->events, 0), 0);
	/* Of this end too, which is how a receive is given up. */
	assert_return_code(shutdown(f->ours, SHUT_RDWR), errno);
	assert_int_equal(ring_wait(f->ring, f->events, WAIT_MS), 1);
	assert_int_equal(f->events[0].what, RING_RECEIVED);
	assert_int_equal(f->events[0].result, 0);
	if (f->events[0].data)
		ring_give_back(f->ring, f->events[0].data);
}

/* A send alone does not end the waiting: what comes next is told with it. */
static void test_sends_are_told_with_what_follows(void **state)
{
	struct fixture *f = fixture_get(state);
	char got[8];

	assert_int_equal(ring_send(f->ring, f->ours, "abc", 3, state), 0);
	assert_int_equal(ring_receive(f->ring, f->ours, f), 0);
	assert_true(ring_is_sending(f->ring));
	assert_int_equal(write(f->theirs, "next", 4), 4);
	assert_int_equal(ring_wait(f->ring, f->events, WAIT_MS), 2);
	assert_false(ring_is_sending(f->ring));
	assert_int_equal(f->events[0].what, RING_SENT);
	assert_ptr_equal(f->events[0].whose, state);
	assert_int_equal(f->events[0].result, 3);
	assert_int_equal(f->events[1].what, RING_RECEIVED);
	assert_int_equal(f->events[1].result, 4);
	ring_give_back(f->ring, f->events[1].data);
	assert_int_equal(read(f->theirs, got, sizeof(got)), 3);
	assert_memory_equal(got, "abc", 3);
}

static void test_full_sockets_end_sends_at_once(void **state)
{
	struct fixture *f = fixture_get(state);
	static const char bytes[1024 * 1024];
	int i, sent = 0;

	for (i = 0; i < 3; i++)
		assert_int_equal(
			ring_send(f->ring, f->ours, bytes, sizeof(bytes), f),
			0);
	assert_int_equal(ring_wait(f->ring, f->events, 20), 3);
	for (i = 0; i < 3; i++) {
		assert_int_equal(f->events[i].what, RING_SENT);
		if (f->events[i].result > 0)
			sent += f->events[i].result;
	}
	assert_in_range(sent, 1, sizeof(bytes) - 1);
	assert_int_equal(f->events[2].result, -EAGAIN);
	/* Nobody is there any more; no signal says so. */
	close(f->theirs);
	f->theirs = -1;
	assert_int_equal(ring_send(f->ring, f->ours, bytes, 10, f), 0);
	assert_int_equal(ring_wait(f->ring, f->events, 20), 1);
	assert_int_equal(f->events[0].result, -EPIPE);
}

static void test_what_is_watched_is_told_until_it_is_read(void **state)
{
	struct fixture *f = fixture_get(state);
	uint64_t one = 1;
	int i;

	assert_int_equal(ring_wait(f->ring, f->events, 0), 0);
	assert_int_equal(write(f->watched_fd, &one, sizeof(one)), sizeof(one));
	for (i = 0; i < 3; i++) {
		assert_int_equal(ring_wait(f->ring, f->events, WAIT_MS), 1);
		assert_int_equal(f->events[0].what, RING_READY);
	}
	assert_int_equal(read(f->watched_fd, &one, sizeof(one)), sizeof(one));
	ring_wait(f->ring, f->events, 0);
	assert_int_equal(ring_wait(f->ring, f->events, 20), 0);
}

/* Have a byte come from each of many sockets; count what came, and what did
 * not for want of buffers, which are kept if so told.  Of a pair, the third
 * says whether it is being received from. */
static void receive_many(struct fixture *f, int (*pairs)[3], bool keeps,
			 unsigned int *ret_got, unsigned int *ret_without)
{
	unsigned int told = 0;
	int i, count;

	*ret_got = *ret_without = 0;
	for (i = 0; i < MANY; i++) {
		assert_int_equal(write(pairs[i][1], "x", 1), 1);
		/* Those of before were not the last ones. */
		if (!pairs[i][2])
			assert_int_equal(
				ring_receive(f->ring, pairs[i][0], pairs[i]),
				0);
		pairs[i][2] = true;
	}
	while (told < MANY) {
		count = ring_wait(f->ring, f->events, WAIT_MS);
		assert_in_range(count, 1, RING_EVENTS_MAX);
		for (i = 0; i < count; i++) {
			if (f->events[i].is_last)
				((int *)f->events[i].whose)[2] = false;
			if (f->events[i].result == -ENOBUFS)
				++*ret_without;
			else
				assert_int_equal(f->events[i].result, 1);
			*ret_got += f->events[i].result == 1;
			if (f->events[i].data && !keeps)
				ring_give_back(f->ring, f->events[i].data);
		}
		told += (unsigned int)count;
	}
}

static void test_more_than_there_are_buffers_is_told(void **state)
{
	struct fixture *f = fixture_get(state);
	static int pairs[MANY][3];
	unsigned int got, without;
	int i;

	for (i = 0; i < MANY; i++)
		assert_return_code(
			socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]), errno);
	receive_many(f, pairs, false, &got, &without);
	assert_int_equal(got + without, MANY);
	assert_true(got > 0);
	receive_many(f, pairs, true, &got, &without);
	assert_int_equal(got + without, MANY);
	/* None is left. */
	receive_many(f, pairs, false, &got, &without);
	assert_int_equal(without, MANY);
	for (i = 0; i < MANY; i++) {
		close(pairs[i][0]);
		close(pairs[i][1]);
	}
}

int main(void)
{
#define TEST(test)                                                             \
	cmocka_unit_test_setup_teardown(test, fixture_make, fixture_end)
	const struct CMUnitTest tests[] = {
		TEST(test_bytes_are_received),
		TEST(test_bytes_are_received_in_their_order),
		TEST(test_nothing_is_received_behind_the_last),
		TEST(test_forgotten_sockets_are_closed),
		TEST(test_the_end_is_told),
		TEST(test_sends_are_told_with_what_follows),
		TEST(test_full_sockets_end_sends_at_once),
		TEST(test_what_is_watched_is_told_until_it_is_read),
		TEST(test_more_than_there_are_buffers_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
