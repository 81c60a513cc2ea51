/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Time from the processor's counter; rest between polls; the watchdog. */
#include "core/platform.h"
#include "core/poll.h"
#include "platform/efi/efi.h"

/* How long the counter is compared with the firmware's Stall(). */
#define CALIBRATE_US 10000

/* Ticks to microseconds: multiplied by this, shifted right by 32. */
#define SCALE_SHIFT 32

/* After something happened, this long only short rests are taken. */
#define BUSY_US 20000

/* One rest, when the network may answer any moment. Neither by Stall(), which
 * reads a timer's port, nor by PAUSE: a virtual machine that does either
 * hinders its own network device. No other thread of this processor runs
 * anyway. */
#define SHORT_REST_US 10

/* One rest when nothing has happened for a while, 100 ns units. */
#define LONG_REST_100NS 10000

/* How often the firmware's watchdog is told that we are alive. */
#define WATCHDOG_PERIOD_US 10000000

static uint64_t counter_start;
static uint64_t counter_scale;
static uint64_t busy_until_us;
static uint64_t watchdog_next_us;
static EFI_EVENT rest_event;

void efi_timer_init(void)
{
	uint64_t ticks;

	counter_start = arch_counter();
	efi_boot->Stall(CALIBRATE_US);
	ticks = arch_counter() - counter_start;
	if (!ticks)
		ticks = 1;
	counter_scale = ((uint64_t)CALIBRATE_US << SCALE_SHIFT) / ticks;
	if (EFI_ERROR(efi_boot->CreateEvent(EVT_TIMER, TPL_CALLBACK, NULL, NULL,
					    &rest_event)))
		rest_event = NULL;
}

void efi_timer_fini(void)
{
	if (rest_event)
		efi_boot->CloseEvent(rest_event);
	rest_event = NULL;
}

uint64_t platform_time_us(void)
{
	uint64_t ticks = arch_counter() - counter_start;

	/* Both halves apart: the product has up to 96 bits. */
	return (ticks >> SCALE_SHIFT) * counter_scale +
	       (((ticks & 0xffffffff) * counter_scale) >> SCALE_SHIFT);
}

void platform_busy(void)
{
	busy_until_us = platform_time_us() + BUSY_US;
}

void platform_idle(void)
{
	uint64_t now = platform_time_us();
	UINTN index;

	if (now < busy_until_us || !rest_event) {
		while (platform_time_us() - now < SHORT_REST_US)
			;
		return;
	}
	/* Waiting for an event lets the processor sleep until an interrupt. */
	efi_boot->SetTimer(rest_event, TimerRelative, LONG_REST_100NS);
	efi_boot->WaitForEvent(1, &rest_event, &index);
}

/* Tell the firmware's watchdog, now and then, that we are alive. */
static bool watchdog_poll(void)
{
	uint64_t now = platform_time_us();

	if (now >= watchdog_next_us) {
		watchdog_next_us = now + WATCHDOG_PERIOD_US;
		efi_watchdog_arm();
	}
	return false;
}

static const struct poller watchdog_poller = {.poll = watchdog_poll};
TABLE_REGISTER(pollers, watchdog_poller);
