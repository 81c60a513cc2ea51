/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* From the host of a URI to an address: literals here, names by a resolver. */
#include <string.h>

#include "core/error.h"
#include "net/address.h"
#include "net/resolve.h"

/* Is NAME four decimal numbers with dots? Returns the address if so. */
static bool parse_literal(const char *name, ip_addr_t *ret_addr)
{
	const char *p;
	unsigned int dots = 0;

	for (p = name; *p; p++) {
		if (*p == '.')
			dots++;
		else if (*p < '0' || *p > '9')
			return false;
	}
	IP_SET_TYPE(ret_addr, IPADDR_TYPE_V4);
	return dots == 3 && ip4addr_aton(name, ip_2_ip4(ret_addr));
}

void resolve_start(struct resolve *resolve, const char *name)
{
	const struct resolver *resolver;

	memset(resolve, 0, sizeof(*resolve));
	resolve->name = name;
	if (parse_literal(name, &resolve->addr) ||
	    address_parse_ipv6(name, &resolve->addr))
		return;
	for_each_table_entry(resolver, resolvers) {
		resolve->resolver = resolver;
		resolve->rc = -EINPROGRESS;
		resolver->start(resolve);
		return;
	}
	resolve->rc = error_set(-EDNS,
				"%.80s is a name, and DNS is not built "
				"in: use an address",
				name);
}

int resolve_poll(struct resolve *resolve)
{
	if (resolve->rc == -EINPROGRESS)
		resolve->resolver->poll(resolve);
	return resolve->rc;
}

void resolve_stop(struct resolve *resolve)
{
	if (resolve->resolver)
		resolve->resolver->stop(resolve);
	resolve->resolver = NULL;
}
