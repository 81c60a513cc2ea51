/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Fetching the beginning of a file by TFTP or HTTP, within bounds. */
#include "fetch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TFTP_PORT	"69"
#define TFTP_BLOCK	1408
#define TFTP_REPEAT_MS	800
#define TFTP_REPEATS	4
#define HTTP_HEADER_MAX 16384

/* A URL in its parts. */
struct place {
	char scheme[12];
	char host[256];
	char port[8];
	/* From the first '/' on; may be "". */
	const char *path;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int copy(char *buf, size_t size, const char *text, size_t len)
{
	if (len >= size)
		return -ENAMETOOLONG;
	memcpy(buf, text, len);
	buf[len] = '\0';
	return 0;
}

/* Take a URL apart; the user part of an authority is not understood. */
static int place_parse(const char *url, struct place *ret_place)
{
	struct place place = {.port = ""};
	const char *sep = strstr(url, "://"), *host, *end, *colon;
	int rc;

	if (!sep)
		return -EINVAL;
	rc = copy(place.scheme, sizeof(place.scheme), url, (size_t)(sep - url));
	host = sep + 3;
	end = host + strcspn(host, "/?#");
	place.path = end;
	if (*host == '[') {
		colon = memchr(host, ']', (size_t)(end - host));
		if (!colon)
			return -EINVAL;
		rc = rc ? rc
			: copy(place.host, sizeof(place.host), host + 1,
			       (size_t)(colon - host - 1));
		colon++;
	} else {
		colon = host + strcspn(host, ":/?#");
		rc = rc ? rc
			: copy(place.host, sizeof(place.host), host,
			       (size_t)(colon - host));
	}
	if (rc == 0 && colon < end && *colon == ':')
		rc = copy(place.port, sizeof(place.port), colon + 1,
			  (size_t)(end - colon - 1));
	if (rc || !place.host[0])
		return rc ? rc : -EINVAL;
	*ret_place = place;
	return 0;
}

/* A socket to the place, whose connecting may still go on. */
static int place_connect(const struct place *place, const char *port, int type,
			 struct reason *why)
{
	struct addrinfo hints = {.ai_socktype = type}, *list;
	int fd, rc;

