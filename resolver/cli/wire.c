/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* DHCP on the wire: sending as any machine, hearing all that is answered. */
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "dhcp_packet.h"

#define IP_HEADER_LEN  20
#define UDP_HEADER_LEN 8

/* Find the interface of the default route (proc(5), /proc/net/route). */
static bool default_route(char name[IF_NAMESIZE])
{
	FILE *routes = fopen("/proc/net/route", "re");
	char line[256], device[64];
	unsigned int to;
	bool is_found = false;

	if (!routes)
		return false;
	while (!is_found && fgets(line, sizeof(line), routes)) {
		if (sscanf(line, "%63s %8x", device, &to) == 2 && to == 0) {
			snprintf(name, IF_NAMESIZE, "%.15s", device);
			is_found = true;
		}
	}
	fclose(routes);
	return is_found;
}

/* Find the only Ethernet interface that is up; how many are there? */
static unsigned int only_interface(char name[IF_NAMESIZE])
{
	struct ifaddrs *list, *item;
	unsigned int count = 0;

	if (getifaddrs(&list))
		return 0;
	for (item = list; item; item = item->ifa_next) {
		if (!item->ifa_addr || item->ifa_addr->sa_family != AF_PACKET ||
		    !(item->ifa_flags & IFF_UP) ||
		    (item->ifa_flags & IFF_LOOPBACK))
			continue;
		snprintf(name, IF_NAMESIZE, "%.15s", item->ifa_name);
		count++;
	}
	freeifaddrs(list);
	return count;
}

static int choose(const char *name, struct wire *wire, struct reason *why)
{
	unsigned int count;

	if (name) {
		if (strlen(name) >= sizeof(wire->name))
			return reason_set(why, -ENODEV,
					  "There is no interface %s.", name);
		strcpy(wire->name, name);
		return 0;
	}
	if (default_route(wire->name))
		return 0;
	count = only_interface(wire->name);
	if (count == 1)
		return 0;
	return reason_set(why, -ENODEV, "%s Name one with -i.",
			  count ? "There are several interfaces and no default "
				  "route."
				: "There is no interface that is up.");
}

/* Ask the kernel for the interface's index, hardware and IPv4 address. */
static int inspect(struct wire *wire, struct reason *why)
{
	struct ifreq request = {0};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), rc = 0;

	if (fd < 0)
		return reason_set(why, -errno, "No socket: %s.",
				  strerror(errno));
	strcpy(request.ifr_name, wire->name);
	if (ioctl(fd, SIOCGIFINDEX, &request)) {
		rc = reason_set(why, -ENODEV, "There is no interface %s.",
				wire->name);
		goto out;
	}
	wire->index = request.ifr_ifindex;
	if (ioctl(fd, SIOCGIFFLAGS, &request) ||
	    !(request.ifr_flags & IFF_UP)) {
		rc = reason_set(why, -ENETDOWN,
				"The interface %s is down; \"ip link set %s "
				"up\" brings it up.",
				wire->name, wire->name);
		goto out;
	}
	if (ioctl(fd, SIOCGIFHWADDR, &request) == 0)
		memcpy(wire->mac, request.ifr_hwaddr.sa_data, 6);
	if (ioctl(fd, SIOCGIFADDR, &request) == 0)
		wire->address =
			((struct sockaddr_in *)&request.ifr_addr)->sin_addr;
out:
	close(fd);
	return rc;
}

/* A socket that sends from our address, from port 68 where that is free. */
static int udp_open(const struct wire *wire)
{
	struct sockaddr_in local = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, wire->name,
		       (socklen_t)strlen(wire->name)))
		goto err;
	local.sin_port = htons(DHCP_CLIENT_PORT);
	if (bind(fd, (struct sockaddr *)&local, sizeof(local))) {
		local.sin_port = 0;
		if (bind(fd, (struct sockaddr *)&local, sizeof(local)))
			goto err;
	}
	return fd;

