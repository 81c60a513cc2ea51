/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Receives and sends for many connections with one system call. */
#include "ring.h"

#include <errno.h>
#include <liburing.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* What may be asked for before it is begun. */
#define ASKED_MAX 256

/* Buffers to receive to; a power of two. */
#define BUFFERS 128

/* Descriptors that the kernel is told of, at most. */
#define FILES_MAX 32768

/* The group of buffers, of which there is one. */
#define GROUP 0

/* Pause after a wait that failed for no reason that is known. */
#define FAILED_PAUSE_MS 10

struct ring {
	struct io_uring uring;
	/* Which buffers the kernel may use, and their bytes. */
	struct io_uring_buf_ring *free_buffers;
	char (*buffers)[RING_RECEIVE_MAX];
	int watched_fd;
	bool is_watching;
	/* Sends whose result has not been told. */
	unsigned int sends;
	/* The kernel looks descriptors up once where it is told of them: which
	 * of those below files it was told of. */
	bool *is_told;
	unsigned int files;
};

/* Of what the kernel is told to tell again, the lowest bits say what it is. */
#define WHAT_MASK 3

static uint64_t tag_make(enum ring_what what, void *whose)
{
	return (uint64_t)(uintptr_t)whose | (uint64_t)what;
}

/* Debian 12's liburing has functions for what this is used for, but does not
 * export them. */
static int uring_register(struct ring *ring, unsigned int opcode, void *arg,
			  unsigned int count)
{
	long rc = syscall(SYS_io_uring_register, ring->uring.ring_fd, opcode,
			  arg, count);

	return rc < 0 ? -errno : 0;
}

/* Whatever the process does later, this ring receives, sends and waits. */
static int restrict_to_needed(struct ring *ring)
{
	struct io_uring_restriction allowed[] = {
		{.opcode = IORING_RESTRICTION_SQE_OP, .sqe_op = IORING_OP_RECV},
		{.opcode = IORING_RESTRICTION_SQE_OP, .sqe_op = IORING_OP_SEND},
		{.opcode = IORING_RESTRICTION_SQE_OP,
		 .sqe_op = IORING_OP_POLL_ADD},
		{.opcode = IORING_RESTRICTION_SQE_OP,
		 .sqe_op = IORING_OP_ASYNC_CANCEL},
		{.opcode = IORING_RESTRICTION_SQE_FLAGS_ALLOWED,
		 .sqe_flags = IOSQE_BUFFER_SELECT | IOSQE_FIXED_FILE},
		{.opcode = IORING_RESTRICTION_REGISTER_OP,
		 .register_op = IORING_REGISTER_FILES_UPDATE},
	};

	return uring_register(ring, IORING_REGISTER_RESTRICTIONS, allowed,
			      sizeof(allowed) / sizeof(allowed[0]));
}

static void buffer_add(struct ring *ring, unsigned int number, int behind)
{
	io_uring_buf_ring_add(ring->free_buffers, ring->buffers[number],
			      RING_RECEIVE_MAX, (unsigned short)number,
			      io_uring_buf_ring_mask(BUFFERS), behind);
}

static int buffers_make(struct ring *ring)
{
	struct io_uring_buf_reg reg = {
		.ring_entries = BUFFERS,
		.bgid = GROUP,
	};
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int i, rc;

	ring->buffers = malloc(BUFFERS * sizeof(*ring->buffers));
	/* Whole pages, as the kernel keeps them. */
	ring->free_buffers = aligned_alloc(
		page, (BUFFERS * sizeof(struct io_uring_buf) + page - 1) /
			      page * page);
	if (!ring->buffers || !ring->free_buffers)
		return -ENOMEM;
	reg.ring_addr = (uint64_t)(uintptr_t)ring->free_buffers;
	rc = io_uring_register_buf_ring(&ring->uring, &reg, 0);
	if (rc)
		return rc;
	io_uring_buf_ring_init(ring->free_buffers);
	for (i = 0; i < BUFFERS; i++)
		buffer_add(ring, (unsigned int)i, i);
	io_uring_buf_ring_advance(ring->free_buffers, BUFFERS);
	return 0;
}

/* Room to tell of descriptors, as many as the process may have. */
static int files_make(struct ring *ring)
{
	struct rlimit limit;
	int rc;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return -errno;
	ring->files = limit.rlim_cur < FILES_MAX ? (unsigned int)limit.rlim_cur
						 : FILES_MAX;
	ring->is_told = calloc(ring->files, sizeof(*ring->is_told));
	if (!ring->is_told)
		return -ENOMEM;
	rc = io_uring_register_files_sparse(&ring->uring, ring->files);
	return rc < 0 ? rc : 0;
}

static void ring_free(struct ring *ring)
{
	free(ring->is_told);
	free(ring->free_buffers);
	free(ring->buffers);
	free(ring);
}

int ring_open(int watched_fd, unsigned int most, struct ring **ret_ring)
{
	struct io_uring_params params = {
		/* One thread asks and is told, when it waits: nothing is
		 * interrupted, and nothing needs a lock. */
		.flags = IORING_SETUP_SINGLE_ISSUER |
			 IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_R_DISABLED |
			 IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE,
		/* Room for all results, and for all that is received, so that
		 * the kernel loses none.  It makes that a power of two. */
		.cq_entries = most + BUFFERS + ASKED_MAX,
	};
	struct ring *ring = calloc(1, sizeof(*ring));
	int rc;

	if (!ring)
		return -ENOMEM;
	ring->watched_fd = watched_fd;
	rc = io_uring_queue_init_params(ASKED_MAX, &ring->uring, &params);
	if (rc) {
		ring_free(ring);
		return rc;
	}
	rc = buffers_make(ring);
	if (rc == 0)
		rc = files_make(ring);
	if (rc == 0)
		rc = restrict_to_needed(ring);
	if (rc) {
		ring_close(ring);
		return rc;
	}
	*ret_ring = ring;
	return 0;
}