	rc = getaddrinfo(place->host, place->port[0] ? place->port : port,
			 &hints, &list);
	if (rc)
		return reason_set(why, -EHOSTUNREACH, "%s has no address (%s)",
				  place->host, gai_strerror(rc));
	fd = socket(list->ai_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		rc = reason_set(why, -errno, "no socket (%s)", strerror(errno));
	} else if (connect(fd, list->ai_addr, list->ai_addrlen) &&
		   errno != EINPROGRESS) {
		rc = reason_set(why, -errno, "%s cannot be reached (%s)",
				place->host, strerror(errno));
		close(fd);
		fd = rc;
	} else {
		rc = 0;
	}
	freeaddrinfo(list);
	return rc ? rc : fd;
}

/* Wait until the socket can do that; -ETIMEDOUT at the end of time. */
static int wait_for(int fd, short events, int64_t end)
{
	struct pollfd poll_fd = {.fd = fd, .events = events};
	int64_t left = end - now_ms();
	int rc;

	if (left <= 0)
		return -ETIMEDOUT;
	rc = poll(&poll_fd, 1, (int)left);
	if (rc < 0)
		return errno == EINTR ? 0 : -errno;
	return rc ? 0 : -ETIMEDOUT;
}

/* Add bytes, as far as FETCH_MAX allows; false: that is enough. */
static bool fetched_add(struct fetched *fetched, const void *data, size_t len)
{
	if (len > FETCH_MAX - fetched->len)
		len = FETCH_MAX - fetched->len;
	memcpy(fetched->data + fetched->len, data, len);
	fetched->len += len;
	return fetched->len < FETCH_MAX;
}

/* TFTP (RFC 1350, 2347 to 2349). */

/* Make the read request; its length, or 0 when the name is too long. */
static size_t tftp_request(char *buf, size_t size, const char *name)
{
	static const char options[] = "octet\0tsize\0"
				      "0\0blksize\0"
				      "1408";
	size_t len = strlen(name);

	if (len > size - 2 - 1 - sizeof(options))
		return 0;
	buf[0] = 0;
	buf[1] = 1;
	memcpy(buf + 2, name, len + 1);
	memcpy(buf + 3 + len, options, sizeof(options));
	return 3 + len + sizeof(options);
}

/* Read an option acknowledgement. */
static void tftp_options(const char *at, const char *end, uint64_t *size,
			 size_t *block)
{
	while (at < end) {
		const char *name = at, *value;

		value = name + strnlen(name, (size_t)(end - name)) + 1;
		if (value >= end)
			return;
		at = value + strnlen(value, (size_t)(end - value)) + 1;
		if (at > end)
			return;
		if (strcasecmp(name, "tsize") == 0)
			*size = strtoull(value, NULL, 10);
		if (strcasecmp(name, "blksize") == 0)
			*block = strtoul(value, NULL, 10);
	}
}

/* The state of a transfer. */
struct tftp {
	int fd;
	/* The server's address and the port of this transfer. */
	struct sockaddr_storage peer;
	socklen_t peer_len;
	/* Number of the last block that came, and bytes in a whole one. */
	uint16_t block;
	size_t block_len;
	/* Size that was told, or 0. */
	uint64_t size;
	/* Is the file over, and did the server answer at all? */
	bool is_done, is_heard;
	/* What is sent again when nothing comes. */
	char out[600];
	size_t out_len;
};

static void tftp_send(struct tftp *tftp)
{
	/* What is lost is sent again. */
	if (sendto(tftp->fd, tftp->out, tftp->out_len, 0,
		   (struct sockaddr *)&tftp->peer, tftp->peer_len) < 0)
		return;
}

static void tftp_acknowledge(struct tftp *tftp, int code)
{
	tftp->out[0] = 0;
	tftp->out[1] = (char)code;
	tftp->out[2] = (char)(tftp->block >> 8);
	tftp->out[3] = (char)tftp->block;
	tftp->out_len = 4;
	if (code == 5) { /* the transfer is broken off: not an error of it */
		tftp->out[2] = tftp->out[3] = 0;
		tftp->out[4] = '\0';
		tftp->out_len = 5;
	}
	tftp_send(tftp);
}

/* Understand one packet. */
static int tftp_rx(struct tftp *tftp, const char *packet, size_t len,
		   struct fetched *fetched, struct reason *why)
{
	unsigned int code, number;

	if (len < 4)
		return 0;
	code = (unsigned int)(uint8_t)packet[0] << 8 | (uint8_t)packet[1];
	number = (unsigned int)(uint8_t)packet[2] << 8 | (uint8_t)packet[3];
	switch (code) {
	case 3:
		if ((uint16_t)(tftp->block + 1) == number) {
			tftp->block++;
			tftp->is_done = len - 4 < tftp->block_len;
			if (!fetched_add(fetched, packet + 4, len - 4) &&
			    !tftp->is_done) {
				tftp->is_done = true;
				tftp_acknowledge(tftp, 5);
				return 0;
			}
		}
		tftp_acknowledge(tftp, 4);
		return 0;
	case 5:
		return reason_set(why, number == 1 ? -ENOENT : -EIO,
				  "the TFTP server says \"%.*s\"",
				  (int)strnlen(packet + 4, len - 4),
				  packet + 4);
	case 6:
		if (tftp->block == 0) {
			tftp_options(packet + 2, packet + len, &tftp->size,
				     &tftp->block_len);
			tftp_acknowledge(tftp, 4);
		}
		return 0;
	default:
		return 0;
	}
}

static int tftp_run(struct tftp *tftp, struct fetched *fetched,
		    struct reason *why)
{
	char packet[4 + TFTP_BLOCK];
	int64_t end = now_ms() + FETCH_WAIT_MS;
	unsigned int silent = 0;
	int rc = 0;

