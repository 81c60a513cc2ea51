/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* USB devices, as far as scripts ask for them. */
#ifndef DRIVERS_BUS_USB_H
#define DRIVERS_BUS_USB_H

#include "core/compiler.h"

/* The address (bus << 8 | device) of the first device at FROM or behind it.
 * Returns 0, or -ENOENT if there is none. */
int usb_find_next(uint32_t from, uint32_t *ret_busdev);

#endif
