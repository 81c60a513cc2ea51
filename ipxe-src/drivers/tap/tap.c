/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* A network interface of the program build: a Linux tap device. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/error.h"
#include "net/netdevice.h"

/* The tap device to use; there is no interface without it. */
#define TAP_NAME_VARIABLE "UNLOOP_TAP"

/* Our address on it, if the default is not wanted: aa:bb:cc:dd:ee:ff. */
#define TAP_MAC_VARIABLE "UNLOOP_TAP_MAC"

/* Frames taken in one poll. */
#define TAP_RX_MAX 64

struct tap {
	const char *name; /* of the tap device */
	int fd;		  /* -1: closed */
};

static struct net_device *tap_netdev;

static int tap_open(struct net_device *netdev)
{
	struct tap *tap = netdev->priv;
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
	int rc;

	tap->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (tap->fd < 0)
		return error_set(-errno, "/dev/net/tun: %s", strerror(errno));
	strncpy(request.ifr_name, tap->name, sizeof(request.ifr_name) - 1);
	if (ioctl(tap->fd, TUNSETIFF, &request) < 0) {
		rc = error_set(-errno, "tap device %s: %s", tap->name,
			       strerror(errno));
		close(tap->fd);
		tap->fd = -1;
		return rc;
	}
	netdev_set_link(netdev, true);
	return 0;
}

static void tap_close(struct net_device *netdev)
{
	struct tap *tap = netdev->priv;

	if (tap->fd >= 0)
		close(tap->fd);
	tap->fd = -1;
	netdev_set_link(netdev, false);
}

static int tap_transmit(struct net_device *netdev, struct pbuf *p)
{
	struct tap *tap = netdev->priv;
	uint8_t frame[NETDEV_FRAME_MAX];
	size_t len;

	if (p->tot_len > sizeof(frame))
		return -EMSGSIZE;
	len = pbuf_copy_partial(p, frame, sizeof(frame), 0);
	return write(tap->fd, frame, len) == (ssize_t)len ? 0 : -EIO;
}

static bool tap_poll(struct net_device *netdev)
{
	struct tap *tap = netdev->priv;
	struct pbuf *p;
	unsigned int i;
	ssize_t len;

	for (i = 0; i < TAP_RX_MAX && netdev->is_open; i++) {
		p = netdev_rx_alloc(NETDEV_FRAME_MAX);
		if (!p)
			break;
		len = read(tap->fd, p->payload, NETDEV_FRAME_MAX);
		if (len <= 0) {
			pbuf_free(p);
			break;
		}
		pbuf_realloc(p, (u16_t)len);
		netdev_rx(netdev, p);
	}
	return i != 0;
}

static const struct net_device_ops tap_ops = {
	.open = tap_open,
	.close = tap_close,
	.transmit = tap_transmit,
	.poll = tap_poll,
};

/* Read aa:bb:cc:dd:ee:ff; leaves MAC as it is if TEXT is none. */
static void tap_parse_mac(const char *text, uint8_t mac[6])
{
	uint8_t bytes[6];
	char *end;
	size_t i;

	for (i = 0; text && i < sizeof(bytes); i++) {
		bytes[i] = (uint8_t)strtoul(text, &end, 16);
		if (end == text || *end != (i == 5 ? '\0' : ':'))
			return;
		text = end + 1;
	}
	if (text)
		memcpy(mac, bytes, sizeof(bytes));
}

static int tap_probe(void)
{
	static const uint8_t default_mac[6] = {2, 0x75, 0x6e, 0x6c, 0x6f, 1};
	const char *name = getenv(TAP_NAME_VARIABLE);
	struct tap *tap;
	int rc;

	if (!name || !*name)
		return 0;
	tap_netdev = netdev_alloc(&tap_ops, sizeof(*tap));
	if (!tap_netdev)
		return -ENOMEM;
	tap = tap_netdev->priv;
	tap->name = name;
	tap->fd = -1;
	memcpy(tap_netdev->mac, default_mac, sizeof(default_mac));
	tap_parse_mac(getenv(TAP_MAC_VARIABLE), tap_netdev->mac);
	memcpy(tap_netdev->hwaddr, tap_netdev->mac, sizeof(default_mac));
	tap_netdev->driver = "tap";
	tap_netdev->bustype = "TAP";
	rc = netdev_register(tap_netdev);
	if (rc) {
		netdev_free(tap_netdev);
		tap_netdev = NULL;
	}
	return rc;
}

static void tap_remove(void)
{
	if (!tap_netdev)
		return;
	netdev_unregister(tap_netdev);
	netdev_free(tap_netdev);
	tap_netdev = NULL;
}

static const struct net_driver tap_driver = {
	.name = "tap",
	.probe = tap_probe,
	.remove = tap_remove,
};
TABLE_REGISTER(net_drivers, tap_driver);