err:
	on = -errno;
	close(fd);
	return on;
}

/* Have the kernel drop what is not UDP to a DHCP client: all else that this
 * host hears would fill the socket's memory. */
static void filter_attach(int fd)
{
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 4),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DHCP_CLIENT_PORT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = {
		.len = sizeof(code) / sizeof(code[0]),
		.filter = code,
	};

	setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

int wire_open(const char *name, struct wire *ret_wire, struct reason *why)
{
	struct wire wire = {.udp_fd = -1};
	struct sockaddr_ll local = {.sll_family = AF_PACKET};
	int rc;

	rc = choose(name, &wire, why);
	if (rc == 0)
		rc = inspect(&wire, why);
	if (rc)
		return rc;
	wire.packet_fd =
		socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (wire.packet_fd < 0)
		return reason_set(
			why, -errno,
			"Packets can only be sent in a machine's "
			"name with root's rights or CAP_NET_RAW (%s); "
			"run this with sudo.",
			strerror(errno));
	filter_attach(wire.packet_fd);
	/* All protocols: only then are our own host's answers heard too. */
	local.sll_protocol = htons(ETH_P_ALL);
	local.sll_ifindex = wire.index;
	if (bind(wire.packet_fd, (struct sockaddr *)&local, sizeof(local))) {
		rc = reason_set(why, -errno, "%s cannot be listened on: %s.",
				wire.name, strerror(errno));
		goto err_bind;
	}
	if (wire.address.s_addr) {
		wire.udp_fd = udp_open(&wire);
		if (wire.udp_fd < 0)
			wire.udp_fd = -1;
	}
	*ret_wire = wire;
	return 0;

err_bind:
	close(wire.packet_fd);
	return rc;
}

void wire_close(struct wire *wire)
{
	close(wire->packet_fd);
	if (wire->udp_fd >= 0)
		close(wire->udp_fd);
}

/* The Internet checksum (RFC 1071) of an even number of bytes. */
static uint16_t checksum(const uint8_t *data, size_t len)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)data[i] << 8 | data[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* From 0.0.0.0, as a machine does that has no address yet. */
static int packet_broadcast(const struct wire *wire, const uint8_t *payload,
			    size_t len)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = wire->index,
		.sll_halen = 6,
		.sll_addr = {255, 255, 255, 255, 255, 255},
	};
	uint8_t packet[IP_HEADER_LEN + UDP_HEADER_LEN + DHCP_PACKET_MAX] = {0};
	size_t total = IP_HEADER_LEN + UDP_HEADER_LEN + len;
	uint8_t *udp = packet + IP_HEADER_LEN;
	uint16_t sum;

	if (len > DHCP_PACKET_MAX)
		return -EMSGSIZE;
	packet[0] = 0x45;
	packet[2] = (uint8_t)(total >> 8);
	packet[3] = (uint8_t)total;
	packet[8] = 64;
	packet[9] = IPPROTO_UDP;
	memset(packet + 16, 255, 4);
	sum = checksum(packet, IP_HEADER_LEN);
	packet[10] = (uint8_t)(sum >> 8);
	packet[11] = (uint8_t)sum;
	udp[1] = DHCP_CLIENT_PORT;
	udp[3] = DHCP_SERVER_PORT;
	udp[4] = (uint8_t)((total - IP_HEADER_LEN) >> 8);
	udp[5] = (uint8_t)(total - IP_HEADER_LEN);
	memcpy(udp + UDP_HEADER_LEN, payload, len);
	if (sendto(wire->packet_fd, packet, total, 0, (struct sockaddr *)&to,
		   sizeof(to)) < 0)
		return -errno;
	return 0;
}

int wire_broadcast(const struct wire *wire, const uint8_t *packet, size_t len)
{
	struct in_addr all = {.s_addr = INADDR_BROADCAST};

	/* A server on this very host hears only what a socket sends. */
	if (wire->udp_fd >= 0 &&
	    wire_send(wire, all, DHCP_SERVER_PORT, packet, len) == 0)
		return 0;
	return packet_broadcast(wire, packet, len);
}

