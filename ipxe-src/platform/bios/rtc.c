/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The machine's clock on a PC: MC146818 and its successors. */
#include "config/general.h"
#include "core/clock.h"
#include "core/platform.h"
#include "platform/bios/io.h"

SELECT_IF(UNIXTIME_SETTING);

#define CMOS_INDEX 0x70
#define CMOS_DATA  0x71

/* Registers. */
#define RTC_SECOND    0x00
#define RTC_MINUTE    0x02
#define RTC_HOUR      0x04
#define RTC_DAY	      0x07
#define RTC_MONTH     0x08
#define RTC_YEAR      0x09
#define RTC_STATUS_A  0x0a
#define RTC_STATUS_B  0x0b
#define RTC_UPDATING  0x80 /* in status A */
#define RTC_24_HOURS  0x02 /* in status B */
#define RTC_BINARY    0x04 /* in status B; else BCD */
#define RTC_PM	      0x80 /* in the hour, with 12 hours */
#define UPDATE_MAX_US 10000
#define RTC_CENTURY   2000 /* the year has two digits */
#define RTC_READS_MAX 4

static uint8_t cmos_read(uint8_t index)
{
	port_out8(CMOS_INDEX, index);
	return port_in8(CMOS_DATA);
}

/* VALUE as a number. */
static unsigned int decode(uint8_t value, uint8_t status)
{
	return status & RTC_BINARY ? value : (value >> 4) * 10U + (value & 15);
}

/* Read all of it once. */
static uint64_t rtc_read(void)
{
	uint8_t status = cmos_read(RTC_STATUS_B);
	uint8_t raw_hour = cmos_read(RTC_HOUR);
	unsigned int hour;

	hour = decode(raw_hour & 0x7f, status);
	if (!(status & RTC_24_HOURS))
		hour = hour % 12 + (raw_hour & RTC_PM ? 12 : 0);
	return clock_from_date(RTC_CENTURY +
				       decode(cmos_read(RTC_YEAR), status),
			       decode(cmos_read(RTC_MONTH), status),
			       decode(cmos_read(RTC_DAY), status), hour,
			       decode(cmos_read(RTC_MINUTE), status),
			       decode(cmos_read(RTC_SECOND), status));
}

uint64_t platform_unixtime(void)
{
	uint64_t start = platform_time_us();
	uint64_t last = 0, now;
	unsigned int i;

	while (cmos_read(RTC_STATUS_A) & RTC_UPDATING &&
	       platform_time_us() - start < UPDATE_MAX_US)
		;
	/* Twice the same: it did not tick meanwhile. */
	for (i = 0; i < RTC_READS_MAX; i++, last = now) {
		now = rtc_read();
		if (now == last)
			break;
	}
	return now;
}
