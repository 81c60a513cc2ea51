/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Router advertisements, RFC 4861 4.2, and what RFC 8106 puts into them. */
#ifndef NET_RA_H
#define NET_RA_H

#include "core/compiler.h"

#define RA_TYPE	   134
#define RA_MANAGED 0x80 /* addresses come by DHCPv6 */
#define RA_OTHER   0x40 /* other things do */

/* How much of each kind is kept; what exceeds it is left out. */
#define RA_PREFIXES_MAX 8
#define RA_DNS_MAX	4
#define RA_DNSSL_MAX	256

/* A prefix, RFC 4861 4.6.2. */
struct ra_prefix {
	uint8_t prefix[16]; /* bits behind LEN are as they came */
	uint8_t len;	    /* bits, at most 128 */
	bool is_on_link;
	bool is_autonomous;   /* addresses may be made of it */
	uint32_t valid_s;     /* 0: no more */
	uint32_t preferred_s; /* as above, at most valid_s */
};

/* A DNS server, RFC 8106 5.1. */
struct ra_dns {
	uint8_t addr[16];
	uint32_t lifetime_s; /* 0: no more */
};

/* What an advertisement says. */
struct ra {
	uint8_t flags;	     /* RA_MANAGED, RA_OTHER */
	uint16_t lifetime_s; /* as default router; 0: it is none */
	uint32_t mtu;	     /* 0: not said */
	struct ra_prefix prefixes[RA_PREFIXES_MAX];
	unsigned int prefix_count;
	struct ra_dns dns[RA_DNS_MAX];
	unsigned int dns_count;
	uint8_t dnssl[RA_DNSSL_MAX]; /* names, RFC 1035 3.1 */
	size_t dnssl_len;
	bool has_dnssl;	       /* there was such an option */
	uint32_t dnssl_life_s; /* 0: no more */
};

/* Read the LEN bytes of the ICMPv6 message at DATA. Returns 0, or -EINVAL if
 * it is none that RFC 4861 6.1.2 lets a host believe; its sender, hop limit
 * and checksum are the caller's to look at. */
int ra_parse(const uint8_t *data, size_t len, struct ra *ret_ra);

#endif
