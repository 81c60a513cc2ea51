/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/*
 * Receives and sends for many connections with one system call: io_uring(7),
 * as Linux 6.1 and later have it.
 *
 * A ring belongs to one thread.  What is asked of it is begun by the next
 * ring_wait(), which tells what came of it.
 */
#ifndef RESOLVER_RING_H
#define RESOLVER_RING_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that are received at once, at most. */
#define RING_RECEIVE_MAX 2048

/* Events that are told at once, at most. */
#define RING_EVENTS_MAX 64

struct ring;

/* What something came of. */
enum ring_what {
	RING_RECEIVED, /* ring_receive() */
	RING_SENT,     /* ring_send() */
	RING_READY,    /* the watched descriptor is readable */
	RING_NOTHING,  /* nothing that anybody waits for */
};

struct ring_event {
	enum ring_what what;
	/* Whose it is, as it was given. */
	void *whose;
	/* Bytes received (0: the client's end) or sent, or a negative errno.
	 * -ENOBUFS: nothing was received, as all buffers are in use;
	 * -ECANCELED: ring_cancel(). */
	int result;
	/* Of what is received: does nothing come any more, until it is asked
	 * for again? */
	bool is_last;
	/* The bytes received, until ring_give_back(); or NULL. */
	char *data;
};

/*
 * Open a ring that watches a descriptor, too, such as epoll(7)'s for what is
 * not asked of the ring; most: how much is ever asked for and not told.  Any
 * thread may do that.
 * Returns 0 or a negative errno: -ENOSYS, -EPERM or -EINVAL where the kernel
 * has no such thing, forbids it, or is too old for what is asked of it.
 */
int ring_open(int watched_fd, unsigned int most, struct ring **ret_ring);

/* The calling thread is the one that uses it.  Returns 0 or a negative
 * errno. */
int ring_start(struct ring *ring);

/* Give up what has not ended, and free; NULL is accepted. */
void ring_close(struct ring *ring);

/*
 * Receive whatever comes, RING_RECEIVE_MAX bytes at a time, until an event
 * says that it is the last.  Returns 0 or a negative errno.
 */
int ring_receive(struct ring *ring, int fd, void *whose);

/* Receive no more, as soon as that is possible; the last event tells when. */
void ring_cancel(struct ring *ring, void *whose);

/* The bytes of an event are not needed any more. */
void ring_give_back(struct ring *ring, char *data);

/*
 * Send what the socket takes at once; the result may be less than len, or
 * -EAGAIN.  The bytes must stay until that is told.  Of one socket, what is
 * sent here comes in order, and before what is received after it.
 * Returns 0 or a negative errno.
 */
int ring_send(struct ring *ring, int fd, const char *data, size_t len,
	      void *whose);

/* The descriptor is about to be closed: it must not be meant any more. */
void ring_forget(struct ring *ring, int fd);

/* Is there something whose sending has not been told? */
bool ring_is_sending(const struct ring *ring);

/*
 * Begin what was asked for, and wait for at most so many ms until something
 * ends other than sending, which is told then, or when the time is over.
 * Returns how many of events (RING_EVENTS_MAX) are set.
 */
int ring_wait(struct ring *ring, struct ring_event *events, int ms);

#endif