int wire_send(const struct wire *wire, struct in_addr to, uint16_t port,
	      const uint8_t *packet, size_t len)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr = to,
	};

	if (wire->udp_fd < 0)
		return -EADDRNOTAVAIL;
	if (sendto(wire->udp_fd, packet, len, 0, (struct sockaddr *)&address,
		   sizeof(address)) < 0)
		return -errno;
	return 0;
}

/* Take a datagram out of an IP packet; false: it is not for a client. */
static bool unwrap(const uint8_t *packet, size_t len,
		   struct wire_datagram *datagram)
{
	size_t header, total, udp_len;
	const uint8_t *udp;
	unsigned int to;

	if (len < IP_HEADER_LEN || packet[0] >> 4 != 4 ||
	    packet[9] != IPPROTO_UDP || (packet[6] & 0x3f) || packet[7])
		return false;
	header = (size_t)(packet[0] & 15) * 4;
	total = (size_t)packet[2] << 8 | packet[3];
	if (total > len || header < IP_HEADER_LEN ||
	    total < header + UDP_HEADER_LEN)
		return false;
	udp = packet + header;
	datagram->port = (uint16_t)(udp[0] << 8 | udp[1]);
	to = (unsigned int)udp[2] << 8 | udp[3];
	udp_len = (size_t)udp[4] << 8 | udp[5];
	if (to != DHCP_CLIENT_PORT || udp_len < UDP_HEADER_LEN ||
	    udp_len > total - header ||
	    udp_len - UDP_HEADER_LEN > sizeof(datagram->data))
		return false;
	memcpy(&datagram->from, packet + 12, 4);
	datagram->len = udp_len - UDP_HEADER_LEN;
	memcpy(datagram->data, udp + UDP_HEADER_LEN, datagram->len);
	return true;
}

static bool packet_receive(const struct wire *wire,
			   struct wire_datagram *ret_datagram)
{
	uint8_t packet[4096];
	struct sockaddr_ll from;
	socklen_t from_len = sizeof(from);
	ssize_t len;

	len = recvfrom(wire->packet_fd, packet, sizeof(packet), 0,
		       (struct sockaddr *)&from, &from_len);
	return len > 0 && from.sll_protocol == htons(ETH_P_IP) &&
	       unwrap(packet, (size_t)len, ret_datagram);
}

static bool udp_receive(const struct wire *wire,
			struct wire_datagram *ret_datagram)
{
	struct sockaddr_in from = {0};
	socklen_t from_len = sizeof(from);
	ssize_t len;

	len = recvfrom(wire->udp_fd, ret_datagram->data,
		       sizeof(ret_datagram->data), 0, (struct sockaddr *)&from,
		       &from_len);
	if (len < 0)
		return false;
	ret_datagram->from = from.sin_addr;
	ret_datagram->port = ntohs(from.sin_port);
	ret_datagram->len = (size_t)len;
	return true;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int wire_receive(const struct wire *wire, int ms,
		 struct wire_datagram *ret_datagram)
{
	struct pollfd fds[2] = {
		{.fd = wire->packet_fd, .events = POLLIN},
		{.fd = wire->udp_fd, .events = POLLIN},
	};
	int64_t end = now_ms() + ms, left;

	for (left = ms; left >= 0; left = end - now_ms()) {
		int rc = poll(fds, 2, (int)left);

		if (rc < 0 && errno != EINTR)
			return -errno;
		if (rc == 0)
			return 0;
		if (rc > 0 && fds[0].revents &&
		    packet_receive(wire, ret_datagram))
			return 1;
		if (rc > 0 && fds[1].revents && udp_receive(wire, ret_datagram))
			return 1;
	}
	return 0;
}