	if (sendto(tftp->fd, tftp->out, tftp->out_len, 0,
		   (struct sockaddr *)&tftp->peer, tftp->peer_len) < 0)
		return reason_set(why, -errno,
				  "its server cannot be reached "
				  "(%s)",
				  strerror(errno));
	while (!tftp->is_done && rc == 0) {
		int64_t next = now_ms() + TFTP_REPEAT_MS;
		ssize_t len;

		if (wait_for(tftp->fd, POLLIN, next < end ? next : end)) {
			if (now_ms() >= end || ++silent > TFTP_REPEATS)
				return reason_set(
					why, -ETIMEDOUT, "%s",
					tftp->is_heard
						? "the TFTP server stopped "
						  "answering"
						: "no TFTP server answers "
						  "there");
			tftp_send(tftp);
			continue;
		}
		/* Answers come from a port of the transfer's own. */
		tftp->peer_len = sizeof(tftp->peer);
		len = recvfrom(tftp->fd, packet, sizeof(packet), 0,
			       (struct sockaddr *)&tftp->peer, &tftp->peer_len);
		if (len < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (len < 0)
			return reason_set(why, -errno,
					  "no TFTP server answers there (%s)",
					  strerror(errno));
		silent = 0;
		tftp->is_heard = true;
		rc = tftp_rx(tftp, packet, (size_t)len, fetched, why);
	}
	return rc;
}

static int fetch_tftp(const struct place *place, struct fetched *fetched,
		      struct reason *why)
{
	struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *list;
	struct tftp tftp = {.block_len = 512};
	const char *name = place->path;
	int on = 1, rc;

	name += *name == '/';
	tftp.out_len = tftp_request(tftp.out, sizeof(tftp.out), name);
	if (!tftp.out_len)
		return reason_set(why, -ENAMETOOLONG, "its name is too long");
	rc = getaddrinfo(place->host, place->port[0] ? place->port : TFTP_PORT,
			 &hints, &list);
	if (rc)
		return reason_set(why, -EHOSTUNREACH, "%s has no address (%s)",
				  place->host, gai_strerror(rc));
	memcpy(&tftp.peer, list->ai_addr, list->ai_addrlen);
	tftp.peer_len = list->ai_addrlen;
	tftp.fd = socket(list->ai_family,
			 SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	freeaddrinfo(list);
	if (tftp.fd < 0)
		return reason_set(why, -errno, "no socket (%s)",
				  strerror(errno));
	/* Let a closed port be told (ip(7)), as the socket is not connected. */
	setsockopt(tftp.fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on));
	rc = tftp_run(&tftp, fetched, why);
	close(tftp.fd);
	fetched->size = tftp.size > fetched->len ? tftp.size : fetched->len;
	return rc;
}

/* HTTP/1.1 with one connection (RFC 9112). */

static int http_send(int fd, const struct place *place, const char *agent,
		     int64_t end, struct reason *why)
{
	char request[2048];
	int len, rc, error = 0;
	socklen_t error_len = sizeof(error);
	bool is_v6 = strchr(place->host, ':') != NULL;

	len = snprintf(request, sizeof(request),
		       "GET %s%s HTTP/1.1\r\nHost: %s%s%s%s%s\r\n"
		       "User-Agent: %s\r\nConnection: close\r\n\r\n",
		       *place->path == '/' ? "" : "/", place->path,
		       is_v6 ? "[" : "", place->host, is_v6 ? "]" : "",
		       place->port[0] ? ":" : "", place->port, agent);
	if (len < 0 || (size_t)len >= sizeof(request))
		return reason_set(why, -ENAMETOOLONG,
				  "its address is too "
				  "long");
	rc = wait_for(fd, POLLOUT, end);
	if (rc == 0 &&
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &error_len) == 0)
		rc = -error;
	if (rc == 0 && send(fd, request, (size_t)len, MSG_NOSIGNAL) != len)
		rc = -EIO;
	if (rc)
		return reason_set(why, rc, "no web server answers there (%s)",
				  strerror(-rc));
	return 0;
}

/* Find a header field in a header that ends with a NUL. */
static const char *http_field(const char *header, const char *name)
{
	const char *line = header;
	size_t len = strlen(name);

	while ((line = strstr(line, "\r\n")) != NULL) {
		line += 2;
		if (strncasecmp(line, name, len) == 0 && line[len] == ':') {
			line += len + 1;
			return line + strspn(line, " \t");
		}
	}
	return NULL;
}

/* Take the header off what was read; *status is 0 while it is not whole. */
static void http_header(struct fetched *fetched, int *status)
{
	char *body, *text = (char *)fetched->data;
	const char *field;

	body = memmem(text, fetched->len, "\r\n\r\n", 4);
	if (!body || fetched->len < 12 || strncmp(text, "HTTP/1.", 7) != 0)
		return;
	*status = atoi(text + 9);
	body[2] = '\0';
	field = http_field(text, "Content-Length");
	if (field)
		fetched->size = strtoull(field, NULL, 10);
	field = http_field(text, "Content-Type");
	if (field)
		snprintf(fetched->type, sizeof(fetched->type), "%.*s",
			 (int)strcspn(field, ";\r\n"), field);
	body += 4;
	fetched->len -= (size_t)(body - text);
	memmove(text, body, fetched->len);
}

static int http_receive(int fd, struct fetched *fetched, int64_t end,
			struct reason *why)
{
	char buf[16384];
	int status = 0, rc;

