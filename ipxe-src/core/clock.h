/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The time of day: the machine's clock, corrected by NTP or by a script. */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include "core/compiler.h"

/* Seconds since 1970-01-01 00:00 UTC; small numbers if nobody knows. */
uint64_t clock_unix(void);

/* From now on that is UNIX_S. The machine's own clock is left alone. */
void clock_set_unix(uint64_t unix_s);

/* Seconds since 1970 of a date of the proleptic Gregorian calendar, UTC: MONTH
 * 1 to 12, DAY 1 to 31. */
uint64_t clock_from_date(unsigned int year, unsigned int month,
			 unsigned int day, unsigned int hour,
			 unsigned int minute, unsigned int second);

#endif
