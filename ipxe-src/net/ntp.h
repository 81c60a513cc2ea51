/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The time of day from a server: SNTP, RFC 4330. */
#ifndef NET_NTP_H
#define NET_NTP_H

#include "core/compiler.h"

/* Ask HOST (name or address) for the time and set the clock to it. Returns 0
 * with the correction in seconds in *RET_CORRECTION_S, or -errno with a
 * sentence. */
int ntp_set_clock(const char *host, int64_t *ret_correction_s);

#endif
