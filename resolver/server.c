/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The transport: threads that accept connections and wait for them. */
#include "server.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <netinet/tcp.h>

#include "conn.h"
#include "log.h"
#include "ring.h"

/* Limits.  A connection costs one socket and at most one open file. */
#define CONNECTIONS_MAX 8192
#define THREADS_MAX	8
#define FILES_SPARE	64 /* descriptors for everything but connections */

/* Events taken at once, and connections accepted at once. */
#define EVENTS_MAX 64
#define ACCEPT_MAX 8

/* How often connections that wait too long are looked for. */
#define SWEEP_MS 1000

/*
 * The log is written in a pause of this length, or when lines waited so long:
 * not for each few requests, which costs more than answering them.
 */
#define LOG_PAUSE_MS 20
#define LOG_WAIT_MS  100

/* How long the kernel keeps a connection from us that has sent nothing. */
#define FIRST_BYTE_WAIT_S 1

/* Pause after a connection that could not be accepted. */
#define ACCEPT_PAUSE_MS 10

/* A thread; its connections' part stands first. */
struct thread {
	struct worker worker;
	struct server *server;
	pthread_t id;
	/* When it looked for late connections last, monotonic ms. */
	uint64_t swept_ms;
	/* What happened: to connections, as epoll tells it, and what the ring
	 * tells, where there is one. */
	struct epoll_event events[EVENTS_MAX];
	struct ring_event ring_events[RING_EVENTS_MAX];
};

struct server {
	const struct service *service;
	/* Is io_uring to be used where it is to be had? */
	bool uses_ring;
	int listen_fd;
	/* Readable once the threads are to end. */
	int stop_fd;
	/* Connections, and how many there may be; __atomic. */
	unsigned int connections;
	unsigned int connections_max;
	struct thread *threads[THREADS_MAX];
	unsigned int thread_count;
};

/* Tell a client that there is no room for it. */
static void turn_away(int fd)
{
	static const char busy[] = "HTTP/1.1 503 Service Unavailable\r\n"
				   "Retry-After: 2\r\nContent-Length: 0\r\n"
				   "Connection: close\r\n\r\n";
	char request[4096];

	/* What is not read resets the connection, and the reply with it. */
	if (recv(fd, request, sizeof(request), 0) > 0 &&
	    send(fd, busy, sizeof(busy) - 1, MSG_NOSIGNAL) > 0)
		shutdown(fd, SHUT_WR);
	close(fd);
}

/* Out of descriptors or memory: the listening socket stays readable. */
static void accept_pause(void)
{
	struct timespec pause = {0, ACCEPT_PAUSE_MS * 1000000L};

	if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
	    errno == ENOMEM)
		nanosleep(&pause, NULL);
}

static void connections_accept(struct thread *thread)
{
	struct worker *worker = &thread->worker;
	struct server *server = thread->server;
	unsigned int i;

	for (i = 0; i < ACCEPT_MAX; i++) {
		struct sockaddr_storage address;
		socklen_t len = sizeof(address);
		int fd = accept4(server->listen_fd, (struct sockaddr *)&address,
				 &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0) {
			accept_pause();
			return;
		}
		if (__atomic_load_n(&worker->is_draining, __ATOMIC_RELAXED))
			close(fd);
		else if (__atomic_load_n(&server->connections,
					 __ATOMIC_RELAXED) >=
			 server->connections_max)
			turn_away(fd);
		else
			conn_open(worker, fd, (struct sockaddr *)&address);
	}
}

/* Wait for at most so many ms until something happens; return how much did. */
static int events_await(struct thread *thread, int ms)
{
	struct worker *worker = &thread->worker;

	if (worker->ring)
		return ring_wait(worker->ring, thread->ring_events, ms);
	return epoll_wait(worker->epoll_fd, thread->events, EVENTS_MAX, ms);
}

/* Wait for events; in a pause, the log is written and what is held of the site
 * given back. */
static int events_wait(struct thread *thread)
{
	struct worker *worker = &thread->worker;
	/* A reply that is sent is a line soon. */
	bool has_lines = worker->log.len ||
			 (worker->ring && ring_is_sending(worker->ring));
	int count = 0;

	if (has_lines && !worker->log_ms)
		worker->log_ms = worker->now_ms;
	if (worker->log_ms && worker->now_ms - worker->log_ms < LOG_WAIT_MS)
		count = events_await(thread, LOG_PAUSE_MS);
	if (count == 0) {
		log_buffer_flush(&worker->log);
		worker->log_ms = 0;
		live_release(worker->service->live, &worker->hold);
		count = events_await(thread, SWEEP_MS);
	}
	return count;
}

static void thread_sweep(struct thread *thread)
{
	struct worker *worker = &thread->worker;

	if (worker->now_ms - thread->swept_ms < SWEEP_MS)
		return;
	thread->swept_ms = worker->now_ms;
	/* Who never sleeps lets go of a replaced site all the same. */
	live_release(worker->service->live, &worker->hold);
	conns_sweep(worker);
}

