/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The address that a machine's firmware gives to network cards at docks. */
#ifndef CORE_SYSMAC_H
#define CORE_SYSMAC_H

#include "core/compiler.h"

#define SYSMAC_LEN 6

/* Look for it in the LEN bytes of AML, the code of a table DSDT or SSDT: false
 * if there is none, and RET_MAC is left as it was. It is a constant there,
 * which a method (AMAC, MACA, RTMA) returns: "_AUXMAC_#AABBCCDDEEFF#" with its
 * digits, or "_RTXMAC_#......#" with the six bytes themselves. */
bool sysmac_find(const uint8_t *aml, size_t len, uint8_t ret_mac[SYSMAC_LEN]);

#endif
