/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* LLDP: what the switch says of itself. IEEE 802.1AB-2016. */
#ifndef NET_LLDP_H
#define NET_LLDP_H

#include "core/compiler.h"

/* The bytes of a TLV's value that TAG names, in the LEN bytes of an LLDPDU
 * (802.1AB 8.2), which may be damaged; NULL if there are none. RET_LEN is at
 * least 1. The tag, as iPXE has it:
 *
 *   bits 63-32  prefix: with which bytes the value begins, as a number; as many
 *               of its last bytes count as the offset says, at most 4; 0: any
 *   bits 31-24  type of the TLV
 *   bits 23-16  index, from 0, of those that have type and prefix
 *   bits 15-8   offset in the value
 *   bits 7-0    length; 0: all from the offset on */
const uint8_t *lldp_value(const uint8_t *pdu, size_t len, uint64_t tag,
			  size_t *ret_len);

#endif
