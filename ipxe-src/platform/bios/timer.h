/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Time, beside core/platform.h. */
#ifndef PLATFORM_BIOS_TIMER_H
#define PLATFORM_BIOS_TIMER_H

#include "core/compiler.h"

/* Find out how fast the time stamp counter runs. Takes some 10 ms. */
void timer_init(void);

#endif
