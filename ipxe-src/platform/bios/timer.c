/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Time by the processor's time stamp counter, and resting. */
#include "core/platform.h"
#include "platform/bios/io.h"
#include "platform/bios/real.h"
#include "platform/bios/timer.h"

/* Channel 2 of the interval timer, which only the loudspeaker uses. */
#define PIT_HZ	     1193182u
#define PIT_CHANNEL2 0x42
#define PIT_MODE     0x43
#define PIT_ONE_SHOT2                                                          \
	0xb0 /* channel 2, both bytes, mode 0: count down once                 \
	      */
#define PORT_B	       0x61
#define PORT_B_GATE2   0x01 /* lets channel 2 count */
#define PORT_B_SPEAKER 0x02
#define PORT_B_OUT2    0x20 /* the count has ended */

#define CALIBRATE_US	5000u /* one measurement */
#define CALIBRATE_COUNT 8     /* at most, until one is surely within 1 % */
#define BIOS_TICK_US	54925u
#define SLOWEST_MHZ	50u /* to begin with, and to bound the waiting */
#define FASTEST_MHZ	20000u

/* After this long without network or keys the processor halts until the next
 * interrupt, at the latest that of the BIOS clock after 55 ms. */
#define HALT_AFTER_US 150000u

/* It has stopped if it did not tick for this long. */
#define CLOCK_STOPPED_US 1000000u

/* Interrupts are let in this often while nothing else enters real mode. */
#define INTERRUPTS_US 500u

extern uint8_t real_window[], real_halt[];

static uint64_t tsc_start;
static uint32_t us_per_tick; /* microseconds for 2^32 ticks of the counter */
static uint64_t held_us;     /* time of the last platform_busy() */

static inline uint64_t tsc_read(void)
{
	uint64_t tsc;

	asm volatile("rdtsc" : "=A"(tsc));
	return tsc;
}

uint64_t platform_time_us(void)
{
	uint64_t ticks = tsc_read() - tsc_start;
	uint32_t high = (uint32_t)(ticks >> 32);

	return (uint64_t)high * us_per_tick +
	       ((uint64_t)(uint32_t)ticks * us_per_tick >> 32);
}

/* Ticks of the counter during CALIBRATE_US; 0 if the timer does not run.
 * RET_DOUBT is by how many ticks that may be wrong: a virtual machine may be
 * stopped anywhere in between. */
static uint64_t measure_pit(uint64_t *ret_doubt)
{
	uint8_t port_b = port_in8(PORT_B);
	uint32_t count = PIT_HZ / (1000000 / CALIBRATE_US);
	uint64_t before, start, running, stopped;

	port_out8(PORT_B, (port_b & ~PORT_B_SPEAKER) | PORT_B_GATE2);
	port_out8(PIT_MODE, PIT_ONE_SHOT2);
	port_out8(PIT_CHANNEL2, count & 0xff);
	before = tsc_read();
	port_out8(PIT_CHANNEL2, count >> 8);
	start = tsc_read();
	stopped = start;
	do {
		running = stopped;
		stopped = tsc_read();
		if (stopped - start > (uint64_t)CALIBRATE_US * FASTEST_MHZ)
			return 0;
	} while (!(port_in8(PORT_B) & PORT_B_OUT2));
	stopped = tsc_read();
	port_out8(PORT_B, port_b);
	*ret_doubt = (start - before) + (stopped - running);
	return (running + stopped - before - start) / 2;
}

/* Wait, for a bounded time, until the BIOS has counted one more tick. */
static uint64_t wait_bios_tick(void)
{
	uint32_t tick = *low_ptr(uint32_t, BDA_TICKS);
	uint64_t start = tsc_read();

	while (*low_ptr(uint32_t, BDA_TICKS) == tick) {
		if (tsc_read() - start > (uint64_t)BIOS_TICK_US * FASTEST_MHZ)
			break;
		real_call(real_begin(), real_far((uintptr_t)real_window));
	}
	return tsc_read();
}

void timer_init(void)
{
	uint64_t best = 0;
	uint64_t best_doubt = UINT64_MAX;
	uint32_t us = CALIBRATE_US;
	uint64_t ticks, doubt;
	unsigned int i;

	for (i = 0; i < CALIBRATE_COUNT && best_doubt > best / 128; i++) {
		ticks = measure_pit(&doubt);
		if (ticks && doubt < best_doubt) {
			best = ticks;
			best_doubt = doubt;
		}
	}
	if (best < (uint64_t)us * SLOWEST_MHZ) {
		us = BIOS_TICK_US;
		best = wait_bios_tick();
		best = wait_bios_tick() - best;
	}
	best = MAX(best, (uint64_t)us * SLOWEST_MHZ);
	us_per_tick = (uint32_t)(((uint64_t)us << 32) / best);
	tsc_start = tsc_read();
}

void real_take_interrupts(void)
{
	static uint64_t last_us;
	uint64_t now = platform_time_us();

	if (now - last_us < INTERRUPTS_US)
		return;
	last_us = now;
	port_out8(PIC1_CMD, PIC_READ_REQUESTS);
	if (port_in8(PIC1_CMD) & ~port_in8(PIC1_MASK))
		real_call(real_begin(), real_far((uintptr_t)real_window));
}

void platform_busy(void)
{
	held_us = platform_time_us();
}

/* Does the BIOS's clock tick? Else nothing might end a halt. */
static bool clock_ticks(uint64_t now)
{
	static uint32_t last_tick;
	static uint64_t last_us;
	uint32_t tick = *low_ptr(uint32_t, BDA_TICKS);

	if (tick != last_tick) {
		last_tick = tick;
		last_us = now;
	}
	return now - last_us < CLOCK_STOPPED_US;
}

void platform_idle(void)
{
	uint64_t now = platform_time_us();
	unsigned int i;

	if (clock_ticks(now) && now - held_us > HALT_AFTER_US) {
		real_call(real_begin(), real_far((uintptr_t)real_halt));
		return;
	}
	real_take_interrupts();
	for (i = 0; i < 16; i++)
		asm volatile("pause");
}