	for (;;) {
		ssize_t len;

		rc = wait_for(fd, POLLIN, end);
		if (rc)
			break;
		len = recv(fd, buf, sizeof(buf), 0);
		if (len < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (len <= 0 || !fetched_add(fetched, buf, (size_t)len))
			break;
		if (!status)
			http_header(fetched, &status);
		if (!status && fetched->len > HTTP_HEADER_MAX)
			break;
		if (status && fetched->size && fetched->len >= fetched->size)
			break;
	}
	if (!status)
		return reason_set(why, rc ? rc : -EPROTO,
				  "the web server does not answer (%s)",
				  rc ? strerror(-rc) : "no HTTP reply");
	if (status >= 300)
		return reason_set(why, status == 404 ? -ENOENT : -EIO,
				  "the web server answers %d%s", status,
				  status == 404	  ? ", not found"
				  : status == 503 ? ", ask again later"
						  : "");
	if (fetched->size < fetched->len)
		fetched->size = fetched->len;
	return 0;
}

static int fetch_http(const struct place *place, const char *agent,
		      struct fetched *fetched, struct reason *why)
{
	int64_t end = now_ms() + FETCH_WAIT_MS;
	int fd = place_connect(place, "80", SOCK_STREAM, why);
	int rc;

	if (fd < 0)
		return fd;
	rc = http_send(fd, place, agent, end, why);
	if (rc == 0)
		rc = http_receive(fd, fetched, end, why);
	close(fd);
	return rc;
}

int fetch_url(const char *url, const char *agent, struct fetched *ret_fetched,
	      struct reason *why)
{
	struct fetched fetched = {.type = ""};
	struct place place;
	int rc;

	if (place_parse(url, &place))
		return reason_set(why, -EINVAL, "that is not a whole URL");
	fetched.data = malloc(FETCH_MAX);
	if (!fetched.data)
		return reason_set(why, -ENOMEM, "out of memory");
	if (strcasecmp(place.scheme, "tftp") == 0)
		rc = fetch_tftp(&place, &fetched, why);
	else if (strcasecmp(place.scheme, "http") == 0)
		rc = fetch_http(&place, agent, &fetched, why);
	else
		rc = reason_set(why, -EPROTONOSUPPORT,
				"this command does not speak %s", place.scheme);
	if (rc) {
		fetched_fini(&fetched);
		return rc;
	}
	*ret_fetched = fetched;
	return 0;
}

void fetched_fini(struct fetched *fetched)
{
	free(fetched->data);
	fetched->data = NULL;
	fetched->len = 0;
}
