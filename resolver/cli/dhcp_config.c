/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* unloop dhcp-config: the lines that a DHCP server is to be given. */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "snippet.h"
#include "unloop.h"

static const char help[] =
	"  dnsmasq     lines for dnsmasq as the DHCP server\n"
	"  isc         lines for ISC dhcpd\n"
	"  kea         client classes for Kea\n"
	"  proxy       a whole dnsmasq configuration beside a DHCP server that "
	"nobody\n"
	"              may touch (unloopd --with-dnsmasq runs this by itself)\n"
	"\n"
	"  -s ADDRESS  address of the resolver and TFTP server (that of the "
	"interface)\n"
	"  -p PORT     the resolver's port (80)\n"
	"  -i IF       interface (that of the default route)\n"
	"  -n NETWORK  proxy: network that is served (the interface's)\n"
	"  -r DIR      proxy: directory served by TFTP (/srv/tftp)\n"
	"\n"
	"Prints to standard output and changes nothing.\n";

static int wrong(const char *what, const char *value)
{
	fprintf(stderr, "unloop dhcp-config: \"%s\" is not %s.\n", value, what);
	return 2;
}

int dhcp_config_main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	const char *interface = NULL, *server = NULL, *network = NULL;
	struct snippet snippet = {.port = 80};
	struct in_addr address;
	unsigned long port = 80;
	const char *root = NULL;
	struct reason why;
	int c, rc;

	while ((c = getopt_long(argc, argv, "s:p:i:n:r:h", longs, NULL)) !=
	       -1) {
		switch (c) {
		case 's':
			server = optarg;
			if (inet_pton(AF_INET, server, &address) != 1)
				return wrong("an IPv4 address", server);
			break;
		case 'p':
			port = strtoul(optarg, NULL, 10);
			if (port < 1 || port > UINT16_MAX)
				return wrong("a port", optarg);
			break;
		case 'i':
			interface = optarg;
			break;
		case 'n':
			network = optarg;
			if (inet_pton(AF_INET, network, &address) != 1)
				return wrong("a network's address", network);
			break;
		case 'r':
			root = optarg;
			if (strpbrk(root, "\n\r"))
				return wrong("a directory", "...");
			break;
		default:
			return subcommand_usage("dhcp-config", help,
						c == 'h' ? 0 : 2);
		}
	}
	if (argc - optind != 1)
		return subcommand_usage("dhcp-config", help, 2);
	rc = snippet_init(&snippet, interface, (uint16_t)port, &why);
	/* Without an interface, what was said must be enough. */
	if (rc &&
	    (!server || interface || strcmp(argv[optind], "proxy") == 0)) {
		fprintf(stderr, "unloop dhcp-config: %s\n", why.text);
		return 1;
	}
	if (server)
		snprintf(snippet.server, sizeof(snippet.server), "%s", server);
	if (network)
		snprintf(snippet.network, sizeof(snippet.network), "%s",
			 network);
	snippet.tftp_root = root;
	rc = snippet_write(stdout, argv[optind], &snippet);
	if (rc == -EINVAL) {
		fprintf(stderr,
			"unloop dhcp-config: There are no lines for \"%s\"; "
			"name " SNIPPET_KINDS ".\n",
			argv[optind]);
		return 2;
	}
	if (rc)
		fprintf(stderr, "unloop dhcp-config: could not write: %s.\n",
			strerror(-rc));
	return rc ? 1 : 0;
}
