/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The time of day. */
#ifndef CONFIG_TIME_H
#define CONFIG_TIME_H

#define NTP_START_MS 250  /* first time-out of an NTP request; doubles */
#define NTP_END_MS   4000 /* the server is given up past this one */

#if __has_include("config/named/time.h")
#include "config/named/time.h"
#endif
#if __has_include("config/local/time.h")
#include "config/local/time.h"
#endif
#if __has_include("config/local-named/time.h")
#include "config/local-named/time.h"
#endif

#endif
