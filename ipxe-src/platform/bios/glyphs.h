/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The characters that a PC's font has. */
#ifndef PLATFORM_BIOS_GLYPHS_H
#define PLATFORM_BIOS_GLYPHS_H

#include "core/compiler.h"

/* Where the character C is in a font of code page 437; -1: it is not. */
int glyph_of(uint16_t c);

#endif
