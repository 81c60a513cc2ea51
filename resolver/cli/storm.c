/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* unloop storm: many machines that boot at once, and how long it takes. */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "lease.h"
#include "ring.h"
#include "unloop.h"
#include "wire.h"

#define MACHINES_DEFAULT 1000
#define MACHINES_MAX	 1000000
#define BUSY_DEFAULT	 64
#define TIME_DEFAULT_S	 60
#define THREADS_MAX	 64
#define WAIT_MAX_S	 300
#define TRIES_MAX	 20
#define PROGRESS_US	 1000000 /* between two looks at how far it is */
#define REQUEST_BYTES	 1600
#define HEAD_BYTES	 4096
#define SCRIPT_BYTES	 16384
#define FILES_MAX	 4

/* How often a machine says the same to DHCP servers, and the first wait. */
#define LEASE_TRIES_MAX 6
#define LEASE_WAIT_US	1000000
/* A transaction is a number that counts, and below it whose it is. */
#define XID_CLIENT_BITS 15
#define BUSY_MAX	20000

/* The loop is to ask again before it looks at anything else. */
#define ASK_NOW 1

/* What the options say. */
struct options {
	/* Machines in all, and how many are busy at the same time. */
	unsigned int machines;
	unsigned int busy;
	/* Threads that play them, each its own share. */
	unsigned int threads;
	/* The end of it all, s. */
	unsigned int seconds;
	/* First MAC, as a number. */
	uint64_t mac;
	/* Only scripts; connections that end with each request; go round and
	 * round until the time is over. */
	bool is_script_only, is_closing, is_endless;
	/* Pick machines by chance rather than in order. */
	bool is_random;
	/* The interface on which machines get an address first, or NULL. */
	const char *interface;
	/* The URL's parts. */
	char host[256], port[8], path[512];
};

/* One machine, or rather the place of one: it is used again. */
struct client {
	/* Its socket, or -1. */
	int fd;
	/* Number of the machine that it plays. */
	unsigned int number;
	/* What it asks for: 0 the script, then the files named in it. */
	unsigned int stage;
	unsigned int stages;
	char files[FILES_MAX][512];
	/* When it began, when this request was first sent (us). */
	int64_t began, asked;
	/* When it asks again (us), 0 for never, or ASK_NOW. */
	int64_t again;
	unsigned int tries;
	/* The request, and how much of it is sent. */
	char request[REQUEST_BYTES];
	size_t request_len, sent;
	/* The reply's header, and the beginning of a script. */
	char head[HEAD_BYTES];
	size_t head_len;
	char script[SCRIPT_BYTES];
	size_t script_len;
	/* Status, bytes of body to come; is the header over? */
	int status;
	uint64_t left;
	bool is_body, is_last, is_sized;
	/* Does this connection bear a request that it had before? */
	bool is_reused;
	/* Does the ring receive from it, and is it closed once that is told to
	 * be over? */
	bool is_receiving, is_leaving;
	/* Is there no machine left for it? */
	bool is_idle;
	/* Its address; has it to get that before it asks for a script? */
	struct lease lease;
	bool is_leasing;
};

/* Times of one kind of request, us. */
struct times {
	uint32_t *values;
	size_t count, room;
};

/* What one thread does; threads share nothing. */
struct storm {
	struct options options;
	pthread_t thread;
	/* Its machines end before this number. */
	unsigned int end;
	/* How many of them are busy at the same time. */
	unsigned int busy;
	/* When all is to end, and when somebody is to ask again (us). */
	int64_t over, due;
	/* When it began, and when a person is to see how far it is (us). */
	int64_t begin, show;
	struct sockaddr_storage address;
	socklen_t address_len;
	int epoll_fd;
	/* With -r: what receives and sends once connections are kept, or
	 * NULL. */
	struct ring *ring;
	struct client *clients;
	/* The request's pieces around the MAC, and what is between its
	 * bytes; the fields, for all requests. */
	char before[600], after[600], fields[400];
	size_t before_len, after_len, fields_len;
	char separator;
	/* Machines done and failed; count_up(). */
	unsigned int done, failed;
	/* Next machine, places that are not idle, requests, 503s, bytes. */
	unsigned int next, active;
	uint64_t requests, refused, bytes;
	uint64_t errors;
	/* Why the first failed. */
	char first_error[160];
	/* Of scripts, files, and whole machines. */
	struct times script, file, whole;
	uint64_t random;
	/* Where DHCP is spoken, the last transaction, and times of leases. */
	struct wire wire;
	uint32_t transactions;
	struct times lease;
	char buf[65536];
};

/* The signal that is to end it all before its time, or 0. */
static volatile sig_atomic_t interruption;

static void interrupt(int number)
{
	interruption = number;
}

