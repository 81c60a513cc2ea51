/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The type ipv6 of settings. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/general.h"
#include "core/ipv6_text.h"
#include "core/settings_types.h"

SELECT_IF(IPV6_SETTING_TYPE);

static int ipv6_parse(const char *text, void *buf, size_t len)
{
	uint8_t raw[16];
	int rc;

	rc = ipv6_text_parse(text, raw);
	if (rc)
		return rc;
	if (len)
		memcpy(buf, raw, MIN(len, sizeof(raw)));
	return sizeof(raw);
}

static int ipv6_format(const void *raw, size_t raw_len, char *buf, size_t len)
{
	char text[IPV6_TEXT_LEN];

	if (raw_len < 16)
		return -EINVAL;
	return snprintf(buf, len, "%s", ipv6_text_format(raw, text));
}

SETTING_TYPE(ipv6, ipv6_parse, ipv6_format, false, 0);
