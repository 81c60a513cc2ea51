/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* IPv6 addresses as text. */
#ifndef CORE_IPV6_TEXT_H
#define CORE_IPV6_TEXT_H

#include "core/compiler.h"

/* Bytes of the longest text, with its end: eight groups of four digits. */
#define IPV6_TEXT_LEN 40

/* Parse TEXT, RFC 4291 2.2 (also with an IPv4 address as its end), into RAW.
 * Returns 0, or -EINVAL with RAW untouched. */
int ipv6_text_parse(const char *text, uint8_t ret_raw[16]);

/* Write RAW as RFC 5952 wants it. Returns BUF. */
char *ipv6_text_format(const uint8_t raw[16], char buf[IPV6_TEXT_LEN]);

#endif