/* End in good order when somebody wants it; and at once, when again. */
static void interruption_await(void)
{
	const struct sigaction action = {.sa_handler = interrupt,
					 .sa_flags = (int)SA_RESETHAND};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Add one to a number that is this thread's, and that another one reads. */
static void count_up(unsigned int *number)
{
	__atomic_store_n(number, *number + 1, __ATOMIC_RELAXED);
}

static void times_add(struct times *times, int64_t us)
{
	uint32_t *values;
	size_t room;

	if (times->count == times->room) {
		room = times->room ? 2 * times->room : 4096;
		values = realloc(times->values, room * sizeof(*values));
		if (!values)
			return;
		times->values = values;
		times->room = room;
	}
	times->values[times->count++] = us < 0		  ? 0
					: us > UINT32_MAX ? UINT32_MAX
							  : (uint32_t)us;
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void times_print(struct times *times, const char *what)
{
	static const unsigned int permille[] = {500, 900, 990, 999, 1000};
	size_t i, at;

	if (!times->count)
		return;
	qsort(times->values, times->count, sizeof(*times->values), compare);
	printf("%-9s %9zu ", what, times->count);
	for (i = 0; i < sizeof(permille) / sizeof(permille[0]); i++) {
		at = (times->count - 1) * permille[i] / 1000;
		printf(" %10.2f", times->values[at] / 1000.0);
	}
	putchar('\n');
}

/* Machines. */

static void fail(struct storm *storm, const char *what, const char *why)
{
	if (!storm->first_error[0])
		snprintf(storm->first_error, sizeof(storm->first_error),
			 "%s: %s", what, why);
	storm->errors++;
}

static void client_close(struct storm *storm, struct client *client)
{
	client->is_reused = false;
	/* The ring's last event of it must come first. */
	if (client->is_receiving) {
		client->is_leaving = true;
		shutdown(client->fd, SHUT_RDWR);
		return;
	}
	if (client->fd >= 0 && storm->ring)
		ring_forget(storm->ring, client->fd);
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
}

static int client_connect(struct storm *storm, struct client *client)
{
	struct epoll_event event = {.data.ptr = client,
				    .events = EPOLLIN | EPOLLOUT | EPOLLET};
	struct linger linger = {1, 0};
	int on = 1;

	client->fd = socket(storm->address.ss_family,
			    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (client->fd < 0)
		return -errno;
	setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	/* Else tens of thousands of ports wait for their time to pass. */
	if (storm->options.is_closing)
		setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &linger,
			   sizeof(linger));
	if (connect(client->fd, (struct sockaddr *)&storm->address,
		    storm->address_len) &&
	    errno != EINPROGRESS)
		goto err;
	if (epoll_ctl(storm->epoll_fd, EPOLL_CTL_ADD, client->fd, &event))
		goto err;
	return 0;

err:
	on = -errno;
	client_close(storm, client);
	return on;
}

/* Put a text behind what is there, as far as there is room. */
static void request_put(struct client *client, const char *text, size_t len)
{
	size_t room = sizeof(client->request) - client->request_len;

	if (len > room)
		len = room;
	memcpy(client->request + client->request_len, text, len);
	client->request_len += len;
}

static void request_put_mac(struct client *client, uint64_t mac, char separator)
{
	static const char digits[] = "0123456789abcdef";
	char text[17];
	int i;

	for (i = 0; i < 6; i++) {
		unsigned int byte = (unsigned int)(mac >> (40 - 8 * i)) & 255;

		text[3 * i] = digits[byte >> 4];
		text[3 * i + 1] = digits[byte & 15];
		if (i < 5)
			text[3 * i + 2] = separator;
	}
	request_put(client, text, sizeof(text));
}

/*
 * Write the request for the stage the client is in.  The pieces around the
 * MAC were made beforehand: what this program does itself is missing to the
 * server beside it.
 */
static void client_request(const struct storm *storm, struct client *client)
{
	uint64_t mac = storm->options.mac + client->number;

	client->request_len = 0;
	if (client->stage) {
		request_put(client, "GET ", 4);
		request_put(client, client->files[client->stage - 1],
			    strlen(client->files[client->stage - 1]));
	} else {
		request_put(client, storm->before, storm->before_len);
		request_put_mac(client, mac, storm->separator);
		request_put(client, storm->after, storm->after_len);
	}
	request_put(client, storm->fields, storm->fields_len);
}

/*
 * Make the pieces of all requests: "/boot.ipxe" is asked with mac=, and
 * "/scripts/@.ipxe", a file per machine, with the MAC in place of the @.
 */
static void requests_prepare(struct storm *storm)
{
	const struct options *o = &storm->options;
	const char *at = strchr(o->path, '@');

	storm->separator = at ? '-' : ':';
	if (at)
		storm->before_len = (size_t)snprintf(
			storm->before, sizeof(storm->before), "GET %.*s",
			(int)(at - o->path), o->path);
	else
		storm->before_len =
			(size_t)snprintf(storm->before, sizeof(storm->before),
					 "GET %s%cmac=", o->path,
					 strchr(o->path, '?') ? '&' : '?');
	storm->after_len = (size_t)snprintf(storm->after, sizeof(storm->after),
					    "%s", at ? at + 1 : "");
	storm->fields_len =
		(size_t)snprintf(storm->fields, sizeof(storm->fields),
				 " HTTP/1.1\r\nHost: %s%s%s\r\n"
				 "User-Agent: iPXE/1.21.1\r\n%s\r\n",
				 o->host, o->port[0] ? ":" : "", o->port,
				 o->is_closing ? "Connection: close\r\n" : "");
}

/* A reply that arrives does not interrupt the server that sends the next one:
 * so neither server of a comparison pays for our being woken. */
static void batch_begin(void)
{
	struct sched_param param = {0};

	sched_setscheduler(0, SCHED_BATCH, &param);
}

static void client_step(struct storm *storm, struct client *client);
static void client_lose(struct storm *storm, struct client *client, int error);
static void client_next(struct storm *storm, struct client *client);

/* Have it ask again at that time. */
static void client_wait(struct storm *storm, struct client *client,
			int64_t when)
{
	client->again = when;
	if (when < storm->due)
		storm->due = when;
}

/* The hardware address of the machine that a client plays. */
static void client_mac(const struct storm *storm, const struct client *client,
		       uint8_t mac[6])
{
	uint64_t number = storm->options.mac + client->number;
	int i;

	for (i = 0; i < 6; i++)
		mac[i] = (uint8_t)(number >> (40 - 8 * i));
}

/* Say to the DHCP servers what is next, and again while none answers. */
static void client_lease(struct storm *storm, struct client *client)
{
	uint8_t mac[6];
	int rc;

	if (client->tries++ == LEASE_TRIES_MAX) {
		fail(storm, "an address", "no DHCP server gave one");
		count_up(&storm->failed);
		client_next(storm, client);
		if (!client->is_idle)
			client_wait(storm, client, now_us());
		return;
	}
	client_mac(storm, client, mac);
	rc = lease_send(&storm->wire, &client->lease, mac);
	if (rc)
		fail(storm, "asking for an address", strerror(-rc));
	client_wait(storm, client,
		    now_us() + ((int64_t)LEASE_WAIT_US << (client->tries - 1)));
}

/* On a kept connection the ring sends and receives, where there is one. */
static bool client_ask_ring(struct storm *storm, struct client *client)
{
	if (!storm->ring || !client->is_reused)
		return false;
	if (!client->is_receiving) {
		epoll_ctl(storm->epoll_fd, EPOLL_CTL_DEL, client->fd, NULL);
		client->is_receiving =
			!ring_receive(storm->ring, client->fd, client);
	}
	client->sent = client->request_len;
	if (!client->is_receiving ||
	    ring_send(storm->ring, client->fd, client->request,
		      client->request_len, client))
		client_lose(storm, client, 0);
	return true;
}

static void client_ask(struct storm *storm, struct client *client)
{
	int rc;

	if (client->is_leasing) {
		client_lease(storm, client);
		return;
	}
	if (client->is_leaving) {
		client_wait(storm, client, now_us() + 1000);
		return;
	}
	client_request(storm, client);
	client->sent = 0;
	client->head_len = 0;
	client->script_len = 0;
	client->status = 0;
	client->is_body = false;
	client->again = 0;
	storm->requests++;
	if (client->fd >= 0) {
		client->is_reused = true;
	} else {
		rc = client_connect(storm, client);
		if (rc) {
			fail(storm, "connecting", strerror(-rc));
			client_wait(storm, client, now_us() + 200000);
			return;
		}
	}
	if (!client_ask_ring(storm, client))
		client_step(storm, client);
}

/* Give the machine's address back, if it has one. */
static void client_release(struct storm *storm, struct client *client)
{
	uint8_t mac[6];

	client_mac(storm, client, mac);
	lease_release(&storm->wire, &client->lease, mac);
}

/* Take the next machine, or become idle. */
static void client_next(struct storm *storm, struct client *client)
{
	const struct options *o = &storm->options;

	client_release(storm, client);
	if (!o->is_endless && storm->next == storm->end) {
		client_close(storm, client);
		client->is_idle = true;
		client->again = 0;
		storm->active--;
		return;
	}
	client->number = storm->next++;
	if (o->is_random) {
		storm->random ^= storm->random << 13;
		storm->random ^= storm->random >> 7;
		storm->random ^= storm->random << 17;
		client->number = (unsigned int)(storm->random % o->machines);
	}
	client->stage = 0;
	client->stages = 1;
	client->tries = 0;
	client->began = client->asked = now_us();
	client->is_leasing = o->interface;
	if (client->is_leasing)
		lease_begin(&client->lease,
			    ++storm->transactions << XID_CLIENT_BITS |
				    (uint32_t)(client - storm->clients));
	/* A machine comes with a connection of its own, but for -r, where the
	 * requests are what counts. */
	if (!o->is_endless)
		client_close(storm, client);
}

/* Read what the script names: kernel and initrd lines with our host's URLs. */
static void client_read_script(struct client *client)
{
	char *line = client->script, *end;

	client->script[client->script_len] = '\0';
	for (; line && *line && client->stages <= FILES_MAX; line = end) {
		char *url, *path;
		size_t len;

		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		if (strncmp(line, "kernel ", 7) != 0 &&
		    strncmp(line, "initrd ", 7) != 0)
			continue;
		url = strstr(line, "http://");
		path = url ? strchr(url + 7, '/') : NULL;
		if (!path)
			continue;
		len = strcspn(path, " \t\r");
		if (len >= sizeof(client->files[0]))
			continue;
		memcpy(client->files[client->stages - 1], path, len);
		client->files[client->stages - 1][len] = '\0';
		client->stages++;
	}
}

/* A whole reply is there. */
static void client_done(struct storm *storm, struct client *client)
{
	const char *retry;
	int64_t now = now_us();
	unsigned int wait = 1;

	if (client->is_last || storm->options.is_closing)
		client_close(storm, client);
	if (client->status == 503 && client->tries++ < TRIES_MAX) {
		storm->refused++;
		client->head[client->head_len] = '\0';
		retry = strcasestr(client->head, "\r\nRetry-After:");
		if (retry)
			wait = (unsigned int)atoi(retry + 14);
		if (wait > WAIT_MAX_S)
			wait = WAIT_MAX_S;
		client_wait(storm, client, now + (int64_t)wait * 1000000);
		return;
	}
	if (client->status != 200) {
		char text[16];

		snprintf(text, sizeof(text), "status %d", client->status);
		fail(storm, client->stage ? "a file" : "a script", text);
		count_up(&storm->failed);
		client_next(storm, client);
		goto ask;
	}
	times_add(client->stage ? &storm->file : &storm->script,
		  now - client->asked);
	if (client->stage == 0 && !storm->options.is_script_only)
		client_read_script(client);
	if (++client->stage == client->stages) {
		if (client->stages > 1)
			times_add(&storm->whole, now - client->began);
		count_up(&storm->done);
		client_next(storm, client);
	}
ask:
	/* Asked by the loop, so that nothing recurses. */
	client->asked = now;
	client->again = client->is_idle ? 0 : ASK_NOW;
}

/* Take one line of the header. */
static void client_field(struct client *client, const char *line)
{
	if (strncasecmp(line, "Content-Length:", 15) == 0) {
		client->is_sized = true;
		client->left = strtoull(line + 15, NULL, 10);
	} else if (strncasecmp(line, "Connection: close", 17) == 0) {
		client->is_last = true;
	}
}

/* Understand the header once it is whole; how much of len belonged to it. */
static size_t client_head(struct client *client, const char *data, size_t len)
{
	size_t take = len, before = client->head_len;
	const char *end, *line;

	if (take > sizeof(client->head) - 1 - before)
		take = sizeof(client->head) - 1 - before;
	memcpy(client->head + before, data, take);
	client->head_len += take;
	client->head[client->head_len] = '\0';
	end = memmem(client->head, client->head_len, "\r\n\r\n", 4);
	if (!end)
		return take;
	client->head_len = (size_t)(end - client->head) + 4;
	client->head[client->head_len] = '\0';
	client->is_body = true;
	client->status = client->head_len > 12 ? atoi(client->head + 9) : 0;
	client->is_sized = client->is_last = false;
	client->left = 0;
	for (line = client->head; line < end;
	     line = (const char *)memchr(line, '\n', (size_t)(end + 2 - line)) +
		    1)
		client_field(client, line);
	return client->head_len - before;
}

/* Take what came of a reply.  Returns false when it makes no sense. */
static bool client_take(struct storm *storm, struct client *client,
			const char *data, size_t len)
{
	size_t used = 0, room;

	storm->bytes += len;
	if (!client->is_body)
		used = client_head(client, data, len);
	if (!client->is_body)
		return client->head_len < sizeof(client->head) - 1;
	len -= used;
	room = sizeof(client->script) - 1 - client->script_len;
	if (client->stage == 0 && !storm->options.is_script_only) {
		memcpy(client->script + client->script_len, data + used,
		       len < room ? len : room);
		client->script_len += len < room ? len : room;
	}
	client->left -= len < client->left ? len : client->left;
	if (!client->left)
		client_done(storm, client);
	return true;
}

/* Returns false when the connection is over; errno says why, 0: it ended. */
static bool client_receive(struct storm *storm, struct client *client)
{
	for (;;) {
		ssize_t got =
			recv(client->fd, storm->buf, sizeof(storm->buf), 0);

		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return true;
		if (got < 0)
			return false;
		errno = 0;
		if (!got ||
		    !client_take(storm, client, storm->buf, (size_t)got))
			return false;
		if (client->is_body && !client->left)
			return true;
	}
}

/* The connection is over, or of no use; error is what the system said, or 0. */
static void client_lose(struct storm *storm, struct client *client, int error)
{
	/* A kept connection may end between two requests: RFC 9112 9.3.1. */
	if (!client->is_reused || client->is_body)
		fail(storm, error == ECONNREFUSED ? "connecting" : "receiving",
		     error ? strerror(error) : "the connection ended");
	client_close(storm, client);
	if (client->tries++ < TRIES_MAX) {
		client_wait(storm, client, now_us() + 50000);
	} else {
		count_up(&storm->failed);
		client_next(storm, client);
		if (!client->is_idle)
			client_wait(storm, client, now_us());
	}
}

/* Send and receive as far as that goes now. */
static void client_step(struct storm *storm, struct client *client)
{
	bool is_sending = client->sent < client->request_len;
	ssize_t sent;

	if (client->fd < 0 || client->again || client->is_idle)
		return;
	while (client->sent < client->request_len) {
		sent = send(client->fd, client->request + client->sent,
			    client->request_len - client->sent, MSG_NOSIGNAL);
		if (sent < 0 && (errno == EAGAIN || errno == ENOTCONN))
			return;
		if (sent < 0)
			break;
		client->sent += (size_t)sent;
	}
	/* Nothing can be there already; epoll says when. */
	if (is_sending && client->sent == client->request_len)
		return;
	if (client->sent == client->request_len &&
	    client_receive(storm, client))
		return;
	client_lose(storm, client, errno);
}

/* Ask all whose time has come. */
static void ask_due(struct storm *storm, int64_t now)
{
	unsigned int i;

	if (now < storm->due)
		return;
	/* Who is to wait says so again. */
	storm->due = INT64_MAX;
	for (i = 0; i < storm->busy; i++) {
		struct client *client = &storm->clients[i];

		if (!client->again)
			continue;
		if (client->again > now)
			client_wait(storm, client, client->again);
		else
			client_ask(storm, client);
	}
}

/* Take a DHCP server's answer. */
static void lease_answer(struct storm *storm, const struct dhcp_reply *reply)
{
	uint32_t place = reply->xid & ((1U << XID_CLIENT_BITS) - 1);
	struct client *client;

	if (place >= storm->busy)
		return;
	client = &storm->clients[place];
	if (!client->is_leasing || !lease_take(&client->lease, reply))
		return;
	client->tries = 0;
	client->asked = now_us();
	if (client->lease.state == DHCP_ACK) {
		times_add(&storm->lease, client->asked - client->began);
		client->is_leasing = false;
	}
	client_ask(storm, client);
}

/* Take what came from DHCP servers; the rest comes in the next round. */
static void leases_receive(struct storm *storm)
{
	struct wire_datagram datagram;
	struct dhcp_reply reply;
	int left = 64;

	while (left-- && wire_receive(&storm->wire, 0, &datagram) > 0) {
		if (!dhcp_parse(datagram.data, datagram.len, &reply))
			lease_answer(storm, &reply);
	}
}

/* ms until somebody asks, at most 100. */
static int due_wait(const struct storm *storm, int64_t now)
{
	int64_t wait = storm->due - now;

	if (wait <= 0)
		return 0;
	return wait > 100000 ? 100 : (int)((wait + 999) / 1000);
}

/* Something happened on sockets: those that the ring does not receive from. */
static void sockets_step(struct storm *storm, int ms)
{
	struct epoll_event events[256];
	int count = epoll_wait(storm->epoll_fd, events, 256, ms), at;

	for (at = 0; at < count; at++) {
		struct client *client = events[at].data.ptr;

		if (!client) {
			leases_receive(storm);
			continue;
		}
		client_step(storm, client);
		if (client->again == ASK_NOW)
			client_ask(storm, client);
	}
}

/* The ring received something of a reply, or nothing any more. */
static void client_received(struct storm *storm, struct client *client,
			    const struct ring_event *event)
{
	bool is_over = event->result <= 0 && event->result != -ENOBUFS;

	client->is_receiving = !event->is_last;
	if (event->result > 0 && !client->is_leaving && !client->again)
		is_over = !client_take(storm, client, event->data,
				       (size_t)event->result);
	if (event->data)
		ring_give_back(storm->ring, event->data);
	if (client->is_leaving && event->is_last) {
		client->is_leaving = false;
		client_close(storm, client);
	} else if (is_over && !client->is_leaving) {
		client_lose(storm, client,
			    event->result < 0 ? -event->result : 0);
	} else if (event->is_last && !client->is_leaving && client->fd >= 0) {
		client->is_receiving =
			!ring_receive(storm->ring, client->fd, client);
	}
	if (client->again == ASK_NOW)
		client_ask(storm, client);
}

/* The ring sent a request, which is always shorter than the socket has room;
 * unless the connection ended meanwhile. */
static void client_sent(struct storm *storm, struct client *client, int result)
{
	if (result != (int)client->request_len && client->is_receiving &&
	    !client->is_leaving)
		client_lose(storm, client, result < 0 ? -result : 0);
}

/* The same as sockets_step() for what the ring tells. */
static void ring_step(struct storm *storm, int ms)
{
	struct ring_event events[RING_EVENTS_MAX];
	int count = ring_wait(storm->ring, events, ms), at;
	bool is_ready = false;

	for (at = 0; at < count; at++) {
		struct client *client = events[at].whose;

		if (events[at].what == RING_RECEIVED)
			client_received(storm, client, &events[at]);
		else if (events[at].what == RING_READY)
			is_ready = true;
		else if (events[at].what == RING_SENT)
			client_sent(storm, client, events[at].result);
	}
	if (is_ready)
		sockets_step(storm, 0);
}

/* Connections that are used again and again are worth a ring. */
static void ring_begin(struct storm *storm)
{
	if (!storm->options.is_endless || storm->options.is_closing ||
	    ring_open(storm->epoll_fd, 2 * storm->busy, &storm->ring) ||
	    !ring_start(storm->ring))
		return;
	ring_close(storm->ring);
	storm->ring = NULL;
}

/* Say how far all of them are, in a line that the next one takes the place of;
 * now is storms->show or later. */
static void progress_show(struct storm *storms, int64_t now)
{
	const struct options *o = &storms->options;
	unsigned long long done = 0, failed = 0;
	unsigned int i;

	for (i = 0; i < o->threads; i++) {
		done += __atomic_load_n(&storms[i].done, __ATOMIC_RELAXED);
		failed += __atomic_load_n(&storms[i].failed, __ATOMIC_RELAXED);
	}
	fprintf(stderr,
		"\r%lld s of %u%s: %llu machines served, %llu failed\033[K",
		(long long)(now - storms->begin) / 1000000, o->seconds,
		o->is_endless ? "" : " at most", done, failed);
	storms->show = now + PROGRESS_US;
}

static void *run(void *arg)
{
	struct storm *storm = arg;
	int64_t now = now_us();
	unsigned int i;

	ring_begin(storm);
	for (i = 0; i < storm->busy; i++) {
		struct client *client = &storm->clients[i];

		client->fd = -1;
		storm->active++;
		client_next(storm, client);
		client_wait(storm, client, client->began);
	}
	while (storm->active && now < storm->over && !interruption) {
		ask_due(storm, now);
		if (storm->ring)
			ring_step(storm, due_wait(storm, now));
		else
			sockets_step(storm, due_wait(storm, now));
		now = now_us();
		if (now >= storm->show)
			progress_show(storm, now);
	}
	/* Machines that are not done have one, too. */
	for (i = 0; i < storm->busy; i++)
		client_release(storm, &storm->clients[i]);
	ring_close(storm->ring);
	storm->ring = NULL;
	return NULL;
}

/* Starting. */

static int url_parse(const char *url, struct options *o)
{
	const char *host, *colon;
	size_t len;

	if (strncmp(url, "http://", 7) != 0)
		return -EINVAL;
	host = url + 7;
	len = strcspn(host, "/");
	colon = memchr(host, ':', len);
	if (len == 0 || strlen(host + len) >= sizeof(o->path))
		return -EINVAL;
	snprintf(o->path, sizeof(o->path), "%s",
		 host[len] ? host + len : "/boot.ipxe");
	if (colon) {
		if ((size_t)(host + len - colon - 1) >= sizeof(o->port))
			return -EINVAL;
		snprintf(o->port, sizeof(o->port), "%.*s",
			 (int)(host + len - colon - 1), colon + 1);
		len = (size_t)(colon - host);
	}
	if (len >= sizeof(o->host))
		return -EINVAL;
	snprintf(o->host, sizeof(o->host), "%.*s", (int)len, host);
	return 0;
}

static int resolve_host(struct storm *storm)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
	const struct options *o = &storm->options;
	int rc = getaddrinfo(o->host, o->port[0] ? o->port : "80", &hints,
			     &list);

	if (rc) {
		fprintf(stderr, "unloop storm: %s has no address: %s.\n",
			o->host, gai_strerror(rc));
		return -EHOSTUNREACH;
	}
	memcpy(&storm->address, list->ai_addr, list->ai_addrlen);
	storm->address_len = list->ai_addrlen;
	freeaddrinfo(list);
	return 0;
}

/* Put what one found behind what another found. */
static void times_merge(struct times *all, struct times *times)
{
	size_t i;

	for (i = 0; i < times->count; i++)
		times_add(all, times->values[i]);
	free(times->values);
	times->values = NULL;
}

/* Add what a thread found. */
static void storm_merge(struct storm *all, struct storm *storm)
{
	all->done += storm->done;
	all->failed += storm->failed;
	all->active += storm->active;
	all->requests += storm->requests;
	all->refused += storm->refused;
	all->bytes += storm->bytes;
	all->errors += storm->errors;
	if (!all->first_error[0])
		memcpy(all->first_error, storm->first_error,
		       sizeof(all->first_error));
	times_merge(&all->script, &storm->script);
	times_merge(&all->file, &storm->file);
	times_merge(&all->whole, &storm->whole);
}

static void report(struct storm *storm, double seconds)
{
	const struct options *o = &storm->options;

	printf("%u machines served, %u failed, %.2f s; %llu requests, %.0f/s; "
	       "%llu told to wait; %.1f MB/s\n",
	       storm->done, storm->failed, seconds,
	       (unsigned long long)storm->requests,
	       (double)(storm->script.count + storm->file.count) / seconds,
	       (unsigned long long)storm->refused,
	       (double)storm->bytes / seconds / 1e6);
	puts("ms            count        50%        90%        99%      99.9%"
	     "    longest");
	times_print(&storm->lease, "address");
	times_print(&storm->script, "script");
	times_print(&storm->file, "file");
	times_print(&storm->whole, "machine");
	if (storm->active && !o->is_endless)
		printf("%s before %u machines were served.\n",
		       interruption ? "It was interrupted"
				    : "The time was over",
		       o->machines - storm->done - storm->failed);
	if (storm->first_error[0])
		printf("%llu errors; the first: %s.\n",
		       (unsigned long long)storm->errors, storm->first_error);
}

static const char help[] =
	"  -n MACHINES  how many machines (1000)\n"
	"  -c BUSY      how many are busy at the same time (64)\n"
	"  -d IF        each gets an address by DHCP on that interface first, "
	"and "
	"gives it\n"
	"               back; wants root's rights, and only one thread\n"
	"  -m MAC       MAC of the first; the others count on "
	"(52:54:00:00:00:00)\n"
	"  -j THREADS   how many threads share the work (1)\n"
	"  -t SECONDS   the end of it at the latest (60)\n"
	"  -s           only scripts, not the kernel and initrd that they "
	"name\n"
	"  -k           a connection for each request, not one for each "
	"machine\n"
	"  -r           scripts of machines picked by chance until the time is "
	"over, on\n"
	"               connections that stay: measures requests per second\n"
	"\n"
	"Each machine asks URL?mac=MAC, or URL with the MAC, aa-bb-.., in "
	"place "
	"of an @;\n"
	"then for the kernel and initrd lines of the script, from the same "
	"server. 503\n"
	"with Retry-After is obeyed. Ctrl-C ends it, addresses are given back, "
	"and what\n"
	"was measured is shown. Exit status: 0 all were served, 1 some were "
	"not, 130\n"
	"after Ctrl-C.\n";

/* Read the number of an option, from 1. */
static int number(int option, unsigned int max, unsigned int *ret)
{
	char *end;
	unsigned long value = strtoul(optarg, &end, 10);

	if (end == optarg || *end || *optarg == '-' || value < 1 ||
	    value > max) {
		fprintf(stderr,
			"unloop storm: -%c wants a number from 1 to %u, not "
			"\"%s\".\n",
			option, max, optarg);
		return -EINVAL;
	}
	*ret = (unsigned int)value;
	return 0;
}

static int mac_parse(const char *text, uint64_t *ret)
{
	unsigned int b[6];

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x", &b[0], &b[1], &b[2], &b[3],
		   &b[4], &b[5]) != 6) {
		fprintf(stderr,
			"unloop storm: \"%s\" is not a MAC address such as "
			"52:54:00:00:00:00.\n",
			text);
		return -EINVAL;
	}
	*ret = (uint64_t)b[0] << 40 | (uint64_t)b[1] << 32 |
	       (uint64_t)b[2] << 24 | (uint64_t)b[3] << 16 |
	       (uint64_t)b[4] << 8 | b[5];
	return 0;
}

