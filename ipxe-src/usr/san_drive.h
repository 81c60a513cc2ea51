/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Which disk is meant where no command says it. */
#ifndef USR_SAN_DRIVE_H
#define USR_SAN_DRIVE_H

#include "config/general.h"

/* The first disk of a BIOS. */
#define SAN_DRIVE_DEFAULT 0x80

/* The number in the setting `san-drive`, else SAN_DRIVE_DEFAULT. Only where
 * HAS_SAN_DRIVE is 1. */
unsigned long san_drive(void);

#endif
