/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Router advertisements: from bytes to a struct. */
#include <errno.h>
#include <string.h>

#include "config/general.h"
#include "net/ra.h"

SELECT_IF(NET_PROTO_IPV6);

#define RA_HEADER_LEN 16

/* Options, RFC 4861 4.6, RFC 8106 5; their lengths are in units of 8 bytes. */
#define RA_OPT_PREFIX	  3
#define RA_OPT_PREFIX_LEN 4
#define RA_OPT_MTU	  5
#define RA_OPT_MTU_LEN	  1
#define RA_OPT_RDNSS	  25
#define RA_OPT_DNSSL	  31

/* Flags of a prefix. */
#define PREFIX_ON_LINK	  0x80
#define PREFIX_AUTONOMOUS 0x40

static void prefix_parse(const uint8_t *option, struct ra *ra)
{
	struct ra_prefix *prefix = &ra->prefixes[ra->prefix_count];

	if (option[1] != RA_OPT_PREFIX_LEN || option[2] > 128 ||
	    ra->prefix_count == RA_PREFIXES_MAX)
		return;
	prefix->len = option[2];
	prefix->is_on_link = option[3] & PREFIX_ON_LINK;
	prefix->is_autonomous = option[3] & PREFIX_AUTONOMOUS;
	prefix->valid_s = get_be32(option + 4);
	prefix->preferred_s = get_be32(option + 8);
	memcpy(prefix->prefix, option + 16, 16);
	/* RFC 4862 5.5.3 b, c. */
	if ((prefix->prefix[0] == 0xfe && (prefix->prefix[1] & 0xc0) == 0x80) ||
	    prefix->preferred_s > prefix->valid_s)
		return;
	ra->prefix_count++;
}

static void rdnss_parse(const uint8_t *option, struct ra *ra)
{
	unsigned int count = (option[1] - 1U) / 2;
	unsigned int i;

	for (i = 0; i < count && ra->dns_count < RA_DNS_MAX; i++) {
		memcpy(ra->dns[ra->dns_count].addr, option + 8 + 16 * i, 16);
		ra->dns[ra->dns_count++].lifetime_s = get_be32(option + 4);
	}
}

/* Length of the names at DATA, without the zeros that fill the option: whole
 * ones only, RFC 1035 3.1 without compression. */
static size_t names_len(const uint8_t *data, size_t len)
{
	size_t end = 0, here = 0;

	while (here < len && data[here]) {
		while (here < len && data[here]) {
			if (data[here] > 63 || data[here] >= len - here)
				return end;
			here += 1U + data[here];
		}
		if (here == len)
			break;
		end = ++here;
	}
	return end;
}

static void dnssl_parse(const uint8_t *option, struct ra *ra)
{
	size_t len = names_len(option + 8, 8U * option[1] - 8);

	if (!len || len > sizeof(ra->dnssl) - ra->dnssl_len)
		return;
	memcpy(ra->dnssl + ra->dnssl_len, option + 8, len);
	ra->dnssl_len += len;
	ra->has_dnssl = true;
	ra->dnssl_life_s = get_be32(option + 4);
}

int ra_parse(const uint8_t *data, size_t len, struct ra *ret_ra)
{
	const uint8_t *end = data + len;
	const uint8_t *option;

	if (len < RA_HEADER_LEN || data[0] != RA_TYPE || data[1])
		return -EINVAL;
	for (option = data + RA_HEADER_LEN; option < end;
	     option += 8 * option[1]) {
		if (end - option < 8 || !option[1] ||
		    8 * option[1] > end - option)
			return -EINVAL;
	}
	memset(ret_ra, 0, sizeof(*ret_ra));
	ret_ra->flags = data[5];
	ret_ra->lifetime_s = get_be16(data + 6);
	for (option = data + RA_HEADER_LEN; option < end;
	     option += 8 * option[1]) {
		if (option[0] == RA_OPT_PREFIX)
			prefix_parse(option, ret_ra);
		else if (option[0] == RA_OPT_MTU && option[1] == RA_OPT_MTU_LEN)
			ret_ra->mtu = get_be32(option + 4);
		else if (option[0] == RA_OPT_RDNSS)
			rdnss_parse(option, ret_ra);
		else if (option[0] == RA_OPT_DNSSL)
			dnssl_parse(option, ret_ra);
	}
	return 0;
}