/* Read the command line; -1 to go on, else the exit status. */
static int options_parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int c, rc = 0;

	while ((c = getopt_long(argc, argv, "n:c:d:m:t:j:skrh", longs, NULL)) !=
	       -1) {
		if (c == 'n')
			rc |= number(c, MACHINES_MAX, &o->machines);
		else if (c == 'c')
			rc |= number(c, BUSY_MAX, &o->busy);
		else if (c == 't')
			rc |= number(c, 86400, &o->seconds);
		else if (c == 'j')
			rc |= number(c, THREADS_MAX, &o->threads);
		else if (c == 'd')
			o->interface = optarg;
		else if (c == 'm')
			rc |= mac_parse(optarg, &o->mac);
		else if (c == 's')
			o->is_script_only = true;
		else if (c == 'k')
			o->is_closing = true;
		else if (c == 'r')
			o->is_endless = o->is_random = o->is_script_only = true;
		else
			return subcommand_usage("storm", help,
						c == 'h' ? 0 : 2);
	}
	if (o->interface && (o->threads > 1 || o->is_endless)) {
		fputs("unloop storm: -d goes with neither -j nor -r.\n",
		      stderr);
		rc = -EINVAL;
	}
	if (!rc && argc - optind == 1 && url_parse(argv[optind], o)) {
		fprintf(stderr,
			"unloop storm: \"%s\" is not a URL such as "
			"http://192.0.2.1/boot.ipxe.\n",
			argv[optind]);
		rc = -EINVAL;
	}
	if (rc || argc - optind != 1)
		return subcommand_usage("storm", help, 2);
	if (o->busy > o->machines && !o->is_endless)
		o->busy = o->machines;
	if (o->threads > o->busy)
		o->threads = o->busy;
	return -1;
}

