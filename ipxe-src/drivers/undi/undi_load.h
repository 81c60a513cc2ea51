/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The UNDI in a network card's own option ROM. All weak: NULL in an image
 * that only drives the PXE by which it was loaded. */
#ifndef DRIVERS_UNDI_UNDI_LOAD_H
#define DRIVERS_UNDI_UNDI_LOAD_H

#include "core/compiler.h"

/* Find a card that no driver has but whose ROM has an UNDI, and start that.
 * If there is one pxe_entry() is not 0 afterwards. */
void undi_load(void) __attribute__((weak));

/* Has undi_load() done so? */
bool undi_is_loaded(void) __attribute__((weak));

/* Stop what undi_load() has started, if it has; give its memory back. */
void undi_unload(void) __attribute__((weak));

/* Is the PCI function at BUSDEVFN a network device already? */
bool undi_is_driven(uint32_t busdevfn) __attribute__((weak));

#endif
