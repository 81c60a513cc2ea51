/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The text screen of the BIOS. */
#ifndef PLATFORM_BIOS_SCREEN_H
#define PLATFORM_BIOS_SCREEN_H

#include "core/compiler.h"

/* The screen as the BIOS data area describes it. */
struct screen {
	volatile uint16_t *cells; /* of the page shown */
	unsigned int columns;
	unsigned int rows;
	unsigned int page;
};

/* Colours of what is printed next: background << 4 | foreground. */
extern uint8_t screen_attribute;

/* Do what BYTE, part of a text with control sequences, wants of SCREEN (NULL
 * if it is not in a text mode). Returns the character of the screen's font
 * that is to be printed, or -1. Weak: NULL in builds that are to be small. */
int screen_ansi(const struct screen *screen, uint8_t byte)
	__attribute__((weak));

#endif