/* What is the share of one of them, from which to which? */
static unsigned int share(unsigned int all, unsigned int which,
			  unsigned int threads)
{
	return (unsigned int)((uint64_t)all * which / threads);
}

/* Make a thread's own part of what the first one has.  0 or -errno. */
static int storm_prepare(const struct storm *model, unsigned int which,
			 struct storm *storm)
{
	const struct options *o = &model->options;

	if (storm != model)
		*storm = *model;
	storm->random += 0x9e3779b97f4a7c15ULL * which;
	storm->next = share(o->machines, which, o->threads);
	storm->end = share(o->machines, which + 1, o->threads);
	storm->busy = share(o->busy, which + 1, o->threads) -
		      share(o->busy, which, o->threads);
	storm->due = INT64_MAX;
	storm->clients = calloc(storm->busy, sizeof(*storm->clients));
	storm->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	return storm->clients && storm->epoll_fd >= 0 ? 0 : -ENOMEM;
}

/* Listen to DHCP servers, if that was asked for; ends the program where that
 * is impossible.  0 or -errno. */
static int leases_open(struct storm *storm)
{
	struct epoll_event event = {.events = EPOLLIN};
	struct reason why;
	int rc;

	if (!storm->options.interface)
		return 0;
	rc = wire_open(storm->options.interface, &storm->wire, &why);
	if (rc) {
		fprintf(stderr, "unloop storm: %s\n", why.text);
		exit(1);
	}
	if (epoll_ctl(storm->epoll_fd, EPOLL_CTL_ADD, storm->wire.packet_fd,
		      &event) ||
	    (storm->wire.udp_fd >= 0 &&
	     epoll_ctl(storm->epoll_fd, EPOLL_CTL_ADD, storm->wire.udp_fd,
		       &event)))
		return -errno;
	return 0;
}

