/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What DHCP servers are to be told, in each one's own language. */
#ifndef RESOLVER_SNIPPET_H
#define RESOLVER_SNIPPET_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>

#include "reason.h"

/* Names of the kinds that snippet_write() knows, for a message. */
#define SNIPPET_KINDS "dnsmasq, isc, kea or proxy"

/* What the lines are about. */
struct snippet {
	/* Address of the resolver and of the TFTP server. */
	char server[INET_ADDRSTRLEN];
	/* TCP port of the resolver. */
	uint16_t port;
	/* Of a proxy: interface, network, and directory served by TFTP. */
	char interface[IF_NAMESIZE];
	char network[INET_ADDRSTRLEN];
	const char *tftp_root;
};

/*
 * Fill in interface, server and network from an interface; name NULL takes
 * that of the default route.  Returns 0, or -ENODEV or -EADDRNOTAVAIL with a
 * reason.
 */
int snippet_init(struct snippet *snippet, const char *name, uint16_t port,
		 struct reason *why);

/*
 * Write the lines for a kind of server: "dnsmasq", "isc" and "kea" are to be
 * included in a configuration that is there, "proxy" is a whole configuration
 * of dnsmasq as proxyDHCP and TFTP server.
 * Returns 0, -EINVAL for another kind, or -EIO.
 */
int snippet_write(FILE *out, const char *kind, const struct snippet *snippet);

#endif
