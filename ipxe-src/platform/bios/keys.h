/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Keys of INT 16h by keyboard maps. */
#ifndef PLATFORM_BIOS_KEYS_H
#define PLATFORM_BIOS_KEYS_H

#include "core/compiler.h"

/* What KEY (AX of INT 16h) means as text to be read byte by byte, in a static
 * buffer; NULL if it means what it says. Weak: NULL without keyboard maps. */
const char *keys_translate(uint16_t key) __attribute__((weak));

#endif