/* Run all of them, the first in this thread; what they found is the first's. */
static int storms_run(struct storm *storms)
{
	unsigned int threads = storms->options.threads, i, started;
	bool is_seen = isatty(STDERR_FILENO);
	int rc = 0;

	storms->begin = now_us();
	storms->over =
		storms->begin + (int64_t)storms->options.seconds * 1000000;
	storms->show = INT64_MAX;
	for (i = threads; i-- > 0 && rc == 0;)
		rc = storm_prepare(storms, i, &storms[i]);
	if (rc == 0)
		rc = leases_open(storms);
	interruption_await();
	for (started = 1; started < threads && rc == 0; started++)
		rc = -pthread_create(&storms[started].thread, NULL, run,
				     &storms[started]);
	if (rc) {
		fprintf(stderr, "unloop storm: could not start: %s.\n",
			strerror(-rc));
		exit(1);
	}
	if (is_seen)
		storms->show = storms->begin + PROGRESS_US;
	run(storms);
	if (is_seen)
		fputs("\r\033[K", stderr);
	for (i = 1; i < threads; i++) {
		pthread_join(storms[i].thread, NULL);
		storm_merge(storms, &storms[i]);
	}
	report(storms, (double)(now_us() - storms->begin) / 1e6);
	if (interruption)
		return 128 + interruption;
	if (storms->options.is_endless)
		return storms->failed || !storms->done;
	return storms->done != storms->options.machines;
}