int ring_start(struct ring *ring)
{
	return uring_register(ring, IORING_REGISTER_ENABLE_RINGS, NULL, 0);
}

void ring_close(struct ring *ring)
{
	if (!ring)
		return;
	io_uring_queue_exit(&ring->uring);
	ring_free(ring);
}

/* A place for what is asked for; when there is none, what was asked before is
 * begun. */
static struct io_uring_sqe *ask(struct ring *ring)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&ring->uring);

	if (sqe)
		return sqe;
	io_uring_submit(&ring->uring);
	return io_uring_get_sqe(&ring->uring);
}

/* Tell the kernel of a descriptor, or, as -1, that there is none any more. */
static bool tell(struct ring *ring, unsigned int place, int fd)
{
	return io_uring_register_files_update(&ring->uring, place, &fd, 1) == 1;
}

/* Have a socket meant, which the kernel is told of when it is meant first. */
static void mean(struct ring *ring, struct io_uring_sqe *sqe, int fd)
{
	unsigned int place = (unsigned int)fd;

	if (place >= ring->files)
		return;
	if (!ring->is_told[place])
		ring->is_told[place] = tell(ring, place, fd);
	/* The place has the descriptor's own number. */
	if (ring->is_told[place])
		sqe->flags |= IOSQE_FIXED_FILE;
}

void ring_forget(struct ring *ring, int fd)
{
	unsigned int place = (unsigned int)fd;

	if (place >= ring->files || !ring->is_told[place])
		return;
	ring->is_told[place] = false;
	tell(ring, place, -1);
}

int ring_receive(struct ring *ring, int fd, void *whose)
{
	struct io_uring_sqe *sqe = ask(ring);

	if (!sqe)
		return -EBUSY;
	io_uring_prep_recv_multishot(sqe, fd, NULL, 0, 0);
	/* Most clients take their time: do not try in vain first. */
	sqe->ioprio |= IORING_RECVSEND_POLL_FIRST;
	sqe->flags |= IOSQE_BUFFER_SELECT;
	mean(ring, sqe, fd);
	sqe->buf_group = GROUP;
	sqe->user_data = tag_make(RING_RECEIVED, whose);
	return 0;
}

void ring_cancel(struct ring *ring, void *whose)
{
	struct io_uring_sqe *sqe = ask(ring);

	/* Then more is received, which is all that comes of it. */
	if (!sqe)
		return;
	io_uring_prep_cancel64(sqe, tag_make(RING_RECEIVED, whose), 0);
	sqe->user_data = tag_make(RING_NOTHING, NULL);
}

void ring_give_back(struct ring *ring, char *data)
{
	size_t number = (size_t)(data - ring->buffers[0]) / RING_RECEIVE_MAX;

	buffer_add(ring, (unsigned int)number, 0);
	io_uring_buf_ring_advance(ring->free_buffers, 1);
}

int ring_send(struct ring *ring, int fd, const char *data, size_t len,
	      void *whose)
{
	struct io_uring_sqe *sqe = ask(ring);

	if (!sqe)
		return -EBUSY;
	/* That it does not wait makes it end as it is begun. */
	io_uring_prep_send(sqe, fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	mean(ring, sqe, fd);
	sqe->user_data = tag_make(RING_SENT, whose);
	ring->sends++;
	return 0;
}

bool ring_is_sending(const struct ring *ring)
{
	return ring->sends > 0;
}

static void watch(struct ring *ring)
{
	struct io_uring_sqe *sqe = ring->is_watching ? NULL : ask(ring);

	if (!sqe)
		return;
	io_uring_prep_poll_add(sqe, ring->watched_fd, POLLIN);
	sqe->user_data = tag_make(RING_READY, NULL);
	ring->is_watching = true;
}

static struct ring_event event_read(struct ring *ring,
				    const struct io_uring_cqe *cqe)
{
	struct ring_event event = {
		.what = (enum ring_what)(cqe->user_data & WHAT_MASK),
		.whose = (void *)(uintptr_t)(cqe->user_data &
					     ~(uint64_t)WHAT_MASK),
		.result = cqe->res,
		.is_last = !(cqe->flags & IORING_CQE_F_MORE),
	};

	if (cqe->flags & IORING_CQE_F_BUFFER)
		event.data =
			ring->buffers[cqe->flags >> IORING_CQE_BUFFER_SHIFT];
	if (event.what == RING_SENT)
		ring->sends--;
	else if (event.what == RING_READY)
		ring->is_watching = false;
	return event;
}

int ring_wait(struct ring *ring, struct ring_event *events, int ms)
{
	struct io_uring_cqe *cqes[RING_EVENTS_MAX], *first;
	struct __kernel_timespec wait = {
		.tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000LL,
	};
	const struct timespec pause = {0, FAILED_PAUSE_MS * 1000000L};
	unsigned int count, i;
	int rc;

	watch(ring);
	/* Each send is told as it is begun; one more is what is waited for. */
	rc = io_uring_submit_and_wait_timeout(&ring->uring, &first,
					      ring->sends + 1, &wait, NULL);
	count = io_uring_peek_batch_cqe(&ring->uring, cqes, RING_EVENTS_MAX);
	for (i = 0; i < count; i++)
		events[i] = event_read(ring, cqes[i]);
	io_uring_cq_advance(&ring->uring, count);
	if (rc < 0 && rc != -ETIME && rc != -EINTR && !count)
		nanosleep(&pause, NULL);
	return (int)count;
}