/* Whose event is it?  These two stand for what is no connection. */
static void *const listening = (void *)1;
static void *const stopping = (void *)2;

/* Of the next events, receive the requests.  Returns how many events that
 * were. */
static int thread_look_ahead(struct thread *thread,
			     const struct epoll_event *events, int count)
{
	struct conn *conns[AHEAD_MAX];
	size_t found = 0;
	int i;

	for (i = 0; i < count && found < AHEAD_MAX; i++) {
		if (events[i].data.ptr != stopping &&
		    events[i].data.ptr != listening)
			conns[found++] = events[i].data.ptr;
	}
	/* A single one has nobody to share the wait with. */
	if (found > 1)
		conns_look_ahead(&thread->worker, conns, found);
	return i;
}

/* Do what the events tell; return whether the thread is to end. */
static bool thread_turn(struct thread *thread, const struct epoll_event *events,
			int count)
{
	struct worker *worker = &thread->worker;
	bool is_over = false;
	int i, seen = 0;

	/* Connections are freed at their own events alone, or in the sweep,
	 * where no events of theirs are left. */
	for (i = 0; i < count; i++) {
		if (i == seen)
			seen += thread_look_ahead(thread, events + i,
						  count - i);
		if (events[i].data.ptr == stopping)
			is_over = true;
		else if (events[i].data.ptr == listening)
			connections_accept(thread);
		else
			conn_happened(worker, events[i].data.ptr,
				      events[i].events);
	}
	return is_over;
}

/* Do what the ring tells; return whether the thread is to end. */
static bool thread_ring_turn(struct thread *thread, int count)
{
	struct worker *worker = &thread->worker;
	const struct ring_event *events = thread->ring_events;
	struct ahead *ahead = NULL;
	bool is_ready = false;
	int i, seen = 0;

	for (i = 0; i < count; i++) {
		if (i == seen) {
			seen += conns_look_ahead_ring(worker, events + i,
						      count - i);
			ahead = worker->ahead;
		}
		switch (events[i].what) {
		case RING_RECEIVED:
			conn_received(worker, events[i].whose, ahead++);
			break;
		case RING_SENT:
			conn_sent(worker, events[i].whose, events[i].result);
			break;
		case RING_READY:
			is_ready = true;
			break;
		case RING_NOTHING:
			break;
		}
	}
	if (!is_ready)
		return false;
	count = epoll_wait(worker->epoll_fd, thread->events, EVENTS_MAX, 0);
	return thread_turn(thread, thread->events, count);
}

static void *thread_run(void *arg)
{
	struct thread *thread = arg;
	struct worker *worker = &thread->worker;
	bool is_over = false;
	int count;

	while (!is_over) {
		count = events_wait(thread);
		/* What is begun counts, before it has to wait. */
		__atomic_add_fetch(&worker->active, 1, __ATOMIC_SEQ_CST);
		worker_tell_time(worker);
		is_over = worker->ring
				  ? thread_ring_turn(thread, count)
				  : thread_turn(thread, thread->events, count);
		thread_sweep(thread);
		__atomic_sub_fetch(&worker->active, 1, __ATOMIC_SEQ_CST);
	}
	/* Replies that the ring was given are sent. */
	if (worker->ring)
		thread_ring_turn(thread, events_await(thread, 0));
	conns_fini(worker);
	live_release(worker->service->live, &worker->hold);
	log_buffer_flush(&worker->log);
	return NULL;
}

/*
 * Requests do not interrupt who is at work, which may be who sends the next
 * ones: they come together, and take fewer changes from program to program.
 * Left as it is where somebody chose, or it is forbidden.
 */
static void thread_be_batch(void)
{
	const struct sched_param param = {0};

	if (sched_getscheduler(0) == SCHED_OTHER)
		sched_setscheduler(0, SCHED_BATCH, &param);
}

/* The ring belongs to this thread from here on. */
static void *thread_begin(void *arg)
{
	struct thread *thread = arg;
	int rc = thread->worker.ring ? ring_start(thread->worker.ring) : 0;

	thread_be_batch();
	if (rc) {
		log_line(LOG_WARNING,
			 "io_uring could not be started: %s; the "
			 "thread goes on with epoll.",
			 strerror(-rc));
		ring_close(thread->worker.ring);
		thread->worker.ring = NULL;
	}
	return thread_run(thread);
}

/* Starting and stopping. */

static int thread_watch(struct thread *thread, int fd, uint32_t wanted,
			void *whose)
{
	struct epoll_event event = {.events = wanted, .data.ptr = whose};

	return epoll_ctl(thread->worker.epoll_fd, EPOLL_CTL_ADD, fd, &event)
		       ? -errno
		       : 0;
}

