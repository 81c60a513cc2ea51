/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The listening socket. */
#include "listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Clients that may wait to be accepted; the kernel may allow fewer. */
#define LISTEN_BACKLOG 4096

static int listen_at(const struct sockaddr *address, socklen_t len)
{
	const int flags = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
	int fd = socket(address->sa_family, flags, 0);
	int on = 1, off = 0;
	int rc;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)))
		goto err_listen;
	if (address->sa_family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)))
		goto err_listen;
	if (bind(fd, address, len) || listen(fd, LISTEN_BACKLOG))
		goto err_listen;
	return fd;

err_listen:
	rc = -errno;
	close(fd);
	return rc;
}

/* Every address: IPv6 takes IPv4 along; without IPv6, IPv4 alone. */
static int listen_anywhere(uint16_t port)
{
	struct sockaddr_in6 v6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
	};
	struct sockaddr_in v4 = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
	};
	int fd = listen_at((struct sockaddr *)&v6, sizeof(v6));

	if (fd == -EAFNOSUPPORT || fd == -EADDRNOTAVAIL)
		fd = listen_at((struct sockaddr *)&v4, sizeof(v4));
	return fd;
}

static int listen_explain(int rc, const char *address, uint16_t port,
			  struct reason *why)
{
	const char *hint = "";

	if (rc == -EACCES)
		hint = "; ports below 1024 need root, so start it as root or "
		       "choose another port with -p";
	else if (rc == -EADDRINUSE)
		hint = "; another program has this port, so stop that one or "
		       "choose another port with -p";
	return reason_set(why, rc, "Could not listen on %s port %u: %s%s.",
			  address ? address : "any address", port,
			  strerror(-rc), hint);
}

int listen_open(const char *address, uint16_t port, int *ret_fd,
		struct reason *why)
{
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *info;
	char service[8];
	int fd, rc;

	if (!address) {
		fd = listen_anywhere(port);
	} else {
		snprintf(service, sizeof(service), "%u", port);
		rc = getaddrinfo(address, service, &hints, &info);
		if (rc)
			return reason_set(why, -EINVAL,
					  "\"%s\" is not an "
					  "address to listen on: %s.",
					  address, gai_strerror(rc));
		fd = listen_at(info->ai_addr, info->ai_addrlen);
		freeaddrinfo(info);
	}
	if (fd < 0)
		return listen_explain(fd, address, port, why);
	*ret_fd = fd;
	return 0;
}

void listen_format(int fd, char buf[LISTEN_ADDRESS_BYTES])
{
	struct sockaddr_storage address = {0};
	socklen_t len = sizeof(address);
	char host[48] = "?", port[8] = "?";

	getsockname(fd, (struct sockaddr *)&address, &len);
	getnameinfo((struct sockaddr *)&address, len, host, sizeof(host), port,
		    sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(buf, LISTEN_ADDRESS_BYTES,
		 address.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host,
		 port);
}

uint16_t listen_port(int fd)
{
	struct sockaddr_storage address = {0};
	socklen_t len = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &len))
		return 0;
	/* The port stands at the same place in both families. */
	return ntohs(((struct sockaddr_in *)&address)->sin_port);
}