static void storms_free(struct storm *storms, unsigned int count)
{
	unsigned int i;

	if (storms->options.interface)
		wire_close(&storms->wire);
	for (i = 0; i < count; i++) {
		close(storms[i].epoll_fd);
		free(storms[i].clients);
		free(storms[i].script.values);
		free(storms[i].lease.values);
		free(storms[i].file.values);
		free(storms[i].whole.values);
	}
	free(storms);
}

int storm_main(int argc, char **argv)
{
	struct storm *storms = calloc(THREADS_MAX, sizeof(*storms));
	struct rlimit limit;
	int rc;

	if (!storms) {
		fprintf(stderr, "unloop storm: out of memory.\n");
		return 1;
	}
	storms->options = (struct options){
		.machines = MACHINES_DEFAULT,
		.busy = BUSY_DEFAULT,
		.threads = 1,
		.seconds = TIME_DEFAULT_S,
		.mac = 0x525400000000,
	};
	storms->random = 88172645463325252ULL;
	rc = options_parse(argc, argv, &storms->options);
	if (rc >= 0) {
		free(storms);
		return rc;
	}
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	requests_prepare(storms);
	batch_begin();
	if (resolve_host(storms)) {
		free(storms);
		return 1;
	}
	rc = storms_run(storms);
	storms_free(storms, storms->options.threads);
	return rc;
}
