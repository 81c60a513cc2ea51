/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* lwIP's surroundings: time, random numbers, and its turn in the loop. */
#include <stdlib.h>

#include "lwip/init.h"
#include "lwip/sys.h"
#include "lwip/timeouts.h"

#include "core/compiler.h"
#include "core/platform.h"
#include "core/poll.h"
#include "net/netdevice.h"
#include "net/stack.h"

/* Silence after which received data is acknowledged without waiting for
 * TCP_ACK_SEGMENTS segments, microseconds. */
#define ACK_IDLE_US 2000

/* After a frame the loop does not rest for this long: where each side waits
 * for the other (TFTP) a rest per frame would set the speed. */
#define BUSY_US 1000

/* But now and then it does, so that the platform can see to its own (the
 * watchdog of UEFI) during a long download. */
#define REST_PERIOD_US 1000000

static bool is_started;
static uint64_t random_state;
static uint64_t last_rx_us; /* when a frame last arrived */
static uint64_t rested_us;  /* when the loop last was allowed to rest */
static bool ack_pending;    /* some of it may not be acknowledged yet */

u32_t sys_now(void)
{
	return (u32_t)(platform_time_us() / 1000);
}

void net_random_add(const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len--)
		random_state = (random_state ^ *p++) * 0x100000001b3ULL;
}

uint32_t net_random(void)
{
	uint64_t now = platform_time_us();
	uint64_t z;

	/* The time goes in each time: the state alone is guessable. */
	random_state += (now << 20 ^ now) + 0x9e3779b97f4a7c15ULL;
	z = random_state;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return (uint32_t)(z >> 32);
}

void net_init(void)
{
	if (is_started)
		return;
	is_started = true;
	lwip_init();
}

/* Give every open device and lwIP's timers their turn. */
static bool stack_poll(void)
{
	struct net_device *netdev, *next;
	bool worked = false;
	uint64_t now;

	if (!is_started)
		return false;
	list_for_each_entry_safe(netdev, next, &net_devices, list) {
		if (netdev->is_open)
			worked |= netdev->ops->poll(netdev);
	}
	now = platform_time_us();
	if (worked) {
		platform_busy();
		last_rx_us = now;
		ack_pending = true;
	} else if (ack_pending && now - last_rx_us >= ACK_IDLE_US) {
		ack_pending = false;
		stack_acknowledge();
	}
	sys_check_timeouts();
	if (now - last_rx_us < BUSY_US && now - rested_us < REST_PERIOD_US)
		return true;
	rested_us = now;
	return false;
}

static const struct poller stack_poller = {.poll = stack_poll};
TABLE_REGISTER(pollers, stack_poller);