static void thread_free(struct thread *thread)
{
	ring_close(thread->worker.ring);
	if (thread->worker.epoll_fd >= 0)
		close(thread->worker.epoll_fd);
	free(thread);
}

/* Without a ring, epoll does everything. */
static void thread_open_ring(struct thread *thread)
{
	struct server *server = thread->server;
	int rc;

	if (!server->uses_ring)
		return;
	/* Each connection may wait for a request and for an answer. */
	rc = ring_open(thread->worker.epoll_fd, 2 * server->connections_max,
		       &thread->worker.ring);
	if (!rc)
		return;
	/* One thread has said it for all. */
	server->uses_ring = false;
	log_line(LOG_INFO,
		 "io_uring is not to be had here: %s. Requests are "
		 "received and answered with epoll, which takes somewhat more "
		 "of the processors.",
		 strerror(-rc));
}

static int thread_start(struct server *server, struct thread **ret_thread)
{
	struct thread *thread = calloc(1, sizeof(*thread));
	int rc;

	if (!thread)
		return -ENOMEM;
	thread->server = server;
	thread->worker.service = server->service;
	thread->worker.connections = &server->connections;
	thread->worker.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	rc = thread->worker.epoll_fd < 0 ? -errno : 0;
	if (rc == 0)
		rc = thread_watch(thread, server->listen_fd,
				  EPOLLIN | EPOLLEXCLUSIVE, listening);
	if (rc == 0)
		rc = thread_watch(thread, server->stop_fd, EPOLLIN, stopping);
	if (rc == 0) {
		thread_open_ring(thread);
		rc = -pthread_create(&thread->id, NULL, thread_begin, thread);
	}
	if (rc) {
		thread_free(thread);
		return rc;
	}
	*ret_thread = thread;
	return 0;
}

static unsigned int thread_count(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (cpus < 2)
		return 2;
	return cpus < THREADS_MAX ? (unsigned int)cpus : THREADS_MAX;
}

/* Raise the limit of open files; return the connections that it allows. */
static unsigned int connection_limit(void)
{
	struct rlimit limit;
	rlim_t files;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return 256;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		getrlimit(RLIMIT_NOFILE, &limit);
	files = limit.rlim_cur;
	if (files > 2 * CONNECTIONS_MAX + FILES_SPARE)
		return CONNECTIONS_MAX;
	if (files < 2 * FILES_SPARE)
		return FILES_SPARE / 4;
	return (unsigned int)(files - FILES_SPARE) / 2;
}

/* What accepted connections inherit; none of it is needed to answer. */
static void listen_tune(int fd)
{
	int yes = 1, wait_s = FIRST_BYTE_WAIT_S;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &wait_s, sizeof(wait_s));
}

/* End the threads, and free all but the listening socket. */
static void server_free(struct server *server)
{
	uint64_t one = 1;
	unsigned int i;

	if (server->stop_fd >= 0 &&
	    write(server->stop_fd, &one, sizeof(one)) < 0)
		log_line(LOG_ERR, "The threads could not be told to end: %s.",
			 strerror(errno));
	for (i = 0; i < server->thread_count; i++) {
		pthread_join(server->threads[i]->id, NULL);
		thread_free(server->threads[i]);
	}
	if (server->stop_fd >= 0)
		close(server->stop_fd);
	free(server);
}

int server_start(const struct service *service, int listen_fd, bool uses_ring,
		 struct server **ret_server)
{
	struct server *server = calloc(1, sizeof(*server));
	unsigned int want = thread_count();
	int rc;

	if (!server)
		return -ENOMEM;
	server->service = service;
	server->listen_fd = listen_fd;
	server->uses_ring = uses_ring;
	server->connections_max = connection_limit();
	server->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	rc = server->stop_fd < 0 ? -errno : 0;
	listen_tune(listen_fd);
	while (rc == 0 && server->thread_count < want) {
		rc = thread_start(server,
				  &server->threads[server->thread_count]);
		if (rc == 0)
			server->thread_count++;
	}
	if (rc) {
		server_free(server);
		return rc;
	}
	*ret_server = server;
	return 0;
}

void server_quiesce(struct server *server)
{
	unsigned int i;

	for (i = 0; i < server->thread_count; i++)
		__atomic_store_n(&server->threads[i]->worker.is_draining, true,
				 __ATOMIC_RELAXED);
}

unsigned int server_count_active(struct server *server)
{
	unsigned int active = 0, i;

	for (i = 0; i < server->thread_count; i++)
		active += __atomic_load_n(&server->threads[i]->worker.active,
					  __ATOMIC_RELAXED);
	return active;
}

void server_stop(struct server *server)
{
	int listen_fd;

	if (!server)
		return;
	listen_fd = server->listen_fd;
	server_free(server);
	close(listen_fd);
}
