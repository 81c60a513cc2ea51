/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* CRC-32 of IEEE 802.3 (the one of Ethernet, zip and GPT). */
#ifndef CORE_CRC32_H
#define CORE_CRC32_H

#include "core/compiler.h"

/* Its polynomial, bits reversed. */
#define CRC32_POLYNOMIAL 0xedb88320

/* CRC of LEN bytes of DATA. */
uint32_t crc32_ieee(const void *data, size_t len);

#endif
