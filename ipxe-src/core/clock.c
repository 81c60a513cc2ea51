/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The time of day, and ${unixtime}. */
#include <errno.h>

#include "config/general.h"
#include "core/builtin.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/platform.h"

SELECT_IF(UNIXTIME_SETTING);

static bool is_known;	 /* the machine's clock was asked, or one was set */
static uint64_t base_s;	 /* seconds since 1970 ... */
static uint64_t base_us; /* ... when platform_time_us() was this */

uint64_t clock_from_date(unsigned int year, unsigned int month,
			 unsigned int day, unsigned int hour,
			 unsigned int minute, unsigned int second)
{
	uint64_t days;

	/* Years that begin in March have their leap day last. */
	if (month < 3) {
		month += 12;
		year--;
	}
	days = 365ULL * year + year / 4 - year / 100 + year / 400 +
	       (153 * (month - 3) + 2) / 5 + day - 1;
	/* 719468 days from 1 March of the year 0 to 1970-01-01. */
	return ((days - 719468) * 24 + hour) * 3600 + minute * 60 + second;
}

void clock_set_unix(uint64_t unix_s)
{
	base_s = unix_s;
	base_us = platform_time_us();
	is_known = true;
}

uint64_t clock_unix(void)
{
	if (!is_known)
		clock_set_unix(platform_unixtime());
	return base_s + (platform_time_us() - base_us) / 1000000;
}

static int unixtime_fetch(void *buf, size_t len)
{
	return builtin_number(clock_unix(), buf, len);
}

static int unixtime_store(const void *data, size_t len)
{
	unsigned long number;
	int rc;

	rc = setting_number(NULL, data, len, &number);
	if (rc || !data)
		return error_set(-EINVAL, "a number of seconds is wanted");
	clock_set_unix(number);
	return 0;
}

BUILTIN_WRITABLE(unixtime, "unixtime", uint32,
		 "Seconds since 1970-01-01 00:00 UTC");

struct settings *setting_home(const struct setting *setting)
{
	if (setting == &builtin_setting_unixtime)
		return settings_find(setting->scope, false);
	return &settings_root;
}
